/** Time units, zones and rounding: what date_histogram and date math share. Times are epoch milliseconds. */

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30s`, `500ms`, `1h`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^([+-]?)(\d+(?:\.\d+)?)(ms|s|m|h|d|micros|nanos)$/.exec(text.trim())
  if (!match) return undefined
  const unit = match[3] === 'micros' ? 0.001 : match[3] === 'nanos' ? 0.000001 : UNIT_MS[match[3] ?? '']
  if (unit === undefined) return undefined
  return (match[1] === '-' ? -1 : 1) * Number(match[2]) * unit
}

export type CalendarUnit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second'

export const calendarUnits: Readonly<Record<string, CalendarUnit>> = {
  '1y': 'year',
  year: 'year',
  '1q': 'quarter',
  quarter: 'quarter',
  '1M': 'month',
  month: 'month',
  '1w': 'week',
  week: 'week',
  '1d': 'day',
  day: 'day',
  '1h': 'hour',
  hour: 'hour',
  '1m': 'minute',
  minute: 'minute',
  '1s': 'second',
  second: 'second',
}

/** Minutes east of UTC at an instant, for `UTC`, `+05:30` or a region. */
export interface Zone {
  readonly id: string
  /** Milliseconds to add to UTC for local time. */
  offsetAt(ms: number): number
}

export const utc: Zone = { id: 'Z', offsetAt: () => 0 }

const regions = new Map<string, Zone>()

export function zoneOf(id: string): Zone | undefined {
  if (id === 'Z' || id === 'UTC' || id === 'GMT' || id.toLowerCase() === 'utc') return utc
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(id)
  if (fixed) {
    const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000
    return { id, offsetAt: () => offset }
  }
  const known = regions.get(id)
  if (known) return known
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined // Not a zone: the caller says so in its own words.
  }
  const zone: Zone = {
    id,
    offsetAt(ms) {
      const part: Record<string, number> = {}
      for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value)
      const local = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second)
      return local - Math.floor(ms / 1000) * 1000
    },
  }
  regions.set(id, zone)
  return zone
}

/** The instant whose local time in the zone is `local` (a UTC-like number). */
export function fromLocal(local: number, zone: Zone): number {
  const first = local - zone.offsetAt(local)
  return local - zone.offsetAt(first)
}

/** Start of the calendar unit that holds `ms`, in the zone's local time. */
export function floorTo(ms: number, unit: CalendarUnit, zone: Zone): number {
  const local = new Date(ms + zone.offsetAt(ms))
  if (unit === 'second' || unit === 'minute' || unit === 'hour') {
    const size = unit === 'second' ? 1000 : unit === 'minute' ? 60_000 : 3_600_000
    const offset = zone.offsetAt(ms)
    return Math.floor((ms + offset) / size) * size - offset
  }
  return fromLocal(floorDate(local, unit), zone)
}

function floorDate(date: Date, unit: CalendarUnit): number {
  const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  switch (unit) {
    case 'year':
      return Date.UTC(y, 0)
    case 'quarter':
      return Date.UTC(y, m - (m % 3))
    case 'month':
      return Date.UTC(y, m)
    case 'week':
      return Date.UTC(y, m, d - ((date.getUTCDay() + 6) % 7))
    default:
      return Date.UTC(y, m, d)
  }
}

/** `count` units later; months keep the day where they can. */
export function addUnits(ms: number, count: number, unit: CalendarUnit, zone: Zone): number {
  const fixed = { second: 1000, minute: 60_000, hour: 3_600_000 }[unit as 'second' | 'minute' | 'hour']
  if (fixed !== undefined) return ms + count * fixed
  const date = new Date(ms + zone.offsetAt(ms))
  if (unit === 'day' || unit === 'week') date.setUTCDate(date.getUTCDate() + count * (unit === 'week' ? 7 : 1))
  else {
    const months = count * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1)
    const day = date.getUTCDate()
    date.setUTCDate(1)
    date.setUTCMonth(date.getUTCMonth() + months)
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    date.setUTCDate(Math.min(day, last))
  }
  return fromLocal(date.getTime(), zone)
}
