/** x-kubernetes-validations: CEL rules over self and oldSelf, at every place of a schema that has them. */
import type { Environment } from '@marcbachmann/cel-js'
import { duplicate, type FieldError, forbiddenField, invalidValue, OMITTED, required } from '../field-error.ts'
import { equal, isObject, type Json } from '../json.ts'
import { estimateCost } from './cel-cost.ts'
import type { SizedType } from './cel-sizes.ts'
import { typedEnvironment } from './cel-types.ts'
import { celEnvironment, toCel, toOptional } from './cel-values.ts'
import { correlated } from './list-types.ts'
import { childSchema, type Rule, type Schema } from './structural.ts'

type Program = (context: Record<string, unknown>) => unknown

interface CompiledRule {
  readonly rule: Rule
  readonly evaluate: Program
  readonly message: Program | undefined
  readonly usesOldSelf: boolean
}

const environment: Environment = celEnvironment()
const compiledRules = new WeakMap<Rule, CompiledRule>()

export function usesOldSelf(expression: string): boolean {
  return /\boldSelf\b/.test(expression)
}

function compile(rule: Rule): CompiledRule {
  let compiled = compiledRules.get(rule)
  if (!compiled) {
    compiled = {
      rule,
      evaluate: environment.parse(rule.rule),
      message: rule.messageExpression ? environment.parse(rule.messageExpression) : undefined,
      usesOldSelf: usesOldSelf(rule.rule),
    }
    compiledRules.set(rule, compiled)
  }
  return compiled
}

const functionNames = new Set(environment.getDefinitions().functions.map((definition) => definition.name))

/** Where a rule stands, for the types of self and oldSelf. */
export interface RulePlace {
  readonly schema: Schema
  readonly isRoot: boolean
  readonly optionalOldSelf: boolean
}

/** Why an expression cannot be used as a rule (or, with `string`, as a message); undefined when it can. */
export function compileError(expression: string, wanted: 'bool' | 'string', place: RulePlace): string | undefined {
  const bind = expression.search(/\bcel\.bind\(/)
  // The library has it, Kubernetes does not.
  if (bind >= 0) return failure({ column: bind + 1, text: "undeclared reference to 'cel' (in container '')" }, expression)
  const result = environment.check(expression)
  const fault = result.valid ? typeFault(expression, place) : located(result.error as CelFault, expression)
  if (fault) return failure(fault, expression)
  const type = typedEnvironment(place.schema, place.isRoot, place.optionalOldSelf).check(expression).type ?? result.type
  if (type === wanted || type === 'dyn') return undefined
  return wanted === 'bool' ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string'
}

function failure({ column, text }: Fault, expression: string): string {
  return `compilation failed: ERROR: <input>:1:${column}: ${text}\n | ${expression}\n | ${'.'.repeat(column - 1)}^`
}

const OPERATORS: Readonly<Record<string, string>> = { in: '@in' }

/**
 * Fields that the schema does not have, and operators between scalars that do not go together. What else the library
 * finds in types is not told: it is stricter than cel-go about objects.
 */
function typeFault(expression: string, place: RulePlace): Fault | undefined {
  const result = typedEnvironment(place.schema, place.isRoot, place.optionalOldSelf).check(expression)
  if (result.valid) return undefined
  const { code, summary = '', range } = result.error as CelFault
  const start = range?.start ?? 0
  const field = code === 'no_such_key' ? /^No such key: (\w+)$/.exec(summary)?.[1] : undefined
  if (field) {
    const at = expression.lastIndexOf(`.${field}`, start)
    return { column: (at < 0 ? start : at) + 1, text: `undefined field '${field}'` }
  }
  const [, left, operator, right] = (code === 'no_such_overload' && /^no such overload: (\w+) (\S+) (\w+)$/.exec(summary)) || []
  if (!left || !operator || !right) return undefined
  const at = expression.indexOf(operator, start)
  return {
    column: (at < 0 ? start : at) + 1,
    text: `found no matching overload for '${OPERATORS[operator] ?? `_${operator}_`}' applied to '(${left}, ${right})'`,
  }
}

interface Fault {
  /** Counted from 1. */
  readonly column: number
  readonly text: string
}

interface CelFault {
  readonly message: string
  readonly summary?: string
  readonly code?: string
  readonly range?: { readonly start: number }
}

/** What the parser of cel-go says of an expression that ends where an operand should stand. */
const AT_THE_END =
  "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

/** A fault of compilation with its place and wording as cel-go has them. */
function located(fault: CelFault, expression: string): Fault {
  const start = fault.range?.start ?? 0
  const text = fault.summary ?? fault.message
  const called = fault.code === 'no_matching_overload' ? /'(?:[\w.<>]+\.)?(\w+)\(/.exec(text)?.[1] : undefined
  if (called !== undefined && !functionNames.has(called)) {
    const at = expression.indexOf('(', start)
    return { column: at < 0 ? start + 1 : at + 1, text: `undeclared reference to '${called}' (in container '')` }
  }
  if (text === 'Unexpected token: EOF') return { column: start + 1, text: AT_THE_END }
  const variable = /^Unknown variable: (\w+)$/.exec(text)?.[1]
  return { column: start + 1, text: variable ? `undeclared reference to '${variable}' (in container '')` : text }
}

const schemasWithRules = new WeakMap<Schema, boolean>()

/** Whether there is a rule anywhere in a schema. */
export function hasRules(schema: Schema): boolean {
  let found = schemasWithRules.get(schema)
  if (found === undefined) {
    const children = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties]
    found = (schema['x-kubernetes-validations']?.length ?? 0) > 0 || children.some((child) => typeof child === 'object' && hasRules(child))
    schemasWithRules.set(schema, found)
  }
  return found
}

