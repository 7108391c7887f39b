import type { Random } from './random.ts'

/** Exponential with jitter: attempt 0 waits about `baseMs`, each further one twice as long, never over `maxMs`. */
export function backoffMs(attempt: number, options: { baseMs: number; maxMs: number; random: Random }): number {
  const full = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(attempt, 30))
  return Math.round(full / 2 + (full / 2) * options.random.next())
}
