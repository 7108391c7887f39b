/** The Kafka port over kafkajs. Connects when first used. */
import kafkajs, { type Admin, type ICustomPartitioner, type KafkaConfig, type Message, type Producer, type SASLOptions } from 'kafkajs'
import { type Clock, systemClock } from './clock.ts'
import { type Consumer, type KafkaClient, KafkaFault, type ProduceRecord } from './kafka.ts'
import { startConsumer } from './kafkajs-consumer.ts'
import { logsTo, toKafkaError } from './kafkajs-library.ts'
import { describeWithIds, type RawCluster, rawCluster } from './kafkajs-metadata.ts'
import type { Logger } from './log.ts'

export interface KafkaClientOptions {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Gives records without a timestamp theirs. */
  readonly clock?: Clock
  readonly log?: Logger
  readonly ssl?: NonNullable<KafkaConfig['ssl']>
  readonly sasl?: SASLOptions
}

/** Short: whoever calls has a retry of its own, with a longer breath. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 }
const TOPIC_CONFIG_SOURCE = kafkajs.ConfigSource.TOPIC_CONFIG
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION'

export function createKafkaClient(options: KafkaClientOptions): KafkaClient {
  const clock = options.clock ?? systemClock
  const kafka = new kafkajs.Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    retry: RETRY,
    logCreator: logsTo(options.log),
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  })
  const topicAdmin = renewable<Admin>(() => kafka.admin({ retry: RETRY }))
  const offsetAdmin = renewable<Admin>(() => kafka.admin({ retry: RETRY }))
  const clusters = rawCluster(kafka) && renewable<RawCluster>(() => rawCluster(kafka)!)
  const producer = renewable<Producer>(() => kafka.producer({ allowAutoTopicCreation: false, createPartitioner: partitioner, retry: RETRY }))
  const consumers = new Set<Consumer>()
  /** What the offset client has been asked for, and so remembers. */
  const remembered = new Set<string>()

  const listTopics = () => topicAdmin.use((admin) => admin.listTopics())

  /**
   * kafkajs remembers every topic that offsets were asked for (or that was produced to) and fails for all of them once
   * one is deleted. So a call that ends in "unknown topic" is made again with a new client, unless its own topic is
   * what is missing.
   */
  async function forTopic<Client extends { disconnect(): Promise<void> }, T>(
    client: Renewable<Client>,
    topic: string,
    call: (client: Client) => Promise<T>,
  ): Promise<T> {
    try {
      return await client.use(call)
    } catch (error) {
      if (!(error instanceof KafkaFault) || error.type !== UNKNOWN_TOPIC || !(await listTopics()).includes(topic)) throw error
      await client.renew()
      return await client.use(call)
    }
  }

  /** `read` for each of `names` that exists; one that goes meanwhile is left out as well. */
  async function forKnownTopics<T>(names: readonly string[], read: (topic: string) => Promise<T>): Promise<Map<string, T>> {
    const known = new Set(await listTopics())
    if (remembered.difference(known).size > 0) {
      remembered.clear()
      await offsetAdmin.renew()
    }
    const found = new Map<string, T>()
    await Promise.all(
      names.map(async (name) => {
        if (!known.has(name)) return
        remembered.add(name)
        try {
          found.set(name, await read(name))
        } catch (error) {
          if (!(error instanceof KafkaFault) || error.type !== UNKNOWN_TOPIC) throw error
        }
      }),
    )
    return found
  }

  return {
    clusterId: async () => (await topicAdmin.use((admin) => admin.describeCluster())).clusterId,
    listTopics,

    async describeTopics(names) {
      if (names.length === 0) return []
      const withIds = await clusters?.use((cluster) => describeWithIds(cluster, names))
      if (withIds) return withIds
      const wanted = new Set(names)
      // One request for all topics: asking for one that is gone would fail the others.
      const { topics } = await topicAdmin.use((admin) => admin.fetchTopicMetadata())
      return topics
        .filter((topic) => wanted.has(topic.name))
        .map((topic) => ({
          name: topic.name,
          partitions: topic.partitions
            .map(({ partitionId, leader, replicas, isr }) => ({ id: partitionId, leader, replicas, isr }))
            .sort((a, b) => a.id - b.id),
        }))
    },

    async topicConfigs(names) {
      const read = async (wanted: readonly string[]) =>
        await topicAdmin.use((admin) =>
          admin.describeConfigs({ includeSynonyms: false, resources: wanted.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })) }),
        )
      const known = new Set(await listTopics())
      const present = names.filter((name) => known.has(name))
      if (present.length === 0) return new Map()
      const { resources } = await read(present)
      return new Map(
        resources.map((resource) => [
          resource.resourceName,
          resource.configEntries.map(({ configName, configValue, configSource }) => ({
            name: configName,
            value: configValue,
            isDefault: configSource !== TOPIC_CONFIG_SOURCE,
          })),
        ]),
      )
    },

    async createTopic({ name, partitions, replicas, config }) {
      const created = await topicAdmin.use((admin) =>
        admin.createTopics({
          topics: [{ topic: name, numPartitions: partitions, replicationFactor: replicas, configEntries: entriesOf(config ?? {}) }],
        }),
      )
      // The one refusal that kafkajs reports as a value.
      if (!created) throw new KafkaFault('TOPIC_ALREADY_EXISTS', 36, `Topic '${name}' already exists`)
    },

    deleteTopic: (name) => topicAdmin.use((admin) => admin.deleteTopics({ topics: [name] })),

    async createPartitions(name, count) {
      await topicAdmin.use((admin) => admin.createPartitions({ topicPartitions: [{ topic: name, count }] }))
    },

    async alterTopicConfigs(name, config) {
      await topicAdmin.use((admin) =>
        admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: entriesOf(config) }],
        }),
      )
    },

    topicOffsets: (names) =>
      forKnownTopics(names, async (topic) => {
        const offsets = await forTopic(offsetAdmin, topic, (admin) => admin.fetchTopicOffsets(topic))
        return offsets.map(({ partition, low, high }) => ({ partition, start: BigInt(low), end: BigInt(high) })).sort((a, b) => a.partition - b.partition)
      }),

    async offsetsAt(topic, timestamp) {
      const offsets = await forTopic(offsetAdmin, topic, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp))
      return offsets.map(({ partition, offset }) => ({ partition, offset: BigInt(offset) })).sort((a, b) => a.partition - b.partition)
    },

    async groupOffsets(groupId, topics) {
      const committed = await forKnownTopics(topics, async (topic) => {
        const [answer] = await forTopic(offsetAdmin, topic, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }))
        const partitions = answer?.partitions.filter(({ offset }) => BigInt(offset) >= 0n) ?? []
        return new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
      })
      return committed
    },

    async deleteGroup(groupId) {
      await topicAdmin.use((admin) => admin.deleteGroups([groupId]))
    },

    async produce(topic, records) {
      if (records.length === 0) return
      const messages = records.map((record) => messageOf(record, clock))
      await forTopic(producer, topic, (client) => client.send({ topic, messages, acks: -1 }))
    },

    consume(consumeOptions) {
      const consumer = startConsumer(kafka, consumeOptions, systemClock, RETRY)
      const stop = consumer.stop
      const tracked: Consumer = {
        ...consumer,
        async stop() {
          consumers.delete(tracked)
          await stop()
        },
      }
      consumers.add(tracked)
      return tracked
    },

    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()))
      await Promise.all([topicAdmin.close(), offsetAdmin.close(), clusters?.close(), producer.close()])
    },
  }
}

