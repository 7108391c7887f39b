/** Timestamps written in part, as ksqlDB reads them in casts and comparisons: `2024`, `2024-03-05`, `2024-03-05T06:07`, with an offset. */
import { parseDate, parseTime } from './iso.ts'
import { instantOf } from './zone.ts'

const EMPTY_TIME = '00:00:00.000'

/** What is missing at the end is zero. */
function completeTime(time: string): string {
  return time + EMPTY_TIME.slice(time.length)
}

function completeDate(date: string): string {
  const parts = date.split('-').length
  return parts === 1 ? `${date}-01-01` : parts === 2 ? `${date}-01` : date
}

/** A time with an offset must be long enough to leave nothing to complete; the offset begins at its sign. */
function splitOffset(text: string): { time: string; offset: string } {
  const whole = completeTime(text)
  const at = whole.includes('+') ? whole.indexOf('+') : whole.indexOf('-')
  return at < 0 ? { time: whole, offset: 'Z' } : { time: completeTime(whole.slice(0, at)), offset: whole.slice(at) }
}

/** Throws when the text is no timestamp. */
export function parsePartialTimestamp(text: string): number {
  const at = text.indexOf('T')
  const date = at < 0 ? completeDate(text) : text.slice(0, at)
  const { time, offset } = splitOffset(at < 0 ? '' : text.slice(at + 1))
  const days = parseDate(date)
  const ms = parseTime(time)
  if (days === undefined || ms === undefined || time.length !== EMPTY_TIME.length || !/^(Z|[+-]\d{2}(:?\d{2})?)$/.test(offset)) {
    throw new Error(`Failed to parse timestamp '${text}': Required format is: "yyyy-MM-dd'T'HH:mm:ss.SSS", with an optional numeric 4-digit timezone`)
  }
  return instantOf(offset, days * 86_400_000 + ms)
}
