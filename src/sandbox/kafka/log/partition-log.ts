/**
 * The log of one partition, in memory: batches in segments, oldest first. A segment is closed by its size or age
 * (segment.bytes, segment.ms); only closed segments are compacted, and retention takes whole segments.
 */
import { BatchRefused, RecordsRefused, Refusal } from '../errors.ts'
import type { TopicConfig } from '../topic-config.ts'
import { ProducerStates } from './producer-state.ts'
import {
  type BatchHeader,
  type BatchRecord,
  hasValidChecksum,
  isControl,
  placeBatch,
  readHeader,
  readRecords,
  splitBatches,
  stampBatch,
  writeBatch,
} from './record-batch.ts'

/** Of the header only what is looked up often: there are as many of these as there were requests. */
export interface StoredBatch {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly maxTimestamp: number
  readonly bytes: Buffer
}

export function storedBatch(bytes: Buffer): StoredBatch {
  const { baseOffset, lastOffset, maxTimestamp } = readHeader(bytes)
  return { baseOffset, lastOffset, maxTimestamp, bytes }
}

export interface Segment {
  batches: StoredBatch[]
  bytes: number
  /** When its first batch came. */
  readonly openedAt: number
  /** Of its records. */
  maxTimestamp: number
  /** Compacted since it was last written to. */
  clean: boolean
}

export interface Appended {
  readonly baseOffset: bigint
  /** Set with message.timestamp.type=LogAppendTime, else -1. */
  readonly logAppendTime: number
}

/** Larger segment.bytes count as this: memory is smaller than disks, and is given back by segments. */
const MAX_SEGMENT_BYTES = 8 * 1024 * 1024
/** What a batch costs beside its bytes, about. */
const BATCH_OVERHEAD_BYTES = 250

