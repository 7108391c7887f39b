/** Text of JSON as Jackson writes it: no blanks, control characters as upper-case \u00XX, everything else as it is. */
import { type Json, JsonNumber } from './tree.ts'

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones JSON cannot hold
const SPECIAL = /["\\\u0000-\u001f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones JSON cannot hold
const ALL_SPECIAL = /["\\\u0000-\u001f]/g

export function quoteJson(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`
  return `"${text.replace(ALL_SPECIAL, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`
}

export function printJson(json: Json): string {
  if (json === null) return 'null'
  if (typeof json === 'string') return quoteJson(json)
  if (json instanceof JsonNumber) return json.text
  if (typeof json !== 'object') return String(json)
  if (json instanceof Map) return `{${[...json].map(([key, value]) => `${quoteJson(key)}:${printJson(value)}`).join(',')}}`
  return `[${(json as readonly Json[]).map(printJson).join(',')}]`
}
