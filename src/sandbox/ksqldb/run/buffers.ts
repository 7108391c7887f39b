/**
 * Records that were fetched but not processed, a queue per partition, and the order in which they are taken: as Kafka
 * Streams does it, the one with the smallest timestamp among the heads. A partition that is known to hold more than was
 * fetched is waited for (max.task.idle.ms = 0), so that a table is there before the clicks that need it.
 */
import type { KafkaRecord } from '../../../ports/index.ts'

export interface Partition {
  readonly topic: string
  readonly partition: number
  /** Among equal timestamps the lower rank goes first: tables before streams. */
  readonly rank: number
  /** Offset of the next record to process. */
  position: bigint
  /** Records before it only rebuild state; nothing is written for them. */
  readonly replayUntil: bigint
  /** End of the partition when it was last asked for. */
  knownEnd: bigint
  readonly queue: KafkaRecord[]
  /** Index of the queue's head: shifting an array for each record would be slow. */
  head: number
}

export class Buffers {
  readonly partitions: readonly Partition[]
  readonly #waits: boolean
  #arrived = 0n
  #restored = false

  /** `waits`: whether partitions are waited for; pointless when all are of one topic. */
  constructor(partitions: readonly Partition[], waits: boolean) {
    this.partitions = partitions
    this.#waits = waits
  }

  find(topic: string, partition: number): Partition | undefined {
    return this.partitions.find((one) => one.topic === topic && one.partition === partition)
  }

  /** Adds what is new of a batch: after a rebalance records come again. `end` is that of the partition. */
  add(at: Partition, records: readonly KafkaRecord[], end: bigint): void {
    const first = records[0]
    // The topic was deleted and made anew: its offsets count from the start again.
    if (first !== undefined && end < at.position && at.head >= at.queue.length) at.position = first.offset
    this.#arrived += BigInt(records.length)
    const last = at.queue.at(-1)
    const next = at.head < at.queue.length && last !== undefined ? last.offset + 1n : at.position
    for (const record of records) if (record.offset >= next) at.queue.push(record)
    if (end > at.knownEnd) at.knownEnd = end
  }

  /** The next record in order; undefined: nothing may be taken now. */
  next(): { at: Partition; record: KafkaRecord; replay: boolean } | undefined {
    for (const one of this.partitions) {
      // Compaction and transaction markers leave gaps: what is not there need not be waited for.
      const head = one.queue[one.head]
      if (head !== undefined && head.offset > one.position) one.position = head.offset
    }
    const replaying = this.#restored ? [] : this.partitions.filter((one) => one.position < one.replayUntil)
    this.#restored = replaying.length === 0
    const candidates = this.#restored ? this.partitions : replaying
    let chosen: Partition | undefined
    for (const one of candidates) {
      const head = one.queue[one.head]
      if (head === undefined) {
        if (replaying.length > 0 || (this.#waits && one.position < one.knownEnd)) return undefined
        continue
      }
      if (chosen === undefined || before(one, head, chosen)) chosen = one
    }
    const record = chosen?.queue[chosen.head]
    if (chosen === undefined || record === undefined) return undefined
    const replay = record.offset < chosen.replayUntil
    chosen.head++
    chosen.position = record.offset + 1n
    if (chosen.head === chosen.queue.length) {
      chosen.queue.length = 0
      chosen.head = 0
    }
    return { at: chosen, record, replay }
  }

  /** Gives up on what was waited for: offsets at a partition's end can hold markers that no reader ever sees. */
  skipWaits(): void {
    for (const one of this.partitions) {
      if (one.head < one.queue.length) continue
      if (one.replayUntil > one.position) one.position = one.replayUntil
      if (one.knownEnd > one.position) one.position = one.knownEnd
    }
  }

  /** How many records have come so far. */
  get arrived(): bigint {
    return this.#arrived
  }

  get restoring(): boolean {
    return this.partitions.some((one) => one.position < one.replayUntil)
  }

  get waiting(): number {
    return this.partitions.reduce((sum, one) => sum + one.queue.length - one.head, 0)
  }
}

function before(one: Partition, head: KafkaRecord, other: Partition): boolean {
  const otherHead = other.queue[other.head]
  if (otherHead === undefined || head.timestamp !== otherHead.timestamp) return otherHead === undefined || head.timestamp < otherHead.timestamp
  return one.rank < other.rank || (one.rank === other.rank && one.partition < other.partition)
}
