/** Parses texts by the patterns of java.time.format.DateTimeFormatter. */
import { DAYS, MONTHS, PatternError, type Token, tokenize } from './pattern.ts'
import { instantOf, parseOffset } from './zone.ts'

interface Parsed {
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  hour?: number
  hour12?: number
  afternoon?: boolean
  minute?: number
  second?: number
  ms?: number
  offset?: number
  zone?: string
}

class ParseFailure extends Error {
  override name = 'ParseFailure'
}

function takeNumber(text: string, at: number, min: number, max: number): { value: number; end: number } {
  let end = at
  while (end < text.length && end - at < max && text[end]! >= '0' && text[end]! <= '9') end++
  if (end - at < min) throw new ParseFailure(`could not be parsed at index ${at}`)
  return { value: Number(text.slice(at, end)), end }
}

function takeName(text: string, at: number, names: readonly string[], lenient: boolean): { value: number; end: number } {
  const fold = (part: string): string => (lenient ? part.toLowerCase() : part)
  const rest = fold(text.slice(at))
  const value = names.findIndex((name) => rest.startsWith(fold(name)))
  if (value < 0) throw new ParseFailure(`could not be parsed at index ${at}`)
  return { value, end: at + names[value]!.length }
}

const OFFSET_TEXT = /(?:Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)/y
const ZONE_TEXT = /[A-Za-z][A-Za-z0-9/_+-]*(?::\d{2})?|[+-]\d{2}:?\d{2}/y

function takePattern(regex: RegExp, text: string, at: number): string {
  regex.lastIndex = at
  const match = regex.exec(text)
  if (!match) throw new ParseFailure(`could not be parsed at index ${at}`)
  return match[0]
}

/** `adjacent`: another number follows at once (yyyyMMdd), so that the width is fixed. `lenient`: fewer digits will do, and any case. */
function parseField(token: { letter: string; count: number }, adjacent: boolean, lenient: boolean, text: string, at: number, into: Parsed): number {
  const { letter, count } = token
  const least = lenient && !adjacent ? 1 : count
  const number = (max: number): number => {
    const width = adjacent || count > 1 ? count : max
    const { value, end } = takeNumber(text, at, least, width)
    at = end
    return value
  }
  switch (letter) {
    case 'y':
    case 'u': {
      if (count === 2) into.year = 2000 + number(2)
      else {
        const { value, end } = takeNumber(text, at, least, adjacent ? count : 10)
        into.year = value
        at = end
      }
      return at
    }
    case 'M':
    case 'L': {
      if (count < 3) into.month = number(2)
      else {
        const { value, end } = takeName(text, at, count === 3 ? MONTHS.map((name) => name.slice(0, 3)) : MONTHS, lenient)
        into.month = value + 1
        at = end
      }
      return at
    }
    case 'E':
      return takeName(text, at, count === 4 ? DAYS : DAYS.map((name) => name.slice(0, 3)), lenient).end
    case 'd':
      into.day = number(2)
      return at
    case 'D':
      into.dayOfYear = number(3)
      return at
    case 'H':
      into.hour = number(2)
      return at
    case 'k':
      into.hour = number(2) % 24
      return at
    case 'h':
    case 'K':
      into.hour12 = number(2) % 12
      return at
    case 'a': {
      const { value, end } = takeName(text, at, ['AM', 'PM'], lenient)
      into.afternoon = value === 1
      return end
    }
    case 'm':
      into.minute = number(2)
      return at
    case 's':
      into.second = number(2)
      return at
    case 'S': {
      const { end } = takeNumber(text, at, count, count)
      into.ms = Math.floor(Number(`0.${text.slice(at, end)}`) * 1000 + 1e-6)
      return end
    }
    case 'X':
    case 'x':
    case 'Z': {
      const offset = takePattern(OFFSET_TEXT, text, at)
      into.offset = parseOffset(offset)!
      return at + offset.length
    }
    case 'V':
    case 'z':
    case 'O': {
      const zone = takePattern(ZONE_TEXT, text, at)
      into.zone = zone
      return at + zone.length
    }
    default:
      throw new PatternError(`Pattern letter ${letter} is not supported`)
  }
}

