/**
 * The type a list of values is brought to: elements of ARRAY[...] and MAP(...), and what stands in `x IN (...)` together with x. Numbers
 * go to the widest, structs to all fields; literals are read as what they stand among.
 */
import type { Expression } from '../ast.ts'
import { refuse, type SqlErrorOptions } from '../error.ts'
import { formatType } from '../print/types.ts'
import { isNumeric, sameType, widestDecimal } from '../type-rules.ts'
import type { SqlType } from '../types.ts'

export interface ListTyping {
  readonly typeOf: (expression: Expression) => SqlType | null
  readonly show: (expression: Expression) => string
  /** Stands before every message. */
  readonly prefix?: string
  readonly options?: SqlErrorOptions
}

/** `null`: every element is an untyped NULL. `first`: a type that is in the list already. */
export function commonType(elements: readonly Expression[], typing: ListTyping, first: SqlType | null = null): SqlType | null {
  return elements.reduce<SqlType | null>((common, element) => {
    const type = typing.typeOf(element)
    if (type === null) return common
    if (common === null) return type
    return withElement(common, type, element, typing) ?? refuseElement(common, type, element, typing)
  }, first)
}

function refuseElement(common: SqlType, type: SqlType, element: Expression, { show, prefix = '', options }: ListTyping): never {
  const message =
    element.kind === 'StringLiteral' && (isNumeric(common) || common.kind === 'BOOLEAN')
      ? `invalid input syntax for type ${common.kind}: "${element.value}".`
      : `operator does not exist: ${formatType(common)} = ${formatType(type)} (${show(element)})\nHint: You might need to add explicit type casts.`
  return refuse(prefix + message, element.span, options)
}

/** The common type once `element` has joined; `undefined`: there is none. */
function withElement(common: SqlType, type: SqlType, element: Expression, typing: ListTyping): SqlType | undefined {
  switch (element.kind) {
    case 'ArrayConstructor': {
      if (common.kind !== 'ARRAY') return undefined
      const inner = withAll(common.element, element.elements, typing)
      return inner === undefined ? undefined : { kind: 'ARRAY', element: inner }
    }
    case 'MapConstructor': {
      if (common.kind !== 'MAP') return undefined
      const keys = element.entries.map((entry) => entry.key)
      const values = element.entries.map((entry) => entry.value)
      const key = withAll(common.key, keys, typing)
      const value = withAll(common.value, values, typing)
      return key === undefined || value === undefined ? undefined : { kind: 'MAP', key, value }
    }
    case 'StructConstructor':
      return common.kind === 'STRUCT' ? withStruct(common, element, typing) : undefined
    case 'StringLiteral':
      if (isNumeric(common)) return withNumericText(common, element.value)
      if (common.kind === 'BOOLEAN') return readsAsBoolean(element.value) ? common : undefined
      return coerced(common, type, true)
    default:
      return coerced(common, type, element.kind.endsWith('Literal'))
  }
}

function withAll(common: SqlType, elements: readonly Expression[], typing: ListTyping): SqlType | undefined {
  let result: SqlType | undefined = common
  for (const element of elements) {
    const type = typing.typeOf(element)
    if (type !== null && result !== undefined) result = withElement(result, type, element, typing)
  }
  return result
}

type Struct = Extract<SqlType, { kind: 'STRUCT' }>

/** Fields of the new struct come first, then those it lacks. */
function withStruct(common: Struct, element: Extract<Expression, { kind: 'StructConstructor' }>, typing: ListTyping): Struct | undefined {
  const fields: { name: string; type: SqlType }[] = []
  for (const { name, value } of element.fields) {
    const known = common.fields.find((field) => field.name === name)?.type
    const own = typing.typeOf(value)
    const type = known === undefined ? own : own === null ? known : withElement(known, own, value, typing)
    if (type === undefined || type === null) return undefined
    fields.push({ name, type })
  }
  return { kind: 'STRUCT', fields: [...fields, ...common.fields.filter((field) => !fields.some((own) => own.name === field.name))] }
}

/** Of two types the one that holds the other. */
function coerced(a: SqlType, b: SqlType, literal: boolean): SqlType | undefined {
  if (sameType(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) return widestNumber(a, b)
  // A number or truth value that is written out may stand among texts.
  if (literal && a.kind === 'STRING' && (isNumeric(b) || b.kind === 'BOOLEAN')) return a
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = coerced(a.element, b.element, literal)
    return element === undefined ? undefined : { kind: 'ARRAY', element }
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = coerced(a.key, b.key, literal)
    const value = coerced(a.value, b.value, literal)
    return key === undefined || value === undefined ? undefined : { kind: 'MAP', key, value }
  }
  return a.kind === 'STRUCT' && b.kind === 'STRUCT' ? coercedStruct(a, b, literal) : undefined
}

function coercedStruct(a: Struct, b: Struct, literal: boolean): Struct | undefined {
  const fields: { name: string; type: SqlType }[] = []
  for (const field of a.fields) {
    const other = b.fields.find((candidate) => candidate.name === field.name)
    const type = other === undefined ? field.type : coerced(field.type, other.type, literal)
    if (type === undefined) return undefined
    fields.push({ name: field.name, type })
  }
  return { kind: 'STRUCT', fields: [...fields, ...b.fields.filter((field) => !fields.some((known) => known.name === field.name))] }
}

function widestNumber(a: SqlType, b: SqlType): SqlType {
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return { kind: 'DOUBLE' }
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') return widestDecimal(a, b)
  return { kind: a.kind === 'BIGINT' || b.kind === 'BIGINT' ? 'BIGINT' : 'INTEGER' }
}

/** A text among numbers is read as one: `'11.2'` makes a list of integers one of decimals. */
function withNumericText(common: SqlType, text: string): SqlType | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim())
  const [whole = '', fraction = ''] = [match?.[2], match?.[3]]
  if (match === null || whole + fraction === '') return undefined
  if (match[3] === undefined && match[4] === undefined && whole.length < 19) {
    return widestNumber(common, { kind: Math.abs(Number(whole)) < 2 ** 31 ? 'INTEGER' : 'BIGINT' })
  }
  const scale = Math.max(0, fraction.length - Number(match[4] ?? 0))
  const digits = Math.max(1, (whole + fraction).replace(/^0+/, '').length + Math.max(0, Number(match[4] ?? 0) - fraction.length))
  return widestNumber(common, { kind: 'DECIMAL', precision: Math.max(digits, scale), scale })
}

function readsAsBoolean(text: string): boolean {
  return /^(t|tr|tru|true|y|ye|yes|f|fa|fal|fals|false|n|no)$/i.test(text)
}
