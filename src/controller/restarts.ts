/** Failed connectors are restarted with back-off of their own: each restart costs the tasks a rebalance. */
import type { ResourceId } from '../plan/index.ts'
import { backoffMs, type Clock, type Random } from '../ports/index.ts'

const FIRST_MS = 10_000
const LONGEST_MS = 10 * 60_000
/** A connector that ran so long had recovered: the next failure is a new one. */
const RECOVERED_MS = 15 * 60_000

export class RestartMemory {
  readonly #clock: Clock
  readonly #random: Random
  readonly #restarts = new Map<string, { attempt: number; at: number; waitMs: number }>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Milliseconds until it may be restarted. The first time at once. */
  waitMs(pipeline: string, id: ResourceId): number {
    const known = this.#restarts.get(`${pipeline} ${id}`)
    return known === undefined ? 0 : Math.max(0, known.at + known.waitMs - this.#clock.now())
  }

  restarted(pipeline: string, id: ResourceId): void {
    const key = `${pipeline} ${id}`
    const now = this.#clock.now()
    const known = this.#restarts.get(key)
    const attempt = known === undefined || now - known.at > known.waitMs + RECOVERED_MS ? 0 : known.attempt + 1
    this.#restarts.set(key, { attempt, at: now, waitMs: backoffMs(attempt, { baseMs: FIRST_MS, maxMs: LONGEST_MS, random: this.#random }) })
  }

  forget(pipeline: string): void {
    for (const key of this.#restarts.keys()) if (key.startsWith(`${pipeline} `)) this.#restarts.delete(key)
  }
}
