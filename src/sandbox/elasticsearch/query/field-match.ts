/** How one field matches a term or a range, by its type. */

import { dateFormat } from '../date-format.ts'
import { parseDateMath } from '../date-math.ts'
import type { Bound } from '../doc-blocks.ts'
import { ShardFailure } from '../errors.ts'
import type { Doc } from '../index-state.ts'
import type { Json } from '../json.ts'
import { analyze, badDate, type Field, isDate, isKeyword, isNumeric, isText, type Value } from '../mapping/field.ts'
import { utc, zoneOf } from '../time.ts'
import type { QueryContext } from './query.ts'

export type DocTest = (doc: Doc) => boolean
const never: DocTest = () => false

function someValue(path: string, test: (value: Value) => boolean): DocTest {
  return (doc) => doc.fields.get(path)?.some(test) ?? false
}

export function queryShardFailure(context: QueryContext, reason: string, causedBy?: { type: string; reason: string }): ShardFailure {
  const { uuid, name } = context.index
  return new ShardFailure({ type: 'query_shard_exception', reason, extra: { index_uuid: uuid, index: name }, ...(causedBy ? { causedBy } : {}) })
}

function dateOf(context: QueryContext, field: Field, text: string, options: { roundUp?: boolean; format?: string; zone?: string } = {}): number {
  const format = (options.format === undefined ? undefined : dateFormat(options.format)) ?? field.format
  const zone = (options.zone === undefined ? undefined : zoneOf(options.zone)) ?? utc
  const ms = parseDateMath(text, format, { now: context.now, zone, roundUp: options.roundUp ?? false })
  if (ms !== undefined) return ms
  const cause = badDate(text, format)
  throw new ShardFailure({ type: 'parse_exception', reason: `${cause.reason}: [${cause.reason}]`, causedBy: cause })
}

function numberOf(context: QueryContext, text: Json): number {
  const number = Number(text)
  if (text !== '' && text !== null && Number.isFinite(number)) return number
  throw queryShardFailure(context, `failed to create query: For input string: "${String(text)}"`, {
    type: 'number_format_exception',
    reason: `For input string: "${String(text)}"`,
  })
}

/** Equality as the field sees it: a token of a text, a value of anything else. */
export function termTest(context: QueryContext, path: string, value: Json, fold = false): DocTest {
  if (path === '_id') return (doc) => doc.id === String(value)
  if (path === '_index') return (doc) => doc.index.name === String(value)
  const field = context.index.mapping.fields.get(path)
  if (!field) return never
  if (isText(field.type)) {
    const term = String(value)
    return someValue(path, (text) => analyze(String(text)).includes(fold ? term.toLowerCase() : term))
  }
  if (isNumeric(field.type)) {
    const wanted = numberOf(context, value)
    return someValue(path, (number) => number === (field.type === 'float' ? Math.fround(wanted) : wanted))
  }
  if (isDate(field.type)) {
    const text = String(value)
    const [from, to] = [dateOf(context, field, text), dateOf(context, field, text, { roundUp: true })]
    return someValue(path, (ms) => Number(ms) >= from && Number(ms) <= to)
  }
  if (field.type === 'boolean') {
    if (![true, false, 'true', 'false', ''].includes(value as string | boolean)) {
      throw queryShardFailure(context, `failed to create query: Can't parse boolean value [${String(value)}], expected [true] or [false]`)
    }
    const wanted = value === true || value === 'true'
    return someValue(path, (bool) => bool === wanted)
  }
  const wanted = String(value)
  return someValue(path, (text) => (fold ? String(text).toLowerCase() === wanted.toLowerCase() : text === wanted))
}

export interface Range {
  readonly gt?: Json
  readonly gte?: Json
  readonly lt?: Json
  readonly lte?: Json
  readonly format?: string
  readonly time_zone?: string
}

export function rangeTest(context: QueryContext, path: string, range: Range): DocTest {
  return rangeOf(context, path, range).test
}

