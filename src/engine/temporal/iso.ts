/** Dates, times and timestamps as ISO texts, in UTC. Days are counted on the proleptic Gregorian calendar. */

export const DAY_MS = 86_400_000

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function padYear(year: number): string {
  if (year > 9999) return `+${year}`
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4)
}

/** `days` since 1970-01-01. */
export function formatDate(days: number): string {
  const date = new Date(days * DAY_MS)
  return `${padYear(date.getUTCFullYear())}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}`
}

/** As LocalTime prints: seconds only when there are any, a fraction only when there is one. */
export function formatTime(ms: number): string {
  const seconds = Math.floor(ms / 1000) % 60
  const text = `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}`
  if (ms % 1000 !== 0) return `${text}:${pad(seconds, 2)}.${pad(ms % 1000, 3)}`
  return seconds === 0 ? text : `${text}:${pad(seconds, 2)}`
}

/** Always with milliseconds. */
export function formatTimestamp(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  const time = ms - days * DAY_MS
  return `${formatDate(days)}T${pad(Math.floor(time / 3_600_000), 2)}:${pad(Math.floor(time / 60_000) % 60, 2)}:${pad(Math.floor(time / 1000) % 60, 2)}.${pad(time % 1000, 3)}`
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/

/** Days since 1970-01-01, or undefined. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text)
  if (!match) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const ms = Date.UTC(year, month - 1, day)
  const date = new Date(ms)
  if (year < 100) date.setUTCFullYear(year)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? Math.floor(date.getTime() / DAY_MS) : undefined
}

/** Milliseconds of the day, or undefined. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (!match) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(Number(`0.${match[4] ?? 0}`) * 1000 + 1e-6)
}
