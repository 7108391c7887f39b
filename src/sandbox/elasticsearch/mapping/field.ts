/** Field types: what a JSON value becomes in the index, and what may not stand there. */
import { isIP } from 'node:net'
import { type DateFormat, DEFAULT_DATE_FORMAT, dateFormat } from '../date-format.ts'
import type { ErrorCause } from '../errors.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

/** What the index holds of a value: dates as epoch milliseconds. */
export type Value = string | number | boolean

export interface Field {
  /** Full dotted path; of a multi-field with its own name at the end. */
  readonly path: string
  readonly type: string
  readonly json: JsonObject
  readonly format: DateFormat
}

/** A value that its field refuses. */
export class BadValue extends Error {
  readonly causedBy: ErrorCause

  constructor(causedBy: ErrorCause) {
    super(causedBy.reason ?? causedBy.type)
    this.name = 'BadValue'
    this.causedBy = causedBy
  }
}

const INTEGER_RANGE: Record<string, readonly [number, number]> = {
  long: [-(2 ** 63), 2 ** 63],
  integer: [-2_147_483_648, 2_147_483_647],
  short: [-32_768, 32_767],
  byte: [-128, 127],
  unsigned_long: [0, 2 ** 64],
}
const DECIMAL = new Set(['double', 'float', 'half_float', 'scaled_float'])

export const isNumeric = (type: string): boolean => type in INTEGER_RANGE || DECIMAL.has(type)
export const isWhole = (type: string): boolean => type in INTEGER_RANGE
export const isDate = (type: string): boolean => type === 'date' || type === 'date_nanos'
export const isText = (type: string): boolean => type === 'text' || type === 'match_only_text' || type === 'search_as_you_type'
export const isKeyword = (type: string): boolean => type === 'keyword' || type === 'constant_keyword' || type === 'wildcard'

export const knownTypes = new Set([
  ...Object.keys(INTEGER_RANGE),
  ...DECIMAL,
  ...['date', 'date_nanos', 'text', 'match_only_text', 'keyword', 'constant_keyword', 'wildcard', 'boolean', 'ip', 'object', 'nested', 'binary', 'flattened'],
])

export function makeField(path: string, json: JsonObject): Field {
  const format = typeof json.format === 'string' ? json.format : DEFAULT_DATE_FORMAT
  return { path, type: String(json.type ?? 'object'), json, format: dateFormat(format) ?? (dateFormat(DEFAULT_DATE_FORMAT) as DateFormat) }
}

/** Undefined: nothing of it goes into the index. Throws BadValue. */
export function parseValue(field: Field, value: Json): Value | undefined {
  if (isNumeric(field.type)) return parseNumber(field, value)
  if (isDate(field.type)) return parseDate(field, value)
  switch (field.type) {
    case 'boolean':
      return parseBoolean(value)
    case 'ip':
      if (typeof value !== 'string' || isIP(value) === 0) throw new BadValue(illegal(`'${String(value)}' is not an IP string literal.`))
      return value
    case 'binary':
    case 'flattened':
      return undefined
    default: {
      if (isObject(value)) throw new BadValue(illegal('Expected text but found START_OBJECT'))
      const text = String(value)
      const limit = field.json.ignore_above
      return isKeyword(field.type) && typeof limit === 'number' && text.length > limit ? undefined : text
    }
  }
}

function parseNumber(field: Field, value: Json): number {
  if (isObject(value)) throw new BadValue(illegal('Cannot parse object as number'))
  if (typeof value === 'boolean') {
    throw new BadValue({
      type: 'x_content_parse_exception',
      reason: `Current token (VALUE_${String(value).toUpperCase()}) not numeric, can not use numeric value accessors`,
    })
  }
  if (typeof value === 'string' && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value.trim())) {
    throw new BadValue(value === '' ? illegal('cannot parse empty string') : illegal(`For input string: "${value}"`))
  }
  const number = Number(value)
  if (!Number.isFinite(number)) throw new BadValue(illegal(`[${field.type}] supports only finite values, but got [${number}]`))
  const range = INTEGER_RANGE[field.type]
  if (!range) return field.type === 'float' ? Math.fround(number) : number
  if (number < range[0] || number > range[1]) {
    // A number in the JSON fails in the parser, a number in a text in the mapper.
    const name = { integer: 'int', long: 'long' }[field.type]
    throw new BadValue(
      name !== undefined && typeof value === 'number'
        ? { type: 'x_content_parse_exception', reason: `Numeric value (${number}) out of range of ${name} (${range[0]} - ${range[1]})` }
        : illegal(`Value [${String(value)}] is out of range for ${field.type === 'integer' ? 'an' : 'a'} ${field.type}`),
    )
  }
  if (field.json.coerce === false && !Number.isInteger(number)) throw new BadValue(illegal(`Value [${String(value)}] has a decimal part`))
  return Math.trunc(number)
}

function parseDate(field: Field, value: Json): number {
  if (typeof value === 'string' || typeof value === 'number') {
    const ms = field.format.parse(String(value))
    if (ms !== undefined) return ms
  }
  throw new BadValue(badDate(String(value), field.format))
}

export function badDate(text: string, format: DateFormat): ErrorCause {
  const enclosed = format.text.includes('||') ? 'Failed to parse with all enclosed parsers' : `Text '${text}' could not be parsed at index 0`
  return {
    type: 'illegal_argument_exception',
    reason: `failed to parse date field [${text}] with format [${format.text}]`,
    causedBy: { type: 'date_time_parse_exception', reason: enclosed },
  }
}

function parseBoolean(value: Json): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false' || value === '') return false
  if (typeof value !== 'string') {
    const token = isObject(value) ? 'START_OBJECT' : Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'
    throw new BadValue({ type: 'x_content_parse_exception', reason: `Current token (${token}) not of boolean type` })
  }
  throw new BadValue(illegal(`Failed to parse value [${String(value)}] as only [true] or [false] are allowed.`))
}

function illegal(reason: string): ErrorCause {
  return { type: 'illegal_argument_exception', reason }
}

/** The standard analyzer: words, in lower case. */
export function analyze(text: string): string[] {
  return (
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+(?:['’.:](?=[\p{L}\p{N}])[\p{L}\p{N}_]+)*/gu)
      ?.flatMap((word) => (/^\d|:/.test(word) ? word.split(':') : [word])) ?? []
  )
}
