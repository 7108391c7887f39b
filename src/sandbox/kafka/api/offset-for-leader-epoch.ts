/**
 * OffsetForLeaderEpoch, key 23: where a leader's term ended; consumers ask it to notice a truncated log. The one
 * leader here has one term.
 *
 * Request  2-4 => (3+) replica_id: int32, topics: [name: string, partitions: [partition: int32, current_leader_epoch: int32,
 *                   leader_epoch: int32]]
 * Response 2+  => throttle_time_ms: int32, topics: [name: string, partitions: [error_code: int16, partition: int32,
 *                   leader_epoch: int32, end_offset: int64]]
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { LEADER_EPOCH } from '../log/partition-log.ts'
import { defineApi, firstError } from './api.ts'
import { assertLeaderEpoch } from './fetch.ts'

export const offsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  minVersion: 2,
  maxVersion: 4,
  flexibleFrom: 4,
  mutating: false,
  read(reader, version) {
    if (version >= 3) reader.int32()
    return reader.structs(() => ({
      name: reader.string(),
      partitions: reader.structs(() => ({ partition: reader.int32(), current: reader.int32(), epoch: reader.int32() })),
    }))
  },
  names: (topics) => topics.map(({ name }) => name),
  handle: (broker, topics) =>
    topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, current, epoch }) => {
        const log = broker.topics.log(name, partition)
        try {
          if (!log) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
          assertLeaderEpoch(current)
          const known = epoch === LEADER_EPOCH
          return { partition, error: ErrorCode.NONE, epoch: known ? LEADER_EPOCH : -1, end: known ? log.endOffset : -1n }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          return { partition, error: error.code, epoch: -1, end: -1n }
        }
      }),
    })),
  status: (topics) => firstError(topics.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, topics) {
    writer.int32(0).structs(topics, ({ name, partitions }) => {
      writer.string(name).structs(partitions, ({ partition, error, epoch, end }) => writer.int16(error).int32(partition).int32(epoch).int64(end))
    })
  },
})
