/** Lengths of time as users write them: `90s`, `2m`, `1h30m`, `500ms`. */
export const DURATION_PATTERN = '^([0-9]{1,9}(ms|s|m|h|d))+$'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds; throws a RangeError for a text that the schema would have refused. */
export function durationMs(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text)) throw new RangeError(`"${text}" is not a duration such as 90s, 2m or 1h30m`)
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|s|m|h|d)/g)) total += Number(amount) * UNIT_MS[unit!]!
  return total
}