/** What an expression over a value of the type costs at most; 0 for one that is no CEL. */
export function ruleCost(expression: string, type: SizedType): number {
  return environment.check(expression).valid ? estimateCost(environment.parse(expression).ast, type) : 0
}

/** All rules that do not hold. `old` undefined: the value is new, transition rules do not apply. */
export function validateRules(value: Json, schema: Schema, old?: Json, path = ''): FieldError[] {
  if (value === null) return []
  // A rule that the unchanged value already broke is not held against this change.
  const unchanged = old !== undefined && equal(value, old)
  const rules = schema['x-kubernetes-validations'] ?? []
  const errors = rules.flatMap((rule) => check(compile(rule), value, schema, old, path, unchanged))
  if (Array.isArray(value) && schema.items) {
    value.forEach((item, i) => {
      errors.push(...validateRules(item, schema.items!, correlated(item, schema, old), `${path}[${i}]`))
    })
  } else if (isObject(value)) {
    const before = isObject(old) ? old : undefined
    for (const [key, child] of Object.entries(value)) {
      const sub = childSchema(schema, key)
      if (!sub) continue
      const named = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
      errors.push(...validateRules(child, sub, before?.[key], named ? (path ? `${path}.${key}` : key) : `${path}[${key}]`))
    }
  }
  return errors
}

function check(compiled: CompiledRule, value: Json, schema: Schema, old: Json | undefined, path: string, unchanged: boolean): FieldError[] {
  const { rule } = compiled
  if (compiled.usesOldSelf && old === undefined && !rule.optionalOldSelf) return []
  if (unchanged && !compiled.usesOldSelf) return []
  const context: Record<string, unknown> = { self: toCel(value, schema) }
  if (compiled.usesOldSelf || compiled.message) {
    const before = old === undefined ? undefined : toCel(old, schema)
    context.oldSelf = rule.optionalOldSelf ? toOptional(before) : before
  }
  const text = rule.message?.trim() || rule.rule
  let holds: unknown
  try {
    holds = compiled.evaluate(context)
  } catch (error) {
    return [invalidValue(path, schema.type ?? '', `${reasonOf(error)} evaluating rule: ${text}`)]
  }
  if (holds === true) return []
  const at = rule.fieldPath ? `${path}${path || !rule.fieldPath.startsWith('.') ? rule.fieldPath : rule.fieldPath.slice(1)}` : path
  const shown = schema.type === 'object' || schema.type === 'array' ? OMITTED : value
  return [worded(rule, at, shown, messageOf(compiled, context))]
}

/** CEL faults as cel-go words them. */
function reasonOf(error: unknown): string {
  const text = (error as { summary?: string }).summary ?? (error as Error).message
  return text.replace(/^No such key: /, 'no such key: ')
}

function messageOf(compiled: CompiledRule, context: Record<string, unknown>): string {
  const fallback = compiled.rule.message?.trim() || `failed rule: ${compiled.rule.rule}`
  if (!compiled.message) return fallback
  try {
    const text = compiled.message(context)
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : fallback
  } catch {
    // The documented behaviour: a message expression that fails is as if it were not there.
    return fallback
  }
}

function worded(rule: Rule, path: string, value: unknown, detail: string): FieldError {
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbiddenField(path, detail)
    case 'FieldValueRequired':
      return required(path, detail)
    case 'FieldValueDuplicate':
      return duplicate(path, value)
    default:
      return invalidValue(path, value, detail)
  }
}
