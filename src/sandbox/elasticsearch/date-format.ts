/**
 * Date formats: names (`strict_date_optional_time`, `epoch_millis`, ...) and patterns in Java's letters, several joined by `||`.
 * https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/mapping-date-format
 */
import { utc, type Zone, zoneOf } from './time.ts'

export interface DateFormat {
  readonly text: string
  /** Epoch milliseconds. `roundUp` fills what the text leaves out with its last instant instead of its first. */
  parse(text: string, zone?: Zone, roundUp?: boolean): number | undefined
  print(ms: number, zone?: Zone): string
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const LONG_MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** The instant of local fields; undefined when no such day or time exists. */
function instant(fields: Record<string, number | undefined>, zone: Zone, roundUp: boolean): number | undefined {
  const year = fields.y
  if (year === undefined) return undefined
  const month = fields.M ?? (roundUp ? 12 : 1)
  if (month < 1 || month > 12) return undefined
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const day = fields.d ?? (roundUp ? lastDay : 1)
  const [hour, minute, second, ms] = [
    fields.H ?? (roundUp ? 23 : 0),
    fields.m ?? (roundUp ? 59 : 0),
    fields.s ?? (roundUp ? 59 : 0),
    fields.S ?? (roundUp ? 999 : 0),
  ]
  if (day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms))
  if (year < 100) date.setUTCFullYear(year)
  const local = date.getTime()
  return local - zone.offsetAt(local - zone.offsetAt(local))
}

const ISO = /^(-?\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/
const LENIENT_ISO = /^(-?\d{1,9})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/

function iso(name: string, pattern: RegExp, digits = 3): DateFormat {
  return {
    text: name,
    parse(text, zone = utc, roundUp = false) {
      const match = pattern.exec(text)
      if (!match) return undefined
      const [, y, M, d, H, m, s, fraction, offset] = match
      const number = (part: string | undefined) => (part === undefined ? undefined : Number(part))
      const own = offset === undefined ? zone : zoneOf(offset)
      if (!own) return undefined
      const S = fraction === undefined ? undefined : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-9)
      return instant({ y: number(y), M: number(M), d: number(d), H: number(H), m: number(m), s: number(s), S }, own, roundUp)
    },
    print(ms, zone = utc) {
      const offset = zone.offsetAt(ms)
      const local = new Date(ms + offset).toISOString().slice(0, -1)
      return local + (digits > 3 && ms % 1000 === 0 ? '' : '') + offsetText(offset)
    },
  }
}

