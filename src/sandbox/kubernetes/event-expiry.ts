/** Events live for an hour after their last change, as in a real cluster. */
import type { Clock } from '../../ports/index.ts'
import type { Change, Store } from './store.ts'

const STORAGE = '/events'
const LIFETIME_MS = 3_600_000

export class EventExpiry {
  readonly #store: Store
  readonly #clock: Clock
  /** Key of an event -> what stops its end. */
  readonly #pending = new Map<string, () => void>()

  constructor(deps: { store: Store; clock: Clock }) {
    this.#store = deps.store
    this.#clock = deps.clock
  }

  reconcile(change: Change): void {
    if (change.storage !== STORAGE) return
    this.#pending.get(change.key)?.()
    this.#pending.delete(change.key)
    if (change.type === 'DELETED') return
    const cancel = this.#clock.after(LIFETIME_MS, () => {
      this.#pending.delete(change.key)
      this.#store.delete(STORAGE, change.key)
    })
    this.#pending.set(change.key, cancel)
  }

  close(): void {
    for (const cancel of this.#pending.values()) cancel()
    this.#pending.clear()
  }
}