function isNumberField(token: Token | undefined): boolean {
  return token !== undefined && 'letter' in token && 'yuMLdDHkhKmsS'.includes(token.letter) && !('ML'.includes(token.letter) && token.count > 2)
}

function parseTokens(tokens: readonly Token[], text: string, lenient: boolean): Parsed {
  const into: Parsed = {}
  let at = 0
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if ('optional' in token) {
      if (token.optional === 'end') continue
      const end = matchingEnd(tokens, i)
      const inner = parseOptional(tokens.slice(i + 1, end), lenient, text, at, into)
      at = inner
      i = end
    } else at = parseToken(tokens, i, lenient, text, at, into)
  }
  if (at !== text.length && !lenient) throw new ParseFailure(`unparsed text found at index ${at}`)
  return into
}

function parseToken(tokens: readonly Token[], index: number, lenient: boolean, text: string, at: number, into: Parsed): number {
  const token = tokens[index]!
  if ('literal' in token) {
    if (!text.startsWith(token.literal, at)) throw new ParseFailure(`could not be parsed at index ${at}`)
    return at + token.literal.length
  }
  return parseField(token as { letter: string; count: number }, isNumberField(tokens[index + 1]), lenient, text, at, into)
}

function matchingEnd(tokens: readonly Token[], start: number): number {
  let depth = 0
  for (let i = start; i < tokens.length; i++) {
    const token = tokens[i]!
    if (!('optional' in token)) continue
    depth += token.optional === 'start' ? 1 : -1
    if (depth === 0) return i
  }
  return tokens.length
}

function parseOptional(tokens: readonly Token[], lenient: boolean, text: string, at: number, into: Parsed): number {
  const attempt: Parsed = {}
  try {
    let end = at
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      if ('optional' in token) continue
      end = parseToken(tokens, i, lenient, text, end, attempt)
    }
    Object.assign(into, attempt)
    return end
  } catch (error) {
    if (error instanceof ParseFailure) return at
    throw error
  }
}

export interface LocalTime {
  /** Milliseconds since 1970-01-01T00:00 on the local clock. */
  readonly local: number
  readonly zone?: string
  readonly offset?: number
  readonly hasDate: boolean
}

/**
 * Throws PatternError for a bad pattern, and the returned function an Error for a text that does not fit. Missing fields are the
 * epoch's. `lenient`, as SimpleDateFormat is: text may follow, and the 30th of February is a day of March; otherwise it is the last
 * of February.
 */
export function compileParser(pattern: string, lenient = false): (text: string) => LocalTime {
  const tokens = tokenize(pattern)
  return (text) => {
    const parsed = parseTokens(tokens, text, lenient)
    const { month = 1, day = 1, minute = 0, second = 0, ms = 0 } = parsed
    if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59 || (parsed.hour ?? 0) > 23)
      throw new ParseFailure('a field is out of range')
    const date = new Date(0)
    if (parsed.dayOfYear !== undefined && parsed.month === undefined) date.setUTCFullYear(parsed.year ?? 1970, 0, parsed.dayOfYear)
    else setDate(date, parsed.year ?? 1970, month, day, lenient)
    const hour = parsed.hour ?? (parsed.hour12 ?? 0) + (parsed.afternoon ? 12 : 0)
    const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms
    return {
      local,
      hasDate: parsed.year !== undefined,
      ...(parsed.zone === undefined ? {} : { zone: parsed.zone }),
      ...(parsed.offset === undefined ? {} : { offset: parsed.offset }),
    }
  }
}

function setDate(date: Date, year: number, month: number, day: number, lenient: boolean): void {
  date.setUTCFullYear(year, month - 1, day)
  if (!lenient && date.getUTCMonth() !== month - 1) date.setUTCFullYear(year, month, 0)
}

/** The instant a text names, its own zone or offset before the given one. */
export function compileInstantParser(pattern: string): (text: string, zone: string) => number {
  const parse = compileParser(pattern)
  return (text, zone) => {
    const { local, offset, zone: own } = parse(text)
    return offset !== undefined ? local - offset : instantOf(own ?? zone, local)
  }
}
