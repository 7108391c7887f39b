/**
 * Metadata, key 3: the brokers, and the partitions of topics.
 *
 * Request  0-9   => topics: [name: string] (null from 1 on: all; empty in 0: all)
 *          4+       allow_auto_topic_creation: bool
 *          8-10     include_cluster_authorized_operations: bool,   8+ include_topic_authorized_operations: bool
 *          10+   => topics: [topic_id: uuid, name: nullable string]
 * Response 3+    => throttle_time_ms: int32,
 *          0+       brokers: [node_id: int32, host: string, port: int32, (1+) rack: nullable string],
 *          2+       cluster_id: nullable string,   1+ controller_id: int32,
 *          0+       topics: [error_code: int16, name: string (nullable from 12 on), (10+) topic_id: uuid,
 *                     (1+) is_internal: bool,
 *                     partitions: [error_code: int16, partition: int32, leader: int32, (7+) leader_epoch: int32,
 *                       replicas: [int32], isr: [int32], (5+) offline_replicas: [int32]],
 *                     (8+) topic_authorized_operations: int32]
 *          8-10     cluster_authorized_operations: int32
 */

import { ErrorCode } from '../errors.ts'
import { LEADER_EPOCH } from '../log/partition-log.ts'
import { isInternal } from '../topics.ts'
import { defineApi, firstError } from './api.ts'

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'
/** Nobody asked, or there is no authorizer to say. */
const NO_OPERATIONS = -2_147_483_648

interface TopicMetadata {
  readonly error: number
  readonly name: string | null
  readonly id: string
  readonly partitions: number
}

export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  minVersion: 0,
  maxVersion: 12,
  flexibleFrom: 9,
  mutating: false,
  read(reader, version) {
    const asked = reader.nullableStructs(() =>
      version >= 10 ? { id: reader.uuid(), name: reader.nullableString() } : { id: NO_ID, name: reader.string() as string | null },
    )
    if (version >= 4) reader.bool()
    if (version >= 8 && version <= 10) reader.bool()
    if (version >= 8) reader.bool()
    return { topics: version === 0 && asked?.length === 0 ? null : asked }
  },
  names: ({ topics }) => (topics ?? []).map(({ id, name }) => name ?? id),
  handle(broker, { topics }): { topics: TopicMetadata[]; clusterId: string; nodeId: number; host: string; port: number } {
    const found = topics
      ? topics.map(({ id, name }): TopicMetadata => {
          const topic = name === null ? broker.topics.byId(id) : broker.topics.get(name)
          if (topic) return { error: ErrorCode.NONE, name: topic.name, id: topic.id, partitions: topic.partitions.length }
          // auto.create.topics.enable is false, whatever the client allows.
          return { error: name === null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name, id, partitions: 0 }
        })
      : broker.topics.all().map((topic) => ({ error: ErrorCode.NONE, name: topic.name, id: topic.id, partitions: topic.partitions.length }))
    return { topics: found, clusterId: broker.clusterId, nodeId: broker.nodeId, host: broker.host, port: broker.port }
  },
  status: ({ topics }) => firstError(topics.map(({ error }) => error)),
  write(writer, { topics, clusterId, nodeId, host, port }, version) {
    if (version >= 3) writer.int32(0)
    writer.structs([nodeId], (id) => {
      writer.int32(id).string(host).int32(port)
      if (version >= 1) writer.string(null)
    })
    if (version >= 2) writer.string(clusterId)
    if (version >= 1) writer.int32(nodeId)
    writer.structs(topics, (topic) => {
      writer.int16(topic.error).string(version >= 12 ? topic.name : (topic.name ?? ''))
      if (version >= 10) writer.uuid(topic.id)
      if (version >= 1) writer.bool(isInternal(topic.name))
      const ids = Array.from({ length: topic.partitions }, (_, partition) => partition)
      writer.structs(ids, (partition) => {
        writer.int16(ErrorCode.NONE).int32(partition).int32(nodeId)
        if (version >= 7) writer.int32(LEADER_EPOCH)
        writer.list([nodeId], (id) => writer.int32(id))
        writer.list([nodeId], (id) => writer.int32(id))
        if (version >= 5) writer.list([], () => undefined)
      })
      if (version >= 8) writer.int32(NO_OPERATIONS)
    })
    if (version >= 8 && version <= 10) writer.int32(NO_OPERATIONS)
  },
})
