/** JSON whose whole numbers keep 64 bits: those beyond 2^53 are bigints. */
import type { ConnectValue } from './data.ts'

// Only a run of 16 digits can be a whole number that a double does not hold.
const LONG_DIGITS = /\d{16}/

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown
const rawJSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON

export function parseJson(text: string): ConnectValue {
  if (!LONG_DIGITS.test(text)) return parse(text) as ConnectValue
  return parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && /^-?\d+$/.test(context.source) && !Number.isSafeInteger(value)
      ? BigInt(context.source)
      : value,
  ) as ConnectValue
}

export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return rawJSON(part.toString())
    if (part instanceof Uint8Array) return Buffer.from(part).toString('base64')
    return part
  })
}
