/** Aggregates without window: over a stream, each record adds; over a table, the old row is taken out and the new one put in. */
import { type Identity, keyIdentity, valuesEqual } from '../compare.ts'
import type { Row, Value } from '../values.ts'
import type { Change, Downstream, Stateful } from './change.ts'
import type { GroupStates } from './group.ts'
import type { PartitionOf } from './group-by.ts'
import type { GroupEntry, GroupView } from './window-aggregate.ts'

class GroupStore implements Stateful, GroupView {
  #groups = new Map<Identity, GroupEntry>()
  readonly #states: GroupStates
  readonly #downstream: Downstream

  constructor(states: GroupStates, downstream: Downstream) {
    this.#states = states
    this.#downstream = downstream
  }

  update(key: readonly Value[], change: { add: Row | null; remove: Row | null; time: number; partition: number }): void {
    const identity = keyIdentity(key)
    let entry = this.#groups.get(identity)
    if (!entry) {
      if (change.add === null) return
      entry = { key, window: undefined, states: this.#states.init(), row: [], time: change.time }
      this.#groups.set(identity, entry)
    }
    const old = entry.row.length === 0 ? null : entry.row
    if (change.remove !== null && old !== null) this.#states.remove(entry.states, this.#states.read(change.remove))
    if (change.add !== null) this.#states.add(entry.states, this.#states.read(change.add))
    entry.time = Math.max(entry.time, change.time)
    entry.row = this.#states.row(key, entry.states, entry.time)
    this.#downstream({ key, row: entry.row, old, time: entry.time, window: undefined, partition: change.partition })
  }

  get(key: readonly Value[]): Iterable<GroupEntry> {
    const entry = this.#groups.get(keyIdentity(key))
    return entry ? [entry] : []
  }

  entries(): Iterable<GroupEntry> {
    return this.#groups.values()
  }

  snapshot(): unknown {
    return this.#groups
  }

  restore(state: unknown): void {
    this.#groups = state as Map<Identity, GroupEntry>
  }
}

export interface Aggregate {
  readonly process: Downstream
  readonly store: Stateful & GroupView
}

/** Records without key or value are dropped. */
export function aggregateStream(states: GroupStates, downstream: Downstream): Aggregate {
  const store = new GroupStore(states, downstream)
  return {
    store,
    process({ key, row, time, partition }: Change) {
      if (key !== null && row !== null) store.update(key, { add: row, remove: null, time, partition })
    },
  }
}

/** A row that stays in its group changes it once; one that moves changes the old group first. */
export function aggregateTable(keyOf: (row: Row) => Value[] | null, partitionOf: PartitionOf, states: GroupStates, downstream: Downstream): Aggregate {
  const store = new GroupStore(states, downstream)
  return {
    store,
    process({ row, old, time }: Change) {
      const to = row === null ? null : keyOf(row)
      const from = old === null ? null : keyOf(old)
      if (to !== null && from !== null && valuesEqual(to, from)) {
        store.update(to, { add: row, remove: old, time, partition: partitionOf(to) })
        return
      }
      if (from !== null) store.update(from, { add: null, remove: old, time, partition: partitionOf(from) })
      if (to !== null) store.update(to, { add: row, remove: null, time, partition: partitionOf(to) })
    },
  }
}
