/** CAST between types, and the texts that stand for numbers, booleans and times. */
import type { SqlType } from '../../sql/index.ts'
import { decimalOfBinary, decimalToBigint, decimalToNumber, fitDecimal, parseDecimal } from '../decimal.ts'
import { hashOrdered } from '../java/hash-map.ts'
import { parseJavaDouble, parseWhole } from '../serde/json-values.ts'
import { DAY_MS, parseDate, parseTime } from '../temporal/iso.ts'
import { parsePartialTimestamp } from '../temporal/partial.ts'
import { textOf } from '../text.ts'
import { sameType } from '../types.ts'
import { type Decimal, type Struct, struct, type Value } from '../values.ts'

type Convert = (value: Value) => Value

function unsupported(from: SqlType, to: SqlType): never {
  throw new Error(`Cast of ${from.kind} to ${to.kind} is not supported`)
}

function must<T>(value: T | undefined, text: string, type: string): T {
  if (value === undefined) throw new Error(`Invalid ${type}: "${text}"`)
  return value
}

/** (int) of a Java double: saturated, NaN is 0. */
function saturate(value: number, min: number, max: number): number {
  return Number.isNaN(value) ? 0 : Math.max(min, Math.min(max, Math.trunc(value)))
}

const LONG_MAX = 2n ** 63n - 1n

function saturateLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return LONG_MAX
  return value <= -(2 ** 63) ? -LONG_MAX - 1n : BigInt(Math.trunc(value))
}

function toInteger(from: SqlType, to: SqlType): Convert {
  switch (from.kind) {
    case 'BIGINT':
      return (value) => Number(BigInt.asIntN(32, value as bigint))
    case 'DOUBLE':
      return (value) => saturate(value as number, -2147483648, 2147483647) + 0
    case 'DECIMAL':
      return (value) => Number(BigInt.asIntN(32, decimalToBigint(value as Decimal)))
    case 'STRING':
      return (value) => Number(must(parseWhole((value as string).trim(), 32), value as string, 'INTEGER'))
    default:
      return unsupported(from, to)
  }
}

function toBigint(from: SqlType, to: SqlType): Convert {
  switch (from.kind) {
    case 'INTEGER':
      return (value) => BigInt(value as number)
    case 'DOUBLE':
      return (value) => saturateLong(value as number)
    case 'DECIMAL':
      return (value) => BigInt.asIntN(64, decimalToBigint(value as Decimal))
    case 'STRING':
      return (value) => must(parseWhole((value as string).trim(), 64), value as string, 'BIGINT')
    default:
      return unsupported(from, to)
  }
}

function toDouble(from: SqlType, to: SqlType): Convert {
  switch (from.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return (value) => Number(value)
    case 'DECIMAL':
      return (value) => decimalToNumber(value as Decimal)
    case 'STRING':
      return (value) => {
        const number = must(parseJavaDouble(value as string), value as string, 'DOUBLE')
        if (!Number.isFinite(number)) throw new Error(`Invalid DOUBLE: "${value}"`)
        return number
      }
    default:
      return unsupported(from, to)
  }
}

function toDecimal(from: SqlType, to: Extract<SqlType, { kind: 'DECIMAL' }>): Convert {
  const bounded = (value: Decimal): Decimal => fitDecimal(value, to.precision, to.scale)
  switch (from.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return (value) => bounded({ unscaled: BigInt(value as number | bigint), scale: 0 })
    case 'DOUBLE':
      return (value) => bounded(decimalOfBinary(value as number, to.precision))
    case 'DECIMAL':
      return (value) => bounded(value as Decimal)
    case 'STRING':
      return (value) => bounded(must(parseDecimal((value as string).trim()), value as string, 'DECIMAL'))
    default:
      return unsupported(from, to)
  }
}

/** Any beginning of true and yes, without regard to case. */
function parseBoolean(text: string): boolean {
  const lower = text.trim().toLowerCase()
  return lower !== '' && ('true'.startsWith(lower) || 'yes'.startsWith(lower))
}

function toTemporal(from: SqlType, to: SqlType): Convert {
  if (to.kind === 'TIMESTAMP') {
    if (from.kind === 'STRING') return (value) => parsePartialTimestamp(value as string)
    if (from.kind === 'DATE') return (value) => (value as number) * DAY_MS
  } else if (to.kind === 'DATE') {
    if (from.kind === 'STRING')
      return (value) => must(parseDate(value as string) ?? Math.floor(parsePartialTimestamp(value as string) / DAY_MS), value as string, 'DATE')
    if (from.kind === 'TIMESTAMP') return (value) => Math.floor((value as number) / DAY_MS)
  } else {
    if (from.kind === 'STRING') return (value) => must(parseTime(value as string), value as string, 'TIME')
    // To the second, as ksqlDB does.
    if (from.kind === 'TIMESTAMP') return (value) => Math.floor(((value as number) - Math.floor((value as number) / DAY_MS) * DAY_MS) / 1000) * 1000
  }
  return unsupported(from, to)
}

function toStruct(from: SqlType, to: Extract<SqlType, { kind: 'STRUCT' }>): Convert {
  if (from.kind !== 'STRUCT') return unsupported(from, to)
  const fields = to.fields.map(({ name, type }) => {
    const source = from.fields.find((field) => field.name === name)
    return { name, convert: source ? nullableCast(source.type, type) : () => null }
  })
  return (value) => struct(fields.map(({ name, convert }) => [name, convert((value as Struct).fields.get(name) ?? null)]))
}

/** For values that are not null; throws at once when the types do not convert, and later when a value does not. */
function castTo(from: SqlType, to: SqlType): Convert {
  if (sameType(from, to)) return (value) => value
  switch (to.kind) {
    case 'INTEGER':
      return toInteger(from, to)
    case 'BIGINT':
      return toBigint(from, to)
    case 'DOUBLE':
      return toDouble(from, to)
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'STRING':
      return from.kind === 'BYTES' ? unsupported(from, to) : textOf(from)
    case 'BOOLEAN':
      return from.kind === 'STRING' ? (value) => parseBoolean(value as string) : unsupported(from, to)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return toTemporal(from, to)
    case 'ARRAY': {
      if (from.kind !== 'ARRAY') return unsupported(from, to)
      const element = nullableCast(from.element, to.element)
      return (value) => (value as readonly Value[]).map(element)
    }
    case 'MAP': {
      if (from.kind !== 'MAP') return unsupported(from, to)
      const [key, item] = [nullableCast(from.key, to.key), nullableCast(from.value, to.value)]
      return (value) => hashOrdered([...(value as ReadonlyMap<Value, Value>)].map(([k, v]) => [key(k), item(v)] as const))
    }
    case 'STRUCT':
      return toStruct(from, to)
    default:
      return unsupported(from, to)
  }
}

/** Null stays null; `from` undefined is the untyped NULL. */
export function nullableCast(from: SqlType | undefined, to: SqlType): Convert {
  if (!from) return () => null
  const convert = castTo(from, to)
  return (value) => (value === null ? null : convert(value))
}
