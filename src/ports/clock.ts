/** Time from outside: everything that waits or asks for the time takes a Clock, so that a test can own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void
}

const TIMER_MAX_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    // A timer of Node fires at once when it is longer than this, and warns of one in the past.
    const rest = Math.max(0, ms) - TIMER_MAX_MS
    let cancelRest = () => {}
    const next = () => {
      cancelRest = systemClock.after(rest, fn)
    }
    const timer = setTimeout(rest > 0 ? next : fn, Math.min(Math.max(0, ms), TIMER_MAX_MS))
    return () => {
      clearTimeout(timer)
      cancelRest()
    }
  },
  sleep(ms, signal) {
    return sleepOn(this, ms, signal)
  },
}

/** `sleep` in terms of `after`: the same for every clock. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = () => {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}
