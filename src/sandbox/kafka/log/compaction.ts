/**
 * Log compaction: of every key only the newest record stays in the closed segments, and a tombstone goes
 * delete.retention.ms after the first compaction that saw it. Offsets never change.
 * https://kafka.apache.org/documentation/#compaction
 */
import type { TopicConfig } from '../topic-config.ts'
import { LEADER_EPOCH, type PartitionLog, type Segment, type StoredBatch, storedBatch } from './partition-log.ts'
import { type BatchRecord, deleteHorizonOf, isLogAppendTime, readHeader, readRecords, writeBatch } from './record-batch.ts'

export function compact(log: PartitionLog, config: TopicConfig, now: number): void {
  if (!config.compacts) return
  rollByAge(log, config, now)
  const closed = log.segments.slice(0, -1).filter((segment) => now - segment.maxTimestamp >= config.number('min.compaction.lag.ms'))
  const dirty = closed.filter((segment) => !segment.clean)
  if (!isWorthIt(closed, dirty, config, now) && !hasDueTombstones(closed, now, log.endOffset - 1n)) return

  const newest = newestOffsets(log)
  for (const segment of closed) {
    segment.batches = segment.batches.flatMap((batch) => compactBatch(batch, newest, config, now, log.endOffset - 1n) ?? [])
    segment.bytes = segment.batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
    segment.clean = true
  }
  const active = log.segments.at(-1)
  log.segments.splice(0, log.segments.length, ...log.segments.filter((segment) => segment.batches.length > 0 || segment === active))
}

/** The active segment is closed once it is old enough, so that a quiet topic is compacted too. */
function rollByAge(log: PartitionLog, config: TopicConfig, now: number): void {
  const active = log.segments.at(-1)
  if (!active || active.batches.length === 0) return
  const age = now - active.openedAt
  if (age > Math.min(config.number('segment.ms'), config.number('max.compaction.lag.ms'))) {
    log.segments.push({ batches: [], bytes: 0, openedAt: now, maxTimestamp: -1, clean: false })
  }
}

function isWorthIt(closed: readonly Segment[], dirty: readonly Segment[], config: TopicConfig, now: number): boolean {
  if (dirty.length === 0) return false
  const overdue = dirty.some((segment) => now - segment.openedAt > config.number('max.compaction.lag.ms'))
  const bytes = (segments: readonly Segment[]) => segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return overdue || bytes(dirty) >= bytes(closed) * config.number('min.cleanable.dirty.ratio')
}

const hasDueTombstones = (closed: readonly Segment[], now: number, last: bigint) =>
  closed.some((segment) => segment.batches.some(({ bytes, lastOffset }) => lastOffset !== last && (deleteHorizonOf(bytes) ?? Number.POSITIVE_INFINITY) <= now))

/** Over the whole log: a newer record in the segment being written to counts as well. */
function newestOffsets(log: PartitionLog): Map<string, bigint> {
  const newest = new Map<string, bigint>()
  for (const segment of log.segments) {
    for (const batch of segment.batches) {
      for (const record of readRecords(batch.bytes)) if (record.key) newest.set(keyOf(record.key), record.offset)
    }
  }
  return newest
}

const keyOf = (key: Buffer) => key.toString('latin1')

/**
 * Undefined: nothing of the batch is left. The batch with the last offset of all stays, or a reader who stands before it
 * would wait for ever.
 */
function compactBatch(batch: StoredBatch, newest: ReadonlyMap<string, bigint>, config: TopicConfig, now: number, lastOffset: bigint): StoredBatch | undefined {
  const header = readHeader(batch.bytes)
  const horizon = deleteHorizonOf(batch.bytes)
  const records = readRecords(batch.bytes, header)
  const kept = records.filter((record) => isNewest(record, newest) && !(record.value === null && horizon !== undefined && horizon <= now))
  if (kept.length === 0) return batch.lastOffset === lastOffset ? batch : undefined
  const tombstones = kept.some((record) => record.value === null)
  if (kept.length === records.length && (!tombstones || horizon !== undefined)) return batch
  const bytes = writeBatch(kept, {
    compression: header.compression,
    logAppendTime: isLogAppendTime(header),
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    leaderEpoch: LEADER_EPOCH,
    // The batch still covers all its offsets, so that a reader moves over what is gone.
    baseOffset: header.baseOffset,
    lastOffset: header.lastOffset,
    ...(tombstones ? { deleteHorizon: horizon ?? now + config.number('delete.retention.ms') } : {}),
  })
  return storedBatch(bytes)
}

const isNewest = (record: BatchRecord, newest: ReadonlyMap<string, bigint>) => record.key !== null && newest.get(keyOf(record.key)) === record.offset