/** Records with a key go where the Java client's default would put them; those without one go round. */
const partitioner: ICustomPartitioner = () => {
  const byKey = kafkajs.Partitioners.DefaultPartitioner()
  let next = 0
  return (args) => {
    if (args.message.partition !== undefined && args.message.partition !== null) return args.message.partition
    if (args.message.key !== undefined && args.message.key !== null) return byKey(args)
    return next++ % Math.max(1, args.partitionMetadata.length)
  }
}

function messageOf(record: ProduceRecord, clock: Clock): Message {
  const headers: Record<string, Buffer[]> = {}
  for (const [name, value] of record.headers ?? []) headers[name] = [...(headers[name] ?? []), value]
  return {
    key: record.key,
    value: record.value,
    timestamp: String(record.timestamp ?? clock.now()),
    ...(record.partition === undefined ? {} : { partition: record.partition }),
    ...(record.headers && record.headers.length > 0 ? { headers } : {}),
  }
}

const entriesOf = (config: Readonly<Record<string, string>>) => Object.entries(config).map(([name, value]) => ({ name, value }))

interface Renewable<Client> {
  /** Connects first, if need be; throws KafkaFault or Failure. */
  use<T>(call: (client: Client) => Promise<T>): Promise<T>
  /** The next use gets a new client; the old one goes once nobody uses it. */
  renew(): Promise<void>
  close(): Promise<void>
}

function renewable<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }>(create: () => Client): Renewable<Client> {
  interface Held {
    readonly client: Client
    readonly connected: Promise<void>
    users: number
    retired: boolean
  }
  let held: Held | undefined

  const dropIfIdle = async (one: Held) => {
    if (one.retired && one.users === 0) await one.client.disconnect()
  }
  const retire = async (one: Held) => {
    one.retired = true
    if (held === one) held = undefined
    await dropIfIdle(one)
  }
  return {
    async use(call) {
      if (!held) {
        const client = create()
        held = { client, connected: client.connect(), users: 0, retired: false }
      }
      const mine = held
      mine.users++
      try {
        await mine.connected
      } catch (error) {
        mine.users--
        await retire(mine)
        throw toKafkaError(error)
      }
      try {
        return await call(mine.client)
      } catch (error) {
        const fault = toKafkaError(error)
        // A lost connection: the next call starts with a new client instead of finding out the same.
        if (!(fault instanceof KafkaFault)) await retire(mine)
        throw fault
      } finally {
        mine.users--
        await dropIfIdle(mine)
      }
    },
    async renew() {
      if (held) await retire(held)
    },
    async close() {
      const one = held
      if (!one) return
      held = undefined
      await one.connected.then(
        () => one.client.disconnect(),
        () => undefined,
      )
    },
  }
}