/** The test, and for a date the instants that it lies between. */
export function rangeOf(context: QueryContext, path: string, range: Range): { test: DocTest; bound?: Bound } {
  const field = context.index.mapping.fields.get(path)
  if (!field) return { test: never }
  if (isDate(field.type)) {
    const at = (value: Json, roundUp: boolean) =>
      dateOf(context, field, String(value), {
        roundUp,
        ...(range.format ? { format: range.format } : {}),
        ...(range.time_zone ? { zone: range.time_zone } : {}),
      })
    // Rounding follows the bound, so that a whole day is inside `lte` and outside `gt`.
    const limits = { gt: (v: Json) => at(v, true), gte: (v: Json) => at(v, false), lt: (v: Json) => at(v, false), lte: (v: Json) => at(v, true) }
    const end = (key: keyof typeof limits, open: number) => (range[key] === undefined || range[key] === null ? open : limits[key](range[key]))
    const low = Math.max(end('gt', Number.NEGATIVE_INFINITY), end('gte', Number.NEGATIVE_INFINITY))
    const high = Math.min(end('lt', Number.POSITIVE_INFINITY), end('lte', Number.POSITIVE_INFINITY))
    return { test: between(path, range, limits, Number), bound: { field: path, low, high } }
  }
  if (isNumeric(field.type)) {
    const number = (v: Json) => numberOf(context, v)
    return { test: between(path, range, { gt: number, gte: number, lt: number, lte: number }, Number) }
  }
  return { test: between(path, range, { gt: String, gte: String, lt: String, lte: String }, String) }
}

function between<T extends string | number>(
  path: string,
  range: Range,
  bound: Record<'gt' | 'gte' | 'lt' | 'lte', (value: Json) => T>,
  own: (value: Value) => T,
): DocTest {
  const tests: ((value: T) => boolean)[] = []
  const add = (key: 'gt' | 'gte' | 'lt' | 'lte', test: (value: T, limit: T) => boolean) => {
    const given = range[key]
    if (given === undefined || given === null) return
    const limit = bound[key](given)
    tests.push((value) => test(value, limit))
  }
  add('gt', (v, limit) => v > limit)
  add('gte', (v, limit) => v >= limit)
  add('lt', (v, limit) => v < limit)
  add('lte', (v, limit) => v <= limit)
  return someValue(path, (value) => tests.every((test) => test(own(value))))
}

/** Whether a document has any value at the path, or below it when it is an object. */
export function existsTest(path: string): DocTest {
  const below = `${path}.`
  return (doc) => doc.fields.has(path) || doc.fields.names().some((key) => key.startsWith(below))
}

/** `*` and `?`; the text of a field against it. */
export function wildcardTest(context: QueryContext, path: string, pattern: string, fold = false): DocTest {
  const field = context.index.mapping.fields.get(path)
  // Numbers, dates, booleans and addresses have no text to compare.
  if (!field || !(isText(field.type) || isKeyword(field.type))) return never
  const literal = (text: string) => text.replace(/[.+^${}()|[\]\\*?/]/g, '\\$&')
  const source = pattern.replace(/\\(.)|[*?]|[^\\*?]+/gs, (part, escaped: string | undefined) =>
    part === '*' ? '.*' : part === '?' ? '.' : literal(escaped ?? part),
  )
  return regexTest(field, source, fold || isText(field.type))
}

export function regexTest(field: Field, source: string, fold: boolean): DocTest {
  const regex = new RegExp(`^(?:${source})$`, fold ? 'isu' : 'su')
  if (isText(field.type)) return someValue(field.path, (text) => analyze(String(text)).some((token) => regex.test(token)))
  return someValue(field.path, (text) => regex.test(String(text)))
}

/** All words of a phrase, side by side, in a text; the whole value in anything else. */
export function phraseTest(context: QueryContext, path: string, phrase: string): DocTest {
  const field = context.index.mapping.fields.get(path)
  if (!field) return path === '_id' || path === '_index' ? termTest(context, path, phrase) : never
  if (!isText(field.type)) return termTest(context, path, phrase)
  const words = analyze(phrase)
  return someValue(path, (text) => {
    const tokens = analyze(String(text))
    return words.length > 0 && tokens.some((_, i) => words.every((word, j) => tokens[i + j] === word))
  })
}
