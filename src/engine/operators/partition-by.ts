/** PARTITION BY, and the re-keying before a join: the record gets a new key and goes to that key's partition. */
import type { Row, Value } from '../values.ts'
import type { Downstream } from './change.ts'
import type { PartitionOf } from './group-by.ts'

/** `keyOf` gives null for a record whose new key is null; it keeps its place in the stream all the same. */
export function partitionBy(keyOf: (row: Row) => Value[] | null, partitionOf: PartitionOf, downstream: Downstream): Downstream {
  return (change) => {
    const key = change.row === null ? null : keyOf(change.row)
    downstream({ ...change, key, partition: key === null ? change.partition : partitionOf(key) })
  }
}
