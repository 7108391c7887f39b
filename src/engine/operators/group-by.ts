/** Gives a stream the key of its groups. Where that is another key than before, the record goes through a repartition topic. */
import type { Row, Value } from '../values.ts'
import type { Downstream } from './change.ts'

/** The partition of a repartition topic that a key goes to. */
export type PartitionOf = (key: readonly Value[]) => number

/** A record without value, or with a null in its key, is in no group. */
export function groupBy(keyOf: (row: Row) => Value[] | null, partitionOf: PartitionOf, downstream: Downstream): Downstream {
  return (change) => {
    if (change.row === null) return
    const key = keyOf(change.row)
    if (key === null) return
    downstream({ key, row: change.row, old: null, time: change.time, window: undefined, partition: partitionOf(key) })
  }
}

/** The key is already that of the groups: a record without value goes on, and the aggregate has to cope. */
export function groupByKey(keyOf: (row: Row) => Value[] | null, downstream: Downstream): Downstream {
  return (change) => {
    if (change.key === null) return
    const key = change.row === null ? change.key : keyOf(change.row)
    if (key !== null) downstream(change.window ? { ...change, window: undefined } : change)
  }
}
