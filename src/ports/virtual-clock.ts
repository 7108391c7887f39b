/** A clock that stands still until told to go: timers fire in order of their time, then of their making. */
import { type Clock, sleepOn } from './clock.ts'

export class VirtualClock implements Clock {
  #now: number
  #nextId = 0
  readonly #timers = new Map<number, { at: number; fn: () => void }>()

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  after(ms: number, fn: () => void): () => void {
    const id = this.#nextId++
    this.#timers.set(id, { at: this.#now + Math.max(0, ms), fn })
    return () => this.#timers.delete(id)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal)
  }

  /** Moves time on by `ms`; between timers, promises that became ready run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (;;) {
      const next = this.#nextDue(end)
      if (next === undefined) break
      this.#timers.delete(next.id)
      this.#now = next.at
      next.fn()
      await settle()
    }
    this.#now = end
  }

  #nextDue(end: number): { id: number; at: number; fn: () => void } | undefined {
    let due: { id: number; at: number; fn: () => void } | undefined
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (due === undefined || timer.at < due.at)) due = { id, ...timer }
    }
    return due
  }
}

/** Lets everything that only waits for promises run to its next wait. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
