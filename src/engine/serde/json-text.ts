/** SQL values as JSON text: in topics (byte for byte what ksqlDB writes) and in REST answers (times as text). */
import type { SqlType } from '../../sql/index.ts'
import { formatDecimal, javaDecimal } from '../decimal.ts'
import { formatDouble } from '../java/double.ts'
import { quoteJson } from '../json/print.ts'
import { formatDate, formatTime, formatTimestamp } from '../temporal/iso.ts'
import type { Decimal, Struct, Value } from '../values.ts'
import { toBase64 } from './base64.ts'

export type JsonWriter = (value: Value) => string

/** `topic`: DATE, TIME and TIMESTAMP as numbers. `rest`: as ISO texts. */
export type JsonStyle = 'topic' | 'rest'

function formatJsonDouble(value: number): string {
  const text = formatDouble(value)
  return Number.isFinite(value) ? text : `"${text}"`
}

function mapKey(key: Value): string {
  return typeof key === 'string' ? key : String(key)
}

/** Entries in the order in which the map holds them. */
function writeMap(writeValue: JsonWriter): JsonWriter {
  return (value) => {
    const entries = [...(value as ReadonlyMap<Value, Value>)]
    return `{${entries.map(([key, item]) => `${quoteJson(mapKey(key))}:${writeValue(item)}`).join(',')}}`
  }
}

function writeStruct(type: Extract<SqlType, { kind: 'STRUCT' }>, style: JsonStyle): JsonWriter {
  const fields = type.fields.map((field) => ({ name: field.name, label: `${quoteJson(field.name)}:`, write: jsonWriter(field.type, style) }))
  return (value) => `{${fields.map(({ name, label, write }) => label + write((value as Struct).fields.get(name) ?? null)).join(',')}}`
}

function nonNullWriter(type: SqlType, style: JsonStyle): JsonWriter {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
      return (value) => `${value}`
    case 'DOUBLE':
      return (value) => formatJsonDouble(value as number)
    case 'STRING':
      return (value) => quoteJson(value as string)
    case 'DECIMAL':
      return style === 'topic' ? (value) => javaDecimal(value as Decimal) : (value) => formatDecimal(value as Decimal)
    case 'BYTES':
      return (value) => `"${toBase64(value as Uint8Array)}"`
    case 'DATE':
      return style === 'topic' ? (value) => `${value}` : (value) => `"${formatDate(value as number)}"`
    case 'TIME':
      return style === 'topic' ? (value) => `${value}` : (value) => `"${formatTime(value as number)}"`
    case 'TIMESTAMP':
      return style === 'topic' ? (value) => `${value}` : (value) => `"${formatTimestamp(value as number)}"`
    case 'ARRAY': {
      const element = jsonWriter(type.element, style)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return writeMap(jsonWriter(type.value, style))
    case 'STRUCT':
      return writeStruct(type, style)
    case 'NAMED':
      throw new Error(`Type ${type.name} is not resolved`)
  }
}

export function jsonWriter(type: SqlType, style: JsonStyle = 'topic'): JsonWriter {
  const write = nonNullWriter(type, style)
  return (value) => (value === null ? 'null' : write(value))
}

/** One value for a REST answer: BIGINT exact, decimals with their scale, doubles in Java's form, times as ISO texts. */
export function toJson(value: Value, type: SqlType): string {
  return jsonWriter(type, 'rest')(value)
}
