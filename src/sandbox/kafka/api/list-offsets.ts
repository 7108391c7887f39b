/**
 * ListOffsets, key 2: start, end, or the first offset at a time.
 *
 * Request  1-7 => replica_id: int32, (2+) isolation_level: int8,
 *                 topics: [name: string, partitions: [partition: int32, (4+) current_leader_epoch: int32, timestamp: int64]]
 *                 timestamp -1: the end, -2: the start, -3 (7+): the record with the newest time
 * Response 2+  => throttle_time_ms: int32,
 *          1+     topics: [name: string, partitions: [partition: int32, error_code: int16, timestamp: int64, offset: int64,
 *                   (4+) leader_epoch: int32]]
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { LEADER_EPOCH, type PartitionLog } from '../log/partition-log.ts'
import { defineApi, firstError } from './api.ts'
import { assertLeaderEpoch } from './fetch.ts'

const LATEST = -1n
const EARLIEST = -2n
const MAX_TIMESTAMP = -3n

export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  minVersion: 1,
  maxVersion: 7,
  flexibleFrom: 6,
  mutating: false,
  read(reader, version) {
    reader.int32()
    if (version >= 2) reader.int8()
    return reader.structs(() => ({
      name: reader.string(),
      partitions: reader.structs(() => ({
        partition: reader.int32(),
        leaderEpoch: version >= 4 ? reader.int32() : -1,
        timestamp: reader.int64(),
      })),
    }))
  },
  names: (topics) => topics.map(({ name }) => name),
  handle: (broker, topics, { version }) =>
    topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, leaderEpoch, timestamp }) => {
        const log = broker.topics.log(name, partition)
        try {
          if (!log) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
          assertLeaderEpoch(leaderEpoch)
          return { partition, error: ErrorCode.NONE, ...lookUp(log, timestamp, version) }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          return { partition, error: error.code, offset: -1n, timestamp: -1 }
        }
      }),
    })),
  status: (topics) => firstError(topics.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, topics, version) {
    if (version >= 2) writer.int32(0)
    writer.structs(topics, ({ name, partitions }) => {
      writer.string(name).structs(partitions, ({ partition, error, offset, timestamp }) => {
        writer.int32(partition).int16(error).int64(BigInt(timestamp)).int64(offset)
        if (version >= 4) writer.int32(offset < 0n ? -1 : LEADER_EPOCH)
      })
    })
  },
})

/** Offset -1: no record is that new. */
function lookUp(log: PartitionLog, timestamp: bigint, version: number): { offset: bigint; timestamp: number } {
  const none = { offset: -1n, timestamp: -1 }
  if (timestamp === LATEST) return { offset: log.endOffset, timestamp: -1 }
  if (timestamp === EARLIEST) return { offset: log.startOffset, timestamp: -1 }
  if (timestamp === MAX_TIMESTAMP && version >= 7) return log.newest() ?? none
  if (timestamp < 0n) throw new Refusal('UNSUPPORTED_VERSION')
  return log.offsetAt(Number(timestamp)) ?? none
}
