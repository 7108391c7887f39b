/**
 * What Kafka Streams' record caches do to a table's output: of several updates of one key within a commit interval only
 * the last is written, in the order of the last updates.
 */
import type { OutputRecord } from '../../../engine/index.ts'

export class OutputCache {
  readonly #latest = new Map<string, OutputRecord>()

  put(record: OutputRecord): void {
    const key = record.key === null ? '' : Buffer.from(record.key).toString('latin1')
    this.#latest.delete(key)
    this.#latest.set(key, record)
  }

  get size(): number {
    return this.#latest.size
  }

  drain(): OutputRecord[] {
    const records = [...this.#latest.values()]
    this.#latest.clear()
    return records
  }
}
