/** Coercion of JSON to SQL values, with ksqlDB's rules: a text that holds a number is read where a number is declared. */
import type { SqlType } from '../../sql/index.ts'
import { decimalToBigint, exactDecimal, javaDecimal, parseDecimal } from '../decimal.ts'
import { hashOrdered } from '../java/hash-map.ts'
import { printJson } from '../json/print.ts'
import { isNumeric, isObject, isWhole, type Json, type JsonNumber, numberText } from '../json/tree.ts'
import { type Decimal, struct, type Value } from '../values.ts'
import { fromBase64 } from './base64.ts'

/** Throws when the JSON cannot stand for the type: then the whole record is lost. */
export type JsonReader = (json: Json) => Value

const JACKSON_NAME: (json: Json) => string = (json) => {
  if (json === null) return 'NullNode'
  if (typeof json === 'string') return 'TextNode'
  if (typeof json === 'boolean') return 'BooleanNode'
  if (isNumeric(json)) return isWhole(json) ? 'IntNode' : 'DecimalNode'
  return isObject(json) ? 'ObjectNode' : 'ArrayNode'
}

function refuse(json: Json, type: string): never {
  throw new Error(`Can't convert type. sourceType: ${JACKSON_NAME(json)}, requiredType: ${type}`)
}

function decimalOf(json: number | JsonNumber): Decimal {
  return typeof json === 'number' ? { unscaled: BigInt(json), scale: 0 } : parseDecimal(json.text)!
}

const INTEGER_TEXT = /^[+-]?\d+$/

/** Integer.parseInt and Long.parseLong: no blanks, in range, or undefined. */
export function parseWhole(text: string, bits: 32 | 64): bigint | undefined {
  if (!INTEGER_TEXT.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(bits, value) === value ? value : undefined
}

const JAVA_DOUBLE = /^\s*([+-]?)(NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[dDfF]?\s*$/

/** Double.parseDouble: undefined when it would throw. */
export function parseJavaDouble(text: string): number | undefined {
  const match = JAVA_DOUBLE.exec(text)
  return match ? Number(`${match[1]}${match[2]}`) : undefined
}

function readInteger(json: Json): Value {
  if (typeof json === 'number') return json | 0
  if (isNumeric(json)) return Number(BigInt.asIntN(32, decimalToBigint(decimalOf(json))))
  if (typeof json !== 'string') return json === null ? null : refuse(json, 'INTEGER')
  const value = parseWhole(json, 32)
  if (value === undefined) throw new Error("Can't coerce string to type. targetType: INTEGER")
  return Number(value)
}

function readBigint(json: Json): Value {
  if (typeof json === 'number') return BigInt(json)
  if (isNumeric(json)) return BigInt.asIntN(64, decimalToBigint(decimalOf(json)))
  if (typeof json !== 'string') return json === null ? null : refuse(json, 'BIGINT')
  const value = parseWhole(json, 64)
  if (value === undefined) throw new Error("Can't coerce string to type. targetType: BIGINT")
  return value
}

function readDouble(json: Json): Value {
  if (json === null) return null
  if (isNumeric(json)) return Number(numberText(json))
  if (typeof json !== 'string') return refuse(json, 'DOUBLE')
  const value = parseJavaDouble(json)
  if (value === undefined) throw new Error("Can't coerce string to type. targetType: DOUBLE")
  return value
}

/** Scalars as their text, arrays in ksqlDB's own form `[a, b]`, objects as JSON. */
function readText(json: Json): string | null {
  if (json === null || typeof json === 'string') return json
  if (isNumeric(json)) return isWhole(json) ? numberText(json) : javaDecimal(decimalOf(json))
  if (typeof json === 'boolean') return String(json)
  if (isObject(json)) return printJson(json)
  return `[${(json as readonly Json[]).map((item) => readText(item) ?? 'null').join(', ')}]`
}

function readWhole(json: Json, type: string): Value {
  if (json === null) return null
  if (isNumeric(json)) return Number(decimalToBigint(decimalOf(json)))
  const value = typeof json === 'string' ? parseWhole(json, 64) : undefined
  return value === undefined ? refuse(json, type) : Number(value)
}

function readDecimal(precision: number, scale: number): JsonReader {
  return (json) => {
    if (json === null) return null
    const value = isNumeric(json) ? decimalOf(json) : typeof json === 'string' ? parseDecimal(json) : undefined
    return value ? exactDecimal(value, precision, scale) : refuse(json, `DECIMAL(${precision}, ${scale})`)
  }
}

function readBytes(json: Json): Value {
  if (json === null) return null
  const bytes = typeof json === 'string' ? fromBase64(json) : undefined
  return bytes ?? refuse(json, 'BYTES')
}

function readMap(value: JsonReader): JsonReader {
  return (json) => {
    if (json === null) return null
    if (!isObject(json)) return refuse(json, 'MAP')
    return hashOrdered(
      [...json].map(([key, item]) => [key, value(item)] as const),
      json.size,
    )
  }
}

function readStruct(type: Extract<SqlType, { kind: 'STRUCT' }>): JsonReader {
  const fields = type.fields.map((field) => ({ name: field.name, read: jsonReader(field.type) }))
  return (json) => {
    if (json === null) return null
    if (!isObject(json)) return refuse(json, 'STRUCT')
    let folded: Map<string, Json> | undefined
    return struct(
      fields.map(({ name, read }) => {
        let item = json.get(name)
        if (item === undefined) {
          folded ??= new Map([...json].map(([key, field]) => [key.toUpperCase(), field]))
          item = folded.get(name) ?? null
        }
        return [name, read(item)] as const
      }),
    )
  }
}

export function jsonReader(type: SqlType): JsonReader {
  switch (type.kind) {
    case 'BOOLEAN':
      return (json) => (json === null || typeof json === 'boolean' ? json : refuse(json, 'BOOLEAN'))
    case 'INTEGER':
      return readInteger
    case 'BIGINT':
      return readBigint
    case 'DOUBLE':
      return readDouble
    case 'STRING':
      return readText
    case 'DECIMAL':
      return readDecimal(type.precision, type.scale)
    case 'BYTES':
      return readBytes
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (json) => readWhole(json, type.kind)
    case 'ARRAY': {
      const element = jsonReader(type.element)
      return (json) => (json === null ? null : Array.isArray(json) ? json.map(element) : refuse(json, 'ARRAY'))
    }
    case 'MAP':
      return readMap(jsonReader(type.value))
    case 'STRUCT':
      return readStruct(type)
    case 'NAMED':
      throw new Error(`Type ${type.name} is not resolved`)
  }
}
