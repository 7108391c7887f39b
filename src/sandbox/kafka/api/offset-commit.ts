/**
 * OffsetCommit, key 8.
 *
 * Request  2-8 => group_id: string, generation_id: int32, member_id: string, (7+) group_instance_id: nullable string,
 *                 (2-4) retention_time_ms: int64,
 *                 topics: [name: string, partitions: [partition: int32, offset: int64, (6+) leader_epoch: int32,
 *                   metadata: nullable string]]
 * Response 3+  => throttle_time_ms: int32,
 *          2+     topics: [name: string, partitions: [partition: int32, error_code: int16]]
 */
import type { Broker } from '../broker.ts'
import { ErrorCode, Refusal, refusalOf } from '../errors.ts'
import type { Group } from '../group/group.ts'
import { defineApi, firstError } from './api.ts'

export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  minVersion: 2,
  maxVersion: 8,
  flexibleFrom: 8,
  mutating: false,
  read(reader, version) {
    const groupId = reader.string()
    const generation = reader.int32()
    const memberId = reader.string()
    const instanceId = version >= 7 ? reader.nullableString() : null
    if (version <= 4) reader.int64()
    const topics = reader.structs(() => ({
      name: reader.string(),
      partitions: reader.structs(() => ({
        partition: reader.int32(),
        offset: reader.int64(),
        leaderEpoch: version >= 6 ? reader.int32() : -1,
        metadata: reader.nullableString(),
      })),
    }))
    return { groupId, generation, memberId, instanceId, topics }
  },
  names: ({ groupId, topics }) => [groupId, ...topics.map(({ name }) => name)],
  handle(broker, request) {
    const { group, error } = groupOf(broker, request)
    return request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => {
        if (!group) return { partition, error }
        const refused = refusalOf(() => {
          if (!broker.topics.log(name, partition)) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
          broker.groups.commit(group, name, partition, { offset, leaderEpoch, metadata, at: broker.clock.now() })
        })
        return { partition, error: refused?.code ?? ErrorCode.NONE }
      }),
    }))
  },
  status: (topics) => firstError(topics.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, topics, version) {
    if (version >= 3) writer.int32(0)
    writer.structs(topics, ({ name, partitions }) => {
      writer.string(name).structs(partitions, ({ partition, error }) => writer.int32(partition).int16(error))
    })
  },
})

interface Committer {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
  readonly instanceId: string | null
}

function groupOf(broker: Broker, { groupId, memberId, generation, instanceId }: Committer): { group?: Group; error: number } {
  try {
    return { group: broker.groups.groupForCommit(groupId, memberId, generation, instanceId), error: ErrorCode.NONE }
  } catch (error) {
    if (error instanceof Refusal) return { error: error.code }
    throw error
  }
}
