/** Functions on dates, times and timestamps. Zones are names or offsets; without one, UTC. */
import type { SqlType } from '../../sql/index.ts'
import { compileFormatter, type Formatter } from '../temporal/format.ts'
import { DAY_MS } from '../temporal/iso.ts'
import { compileInstantParser, compileParser } from '../temporal/parse.ts'
import { instantOf, offsetAt } from '../temporal/zone.ts'
import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP } from '../types.ts'
import type { Value } from '../values.ts'
import { type Family, plain, type Resolve, strict } from './define.ts'

/** Patterns are compiled once; there are few of them. */
function cached<T>(compile: (pattern: string) => T): (pattern: string) => T {
  const known = new Map<string, T>()
  return (pattern) => {
    let compiled = known.get(pattern)
    if (compiled === undefined) {
      compiled = compile(pattern)
      if (known.size > 200) known.clear()
      known.set(pattern, compiled)
    }
    return compiled
  }
}

/** Letters of fields that a date, or a time of day, does not have. */
const CLOCK_LETTERS = 'HkhKmsSanANVzOXxZ'
const CALENDAR_LETTERS = 'yuMLdDEGQqwWecFVzOXxZ'

const timestampFormatter = cached((pattern) => compileFormatter(pattern))
const dateFormatter = cached((pattern) => compileFormatter(pattern, CLOCK_LETTERS))
const timeFormatter = cached((pattern) => compileFormatter(pattern, CALENDAR_LETTERS))
const instantParser = cached(compileInstantParser)
const localParser = cached((pattern) => compileParser(pattern))
const lenientParser = cached((pattern) => compileParser(pattern, true))

function formatAt(formatterOf: (pattern: string) => Formatter): (ms: number | bigint, pattern: string, zone?: string) => string {
  return (ms, pattern, zone = 'UTC') => formatterOf(pattern)(Number(ms), zone)
}

function parseInstant(text: string, pattern: string, zone = 'UTC'): number {
  return instantParser(pattern)(text, zone)
}

function parseDay(text: string, pattern: string): number {
  return Math.floor(localParser(pattern)(text).local / DAY_MS)
}

function parseDayLeniently(text: string, pattern: string): number {
  return Math.floor(lenientParser(pattern)(text).local / DAY_MS)
}

function parseClock(text: string, pattern: string): number {
  const { local } = localParser(pattern)(text)
  return local - Math.floor(local / DAY_MS) * DAY_MS
}

const UNIT_MS: Readonly<Record<string, number>> = { MILLISECONDS: 1, SECONDS: 1000, MINUTES: 60_000, HOURS: 3_600_000, DAYS: DAY_MS }

function adder(type: SqlType, sign: 1 | -1): Resolve {
  return strict(type, (unit: string, amount: number, value: number) => {
    const ms = sign * amount * UNIT_MS[unit]!
    if (type.kind === 'TIMESTAMP') return value + ms
    if (type.kind === 'DATE') return value + Math.trunc(ms / DAY_MS)
    return (((value + ms) % DAY_MS) + DAY_MS) % DAY_MS
  })
}

/** The same reading of the clock, taken from one zone to another. */
function convertZone(value: number, from: string, to: string): number {
  const local = value
  const instant = instantOf(from, local)
  return instant + offsetAt(to, instant)
}

function clockFunction(type: SqlType, ofArgument: (value: never) => Value, ofNow: (now: number) => Value): Resolve {
  return (types, { now }) => {
    if (types.length > 0) return strict(type, ofArgument)(types, {})
    return plain(type, () => {
      if (!now) throw new Error('This function needs a clock')
      return ofNow(now())
    })(types, {})
  }
}

export const TIME_FUNCTIONS: Family = {
  UNIX_TIMESTAMP: clockFunction(
    BIGINT,
    (value: number) => BigInt(value),
    (now) => BigInt(now),
  ),
  UNIX_DATE: clockFunction(
    INTEGER,
    (value: number) => value,
    (now) => Math.floor(now / DAY_MS),
  ),
  FROM_UNIXTIME: strict(TIMESTAMP, (value: bigint) => Number(value)),
  FROM_DAYS: strict(DATE, (value: number) => value),
  FORMAT_TIMESTAMP: strict(STRING, formatAt(timestampFormatter)),
  FORMAT_DATE: strict(STRING, (days: number, pattern: string) => dateFormatter(pattern)(days * DAY_MS, 'UTC')),
  FORMAT_TIME: strict(STRING, (ms: number, pattern: string) => timeFormatter(pattern)(ms, 'UTC')),
  PARSE_TIMESTAMP: strict(TIMESTAMP, parseInstant),
  PARSE_DATE: strict(DATE, parseDayLeniently),
  PARSE_TIME: strict(TIME, parseClock),
  CONVERT_TZ: strict(TIMESTAMP, convertZone),
  TIMESTAMPADD: adder(TIMESTAMP, 1),
  TIMESTAMPSUB: adder(TIMESTAMP, -1),
  DATEADD: adder(DATE, 1),
  DATESUB: adder(DATE, -1),
  TIMEADD: adder(TIME, 1),
  TIMESUB: adder(TIME, -1),
  TIMESTAMPTOSTRING: strict(STRING, formatAt(timestampFormatter)),
  STRINGTOTIMESTAMP: strict(BIGINT, (text: string, pattern: string, zone?: string) => BigInt(parseInstant(text, pattern, zone))),
  STRINGTODATE: strict(INTEGER, parseDay),
  DATETOSTRING: strict(STRING, (days: number, pattern: string) => dateFormatter(pattern)(days * DAY_MS, 'UTC')),
}
