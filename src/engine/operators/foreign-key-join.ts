/**
 * Joins a table to another by a column that is no key of it. Each row of the left side subscribes to the row it refers to; a
 * change of that row reaches all who subscribed, in the order of the bytes of their keys.
 */
import { type Identity, identityOf, keyIdentity } from '../compare.ts'
import type { Row, Value } from '../values.ts'
import type { Change, Downstream, Stateful } from './change.ts'
import type { StoredRow, TableStore } from './source.ts'

export interface ForeignKeyJoin {
  readonly type: 'INNER' | 'LEFT'
  readonly left: TableStore
  readonly right: TableStore
  readonly rightWidth: number
  /** What a left row refers to; null: nothing. */
  foreignKeyOf(row: Row): Value
  /** Orders the left keys that refer to one right row. */
  compareKeys(a: readonly Value[], b: readonly Value[]): number
}

export class ForeignKeyJoiner implements Stateful {
  readonly #join: ForeignKeyJoin
  readonly #downstream: Downstream
  readonly #nothing: Row
  #subscriptions = new Map<Identity, Map<Identity, readonly Value[]>>()

  constructor(join: ForeignKeyJoin, downstream: Downstream) {
    this.#join = join
    this.#downstream = downstream
    this.#nothing = new Array<Value>(join.rightWidth).fill(null)
  }

  /** The change must carry the row it replaces, and the left store must hold the new one. */
  readonly left: Downstream = (change) => {
    const key = change.key!
    const from = change.old === null ? null : this.#join.foreignKeyOf(change.old)
    const to = change.row === null ? null : this.#join.foreignKeyOf(change.row)
    const moved = from !== null && (to === null || identityOf(from) !== identityOf(to))
    if (moved) this.#subscriptions.get(identityOf(from))?.delete(keyIdentity(key))
    if (to !== null) this.#subscribe(to, key)

    if (this.#join.type === 'LEFT') {
      if (change.row !== null || change.old !== null) this.#answer(change, to, true)
    } else if (to !== null) this.#answer(change, to, from !== null)
    else if (from !== null) this.#emit(change, undefined, change.time)
  }

  /** A change of the right side. */
  readonly right: Downstream = (change) => {
    const subscribers = [...(this.#subscriptions.get(identityOf(change.key![0]!))?.values() ?? [])].sort(this.#join.compareKeys)
    for (const key of subscribers)
      this.#emit({ ...change, key }, change.row === null ? undefined : { key: change.key!, row: change.row, time: change.time }, change.time)
  }

  #subscribe(foreignKey: Value, key: readonly Value[]): void {
    const identity = identityOf(foreignKey)
    const subscribers = this.#subscriptions.get(identity)
    if (subscribers) subscribers.set(keyIdentity(key), key)
    else this.#subscriptions.set(identity, new Map([[keyIdentity(key), key]]))
  }

  /** `always`: also where the right side has no row, because a result may stand there from before. */
  #answer(change: Change, foreignKey: Value, always: boolean): void {
    const right = foreignKey === null ? undefined : this.#join.right.get([foreignKey])
    if (right || always) this.#emit(change, right, right ? Math.max(change.time, right.time) : change.time)
  }

  #emit(change: Change, right: StoredRow | undefined, time: number): void {
    const left = this.#join.left.get(change.key!)?.row
    const joined = left !== undefined && (right !== undefined || this.#join.type === 'LEFT')
    this.#downstream({ ...change, row: joined ? [...left, ...(right?.row ?? this.#nothing)] : null, old: null, time })
  }

  snapshot(): unknown {
    return this.#subscriptions
  }

  restore(state: unknown): void {
    this.#subscriptions = state as Map<Identity, Map<Identity, readonly Value[]>>
  }
}
