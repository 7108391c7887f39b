/** Reads a topic into rows: key, value, pseudo columns, headers, side by side. A table also remembers its rows. */

import type { QuerySource, Source } from '../../sql/index.ts'
import { type Identity, keyIdentity } from '../compare.ts'
import type { InputRecord } from '../engine.ts'
import type { ScopeColumn } from '../expression/scope.ts'
import { compileReader } from '../serde/record-reader.ts'
import { compileTimestamp } from '../serde/timestamp.ts'
import { arrayOf, BIGINT, BYTES, INTEGER, STRING } from '../types.ts'
import type { Row, Value } from '../values.ts'
import type { Change, Downstream, Stateful } from './change.ts'

/** The columns of a source's rows, in their order. */
export function sourceColumns({ alias, source }: QuerySource): ScopeColumn[] {
  const column = (name: string, type: ScopeColumn['type']): ScopeColumn => ({ qualifier: alias, name, type })
  return [
    ...source.key.map(({ name, type }) => column(name, type)),
    ...source.value.map(({ name, type }) => column(name, type)),
    ...source.headers.map(({ name, headerKey }) => column(name, headerKey === undefined ? HEADERS : BYTES)),
    column('ROWTIME', BIGINT),
    column('ROWPARTITION', INTEGER),
    column('ROWOFFSET', BIGINT),
    ...(source.window ? [column('WINDOWSTART', BIGINT), column('WINDOWEND', BIGINT)] : []),
  ]
}

const HEADERS = arrayOf({
  kind: 'STRUCT',
  fields: [
    { name: 'KEY', type: STRING },
    { name: 'VALUE', type: BYTES },
  ],
})

/** Throws when the record does not fit the source: then ksqlDB drops it. Undefined: dropped without a word. */
export type SourceReader = (record: InputRecord) => Change

export function compileSource(source: Source): SourceReader {
  const reader = compileReader(source)
  const timestampOf = compileTimestamp(source)
  const keyWidth = source.key.length
  const hasHeaders = source.headers.length > 0
  return (record) => {
    const { key, window } = reader.readKey(record.key)
    const value = reader.readValue(record.value)
    const time = value === null ? record.timestamp : timestampOf(record, key, value)
    if (time < 0) throw new Error(`Skipping record due to negative extracted timestamp ${time}`)
    return { key, row: value === null ? null : rowOf(record, key, value, time, window), old: null, time, window, partition: record.partition }
  }

  function rowOf(record: InputRecord, key: readonly Value[] | null, value: readonly Value[], time: number, window: Change['window']): Row {
    const row: Value[] = []
    for (let i = 0; i < keyWidth; i++) row.push(key === null ? null : key[i]!)
    for (const item of value) row.push(item)
    if (hasHeaders) row.push(...reader.readHeaders(record.headers ?? []))
    row.push(BigInt(time), record.partition, record.offset)
    if (window) row.push(BigInt(window.start), BigInt(window.end))
    return row
  }
}

export interface StoredRow {
  readonly key: readonly Value[]
  readonly row: Row
  readonly time: number
}

/** The newest row of every key of a table, by partition-independent identity. */
export class TableStore implements Stateful {
  #rows = new Map<Identity, StoredRow>()

  get(key: readonly Value[]): StoredRow | undefined {
    return this.#rows.get(keyIdentity(key))
  }

  /** Gives the row before. */
  put(key: readonly Value[], row: Row | null, time: number): StoredRow | undefined {
    const identity = keyIdentity(key)
    const old = this.#rows.get(identity)
    if (row === null) this.#rows.delete(identity)
    else this.#rows.set(identity, { key, row, time })
    return old
  }

  rows(): Iterable<StoredRow> {
    return this.#rows.values()
  }

  snapshot(): unknown {
    return [...this.#rows]
  }

  restore(state: unknown): void {
    this.#rows = new Map(state as Iterable<[Identity, StoredRow]>)
  }
}

/** Keys of a windowed table's rows carry their window. */
export function storeKey(change: Change): readonly Value[] {
  return change.window ? [...change.key!, change.window.start, change.window.end] : change.key!
}

/** A table's changes with the row they replace; records without key are dropped, as Kafka Streams does. */
export function materialise(store: TableStore, downstream: Downstream): Downstream {
  return (change) => {
    if (change.key === null) return
    const old = store.put(storeKey(change), change.row, change.time)
    downstream({ ...change, old: old?.row ?? null })
  }
}
