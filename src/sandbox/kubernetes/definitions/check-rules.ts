/** x-kubernetes-validations: what a rule must keep beside being CEL. */
import { type FieldError, invalidValue, notSupported, required } from '../field-error.ts'
import { compileError, usesOldSelf } from '../schema/cel.ts'
import type { Rule, Schema } from '../schema/structural.ts'
import { schemaAt } from './field-path.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** `loose`: see checkStructural. */
export function checkRules(schema: Schema, path: string, isRoot: boolean, loose: string | undefined): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`
    const errors = checkMessage(rule, at)
    if (rule.reason !== undefined && !REASONS.includes(rule.reason)) errors.push(notSupported(`${at}.reason`, rule.reason, REASONS))
    if (rule.fieldPath && typeof schemaAt(schema, rule.fieldPath, true) === 'string')
      errors.push(invalidValue(`${at}.fieldPath`, rule.fieldPath, 'must be a valid path'))
    if (!rule.rule?.trim()) return [...errors, required(`${at}.rule`, 'rule is not specified')]
    return [...errors, ...checkExpressions(rule, schema, at, isRoot, loose)]
  })
}

function checkMessage(rule: Rule, at: string): FieldError[] {
  const { message } = rule
  if (message === undefined || message === '')
    return rule.rule?.trim().includes('\n') ? [required(`${at}.message`, 'message must be specified if rule contains line breaks')] : []
  if (message.trim() === '') return [invalidValue(`${at}.message`, message, 'must be non-empty if specified')]
  return /[\n\r]/.test(message) ? [invalidValue(`${at}.message`, message, 'must not contain line breaks')] : []
}

function checkExpressions(rule: Rule, schema: Schema, at: string, isRoot: boolean, loose: string | undefined): FieldError[] {
  const errors: FieldError[] = []
  const place = { schema, isRoot, optionalOldSelf: rule.optionalOldSelf === true }
  const fault = compileError(rule.rule, 'bool', place)
  if (fault) errors.push(invalidValue(`${at}.rule`, goRule(rule), fault))
  else if (usesOldSelf(rule.rule)) {
    if (loose) errors.push(invalidValue(`${at}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${loose}`))
  } else if (rule.optionalOldSelf !== undefined)
    errors.push(invalidValue(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'))
  const messageFault = rule.messageExpression ? compileError(rule.messageExpression, 'string', place) : undefined
  if (messageFault) errors.push(invalidValue(`${at}.messageExpression`, goRule(rule), messageFault))
  return errors
}

/** A rule as the real server's messages show it. */
function goRule(rule: Rule): unknown {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}
