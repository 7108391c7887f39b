/**
 * Record batches, format 2. https://kafka.apache.org/documentation/#recordbatch
 *
 *   baseOffset int64 | batchLength int32 | partitionLeaderEpoch int32 | magic int8 = 2 | crc uint32 (CRC-32C of what
 *   follows) | attributes int16 | lastOffsetDelta int32 | baseTimestamp int64 | maxTimestamp int64 | producerId int64 |
 *   producerEpoch int16 | baseSequence int32 | recordCount int32 | records
 *
 *   attributes: bits 0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *   record: length varint | attributes int8 | timestampDelta varlong | offsetDelta varint | key | value | headers
 */
import { kafkaCodecs } from '../../../ports/index.ts'
import { BatchRefused, Refusal } from '../errors.ts'
import { crc32c } from '../wire/crc32c.ts'
import { Reader, WireError } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'

const BATCH_HEADER_BYTES = 61
const LENGTH_END = 12
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const COMPRESSION_MASK = 0x07
const LOG_APPEND_TIME = 0x08
const CONTROL = 0x20
const DELETE_HORIZON = 0x40
/** A record that decompresses to more than this is a bomb. */
const MAX_PLAIN_BYTES = 128 * 1024 * 1024

export interface BatchHeader {
  readonly baseOffset: bigint
  readonly lastOffset: bigint
  readonly attributes: number
  readonly compression: number
  /** What the records' deltas count from: the first one's time, or the delete horizon. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

export interface BatchRecord {
  readonly offset: bigint
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

/** Splits what a produce request carries; refuses what is no batch of format 2. */
export function splitBatches(records: Buffer): Buffer[] {
  const batches: Buffer[] = []
  for (let at = 0; at < records.length; ) {
    if (records.length - at < CRC_AT) throw new BatchRefused('CORRUPT_MESSAGE', 'The batch is cut.')
    const magic = records.readInt8(at + 16)
    if (magic !== 2) throw new BatchRefused('INVALID_RECORD', `Only record batches of format 2 are taken, not ${magic}.`)
    const length = LENGTH_END + records.readInt32BE(at + 8)
    if (length < BATCH_HEADER_BYTES || at + length > records.length) throw new BatchRefused('CORRUPT_MESSAGE', 'The batch length is wrong.')
    batches.push(records.subarray(at, at + length))
    at += length
  }
  return batches
}

export function readHeader(batch: Buffer): BatchHeader {
  const baseOffset = batch.readBigInt64BE(0)
  const attributes = batch.readInt16BE(ATTRIBUTES_AT)
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(batch.readInt32BE(23)),
    attributes,
    compression: attributes & COMPRESSION_MASK,
    baseTimestamp: Number(batch.readBigInt64BE(27)),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producerId: batch.readBigInt64BE(43),
    producerEpoch: batch.readInt16BE(51),
    baseSequence: batch.readInt32BE(53),
    recordCount: batch.readInt32BE(57),
  }
}

export const hasValidChecksum = (batch: Buffer): boolean => crc32c(batch.subarray(ATTRIBUTES_AT)) === batch.readUInt32BE(CRC_AT)
export const isControl = (header: BatchHeader): boolean => (header.attributes & CONTROL) !== 0
export const isLogAppendTime = (header: BatchHeader): boolean => (header.attributes & LOG_APPEND_TIME) !== 0
/** When the tombstones of a compacted batch may go. */
export const deleteHorizonOf = (batch: Buffer): number | undefined =>
  batch.readInt16BE(ATTRIBUTES_AT) & DELETE_HORIZON ? Number(batch.readBigInt64BE(27)) : undefined

/** Decompresses and parses; throws a Refusal when the content is not what the header says. */
export function readRecords(batch: Buffer, header: BatchHeader = readHeader(batch)): BatchRecord[] {
  const plain = plainRecords(batch, header)
  const reader = new Reader(plain)
  const records: BatchRecord[] = []
  try {
    for (let i = 0; i < header.recordCount; i++) {
      const end = reader.varint()
      const left = reader.remaining - end
      reader.int8()
      const timestampDelta = Number(reader.varlong())
      const offset = header.baseOffset + BigInt(reader.varint())
      const key = readBytes(reader)
      const value = readBytes(reader)
      const headers: [string, Buffer | null][] = []
      for (let n = reader.varint(); n > 0; n--) headers.push([(readBytes(reader) ?? Buffer.alloc(0)).toString('utf8'), readBytes(reader)])
      if (reader.remaining !== left) throw new Refusal('INVALID_RECORD', 'A record has another length than it says.')
      const timestamp = isLogAppendTime(header) ? header.maxTimestamp : header.baseTimestamp + timestampDelta
      records.push({ offset, timestamp, key, value, headers })
    }
  } catch (error) {
    if (error instanceof WireError) throw new Refusal('INVALID_RECORD', `A record cannot be read: ${error.message}.`)
    throw error
  }
  if (reader.remaining > 0) throw new Refusal('INVALID_RECORD', 'There are more bytes than records.')
  return records
}

