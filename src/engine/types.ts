/** SQL types as the engine handles them: short names, widening, arithmetic results. */
import type { SqlType } from '../sql/index.ts'

export type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>

export const BOOLEAN: SqlType = { kind: 'BOOLEAN' }
export const INTEGER: SqlType = { kind: 'INTEGER' }
export const BIGINT: SqlType = { kind: 'BIGINT' }
export const DOUBLE: SqlType = { kind: 'DOUBLE' }
export const STRING: SqlType = { kind: 'STRING' }
export const BYTES: SqlType = { kind: 'BYTES' }
export const DATE: SqlType = { kind: 'DATE' }
export const TIME: SqlType = { kind: 'TIME' }
export const TIMESTAMP: SqlType = { kind: 'TIMESTAMP' }

export function decimalType(precision: number, scale: number): DecimalType {
  return { kind: 'DECIMAL', precision, scale }
}

export function arrayOf(element: SqlType): SqlType {
  return { kind: 'ARRAY', element }
}

export function mapOf(key: SqlType, value: SqlType): SqlType {
  return { kind: 'MAP', key, value }
}

export function isNumericType(type: SqlType | undefined): boolean {
  return type?.kind === 'INTEGER' || type?.kind === 'BIGINT' || type?.kind === 'DECIMAL' || type?.kind === 'DOUBLE'
}

/** Whole numbers as the decimals that hold all of them. */
export function asDecimalType(type: SqlType): DecimalType {
  if (type.kind === 'DECIMAL') return type
  return type.kind === 'INTEGER' ? decimalType(10, 0) : decimalType(19, 0)
}

/** The narrowest type that holds both. */
export function widerNumeric(a: SqlType, b: SqlType): SqlType {
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return DOUBLE
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') {
    const [left, right] = [asDecimalType(a), asDecimalType(b)]
    const scale = Math.max(left.scale, right.scale)
    return decimalType(Math.max(left.precision - left.scale, right.precision - right.scale) + scale, scale)
  }
  return a.kind === 'BIGINT' || b.kind === 'BIGINT' ? BIGINT : INTEGER
}

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind === 'DECIMAL' && b.kind === 'DECIMAL') return a.precision === b.precision && a.scale === b.scale
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') return sameType(a.element, b.element)
  if (a.kind === 'MAP' && b.kind === 'MAP') return sameType(a.key, b.key) && sameType(a.value, b.value)
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') {
    return a.fields.length === b.fields.length && a.fields.every((field, i) => field.name === b.fields[i]!.name && sameType(field.type, b.fields[i]!.type))
  }
  return a.kind === b.kind
}
