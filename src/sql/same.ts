/** Whether two trees mean the same: where they stand in the text, how they are written and defaults that are spelled out do not count. */
import type { Expression, Property, Query, Statement } from './ast.ts'
import { durationMs } from './durations.ts'

export function sameStatement(a: Statement, b: Statement): boolean {
  return equal(meaning(a), meaning(b))
}

export function sameExpression(a: Expression, b: Expression): boolean {
  return equal(meaning(a), meaning(b))
}

type Plain = null | string | number | bigint | boolean | readonly Plain[] | { readonly [key: string]: Plain }

/** The tree without what does not count. */
function meaning(value: unknown): Plain {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(meaning)
  const node = value as Record<string, unknown>
  const result: Record<string, Plain> = {}
  for (const [key, child] of Object.entries(normalised(node))) {
    if (child !== undefined && key !== 'span' && key !== 'targetSpan') result[key] = meaning(child)
  }
  return result
}

function normalised(node: Record<string, unknown>): Record<string, unknown> {
  if (typeof node.value === 'number' && typeof node.unit === 'string' && node.kind === undefined) {
    return { ms: durationMs(node as never) }
  }
  switch (node.kind) {
    case 'CreateSource':
      return { ...node, properties: withoutDefaults(node.properties as readonly Property[], node.sourceType === 'TABLE' ? 'compact' : 'delete') }
    case 'CreateAsSelect':
    case 'InsertInto':
      return { ...node, properties: withoutDefaults(node.properties as readonly Property[]), query: persistentQuery(node.query as Query) }
    case 'CreateConnector':
      return { ...node, config: asRecord(node.config as readonly Property[], (key) => key) }
    case 'AssertTopic':
      return { ...node, properties: asRecord(node.properties as readonly Property[], (key) => key.toUpperCase()) }
    // `a || b` is CONCAT(a, b).
    case 'Concat':
      return { kind: 'FunctionCall', name: 'CONCAT', args: [node.left, node.right], star: false }
    // `-(1)` is printed as `-1`, which is one literal.
    case 'Sign':
      return node.operator === '-' ? (negative(node.operand as Expression) ?? node) : node
    // NOT IN, NOT LIKE and NOT BETWEEN are NOT of the rest.
    case 'Between':
    case 'In':
    case 'Like':
      return node.negated === true ? { kind: 'Not', operand: { ...node, negated: false } } : node
    default:
      return node
  }
}

function negative(operand: Expression): Record<string, unknown> | undefined {
  switch (operand.kind) {
    case 'IntegerLiteral':
    case 'LongLiteral':
    case 'DoubleLiteral':
      return operand.value >= 0 ? { kind: operand.kind, value: -operand.value } : undefined
    case 'DecimalLiteral':
      return operand.text.startsWith('-') ? undefined : { kind: operand.kind, text: `-${operand.text}` }
    default:
      return undefined
  }
}

/** EMIT CHANGES is what a persistent query does when it says nothing; an alias that repeats the column's name says nothing either. */
function persistentQuery(query: Query): unknown {
  return {
    ...query,
    emit: query.emit ?? 'CHANGES',
    select: query.select.map((item) => {
      if (item.kind !== 'Item' || item.alias !== undefined) return item
      return item.expression.kind === 'ColumnReference' ? { ...item, alias: item.expression.name } : item
    }),
  }
}

/** FORMAT stands for both formats; what the server fills in by itself falls away. */
function withoutDefaults(properties: readonly Property[], cleanup?: string): Record<string, Plain> {
  const record = asRecord(properties, (key) => key.toUpperCase())
  const upperCase = (key: string): void => {
    const value = record[key]
    if (typeof value === 'string') record[key] = value.toUpperCase()
  }
  const { FORMAT: format, ...rest } = record
  const result: Record<string, Plain> = format === undefined ? rest : { KEY_FORMAT: format, VALUE_FORMAT: format, ...rest }
  for (const key of Object.keys(record)) delete record[key]
  Object.assign(record, result)
  for (const key of ['KEY_FORMAT', 'VALUE_FORMAT', 'WINDOW_TYPE']) upperCase(key)
  const defaults: Readonly<Record<string, Plain>> = {
    WRAP_SINGLE_VALUE: true,
    ...(cleanup === undefined ? {} : { CLEANUP_POLICY: cleanup, KEY_FORMAT: 'KAFKA' }),
  }
  for (const [key, value] of Object.entries(defaults)) {
    if (record[key] === value) delete record[key]
  }
  return record
}

function asRecord(properties: readonly Property[], name: (key: string) => string): Record<string, Plain> {
  return Object.fromEntries(properties.map((property) => [name(property.key), typeof property.value === 'bigint' ? Number(property.value) : property.value]))
}

function equal(a: Plain, b: Plain): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] as Plain))
  }
  const left = a as { readonly [key: string]: Plain }
  const right = b as { readonly [key: string]: Plain }
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && equal(left[key]!, right[key]!))
}
