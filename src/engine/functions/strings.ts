/** Functions on texts, and those that do the same on bytes. Lengths and positions count UTF-16 units, as Java's do. */
import { hashOrdered } from '../java/hash-map.ts'
import { arrayOf, BYTES, INTEGER, mapOf, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { concatBytes, joinBytes, padBytes, rangeOf, sliceBytes, splitBytes } from './byte-strings.ts'
import { type Family, nullIfAnyNull, plain, type Resolve, refuseTypes, strict } from './define.ts'

/** One implementation for texts, another for bytes. */
function textOrBytes(name: string, text: (...values: never[]) => Value, bytes: (...values: never[]) => Value, takesNull = false): Resolve {
  return (types) => {
    const kind = types.find((type) => type !== undefined)?.kind
    if (kind !== 'STRING' && kind !== 'BYTES') return refuseTypes(name, types)
    const run = kind === 'BYTES' ? bytes : text
    return { type: kind === 'BYTES' ? BYTES : STRING, run: takesNull ? run : nullIfAnyNull(run) }
  }
}

const length: Resolve = () => ({ type: INTEGER, run: nullIfAnyNull((value: string | Uint8Array) => value.length) })

function substring(text: string, position: number, count?: number): string {
  return text.slice(...rangeOf(text.length, position, count))
}

function padText(side: 'left' | 'right'): (text: string, width: number, padding: string) => string | null {
  return (text, width, padding) => {
    if (padding === '' || width < 0) return null
    if (text.length >= width) return text.slice(0, width)
    const fill = padding.repeat(Math.ceil((width - text.length) / padding.length)).slice(0, width - text.length)
    return side === 'left' ? fill + text : text + fill
  }
}

/** Words begin after white space. */
function initCap(text: string): string {
  return text.toLowerCase().replace(/(^|\s)(\S)/g, (_, space: string, char: string) => space + char.toUpperCase())
}

function codePoint(value: number | string): string | null {
  if (typeof value === 'number') return value < 0 || value > 0x10ffff ? null : String.fromCodePoint(value)
  const match = /^((?:\\u[0-9a-fA-F]{4})+)$/.exec(value)
  return match ? value.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : null
}

/** The `occurrence`th place of the text, searched from `position`; backwards when that is negative. 0: not there. */
function inString(text: string, part: string, position = 1, occurrence = 1): number {
  if (position === 0 || occurrence < 1) return 0
  const forward = position > 0
  let at = forward ? position - 2 : text.length + position + 1
  for (let seen = 0; seen < occurrence; seen++) {
    if (!forward && at <= 0) return 0
    at = forward ? text.indexOf(part, at + 1) : text.lastIndexOf(part, at - 1)
    if (at < 0) return 0
  }
  return at + 1
}

function split(text: string, delimiter: string): string[] {
  return delimiter === '' ? [...text] : text.split(delimiter)
}

/** Entries without separator are left out; of a key that comes twice the last wins. */
function splitToMap(text: string, entryDelimiter: string, pairDelimiter: string): Value {
  if (entryDelimiter === '' || pairDelimiter === '') return null
  const map = new Map<Value, Value>()
  for (const entry of text.split(entryDelimiter)) {
    const at = entry.indexOf(pairDelimiter)
    if (at >= 0) map.set(entry.slice(0, at), entry.slice(at + pairDelimiter.length).split(pairDelimiter)[0]!)
  }
  return hashOrdered(map)
}

const splitFunction: Resolve = (types) => {
  const bytes = types[0]?.kind === 'BYTES'
  return { type: arrayOf(bytes ? BYTES : STRING), run: nullIfAnyNull(bytes ? splitBytes : split) }
}

function withoutNulls<T extends Value>(values: readonly (T | null)[]): T[] {
  return values.filter((value) => value !== null)
}

function concatWithSeparator(separator: string | null, ...parts: (string | null)[]): string | null {
  return separator === null ? null : withoutNulls(parts).join(separator)
}

export const STRING_FUNCTIONS: Family = {
  LCASE: strict(STRING, (text: string) => text.toLowerCase()),
  UCASE: strict(STRING, (text: string) => text.toUpperCase()),
  INITCAP: strict(STRING, initCap),
  LEN: length,
  TRIM: strict(STRING, (text: string) => text.replace(/^[\0- ]+|[\0- ]+$/g, '')),
  SUBSTRING: textOrBytes('SUBSTRING', substring, sliceBytes),
  CONCAT: textOrBytes(
    'CONCAT',
    (...parts: (string | null)[]) => withoutNulls(parts).join(''),
    (...parts: (Uint8Array | null)[]) => concatBytes(withoutNulls(parts)),
    true,
  ),
  CONCAT_WS: textOrBytes(
    'CONCAT_WS',
    concatWithSeparator,
    (separator: Uint8Array | null, ...parts: (Uint8Array | null)[]) => (separator === null ? null : joinBytes(withoutNulls(parts), separator)),
    true,
  ),
  REPLACE: strict(STRING, (text: string, from: string, to: string) => text.replaceAll(from, () => to)),
  LPAD: textOrBytes('LPAD', padText('left'), padBytes('left')),
  RPAD: textOrBytes('RPAD', padText('right'), padBytes('right')),
  CHR: strict(STRING, codePoint),
  INSTR: strict(INTEGER, inString),
  SPLIT: splitFunction,
  SPLIT_TO_MAP: strict(mapOf(STRING, STRING), splitToMap),
  /** The first argument's place among the others, from 1. */
  FIELD: plain(INTEGER, (wanted: Value, ...list: Value[]) => (wanted === null ? 0 : list.indexOf(wanted) + 1)),
  ELT: plain(STRING, (position: number | null, ...list: Value[]) => (position === null ? null : (list[position - 1] ?? null))),
}
