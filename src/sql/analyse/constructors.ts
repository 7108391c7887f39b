/** ARRAY[...], MAP(...), and what may stand in the list of IN: literals are taken to the type that holds them all. */
import type { Expression } from '../ast.ts'
import { refuse } from '../error.ts'
import { formatType } from '../print/types.ts'
import { isNumeric, sameType, widestDecimal } from '../type-rules.ts'
import type { SqlType } from '../types.ts'

type TypeOf = (expression: Expression) => SqlType | null

export function constructedArray(expression: Extract<Expression, { kind: 'ArrayConstructor' }>, typeOf: TypeOf): SqlType {
  if (expression.elements.length === 0) {
    refuse('Array constructor cannot be empty. Please supply at least one element (see https://github.com/confluentinc/ksql/issues/4239).', expression.span)
  }
  const element = commonType(expression.elements, typeOf)
  if (element === null) {
    return refuse(
      'Cannot construct an array with all NULL elements (see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a NULL value to the desired type.',
      expression.span,
    )
  }
  return { kind: 'ARRAY', element }
}

export function constructedMap(expression: Extract<Expression, { kind: 'MapConstructor' }>, typeOf: TypeOf): SqlType {
  if (expression.entries.length === 0) {
    refuse(
      'Map constructor cannot be empty. Please supply at least one key value pair (see https://github.com/confluentinc/ksql/issues/4239).',
      expression.span,
    )
  }
  const key = commonType(
    expression.entries.map((entry) => entry.key),
    typeOf,
  )
  const value = commonType(
    expression.entries.map((entry) => entry.value),
    typeOf,
  )
  if (key === null || value === null) {
    return refuse(
      `Cannot construct a map with all NULL ${key === null ? 'keys' : 'values'} (see https://github.com/confluentinc/ksql/issues/4239). As a workaround, you may cast a NULL ${key === null ? 'key' : 'value'} to the desired type.`,
      expression.span,
    )
  }
  return { kind: 'MAP', key, value }
}

/** The type all elements are brought to: numbers to the widest, the rest must be the same as the first that is not NULL. */
function commonType(elements: readonly Expression[], typeOf: TypeOf): SqlType | null {
  let common: SqlType | null = null
  for (const element of elements) {
    const type = typeOf(element)
    if (type === null) continue
    const wider: SqlType | undefined = common === null ? type : widerOf(common, type, element)
    if (wider === undefined) {
      return refuse(
        element.kind === 'StringLiteral'
          ? `invalid input syntax for type ${formatType(common!)}: "${element.value}".`
          : `operator does not exist: ${formatType(common!)} = ${formatType(type)}`,
        element.span,
      )
    }
    common = wider
  }
  return common
}

function widerOf(a: SqlType, b: SqlType, element: Expression): SqlType | undefined {
  if (sameType(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) {
    if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return { kind: 'DOUBLE' }
    if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') return widestDecimal(a, b)
    return { kind: 'BIGINT' }
  }
  // A text is taken as a literal of the type it stands among, if it reads as one.
  if (element.kind === 'StringLiteral' && readsAs(element.value, a)) return a
  // Anything beside texts becomes a text.
  if (a.kind === 'STRING' && (isNumeric(b) || b.kind === 'BOOLEAN')) return a
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const inner = widerOf(a.element, b.element, element)
    return inner === undefined ? undefined : { kind: 'ARRAY', element: inner }
  }
  if (a.kind === 'MAP' && b.kind === 'MAP' && sameType(a.key, b.key)) {
    const value = widerOf(a.value, b.value, element)
    return value === undefined ? undefined : { kind: 'MAP', key: a.key, value }
  }
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') return widerStruct(a, b, element)
  return undefined
}

type Struct = Extract<SqlType, { kind: 'STRUCT' }>

/** The fields of both. */
function widerStruct(a: Struct, b: Struct, element: Expression): Struct | undefined {
  const fields: { name: string; type: SqlType }[] = []
  for (const field of a.fields) {
    const other = b.fields.find((candidate) => candidate.name === field.name)
    const type = other === undefined ? field.type : widerOf(field.type, other.type, element)
    if (type === undefined) return undefined
    fields.push({ name: field.name, type })
  }
  for (const field of b.fields) {
    if (!fields.some((known) => known.name === field.name)) fields.push(field)
  }
  return { kind: 'STRUCT', fields }
}

function readsAs(text: string, type: SqlType): boolean {
  if (isNumeric(type)) return text.trim() !== '' && Number.isFinite(Number(text))
  if (type.kind === 'BOOLEAN') return /^(t|tr|tru|true|y|ye|yes|f|fa|fal|fals|false|n|no)$/i.test(text)
  return false
}

/** Whether an element of `x IN (...)` can be compared with x. */
export function listElementFits(operand: SqlType, element: SqlType, expression: Expression): boolean {
  return widerOf(operand, element, expression) !== undefined
}
