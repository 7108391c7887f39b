/** PARTITION BY, and the re-keying before a join: the record gets a new key and goes to that key's partition. */
import type { Column, SourceFormat, TypedExpression } from '../../sql/index.ts'
import { columnsFormat } from '../serde/format.ts'
import type { Row, Value } from '../values.ts'
import type { Downstream } from './change.ts'
import type { PartitionOf } from './group-by.ts'

/**
 * `keyOf` gives null for a record whose new key is null; it keeps its place in the stream all the same. `emptyRow` stands in
 * for the row of a record without value: the old key, and nulls.
 */
export function partitionBy(
  keyOf: (row: Row) => Value[] | null,
  partitionOf: PartitionOf,
  downstream: Downstream,
  emptyRow?: (key: readonly Value[] | null) => Row,
): Downstream {
  return (change) => {
    const row = change.row ?? emptyRow?.(change.key) ?? null
    const key = row === null ? null : keyOf(row)
    const partition = key === null ? change.partition : partitionOf(key)
    downstream({ key, row: change.row, old: null, time: change.time, window: undefined, partition })
  }
}

/** The order of keys by their bytes, as a state store lists them. */
export function keysByBytes(format: SourceFormat, columns: readonly Column[]): (a: readonly Value[], b: readonly Value[]) => number {
  const { write } = columnsFormat(format, columns, false)
  return (a, b) => {
    const [left, right] = [write(a) ?? new Uint8Array(), write(b) ?? new Uint8Array()]
    const length = Math.min(left.length, right.length)
    for (let i = 0; i < length; i++) if (left[i] !== right[i]) return left[i]! - right[i]!
    return left.length - right.length
  }
}

/** Columns for the bytes of a key that has no names of its own. */
export function keyColumns(key: readonly TypedExpression[]): Column[] {
  return key.map(({ type }, i) => ({ name: `K${i}`, type: type! }))
}
