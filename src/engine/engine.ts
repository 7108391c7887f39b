/**
 * What the engine offers: a persistent or transient query, compiled once, fed record by record.
 * It does no I/O and knows no clock: time is the records' time (stream time), as in Kafka Streams.
 */
import type { AnalysedQuery, Source } from '../sql/index.ts'
import type { Value } from './values.ts'

export type RecordHeaders = ReadonlyArray<readonly [string, Uint8Array | null]>

/** A record as it stands in a topic. */
export interface InputRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: RecordHeaders
}

export interface WindowBounds {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  readonly start: number
  /** Start + size of a time window; time of the last record of a session. */
  readonly end: number
}

/** One change of the query's result. `value` null: the row is gone (a tombstone). Columns stand in the order of the output schema. */
export interface OutputRow {
  readonly key: readonly Value[] | null
  readonly value: readonly Value[] | null
  readonly timestamp: number
  readonly window?: WindowBounds
  /** Those of the record that caused it; absent when it had none. */
  readonly headers?: RecordHeaders
}

/** What a query writes to its sink topic. */
export interface OutputRecord {
  readonly topic: string
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: RecordHeaders
  readonly row: OutputRow
}

/** A record the query could not use: real ksqlDB drops it and says so in its processing log. */
export interface ProcessingError {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly message: string
  /** True: Kafka Streams would die of it and try the same record again for ever. */
  readonly fatal: boolean
}

export interface TableRow {
  readonly key: readonly Value[]
  readonly value: readonly Value[]
  readonly timestamp: number
  readonly window?: WindowBounds
}

/** The materialised state of a table, for pull queries. */
export interface TableView {
  /** A windowed table gives one row per window, by window start. */
  get(key: readonly Value[]): readonly TableRow[]
  rows(): Iterable<TableRow>
}

/** What its name in Kafka begins with after the query's group, before `-repartition`. */
export type RepartitionTopic = 'Aggregate-GroupBy' | 'Join'

export interface RunningQuery {
  /** Topics to feed, each with how it is read: a table's topic is read before the clicks that need it. */
  readonly inputs: readonly { readonly topic: string; readonly as: 'STREAM' | 'TABLE' }[]
  /**
   * How many records went through each repartition topic, by partition: grouping is in process, so these topics are only counted.
   * Of the joins only a stream's with one table has one here.
   */
  readonly repartitioned: ReadonlyMap<RepartitionTopic, readonly number[]>
  /** Everything that one record changes, in the order in which ksqlDB writes it. */
  process(record: InputRecord): readonly OutputRow[]
  /** The same as bytes for the sink topic; only for a query with a sink. */
  encode(row: OutputRow): OutputRecord
  /** Present when the result is a table. */
  readonly table?: TableView
  /** Largest record timestamp seen, -1 before the first. */
  readonly streamTime: number
  /** True once LIMIT is reached: nothing more will come out. */
  readonly done: boolean
  /**
   * All state: windows, sessions, joined rows, stream times, as data that structuredClone takes. It shares objects with the
   * running query: clone or serialise it before the next record.
   */
  snapshot(): unknown
  /** Takes over what `snapshot` of a query of the same statement gave. */
  restore(state: unknown): void
}

export interface CompileOptions {
  readonly query: AnalysedQuery
  /** Absent for a transient (push) query. */
  readonly sink?: Source
  readonly onError: (error: ProcessingError) => void
  /** For RANDOM and UUID, uniform in [0, 1); without it these fail. */
  readonly random?: () => number
  /** For UNIX_TIMESTAMP() and UNIX_DATE(), epoch milliseconds; without it these fail. */
  readonly now?: () => number
}
