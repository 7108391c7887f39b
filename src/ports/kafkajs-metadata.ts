/**
 * Topics with their ids. kafkajs stops at version 6 of the Metadata request, which knows none, so version 12 is sent
 * over a kafkajs connection, with its TLS, login and negotiation.
 *
 * Request  12 => topics: nullable [topic_id: uuid, name: nullable string], allow_auto_topic_creation: bool,
 *                include_topic_authorized_operations: bool
 * Response 12 => throttle_time_ms: int32, brokers: [node_id: int32, host: string, port: int32, rack: nullable string],
 *                cluster_id: nullable string, controller_id: int32,
 *                topics: [error_code: int16, name: nullable string, topic_id: uuid, is_internal: bool,
 *                  partitions: [error_code: int16, partition: int32, leader: int32, leader_epoch: int32,
 *                    replicas: [int32], isr: [int32], offline_replicas: [int32]], topic_authorized_operations: int32]
 */
import type { Kafka } from 'kafkajs'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import type { TopicDescription } from './kafka.ts'

const METADATA_KEY = 3
const METADATA_VERSION = 12
const UUID_BYTES = 16

/** What is used of kafkajs' own cluster object. */
export interface RawCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  findControllerBroker(): Promise<RawBroker>
  findBroker(node: { nodeId: string }): Promise<RawBroker>
  findGroupCoordinator(group: { groupId: string }): Promise<RawBroker>
  /** Asks for what it has not, or has had for five minutes. */
  refreshMetadataIfNecessary(): Promise<void>
}
interface TopicPartitions<Partition> {
  readonly topic: string
  readonly partitions: readonly Partition[]
}
export interface RawBroker {
  readonly nodeId: number | string
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null
  readonly connectionPool: { send(protocol: unknown): Promise<TopicDescription[]> }
  listOffsets(request: {
    topics: readonly TopicPartitions<{ readonly partition: number; readonly timestamp: number }>[]
  }): Promise<{ responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[] }>
  offsetFetch(request: {
    groupId: string
    topics: readonly TopicPartitions<{ readonly partition: number }>[]
  }): Promise<{ responses: readonly TopicPartitions<{ readonly partition: number; readonly offset: string }>[] }>
}

/** The one thing that kafkajs hides, and cannot do without: its client for single requests. */
export function rawCluster(kafka: Kafka): RawCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster')
  const create = symbol && (kafka as unknown as Record<symbol, ((options: object) => RawCluster) | undefined>)[symbol]
  if (!create) throw new Error('this version of kafkajs is made otherwise than 2.2')
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false })
}

/** Topics that are not there are left out. Undefined: the broker is older than topic ids. */
export async function describeWithIds(cluster: RawCluster, names: readonly string[]): Promise<TopicDescription[] | undefined> {
  await cluster.refreshMetadataIfNecessary()
  const broker = await cluster.findControllerBroker()
  if ((broker.versions?.[METADATA_KEY]?.maxVersion ?? 0) < METADATA_VERSION) return undefined
  return await broker.connectionPool.send({
    request: {
      apiKey: METADATA_KEY,
      apiVersion: METADATA_VERSION,
      apiName: 'Metadata',
      encode: async () => new Encoder().writeBuffer(encodeRequest(names)),
    },
    response: { decode: async (payload: Buffer) => decodeResponse(payload), parse: async (topics: TopicDescription[]) => topics },
  })
}

/** The first byte ends the request header, which kafkajs writes without its tagged fields. */
function encodeRequest(names: readonly string[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0]), uvarint(names.length + 1)]
  for (const name of names) {
    const bytes = Buffer.from(name)
    parts.push(Buffer.alloc(UUID_BYTES), uvarint(bytes.length + 1), bytes, Buffer.from([0]))
  }
  parts.push(Buffer.from([0, 0, 0]))
  return Buffer.concat(parts)
}

function uvarint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

function decodeResponse(payload: Buffer): TopicDescription[] {
  let at = 0
  const int = (bytes: number) => {
    const value = payload.readIntBE(at, bytes)
    at += bytes
    return value
  }
  const length = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = payload.readUInt8(at++)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value - 1
    }
  }
  const take = (bytes: number) => {
    const value = payload.subarray(at, at + Math.max(0, bytes))
    at += Math.max(0, bytes)
    return value
  }
  const text = () => take(length()).toString('utf8')
  const list = <T>(read: () => T): T[] => Array.from({ length: Math.max(0, length()) }, read)
  const tags = () => {
    for (let count = length() + 1; count > 0; count--) {
      length()
      take(length() + 1)
    }
  }
  const struct = <T>(read: () => T) => {
    const value = read()
    tags()
    return value
  }

  tags()
  int(4)
  list(() => struct(() => [int(4), text(), int(4), text()]))
  text()
  int(4)
  const topics = list(() =>
    struct(() => {
      const error = int(2)
      const name = text()
      const id = take(UUID_BYTES).toString('base64url')
      int(1)
      const partitions = list(() =>
        struct(() => {
          int(2)
          const partition = { id: int(4), leader: int(4) }
          int(4)
          const replicas = list(() => int(4))
          const isr = list(() => int(4))
          list(() => int(4))
          return { ...partition, replicas, isr }
        }),
      )
      int(4)
      return { error, topic: { name, id, partitions: partitions.sort((a, b) => a.id - b.id) } }
    }),
  )
  return topics.filter(({ error }) => error === 0).map(({ topic }) => topic)
}
