/**
 * Offsets of many topics with few requests: one for the partitions, then one per leader; those of many groups with one more
 * for each group. kafkajs' own admin asks topic by topic and looks for the coordinator each time, and fails for all of them
 * once one that it was ever asked about is deleted.
 */
import { KafkaFault, type TopicDescription } from './kafka.ts'
import { toKafkaError } from './kafkajs-library.ts'
import type { RawBroker, RawCluster } from './kafkajs-metadata.ts'

export const LATEST = -1
export const EARLIEST = -2
/** A topic that goes, or a leader that moves, between two requests of one answer. */
const ATTEMPTS = 3
const STALE = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE'])

export type Describe = () => Promise<readonly TopicDescription[]>
export type Offsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>

/** Topic -> partition -> the first offset at `timestamp` (epoch ms, LATEST or EARLIEST), -1 where there is none. */
export async function listOffsets(
  cluster: RawCluster,
  describe: Describe,
  timestamps: readonly number[],
): Promise<{ topics: readonly TopicDescription[]; offsets: readonly Offsets[] }> {
  for (let attempt = 1; ; attempt++) {
    const topics = await describe()
    try {
      return { topics, offsets: await Promise.all(timestamps.map((timestamp) => listAt(cluster, topics, timestamp))) }
    } catch (error) {
      const fault = toKafkaError(error)
      if (attempt === ATTEMPTS || !(fault instanceof KafkaFault) || !STALE.has(fault.type)) throw fault
    }
  }
}

async function listAt(cluster: RawCluster, topics: readonly TopicDescription[], timestamp: number): Promise<Offsets> {
  const byLeader = Map.groupBy(
    topics.flatMap(({ name, partitions }) => partitions.map(({ id, leader }) => ({ topic: name, partition: id, leader }))),
    ({ leader }) => leader,
  )
  const found = new Map<string, Map<number, bigint>>(topics.map(({ name }) => [name, new Map()]))
  await Promise.all(
    [...byLeader].map(async ([leader, partitions]) => {
      const asked = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition }) => ({ partition, timestamp })),
      }))
      const broker = await cluster.findBroker({ nodeId: String(leader) })
      const { responses } = await broker.listOffsets({ topics: asked })
      for (const { topic, partitions } of responses) {
        for (const { partition, offset } of partitions) found.get(topic)?.set(partition, BigInt(offset))
      }
    }),
  )
  return found
}

/** Group -> id of the broker that coordinates it, as far as a client knows. */
const coordinators = new WeakMap<RawCluster, Map<string, string>>()
const MOVED = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'])

/** Topic -> partition -> committed offset; partitions without one are left out. */
export async function committedOffsets(cluster: RawCluster, groupId: string, topics: readonly TopicDescription[]): Promise<Offsets> {
  if (topics.length === 0) return new Map()
  const known = coordinators.get(cluster) ?? new Map<string, string>()
  coordinators.set(cluster, known)
  const nodeId = known.get(groupId)
  if (nodeId !== undefined) {
    try {
      return await fetchOffsets(await cluster.findBroker({ nodeId }), groupId, topics)
    } catch (error) {
      known.delete(groupId)
      const fault = toKafkaError(error)
      if (!(fault instanceof KafkaFault) || !MOVED.has(fault.type)) throw fault
    }
  }
  const coordinator = await cluster.findGroupCoordinator({ groupId })
  const offsets = await fetchOffsets(coordinator, groupId, topics)
  known.set(groupId, String(coordinator.nodeId))
  return offsets
}

async function fetchOffsets(coordinator: RawBroker, groupId: string, topics: readonly TopicDescription[]): Promise<Offsets> {
  const found = new Map<string, Map<number, bigint>>(topics.map(({ name }) => [name, new Map()]))
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: topics.map(({ name, partitions }) => ({ topic: name, partitions: partitions.map(({ id }) => ({ partition: id })) })),
  })
  for (const { topic, partitions } of responses) {
    for (const { partition, offset } of partitions) if (BigInt(offset) >= 0n) found.get(topic)?.set(partition, BigInt(offset))
  }
  return found
}
