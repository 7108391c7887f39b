/** The page's time: the server's clock, the range that is looked at, and labels for instants. */
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 2_592_000_000, y: 31_536_000_000 }
const serverAhead = Number(document.body.dataset.now) - Date.now()

export function now() {
  return Math.round(Date.now() + serverAhead)
}

/** `now-15m`, epoch milliseconds or ISO, as epoch milliseconds. */
export function timeOf(text, roundUp) {
  if (/^-?\d+$/.test(text)) return Number(text)
  if (!text.startsWith('now')) return Date.parse(text)
  let at = now()
  for (const [, sign, count, slash, letter] of text.slice(3).matchAll(/(?:([+-])(\d+)|(\/))([smhdwMy])/g)) {
    const unit = UNIT_MS[letter]
    if (slash) at = Math.floor(at / unit) * unit + (roundUp ? unit - 1 : 0)
    else at += (sign === '-' ? -1 : 1) * Number(count) * unit
  }
  return at
}

export function durationMs(text) {
  const match = /^>?\s*(\d+)(ms|[smhdwMy])$/.exec(text ?? '')
  return match ? Number(match[1]) * (match[2] === 'ms' ? 1 : UNIT_MS[match[2]]) : undefined
}

const STEPS = [
  1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
  7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000,
]

/** Width of a time bucket so that a series has about as many points as there are pixels for it. */
export function niceInterval(rangeMs, maxDataPoints, leastMs) {
  const wanted = Math.max(rangeMs / Math.max(1, maxDataPoints), leastMs)
  return STEPS.find((step) => step >= wanted) ?? STEPS[STEPS.length - 1]
}

export function timeLabel(ms, zone) {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  return new Intl.DateTimeFormat('sv-SE', zone ? { ...options, timeZone: zone } : options).format(ms)
}
