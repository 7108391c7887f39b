/** Order and equality of values of one type, and keys under which rows are kept in state. */
import type { SqlType } from '../sql/index.ts'
import { compareDecimal } from './decimal.ts'
import { type Decimal, isArray, isMap, isStruct, type Struct, type Value } from './values.ts'

export type Compare = (a: Value, b: Value) => number

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** For values that are not null. Texts compare by UTF-16 code unit, as Java's do. */
export function comparatorOf(type: SqlType): Compare {
  switch (type.kind) {
    case 'DECIMAL':
      return (a, b) => compareDecimal(a as Decimal, b as Decimal)
    case 'BYTES':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array)
    case 'DOUBLE':
      return (a, b) => compareDoubles(a as number, b as number)
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return (a, b) => (valuesEqual(a, b) ? 0 : 1)
    default:
      return (a, b) => (a! < b! ? -1 : a! > b! ? 1 : 0)
  }
}

/** Double.compare: NaN is the largest and equals itself. */
function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1
}

export function valuesEqual(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, i) => valuesEqual(item, b[i]!))
  if (isMap(a)) return isMap(b) && mapsEqual(a, b)
  if (isStruct(a)) return isStruct(b) && mapsEqual((a as Struct).fields, (b as Struct).fields)
  return 'unscaled' in b && compareDecimal(a as Decimal, b as Decimal) === 0
}

function mapsEqual(a: ReadonlyMap<Value, Value>, b: ReadonlyMap<Value, Value>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (!b.has(key) || !valuesEqual(value, b.get(key)!)) return false
  return true
}

/** A primitive that stands for the value: equal values have equal identities. */
export type Identity = string | number | bigint | boolean | null

export function identityOf(value: Value): Identity {
  if (value === null || typeof value !== 'object') return value
  return textIdentity(value)
}

function textIdentity(value: Value): string {
  if (value === null) return 'n'
  if (typeof value === 'string') return `s${value.length}:${value}`
  if (typeof value !== 'object') return `${typeof value === 'bigint' ? 'l' : typeof value === 'number' ? 'i' : 'b'}${value};`
  if (value instanceof Uint8Array) return `x${value.join(',')};`
  if (isArray(value)) return `a${value.length}(${value.map(textIdentity).join('')})`
  if (isMap(value))
    return `m(${[...value]
      .map(([key, item]) => textIdentity(key) + textIdentity(item))
      .sort()
      .join('')})`
  if (isStruct(value)) return `t(${[...value.fields].map(([key, item]) => `${key}=${textIdentity(item)}`).join('')})`
  return `d${(value as Decimal).unscaled}e${(value as Decimal).scale};`
}

/** The identity of a whole key; cheap for the usual single primitive. */
export function keyIdentity(key: readonly Value[]): Identity {
  if (key.length === 1) return identityOf(key[0]!)
  let text = ''
  for (const part of key) text += textIdentity(part)
  return text
}
