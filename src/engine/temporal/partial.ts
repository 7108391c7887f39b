/** Timestamps written in part, as ksqlDB reads them in casts and comparisons: `2024`, `2024-03-05`, `2024-03-05T06`, with zone. */
import { parseDate } from './iso.ts'
import { instantOf } from './zone.ts'

const PARTIAL =
  /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T(?:(\d{2})(?::(\d{2}))?(?::(\d{2}))?(?:\.(\d{1,9}))?)?)?(Z|[A-Z][A-Za-z]*(?:\/[A-Za-z_]+)*|[+-]\d{2}:?\d{2})?$/

/** Throws when the text is no timestamp. */
export function parsePartialTimestamp(text: string): number {
  const match = PARTIAL.exec(text.trim())
  const days = match ? parseDate(`${match[1]}-${match[2] ?? '01'}-${match[3] ?? '01'}`) : undefined
  const [hour, minute, second] = [Number(match?.[4] ?? 0), Number(match?.[5] ?? 0), Number(match?.[6] ?? 0)]
  if (days === undefined || hour > 23 || minute > 59 || second > 59) {
    throw new Error(`Failed to parse timestamp '${text}': Required format is: "yyyy-MM-dd'T'HH:mm:ss.SSS", with an optional numeric 'Z' or '+HH:mm' time zone`)
  }
  const ms = Math.floor(Number(`0.${match![7] ?? 0}`) * 1000 + 1e-6)
  const local = days * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + ms
  return instantOf(match![8] ?? 'UTC', local)
}
