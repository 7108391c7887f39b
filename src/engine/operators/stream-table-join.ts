/**
 * Joins each record of a stream with the row that a table has at that moment. The result keeps the record's time. A LEFT join
 * also gives a row where the table has none, or where the record has no key.
 */
import type { Row, Value } from '../values.ts'
import type { Downstream } from './change.ts'
import { storeKey, type TableStore } from './source.ts'

export interface StreamTableJoin {
  readonly type: 'INNER' | 'LEFT'
  readonly store: TableStore
  /** Columns of the table's row, for rows without match. */
  readonly rightWidth: number
}

export function streamTableJoin({ type, store, rightWidth }: StreamTableJoin, downstream: Downstream): Downstream {
  const nothing: Row = new Array<Value>(rightWidth).fill(null)
  return (change) => {
    if (change.row === null) return
    const match = change.key === null ? undefined : store.get(storeKey(change))
    if (!match && type === 'INNER') return
    const { key, row, time, window, partition } = change
    downstream({ key, row: row.concat(match?.row ?? nothing), old: null, time, window, partition })
  }
}