function offsetText(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset) / 60_000
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`
}

function epoch(name: string, unit: number): DateFormat {
  return {
    text: name,
    parse: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Math.floor(Number(text) * unit) : undefined),
    print: (ms) => String(unit === 1 ? ms : ms / unit),
  }
}

const named: Record<string, DateFormat> = {
  epoch_millis: epoch('epoch_millis', 1),
  epoch_second: epoch('epoch_second', 1000),
  strict_date_optional_time: iso('strict_date_optional_time', ISO),
  date_optional_time: iso('date_optional_time', LENIENT_ISO),
  strict_date_optional_time_nanos: iso('strict_date_optional_time_nanos', ISO, 9),
  iso8601: iso('iso8601', ISO),
}
for (const [name, pattern] of Object.entries({
  basic_date: 'yyyyMMdd',
  basic_date_time: "yyyyMMdd'T'HHmmss.SSSXX",
  date: 'yyyy-MM-dd',
  date_hour_minute: "yyyy-MM-dd'T'HH:mm",
  date_hour_minute_second: "yyyy-MM-dd'T'HH:mm:ss",
  date_hour_minute_second_millis: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  date_time: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  date_time_no_millis: "yyyy-MM-dd'T'HH:mm:ssXXX",
  hour_minute_second: 'HH:mm:ss',
  year: 'yyyy',
  year_month: 'yyyy-MM',
  year_month_day: 'yyyy-MM-dd',
})) {
  for (const key of [name, `strict_${name}`]) named[key] = { ...patternFormat(pattern), text: key }
}

function tokens(pattern: string): { letter?: string; width: number; literal?: string }[] {
  const found: { letter?: string; width: number; literal?: string }[] = []
  const scan = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']/g
  for (const match of pattern.matchAll(scan)) {
    if (match[1] !== undefined) found.push({ width: 0, literal: match[1] === '' ? "'" : match[1].replaceAll("''", "'") })
    else if (match[2] !== undefined) found.push({ letter: match[2], width: match[0].length })
    else found.push({ width: 0, literal: match[0] })
  }
  return found
}

/** A pattern such as `dd/MMM/yyyy:HH:mm:ss Z`. Throws a RangeError on a letter that is not known here. */
function patternFormat(pattern: string): DateFormat {
  const parts = tokens(pattern)
  const fields: string[] = []
  let source = '^'
  for (const { letter, width, literal } of parts) {
    if (literal !== undefined) source += literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    else {
      fields.push(letter ?? '')
      source += `(${patternOf(letter ?? '', width)})`
    }
  }
  const matcher = new RegExp(`${source}$`)
  return {
    text: pattern,
    parse(text, zone = utc, roundUp = false) {
      const match = matcher.exec(text)
      if (!match) return undefined
      const values: Record<string, number | undefined> = {}
      let own = zone
      let pm: boolean | undefined
      for (const [i, letter] of fields.entries()) {
        const part = match[i + 1] ?? ''
        if (letter === 'M' || letter === 'L') values.M = /^\d/.test(part) ? Number(part) : monthOf(part)
        else if (letter === 'y' || letter === 'u' || letter === 'Y') values.y = part.length === 2 ? 2000 + Number(part) : Number(part)
        else if (letter === 'S') values.S = Math.floor(Number(`0.${part}`) * 1000 + 1e-9)
        else if ('ZXxzV'.includes(letter)) own = zoneOf(part) ?? zone
        else if (letter === 'a') pm = part.toUpperCase() === 'PM'
        else if (letter === 'h') values.H = Number(part) % 12
        else if (letter !== 'E' && letter !== 'e') values[letter] = Number(part)
      }
      if (pm && values.H !== undefined) values.H += 12
      return instant(values.y === undefined ? { ...values, y: 1970 } : values, own, roundUp)
    },
    print(ms, zone = utc) {
      const offset = zone.offsetAt(ms)
      const local = new Date(ms + offset)
      return parts.map((part) => part.literal ?? printField(part.letter ?? '', part.width, local, offset, zone)).join('')
    },
  }
}

function patternOf(letter: string, width: number): string {
  switch (letter) {
    case 'y':
    case 'u':
    case 'Y':
      return width === 2 ? '\\d{2}' : width >= 4 ? '\\d{4}' : '\\d{1,4}'
    case 'M':
    case 'L':
      return width >= 4 ? LONG_MONTHS.join('|') : width === 3 ? MONTHS.join('|') : width === 2 ? '\\d{2}' : '\\d{1,2}'
    case 'd':
    case 'H':
    case 'h':
    case 'm':
    case 's':
      return width >= 2 ? '\\d{2}' : '\\d{1,2}'
    case 'S':
      return `\\d{${width}}`
    case 'q':
    case 'Q':
      return width >= 3 ? 'Q[1-4]' : '0?[1-4]'
    case 'E':
    case 'e':
      return '[A-Za-z]+'
    case 'a':
      return '[AaPp][Mm]'
    case 'Z':
      return '[+-]\\d{4}|[+-]\\d{2}:\\d{2}|Z'
    case 'X':
    case 'x':
      return 'Z|[+-]\\d{2}(?::?\\d{2})?'
    case 'z':
    case 'V':
      return '[A-Za-z/_]+|[+-]\\d{2}:?\\d{2}'
    default:
      throw new RangeError(`Unknown pattern letter: ${letter}`)
  }
}

function monthOf(name: string): number {
  const short = MONTHS.indexOf(name.slice(0, 3))
  return short < 0 ? 0 : short + 1
}

function printField(letter: string, width: number, local: Date, offset: number, zone: Zone): string {
  switch (letter) {
    case 'y':
    case 'u':
    case 'Y':
      return width === 2 ? pad(local.getUTCFullYear() % 100, 2) : pad(local.getUTCFullYear(), width)
    case 'M':
    case 'L': {
      const month = local.getUTCMonth()
      return (width >= 4 ? LONG_MONTHS[month] : width === 3 ? MONTHS[month] : pad(month + 1, width)) ?? ''
    }
    case 'd':
      return pad(local.getUTCDate(), width)
    case 'H':
      return pad(local.getUTCHours(), width)
    case 'h':
      return pad(local.getUTCHours() % 12 || 12, width)
    case 'm':
      return pad(local.getUTCMinutes(), width)
    case 's':
      return pad(local.getUTCSeconds(), width)
    case 'q':
    case 'Q':
      return (width >= 3 ? 'Q' : '') + String(Math.floor(local.getUTCMonth() / 3) + 1)
    case 'S':
      return `${pad(local.getUTCMilliseconds(), 3)}000000`.slice(0, width)
    case 'a':
      return local.getUTCHours() < 12 ? 'AM' : 'PM'
    case 'E':
    case 'e':
      return DAYS[local.getUTCDay()] ?? ''
    case 'Z':
      return offset === 0 ? '+0000' : offsetText(offset).replace(':', '')
    case 'X':
      return width === 3 ? offsetText(offset) : offsetText(offset).replace(':', '')
    case 'x':
      return offset === 0 ? (width === 3 ? '+00:00' : '+0000') : width === 3 ? offsetText(offset) : offsetText(offset).replace(':', '')
    default:
      return zone.id
  }
}

const compiled = new Map<string, DateFormat>()

/** Undefined: not a format. */
export function dateFormat(text: string): DateFormat | undefined {
  const known = compiled.get(text)
  if (known) return known
  let parts: DateFormat[]
  try {
    parts = text.split('||').map((part) => named[part] ?? patternFormat(part))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
  const [first] = parts
  if (!first || text === '') return undefined
  const format: DateFormat = {
    text,
    parse(value, zone, roundUp) {
      for (const part of parts) {
        const ms = part.parse(value, zone, roundUp)
        if (ms !== undefined) return ms
      }
      return undefined
    },
    print: (ms, zone) => first.print(ms, zone),
  }
  compiled.set(text, format)
  return format
}

export const DEFAULT_DATE_FORMAT = 'strict_date_optional_time||epoch_millis'
