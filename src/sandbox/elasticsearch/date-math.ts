/** Date math: `now-5m/m`, `2024-01-01||+1M/d`. https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options */
import type { DateFormat } from './date-format.ts'
import { addUnits, type CalendarUnit, floorTo, utc, type Zone } from './time.ts'

const UNITS: Record<string, CalendarUnit> = { y: 'year', M: 'month', w: 'week', d: 'day', h: 'hour', H: 'hour', m: 'minute', s: 'second' }

/** Epoch milliseconds; undefined when the text is no date. `roundUp`: the last instant that the text can mean (for `gt`, `lte`). */
export function parseDateMath(text: string, format: DateFormat, options: { now: number; zone?: Zone; roundUp?: boolean }): number | undefined {
  const zone = options.zone ?? utc
  const roundUp = options.roundUp ?? false
  if (text.startsWith('now')) return applyMath(options.now, text.slice(3), zone, roundUp)
  const bar = text.indexOf('||')
  if (bar < 0) return format.parse(text, zone, roundUp)
  const base = format.parse(text.slice(0, bar), zone, false)
  return base === undefined ? undefined : applyMath(base, text.slice(bar + 2), zone, roundUp)
}

function applyMath(start: number, math: string, zone: Zone, roundUp: boolean): number | undefined {
  let at = start
  let rest = math
  while (rest !== '') {
    const step = /^(?:([+-])(\d*)|(\/))([yMwdhHms])/.exec(rest)
    const unit = UNITS[step?.[4] ?? '']
    if (!step || !unit) return undefined
    if (step[3]) {
      at = floorTo(at, unit, zone)
      if (roundUp) at = addUnits(at, 1, unit, zone) - 1
    } else at = addUnits(at, (step[1] === '-' ? -1 : 1) * Number(step[2] || 1), unit, zone)
    rest = rest.slice(step[0].length)
  }
  return at
}
