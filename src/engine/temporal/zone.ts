/** Time zones by name or offset: the offset in force at an instant, and back from a local time. */

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
    formatters.set(zone, formatter)
  }
  return formatter
}

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/

/** Milliseconds east of UTC, or undefined when the text names no offset. */
export function parseOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'UTC' || zone === 'GMT' || zone === 'UT') return 0
  const match = OFFSET.exec(zone)
  if (!match) return undefined
  const ms = ((Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60 + Number(match[4] ?? 0)) * 1000
  return match[1] === '-' ? -ms : ms
}

/** Throws RangeError when the zone is unknown. */
export function offsetAt(zone: string, instant: number): number {
  const fixed = parseOffset(zone)
  if (fixed !== undefined) return fixed
  const parts: Record<string, string> = {}
  for (const { type, value } of formatterOf(zone).formatToParts(instant)) parts[type] = value
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
  const local = new Date(0)
  local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
  local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second), 0)
  return local.getTime() - Math.floor(instant / 1000) * 1000
}

/** The instant of a local time. In a gap the clock is moved on; of two, the earlier offset counts, as java.time does. */
export function instantOf(zone: string, local: number): number {
  const before = offsetAt(zone, local - 86_400_000)
  const after = offsetAt(zone, local + 86_400_000)
  if (before === after && offsetAt(zone, local - before) === before) return local - before
  for (const offset of [before, after]) if (offsetAt(zone, local - offset) === offset) return local - offset
  return local - before
}
