/**
 * The work queue: keys, each at most once waiting and at most once in work, tried again with back-off of its own. So many
 * changes of one object are one reconcile, and an object that fails costs the others nothing.
 *
 * What somebody has just changed goes first; the list at the start and looks in the background come after it, oldest first.
 * They are never left out: after some urgent keys one of them has its turn.
 */
import { backoffMs, type Clock, type Random } from '../ports/index.ts'

export type WorkResult =
  | { readonly kind: 'done' /** Look again after so many milliseconds. */; readonly againMs?: number }
  /** Tried again with back-off. */
  | { readonly kind: 'failed' }

export type Urgency = 'urgent' | 'background'

/** So many urgent keys in a row while others wait. */
export const URGENT_IN_A_ROW = 8

export interface QueueOptions {
  readonly clock: Clock
  readonly random: Random
  readonly workers: number
  readonly baseMs?: number
  readonly maxMs?: number
  work(key: string): Promise<WorkResult>
}

export class WorkQueue {
  readonly #options: QueueOptions
  /** Key -> since when, in the order in which they came. A key is in at most one of them. */
  readonly #waiting: Readonly<Record<Urgency, Map<string, number>>> = { urgent: new Map(), background: new Map() }
  #urgentInARow = 0
  readonly #working = new Set<string>()
  /** Came in while it was in work: once more afterwards. */
  readonly #again = new Map<string, Urgency>()
  readonly #timers = new Map<string, { at: number; cancel: () => void }>()
  readonly #failures = new Map<string, number>()
  #closed = false
  #held = false
  #idle: (() => void)[] = []

  constructor(options: QueueOptions) {
    this.#options = options
  }

  get depth(): number {
    return this.#waiting.urgent.size + this.#waiting.background.size
  }

  /** How long the key that has waited longest waits already; 0: none waits. */
  get oldestMs(): number {
    const now = this.#options.clock.now()
    let oldest = now
    for (const keys of Object.values(this.#waiting)) for (const since of keys.values()) oldest = Math.min(oldest, since)
    return now - oldest
  }

  /** A key that waits already in the background moves up when it becomes urgent, and never down. */
  add(key: string, urgency: Urgency = 'background'): void {
    if (this.#closed) return
    if (this.#working.has(key)) {
      if (this.#again.get(key) !== 'urgent') this.#again.set(key, urgency)
      return
    }
    if (this.#waiting.urgent.has(key)) return
    this.#cancelTimer(key)
    const since = this.#waiting.background.get(key)
    if (since !== undefined && urgency === 'background') return
    this.#waiting.background.delete(key)
    this.#waiting[urgency].set(key, since ?? this.#options.clock.now())
    this.#pump()
  }

  /** The earlier of two times wins. What was put off is a look in the background. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return
    const at = this.#options.clock.now() + ms
    const timer = this.#timers.get(key)
    if (timer !== undefined && timer.at <= at) return
    this.#cancelTimer(key)
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(key)
      this.add(key)
    })
    this.#timers.set(key, { at, cancel })
  }

  /** Keys are gathered, but nothing is worked on until `open`. */
  hold(): void {
    this.#held = true
  }

  open(): void {
    this.#held = false
    this.#pump()
  }

  /** The object is gone: nothing is remembered of it. */
  forget(key: string): void {
    this.#failures.delete(key)
    this.#cancelTimer(key)
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  /** No new work begins; resolves when what is in work has ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (const key of [...this.#timers.keys()]) this.#cancelTimer(key)
    this.#waiting.urgent.clear()
    this.#waiting.background.clear()
    this.#again.clear()
    if (this.#working.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.cancel()
    this.#timers.delete(key)
  }

  #pump(): void {
    while (!this.#closed && !this.#held && this.#working.size < this.#options.workers) {
      const key = this.#next()
      if (key === undefined) return
      this.#working.add(key)
      void this.#run(key)
    }
  }

  #next(): string | undefined {
    const { urgent, background } = this.#waiting
    const first = urgent.size > 0 && (this.#urgentInARow < URGENT_IN_A_ROW || background.size === 0) ? urgent : background
    this.#urgentInARow = first === urgent && background.size > 0 ? this.#urgentInARow + 1 : 0
    const [key] = first.keys()
    if (key !== undefined) first.delete(key)
    return key
  }

  async #run(key: string): Promise<void> {
    // A worker that throws is a fault of ours; it must cost a retry, not the process.
    const result = await this.#options.work(key).catch((): WorkResult => ({ kind: 'failed' }))
    this.#working.delete(key)
    const again = this.#again.get(key)
    this.#again.delete(key)
    if (result.kind === 'failed') {
      const attempt = this.#failures.get(key) ?? 0
      this.#failures.set(key, attempt + 1)
      const { baseMs = 500, maxMs = 60_000, random } = this.#options
      this.addAfter(key, backoffMs(attempt, { baseMs, maxMs, random }))
    } else {
      this.#failures.delete(key)
      if (result.againMs !== undefined) this.addAfter(key, result.againMs)
    }
    if (again) this.add(key, again)
    this.#pump()
    if (this.#working.size === 0) {
      for (const resolve of this.#idle) resolve()
      this.#idle = []
    }
  }
}