function plainRecords(batch: Buffer, header: BatchHeader): Buffer {
  const body = batch.subarray(BATCH_HEADER_BYTES)
  if (header.compression === 0) return body
  const codec = kafkaCodecs[header.compression]
  if (!codec) throw new Refusal('CORRUPT_MESSAGE', `Unknown compression type id: ${header.compression}`)
  try {
    return codec.decompress(body, MAX_PLAIN_BYTES)
  } catch (error) {
    throw new Refusal('CORRUPT_MESSAGE', `The records cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readBytes(reader: Reader): Buffer | null {
  const length = reader.varint()
  return length < 0 ? null : reader.raw(length)
}

export interface BatchShape {
  readonly compression?: number
  readonly logAppendTime?: boolean
  readonly producerId?: bigint
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly leaderEpoch?: number
  /** Where more offsets are covered than there are records. */
  readonly baseOffset?: bigint
  readonly lastOffset?: bigint
  readonly deleteHorizon?: number
}

/** One batch of `records` (at least one), whose offsets need not be dense. */
export function writeBatch(records: readonly BatchRecord[], shape: BatchShape = {}): Buffer {
  const first = records[0]
  const last = records.at(-1)
  if (!first || !last) throw new RangeError('a batch has at least one record')
  const baseOffset = shape.baseOffset ?? first.offset
  const baseTimestamp = shape.deleteHorizon ?? first.timestamp
  const body = new Writer(false, 1024)
  for (const record of records) writeRecord(body, record, baseOffset, baseTimestamp)
  const compression = shape.compression ?? 0
  const codec = kafkaCodecs[compression]
  const packed = codec ? codec.compress(body.finish()) : body.finish()
  const maxTimestamp = records.reduce((max, record) => Math.max(max, record.timestamp), -1)
  const attributes = compression | (shape.logAppendTime ? LOG_APPEND_TIME : 0) | (shape.deleteHorizon === undefined ? 0 : DELETE_HORIZON)
  const batch = new Writer(false, BATCH_HEADER_BYTES + packed.length)
    .int64(baseOffset)
    .int32(BATCH_HEADER_BYTES - LENGTH_END + packed.length)
    .int32(shape.leaderEpoch ?? 0)
    .int8(2)
    .int32(0)
    .int16(attributes)
    .int32(Number((shape.lastOffset ?? last.offset) - baseOffset))
    .int64(BigInt(baseTimestamp))
    .int64(BigInt(maxTimestamp))
    .int64(shape.producerId ?? -1n)
    .int16(shape.producerEpoch ?? -1)
    .int32(shape.baseSequence ?? -1)
    .int32(records.length)
    .raw(packed)
    .finish()
  seal(batch)
  return batch
}

function writeRecord(body: Writer, record: BatchRecord, baseOffset: bigint, baseTimestamp: number): void {
  const writer = new Writer(false, 64 + (record.key?.length ?? 0) + (record.value?.length ?? 0))
    .int8(0)
    .varlong(BigInt(record.timestamp - baseTimestamp))
    .varint(Number(record.offset - baseOffset))
  writeBytes(writer, record.key)
  writeBytes(writer, record.value)
  writer.varint(record.headers.length)
  for (const [name, value] of record.headers) {
    writeBytes(writer, Buffer.from(name))
    writeBytes(writer, value)
  }
  const bytes = writer.finish()
  body.varint(bytes.length).raw(bytes)
}

function writeBytes(writer: Writer, bytes: Buffer | null): void {
  writer.varint(bytes === null ? -1 : bytes.length)
  if (bytes !== null) writer.raw(bytes)
}

/** Gives a copied batch its place in the log; the offset and leader epoch are outside the checksum. */
export function placeBatch(batch: Buffer, baseOffset: bigint, leaderEpoch: number): void {
  batch.writeBigInt64BE(baseOffset, 0)
  batch.writeInt32BE(leaderEpoch, LENGTH_END)
}

/** With message.timestamp.type=LogAppendTime the broker's time is the time of every record. */
export function stampBatch(batch: Buffer, now: number): void {
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | LOG_APPEND_TIME, ATTRIBUTES_AT)
  batch.writeBigInt64BE(BigInt(now), 35)
  seal(batch)
}

function seal(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
}
