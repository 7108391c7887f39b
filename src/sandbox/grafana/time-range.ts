/** Times as dashboards and queries give them: `now-15m/m`, epoch milliseconds, ISO. */
import type { TimeRange } from './elasticsearch/request.ts'

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 2_592_000_000, y: 31_536_000_000 }

/** Undefined when one of them is no time. */
export function rangeOf(from: string, to: string, now: number): TimeRange | undefined {
  const [start, end] = [timeOf(from, now, false), timeOf(to, now, true)]
  return start === undefined || end === undefined ? undefined : { from: start, to: end }
}

function timeOf(text: string, now: number, roundUp: boolean): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text)
  if (!text.startsWith('now')) {
    const ms = Date.parse(text)
    return Number.isNaN(ms) ? undefined : ms
  }
  let at = now
  let rest = text.slice(3)
  while (rest !== '') {
    const step = /^(?:([+-])(\d+)|(\/))([smhdwMy])/.exec(rest)
    const unit = UNIT_MS[step?.[4] ?? '']
    if (!step || unit === undefined) return undefined
    if (step[3]) at = Math.floor(at / unit) * unit + (roundUp ? unit - 1 : 0)
    else at += (step[1] === '-' ? -1 : 1) * Number(step[2]) * unit
    rest = rest.slice(step[0].length)
  }
  return at
}
