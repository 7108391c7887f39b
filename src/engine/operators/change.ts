/** What flows between the operators of a query. */
import type { WindowBounds } from '../engine.ts'
import type { Row, Value } from '../values.ts'

/**
 * A record of a stream, or the change of one row of a table. `row` null: a record without value, or a row that is gone.
 * `old` is the row before, for tables where an operator downstream needs it.
 */
export interface Change {
  readonly key: readonly Value[] | null
  readonly row: Row | null
  readonly old: Row | null
  /** Epoch milliseconds. */
  readonly time: number
  readonly window: WindowBounds | undefined
  /** Of the topic (or repartition topic) it came through: each partition has its own state and stream time. */
  readonly partition: number
}

export type Downstream = (change: Change) => void

/** What an operator tells the outside: a fault that costs a value or a record. */
export type Report = (error: Error) => void

/** Kafka Streams would die of it: the query stands at this record. */
export class FatalError extends Error {
  override name = 'FatalError'
}

/** State that can be written down and read back; the data is plain enough for structuredClone. */
export interface Stateful {
  snapshot(): unknown
  restore(state: unknown): void
}