/** The replication of one broker never changes its leader. */
export const LEADER_EPOCH = 0
const CODEC_NUMBERS: Readonly<Record<string, number>> = { uncompressed: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

export class PartitionLog {
  readonly segments: Segment[] = []
  readonly producers = new ProducerStates()
  #start = 0n
  #end = 0n

  get startOffset(): bigint {
    return this.#start
  }
  /** Of the next record; also high watermark and last stable offset. */
  get endOffset(): bigint {
    return this.#end
  }
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0)
  }

  /** What it costs the process. */
  get memoryBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes + segment.batches.length * BATCH_OVERHEAD_BYTES, 0)
  }

  /** Checks and stores what a producer sent; throws a Refusal and stores nothing when it is not right. `name` is for its words. */
  append(records: Buffer, config: TopicConfig, now: number, name = ''): Appended {
    const batches = splitBatches(records)
    const [sent] = batches
    if (!sent || batches.length > 1)
      throw new BatchRefused('INVALID_RECORD', 'Produce requests with version 3 and above must have exactly one record batch per partition')
    const header = readHeader(sent)
    this.#assertBatch(sent, header, config)
    assertRecords(readRecords(sent, header), config, now, name)
    const repeated = header.producerId >= 0n ? this.producers.check(header) : undefined
    const logAppendTime = config.logAppendTime ? now : -1
    if (repeated !== undefined) return { baseOffset: repeated, logAppendTime: header.maxTimestamp }

    const baseOffset = this.#end
    // A copy: what came is part of a larger network buffer.
    const stored = recompressed(Buffer.from(sent), header, config)
    placeBatch(stored, baseOffset, LEADER_EPOCH)
    if (config.logAppendTime) stampBatch(stored, now)
    this.#store(storedBatch(stored), config, now)
    if (header.producerId >= 0n) this.producers.record(header, baseOffset, now)
    return { baseOffset, logAppendTime }
  }

  #assertBatch(batch: Buffer, header: BatchHeader, config: TopicConfig): void {
    if (!hasValidChecksum(batch)) throw new BatchRefused('CORRUPT_MESSAGE', 'Record is corrupt (the checksum is wrong)')
    const limit = config.number('max.message.bytes')
    if (batch.length > limit) {
      throw new BatchRefused(
        'MESSAGE_TOO_LARGE',
        `The record batch size in the append is ${batch.length} bytes which exceeds the maximum configured value of ${limit}.`,
      )
    }
    if (isControl(header)) throw new Refusal('INVALID_RECORD', 'Clients are not allowed to write control records')
    const offsets = header.lastOffset - header.baseOffset + 1n
    if (header.recordCount < 1 || BigInt(header.recordCount) !== offsets) {
      throw new Refusal('INVALID_RECORD', `Inconsistent batch offset range: ${offsets} offsets for ${header.recordCount} records`)
    }
  }

  #store(batch: StoredBatch, config: TopicConfig, now: number): void {
    const last = this.segments.at(-1)
    const full =
      last &&
      (last.bytes + batch.bytes.length > Math.min(config.number('segment.bytes'), MAX_SEGMENT_BYTES) || now - last.openedAt > config.number('segment.ms'))
    const segment: Segment = !last || full ? { batches: [], bytes: 0, openedAt: now, maxTimestamp: -1, clean: false } : last
    if (segment !== last) this.segments.push(segment)
    segment.batches.push(batch)
    segment.bytes += batch.bytes.length
    segment.maxTimestamp = Math.max(segment.maxTimestamp, batch.maxTimestamp)
    this.#end = batch.lastOffset + 1n
  }

  /**
   * Whole batches from the one that holds `offset` on, up to `maxBytes`; the first one is given even if it is larger
   * and `atLeastOne` is set. Throws OFFSET_OUT_OF_RANGE.
   */
  read(offset: bigint, maxBytes: number, atLeastOne: boolean): Buffer[] {
    if (offset < this.#start || offset > this.#end) {
      throw new Refusal(
        'OFFSET_OUT_OF_RANGE',
        `Received request for offset ${offset}, but we only have log segments from offset ${this.#start} to ${this.#end}.`,
      )
    }
    const found: Buffer[] = []
    let bytes = 0
    for (const batch of this.batchesFrom(offset)) {
      if (bytes + batch.bytes.length > maxBytes && !(atLeastOne && found.length === 0)) break
      found.push(batch.bytes)
      bytes += batch.bytes.length
    }
    return found
  }

  /** Batches that end at or after `offset`. */
  *batchesFrom(offset: bigint): Generator<StoredBatch> {
    for (const segment of this.segments) {
      const last = segment.batches.at(-1)
      if (!last || last.lastOffset < offset) continue
      let low = 0
      for (let high = segment.batches.length; low < high; ) {
        const middle = (low + high) >>> 1
        if (segment.batches[middle]!.lastOffset < offset) low = middle + 1
        else high = middle
      }
      for (let i = low; i < segment.batches.length; i++) yield segment.batches[i]!
    }
  }

  /** The first record with at least this time; undefined when there is none. */
  offsetAt(timestamp: number): { offset: bigint; timestamp: number } | undefined {
    for (const segment of this.segments) {
      if (segment.maxTimestamp < timestamp) continue
      for (const batch of segment.batches) {
        if (batch.maxTimestamp < timestamp || batch.lastOffset < this.#start) continue
        const record = readRecords(batch.bytes).find((one) => one.timestamp >= timestamp && one.offset >= this.#start)
        if (record) return { offset: record.offset, timestamp: record.timestamp }
      }
    }
    return undefined
  }

  /** The record with the newest time, the earliest of equals; undefined when the log is empty. */
  newest(): { offset: bigint; timestamp: number } | undefined {
    const max = this.segments.reduce((newest, segment) => Math.max(newest, segment.maxTimestamp), -1)
    return max < 0 ? undefined : this.offsetAt(max)
  }

  /** Everything before `offset` is gone for readers at once; its memory when a whole segment is behind. */
  truncateBefore(offset: bigint): void {
    if (offset > this.#start) this.#start = offset
    while (this.segments.length > 0) {
      const last = this.segments[0]!.batches.at(-1)
      if (last && last.lastOffset >= this.#start) return
      this.segments.shift()
    }
  }

  /** Drops the oldest segment, the one being written to included. */
  dropOldestSegment(): void {
    const next = this.segments[1]?.batches[0]
    this.truncateBefore(next ? next.baseOffset : this.#end)
  }
}

const SHOWN_ERRORS = 3

function assertRecords(records: readonly BatchRecord[], config: TopicConfig, now: number, name: string): void {
  if (config.compacts) {
    const errors = records.flatMap(({ key }, index) =>
      key === null ? [{ index, message: `Compacted topic cannot accept message without key in topic partition ${name}` }] : [],
    )
    if (errors.length > 0) {
      const shown = errors.slice(0, SHOWN_ERRORS).map(({ index, message }) => `RecordError(batchIndex=${index}, message='${message}')`)
      const words = `One or more records have been rejected due to ${errors.length} record errors in total, and only showing the first three errors at most: [${shown.join(', ')}]`
      throw new RecordsRefused('INVALID_RECORD', words, errors)
    }
  }
  if (config.logAppendTime) return
  const from = now - config.number('message.timestamp.before.max.ms')
  const to = now + config.number('message.timestamp.after.max.ms')
  const errors = records.flatMap(({ timestamp }, index) =>
    timestamp < from || timestamp > to
      ? [{ index, message: `Timestamp ${timestamp} of message with offset ${index} is out of range. The timestamp should be within [${from}, ${to}]` }]
      : [],
  )
  if (errors.length > 0) throw new RecordsRefused('INVALID_TIMESTAMP', 'One or more records have been rejected due to invalid timestamp', errors)
}

/** With compression.type set on the topic, the broker packs what came in another form again. */
function recompressed(batch: Buffer, header: BatchHeader, config: TopicConfig): Buffer {
  const wanted = CODEC_NUMBERS[config.get('compression.type')]
  if (wanted === undefined || wanted === header.compression) return batch
  const records: BatchRecord[] = readRecords(batch, header)
  return writeBatch(records, {
    compression: wanted,
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
  })
}
