/**
 * DeleteRecords, key 21: moves the start of partitions.
 *
 * Request  0-2 => topics: [name: string, partitions: [partition: int32, offset: int64]], timeout_ms: int32
 *                 offset -1: everything up to now
 * Response 0+  => throttle_time_ms: int32, topics: [name: string, partitions: [partition: int32, low_watermark: int64, error_code: int16]]
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

export const deleteRecords = defineApi({
  key: 21,
  name: 'DeleteRecords',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  mutating: true,
  read(reader) {
    const topics = reader.structs(() => ({
      name: reader.string(),
      partitions: reader.structs(() => ({ partition: reader.int32(), offset: reader.int64() })),
    }))
    reader.int32()
    return topics
  },
  names: (topics) => topics.map(({ name }) => name),
  handle: (broker, topics) =>
    topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, offset }) => {
        const log = broker.topics.log(name, partition)
        try {
          if (!log) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
          const to = offset === -1n ? log.endOffset : offset
          if (to < 0n || to > log.endOffset) throw new Refusal('OFFSET_OUT_OF_RANGE')
          log.truncateBefore(to)
          return { partition, start: log.startOffset, error: ErrorCode.NONE }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          return { partition, start: -1n, error: error.code }
        }
      }),
    })),
  status: (topics) => firstError(topics.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, topics) {
    writer.int32(0).structs(topics, ({ name, partitions }) => {
      writer.string(name).structs(partitions, ({ partition, start, error }) => writer.int32(partition).int64(start).int16(error))
    })
  },
})
