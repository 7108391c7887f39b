/** What a schema in a CustomResourceDefinition must keep to be structural. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../field-error.ts'
import { compileError } from './cel.ts'
import type { Rule, Schema } from './structural.ts'
import { compiled, validateValue } from './validate.ts'

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** Keywords that OpenAPI has and CustomResourceDefinitions do not. */
const UNSUPPORTED = [
  '$ref',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
  'additionalItems',
]

export function checkStructural(root: Schema, path: string): FieldError[] {
  const errors = walk(root, path, true)
  if (root.type !== 'object') errors.push(invalidValue(`${path}.type`, root.type ?? '', 'must be object at the root'))
  return errors
}

function walk(schema: Schema, path: string, isRoot: boolean): FieldError[] {
  const errors: FieldError[] = []
  for (const keyword of UNSUPPORTED) if (keyword in schema) errors.push(forbiddenField(`${path}.${keyword}`, `${keyword} is not supported`))
  errors.push(...checkTypes(schema, path, isRoot), ...checkLists(schema, path), ...checkKeywords(schema, path), ...checkRules(schema, path, isRoot))
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (isRoot && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue
    errors.push(...walk(property, `${path}.properties[${name}]`, false))
  }
  if (typeof schema.additionalProperties === 'object') errors.push(...walk(schema.additionalProperties, `${path}.additionalProperties`, false))
  if (schema.items) errors.push(...walk(schema.items, `${path}.items`, false))
  if (schema.default !== undefined) {
    const faults = validateValue(schema.default, schema)
    errors.push(...faults.map((fault) => ({ ...fault, field: `${path}.default${fault.field === '<nil>' ? '' : `.${fault.field}`}` })))
  }
  return errors
}

function checkTypes(schema: Schema, path: string, isRoot: boolean): FieldError[] {
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema.type === undefined || schema.type === '') {
    if (intOrString || (open && !isRoot)) return []
    return [
      required(
        `${path}.type`,
        isRoot
          ? 'must not be empty at the root'
          : path.endsWith('.items')
            ? 'must not be empty for specified array items'
            : 'must not be empty for specified object fields',
      ),
    ]
  }
  const errors: FieldError[] = []
  if (!TYPES.includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, TYPES))
  if (intOrString) errors.push(invalidValue(`${path}.type`, schema.type, 'must be empty if x-kubernetes-int-or-string is true'))
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'))
  if (schema.properties && schema.additionalProperties) errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used together with properties'))
  if (open && schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type, 'must be object if x-kubernetes-preserve-unknown-fields is true'))
  return errors
}

function checkLists(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema.uniqueItems) errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  if (type !== undefined && !['atomic', 'set', 'map'].includes(type))
    errors.push(notSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'map', 'set']))
  if (type === 'map' && !keys?.length) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'))
  if (type !== 'map' && keys?.length)
    errors.push(invalidValue(`${path}.x-kubernetes-list-type`, type ?? '', 'must be map if x-kubernetes-list-map-keys is non-empty'))
  if (type === 'map') {
    for (const [i, key] of (keys ?? []).entries()) {
      const field = schema.items?.properties?.[key]
      if (!field) errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys[${i}]`, key, 'entries must all be names of item properties'))
      else if (field.default === undefined && !schema.items?.required?.includes(key))
        errors.push(
          required(
            `${path}.items.properties[${key}].default`,
            'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
          ),
        )
    }
  }
  if (type === 'set' && schema.items?.nullable) errors.push(forbiddenField(`${path}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'))
  return errors
}

function checkKeywords(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.pattern) {
    try {
      compiled(schema.pattern)
    } catch (error) {
      errors.push(invalidValue(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${(error as Error).message}`))
    }
  }
  if (schema.additionalProperties === false) errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'))
  const combined = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  // int-or-string is the one place where alternatives may name types.
  if (!schema['x-kubernetes-int-or-string']) {
    for (const part of combined) if (part.type) errors.push(forbiddenField(`${path}.allOf[0].type`, 'must be empty to be structural'))
  }
  return errors
}

function checkRules(schema: Schema, path: string, isRoot: boolean): FieldError[] {
  const errors: FieldError[] = []
  for (const [i, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    const at = `${path}.x-kubernetes-validations[${i}]`
    if (!rule.rule?.trim()) {
      errors.push(required(`${at}.rule`, 'rule is not specified'))
      continue
    }
    const place = { schema, isRoot, optionalOldSelf: rule.optionalOldSelf === true }
    const fault = compileError(rule.rule, 'bool', place)
    if (fault) errors.push(invalidValue(`${at}.rule`, goRule(rule), fault))
    const messageFault = rule.messageExpression ? compileError(rule.messageExpression, 'string', place) : undefined
    if (messageFault) errors.push(invalidValue(`${at}.messageExpression`, goRule(rule), messageFault))
    if (rule.message && /\n/.test(rule.message)) errors.push(invalidValue(`${at}.message`, rule.message, 'must not contain line breaks'))
    const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
    if (rule.reason && !reasons.includes(rule.reason)) errors.push(notSupported(`${at}.reason`, rule.reason, reasons))
  }
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
