/** When a failed connector may be restarted again: at once, then after 10, 20, 40 s and so on, at most every 10 minutes. */
import type { Clock } from '../../ports/index.ts'

const FIRST_WAIT_MS = 10_000
const LONGEST_WAIT_MS = 600_000

export interface Restarts {
  /** True: restart it now; the next restart waits longer. */
  due(name: string): boolean
  /** It runs again. */
  forget(name: string): void
}

export function createRestarts(clock: Clock): Restarts {
  const waits = new Map<string, { at: number; waitMs: number }>()
  return {
    due(name) {
      const wait = waits.get(name)
      const now = clock.now()
      if (wait && now < wait.at) return false
      const waitMs = wait ? Math.min(wait.waitMs * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS
      waits.set(name, { at: now + waitMs, waitMs })
      return true
    },
    forget(name) {
      const wait = waits.get(name)
      // A task that fails again right after its restart has not recovered.
      if (wait && clock.now() >= wait.at) waits.delete(name)
    },
  }
}
