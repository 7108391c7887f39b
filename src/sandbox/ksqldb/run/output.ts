/** Where a query's rows go: through the caches to the sink topic, or straight to a client. */
import type { OutputRow, RunningQuery } from '../../../engine/index.ts'
import type { Clock, Logger } from '../../../ports/index.ts'
import { lastOfEachKey, OutputCache } from './output-cache.ts'
import type { Sink } from './sink.ts'

export interface OutputOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly sink: Sink | undefined
  readonly onRow: ((row: OutputRow) => void) | undefined
  /** Caches hold back what a newer update of the same key replaces. Streams have none. */
  readonly cached: boolean
}

const RETRY_MS = 1_000

export class Output {
  readonly #o: OutputOptions
  readonly #cache = new OutputCache()
  #stopped = false

  constructor(options: OutputOptions) {
    this.#o = options
  }

  async emit(rows: readonly OutputRow[], running: RunningQuery): Promise<void> {
    if (rows.length === 0) return
    const { onRow, sink, cached } = this.#o
    if (onRow !== undefined) for (const row of cached ? lastOfEachKey(rows) : rows) onRow(row)
    if (sink === undefined) return
    const records = rows.map((row) => running.encode(row))
    if (cached) for (const record of records) this.#cache.put(record)
    else await this.#write(sink, records)
  }

  /** Writes what the caches hold. */
  async flush(): Promise<void> {
    const { sink } = this.#o
    if (sink !== undefined) await this.#write(sink, this.#cache.drain())
  }

  /** Forgets what was not written: the query begins again from its last commit. */
  forget(): void {
    this.#cache.drain()
  }

  /** From now on a failed write is not tried again. */
  stop(): void {
    this.#stopped = true
  }

  /** A sink topic that is gone shows nowhere: the producer goes on trying. */
  async #write(sink: Sink, records: Parameters<Sink['write']>[0]): Promise<void> {
    for (;;) {
      try {
        await sink.write(records, this.#o.clock.now())
        return
      } catch (error) {
        if (this.#stopped) throw error
        this.#o.log.warn({ topic: sink.topic, err: error }, 'writing to the sink topic failed, trying again')
        await this.#o.clock.sleep(RETRY_MS)
      }
    }
  }
}
