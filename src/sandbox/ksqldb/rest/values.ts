/** Rows as the query endpoints write them: type by type, with all 64 bits of a BIGINT and Java's forms of numbers. */
import type { Value } from '../../../engine/index.ts'
import type { SqlType } from '../../../sql/index.ts'

/** `JSON.stringify` that also takes bigints. */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return `[${value.map((item) => (item === undefined ? 'null' : toJson(item))).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${toJson(member)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

export function rowJson(values: readonly Value[], types: readonly SqlType[]): string {
  return `[${values.map((value, index) => valueJson(value, types[index])).join(',')}]`
}

export function valueJson(value: Value | undefined, type: SqlType | undefined): string {
  if (value === null || value === undefined || type === undefined) return 'null'
  switch (type.kind) {
    case 'DOUBLE':
      return doubleText(value as number)
    case 'DECIMAL':
      return decimalText(value as { unscaled: bigint; scale: number })
    case 'BYTES':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'))
    case 'DATE':
      return JSON.stringify(new Date((value as number) * 86_400_000).toISOString().slice(0, 10))
    case 'TIME':
      return JSON.stringify(timeText(value as number))
    case 'TIMESTAMP':
      return JSON.stringify(timestampText(value as number))
    case 'ARRAY':
      return `[${(value as readonly Value[]).map((item) => valueJson(item, type.element)).join(',')}]`
    case 'MAP':
      return `{${[...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => `${JSON.stringify(String(key))}:${valueJson(item, type.value)}`).join(',')}}`
    case 'STRUCT': {
      const fields = (value as { fields: ReadonlyMap<string, Value> }).fields
      return `{${type.fields.map((field) => `${JSON.stringify(field.name)}:${valueJson(fields.get(field.name) ?? null, field.type)}`).join(',')}}`
    }
    default:
      return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
  }
}

/** Java's Double.toString; JSON has no names for what is not finite, so those are strings. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `"${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}"`
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

export function decimalText(value: { readonly unscaled: bigint; readonly scale: number }): string {
  const negative = value.unscaled < 0n
  const digits = (negative ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0')
  const whole = digits.slice(0, digits.length - value.scale)
  return `${negative ? '-' : ''}${whole}${value.scale > 0 ? `.${digits.slice(digits.length - value.scale)}` : ''}`
}

/** Seconds stand only where there are some, thirds of digits only where they are needed: Java's ISO_LOCAL_TIME. */
function timeText(ms: number): string {
  const text = new Date(ms).toISOString().slice(11, 23)
  if (text.endsWith(':00.000')) return text.slice(0, 5)
  return text.endsWith('.000') ? text.slice(0, 8) : text
}

function timestampText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23)
}
