/** Writes a query's output to its sink topic, in order, partitioned as the Java producer would. */
import { type OutputRecord, partitionFor } from '../../../engine/index.ts'
import type { KafkaClient, ProduceRecord, Random } from '../../../ports/index.ts'

/** Of one request: a broker refuses batches of more than a megabyte. */
const REQUEST = { records: 2_000, bytes: 500_000 }
/** Bytes that a window adds behind the key: its start, and for sessions its end. */
const WINDOW_BYTES = { TUMBLING: 8, HOPPING: 8, SESSION: 16 } as const

export class Sink {
  readonly topic: string
  readonly #kafka: KafkaClient
  readonly #random: Random
  #partitions: number | undefined
  #written: number[] = []
  #lastAt = 0

  constructor(kafka: KafkaClient, topic: string, random: Random) {
    this.topic = topic
    this.#kafka = kafka
    this.#random = random
  }

  /** Records written since the query was started. */
  get written(): number {
    return this.#written.reduce((sum, count) => sum + count, 0)
  }

  /** The same by partition; empty before the first. */
  get writtenTo(): readonly number[] {
    return this.#written
  }

  /** When the last one was written; 0: never. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Takes records off the front of `records` as they are written, so that a call after a fault goes on where it was. */
  async write(records: OutputRecord[], now: number): Promise<void> {
    if (records.length === 0) return
    const partitions = await this.#partitionCount()
    while (records.length > 0) {
      const some = records.slice(0, fitting(records)).map((record) => this.#toProduce(record, partitions))
      await this.#kafka.produce(this.topic, some)
      records.splice(0, some.length)
      if (this.#written.length === 0) this.#written = Array.from({ length: partitions }, () => 0)
      for (const { partition = 0 } of some) this.#written[partition] = (this.#written[partition] ?? 0) + 1
      this.#lastAt = now
    }
  }

  #toProduce(record: OutputRecord, partitions: number): ProduceRecord {
    const key = record.key === null ? null : Buffer.from(record.key)
    const value = record.value === null ? null : Buffer.from(record.value)
    return { partition: this.#partition(record, key, partitions), timestamp: record.timestamp, key, value }
  }

  #partition(record: OutputRecord, key: Buffer | null, partitions: number): number {
    if (partitions === 1) return 0
    if (key === null) return Math.floor(this.#random.next() * partitions)
    // All windows of a key go to the partition of the key.
    const window = record.row.window
    return partitionFor(window ? key.subarray(0, key.length - WINDOW_BYTES[window.type]) : key, partitions)
  }

  async #partitionCount(): Promise<number> {
    if (this.#partitions === undefined) {
      const [description] = await this.#kafka.describeTopics([this.topic])
      // A topic that is gone: let produce say so.
      if (description === undefined) return 1
      this.#partitions = description.partitions.length
    }
    return this.#partitions
  }
}

/** How many records from the front make one request; at least one. */
function fitting(records: readonly OutputRecord[]): number {
  let bytes = 0
  for (const [index, { key, value }] of records.entries()) {
    bytes += (key?.length ?? 0) + (value?.length ?? 0)
    if (index > 0 && (bytes > REQUEST.bytes || index >= REQUEST.records)) return index
  }
  return records.length
}
