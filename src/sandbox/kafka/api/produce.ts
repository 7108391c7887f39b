/**
 * Produce, key 0: records into partitions.
 *
 * Request  3-9 => transactional_id: nullable string, acks: int16, timeout_ms: int32,
 *                 topics: [name: string, partitions: [index: int32, records: nullable bytes]]
 * Response 3+  => responses: [name: string, partitions: [index: int32, error_code: int16, base_offset: int64,
 *                   log_append_time_ms: int64, (5+) log_start_offset: int64,
 *                   (8+) record_errors: [batch_index: int32, message: nullable string], error_message: nullable string]],
 *                 throttle_time_ms: int32
 * acks=0 gets no answer. Version 0 to 2 are announced, as the real broker does for old librdkafka, but not taken.
 */
import type { Broker } from '../broker.ts'
import { BatchRefused, ErrorCode, type RecordError, RecordsRefused, Refusal } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

interface PartitionResult {
  readonly index: number
  readonly error: number
  /** Only what was found in the records is put into words. */
  readonly message: string | null
  readonly errors: readonly RecordError[]
  readonly baseOffset: bigint
  readonly logAppendTime: number
  readonly startOffset: bigint
}

export const produce = defineApi({
  key: 0,
  name: 'Produce',
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 9,
  mutating: true,
  read(reader, version) {
    if (version < 3) throw new Refusal('UNSUPPORTED_VERSION')
    return {
      transactionalId: reader.nullableString(),
      acks: reader.int16(),
      timeoutMs: reader.int32(),
      topics: reader.structs(() => ({
        name: reader.string(),
        partitions: reader.structs(() => ({ index: reader.int32(), records: reader.nullableBytes() })),
      })),
    }
  },
  names: ({ topics }) => topics.map(({ name }) => name),
  unanswered: ({ acks }) => acks === 0,
  handle: (broker, { transactionalId, acks, topics }) =>
    topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, records }) => {
        try {
          if (transactionalId !== null) throw new Refusal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'Transactions are not supported.')
          if (acks < -1 || acks > 1) throw new Refusal('INVALID_REQUIRED_ACKS')
          return append(broker, name, index, records)
        } catch (error) {
          if (error instanceof Refusal) return failed(index, error)
          throw error
        }
      }),
    })),
  status: (topics) => firstError(topics.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, topics, version) {
    writer.structs(topics, ({ name, partitions }) => {
      writer.string(name).structs(partitions, (partition) => {
        writer.int32(partition.index).int16(partition.error).int64(partition.baseOffset).int64(BigInt(partition.logAppendTime))
        if (version >= 5) writer.int64(partition.startOffset)
        if (version >= 8) writer.structs(partition.errors, ({ index, message }) => writer.int32(index).string(message)).string(partition.message)
      })
    })
    writer.int32(0)
  },
})

function append(broker: Broker, topicName: string, index: number, records: Buffer | null): PartitionResult {
  const topic = broker.topics.require(topicName)
  const log = topic.partitions[index]
  if (!log) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
  try {
    const appended = log.append(records ?? Buffer.alloc(0), topic.config, broker.clock.now(), `${topicName}-${index}`)
    broker.wakeReaders(log)
    return { index, error: ErrorCode.NONE, message: null, errors: [], ...appended, startOffset: log.startOffset }
  } catch (error) {
    if (error instanceof Refusal && !(error instanceof BatchRefused)) return { ...failed(index, error), startOffset: log.startOffset }
    throw error
  }
}

const failed = (index: number, refusal: Refusal): PartitionResult => ({
  index,
  error: refusal.code,
  message: refusal instanceof RecordsRefused ? refusal.message : null,
  errors: refusal instanceof RecordsRefused ? refusal.errors : [],
  baseOffset: -1n,
  logAppendTime: -1,
  startOffset: -1n,
})
