import type { Duration, TimeUnit } from './ast.ts'

const MS_PER_UNIT: Readonly<Record<TimeUnit, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1_000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
}

/** The length of time in milliseconds. */
export function durationMs(duration: Pick<Duration, 'value' | 'unit'>): number {
  return duration.value * MS_PER_UNIT[duration.unit]
}
