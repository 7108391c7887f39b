/** Values as Java's toString shows them: what CAST AS VARCHAR gives. */
import type { SqlType } from '../sql/index.ts'
import { formatDecimal } from './decimal.ts'
import { formatDouble } from './java/double.ts'
import { toBase64 } from './serde/base64.ts'
import { formatDate, formatTime, formatTimestamp } from './temporal/iso.ts'
import type { Decimal, Struct, Value } from './values.ts'

export function textOf(type: SqlType): (value: Value) => string {
  switch (type.kind) {
    case 'STRING':
      return (value) => value as string
    case 'DOUBLE':
      return (value) => formatDouble(value as number)
    case 'DECIMAL':
      return (value) => formatDecimal(value as Decimal)
    case 'DATE':
      return (value) => formatDate(value as number)
    case 'TIME':
      return (value) => formatTime(value as number)
    case 'TIMESTAMP':
      return (value) => formatTimestamp(value as number)
    case 'BYTES':
      return (value) => toBase64(value as Uint8Array)
    case 'ARRAY': {
      const element = nullableTextOf(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(', ')}]`
    }
    case 'MAP': {
      const [keyText, valueText] = [nullableTextOf(type.key), nullableTextOf(type.value)]
      return (value) => `{${[...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => `${keyText(key)}=${valueText(item)}`).join(', ')}}`
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => ({ name: field.name, text: textOf(field.type) }))
      return (value) => {
        const present = fields.filter(({ name }) => ((value as Struct).fields.get(name) ?? null) !== null)
        return `Struct{${present.map(({ name, text }) => `${name}=${text((value as Struct).fields.get(name)!)}`).join(',')}}`
      }
    }
    default:
      return (value) => String(value)
  }
}

function nullableTextOf(type: SqlType): (value: Value) => string {
  const text = textOf(type)
  return (value) => (value === null ? 'null' : text(value))
}

/** A value as ksqlDB's CLI and error texts show it; null as `null`. */
export function formatValue(value: Value, type: SqlType): string {
  return nullableTextOf(type)(value)
}
