/** The Kafka port over kafkajs. Connects when first used. */
import kafkajs, { type Admin, type ICustomPartitioner, type KafkaConfig, type Message, type Producer, type SASLOptions } from 'kafkajs'
import { type Clock, systemClock } from './clock.ts'
import { type Consumer, type KafkaClient, KafkaFault, type KafkaSecurity, type ProduceRecord, type TopicDescription } from './kafka.ts'
import { startConsumer } from './kafkajs-consumer.ts'
import { logsTo } from './kafkajs-library.ts'
import { describeWithIds, type RawCluster, rawCluster } from './kafkajs-metadata.ts'
import { committedOffsets, EARLIEST, LATEST, listOffsets, type Offsets } from './kafkajs-offsets.ts'
import { renewable } from './kafkajs-renewable.ts'
import type { Logger } from './log.ts'

export interface KafkaClientOptions {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Gives records without a timestamp theirs. */
  readonly clock?: Clock
  readonly log?: Logger
  /** Default: in the clear, without a name. */
  readonly security?: KafkaSecurity
  /** How long a question to the brokers may take, its retries included. Default: 10 s. Producing has no such bound. */
  readonly answerWithinMs?: number
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
    ...secured(options.security),
  })
  // Real time, as in kafkajs: `clock` is for the times of records.
  const bound = { clock: systemClock, ms: options.answerWithinMs ?? 10_000 }
  const topicAdmin = renewable<Admin>(() => kafka.admin({ retry: RETRY }), bound)
  const clusters = renewable<RawCluster>(() => rawCluster(kafka), bound)
  const producer = renewable<Producer>(() => kafka.producer({ allowAutoTopicCreation: false, createPartitioner: partitioner, retry: RETRY }))
  const consumers = new Set<Consumer>()

  const listTopics = () => topicAdmin.use((admin) => admin.listTopics())

  /**
   * kafkajs remembers every topic that was produced to and fails for all of them once one is deleted. So a call that
   * ends in "unknown topic" is made again with a new producer, unless its own topic is what is missing.
   */
  async function send(topic: string, messages: Message[]): Promise<void> {
    const call = (client: Producer) => client.send({ topic, messages, acks: -1 })
    try {
      await producer.use(call)
    } catch (error) {
      if (!(error instanceof KafkaFault) || error.type !== UNKNOWN_TOPIC || !(await listTopics()).includes(topic)) throw error
      await producer.renew()
      await producer.use(call)
    }
  }

  /** Unknown topics are left out. */
  async function describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return []
    const withIds = await clusters.use((cluster) => describeWithIds(cluster, names))
    if (withIds) return withIds
    const wanted = new Set(names)
    // One request for all topics: asking for one that is gone would fail the others.
    const { topics } = await topicAdmin.use((admin) => admin.fetchTopicMetadata())
    return topics
      .filter((topic) => wanted.has(topic.name))
      .map((topic) => ({
        name: topic.name,
        partitions: topic.partitions.map(({ partitionId, leader, replicas, isr }) => ({ id: partitionId, leader, replicas, isr })).sort((a, b) => a.id - b.id),
      }))
  }

  async function offsetsOfGroups(groups: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, Offsets>> {
    const described = new Map((await describeTopics([...new Set([...groups.values()].flat())])).map((topic) => [topic.name, topic]))
    const found = await clusters.use((cluster) =>
      Promise.all(
        [...groups].map(async ([groupId, names]) => {
          const offsets = await committedOffsets(
            cluster,
            groupId,
            names.flatMap((name) => described.get(name) ?? []),
          )
          return [groupId, offsets] as const
        }),
      ),
    )
    return new Map(found)
  }

  async function createTopic(
    { name, partitions, replicas, config }: Parameters<KafkaClient['createTopic']>[0],
    how: { validateOnly?: boolean; waitForLeaders?: boolean },
  ): Promise<void> {
    const topic = { topic: name, numPartitions: partitions, replicationFactor: replicas, configEntries: entriesOf(config ?? {}) }
    const created = await topicAdmin.use((admin) => admin.createTopics({ topics: [topic], ...how }))
    // The one refusal that kafkajs reports as a value.
    if (!created) throw new KafkaFault('TOPIC_ALREADY_EXISTS', 36, `Topic '${name}' already exists`)
  }

  return {
    clusterId: async () => (await topicAdmin.use((admin) => admin.describeCluster())).clusterId,
    listTopics,

    describeTopics,

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

    createTopic: (topic) => createTopic(topic, {}),

    // Nothing comes to be, so there are no leaders to wait for.
    checkTopic: (topic) => createTopic(topic, { validateOnly: true, waitForLeaders: false }),

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

    async topicOffsets(names) {
      const { topics, offsets } = await clusters.use((cluster) => listOffsets(cluster, () => describeTopics(names), [EARLIEST, LATEST]))
      const [starts, ends] = offsets
      return new Map(
        topics.map(({ name, partitions }) => [
          name,
          partitions.map(({ id }) => ({ partition: id, start: starts?.get(name)?.get(id) ?? 0n, end: ends?.get(name)?.get(id) ?? 0n })),
        ]),
      )
    },

    async offsetsAt(topic, timestamp) {
      const { topics, offsets } = await clusters.use((cluster) => listOffsets(cluster, () => describeTopics([topic]), [timestamp, LATEST]))
      const [description] = topics
      if (!description) throw new KafkaFault(UNKNOWN_TOPIC, 3, `There is no topic '${topic}'`)
      const [at, ends] = offsets.map((found) => found.get(topic))
      return description.partitions.map(({ id }) => {
        const offset = at?.get(id) ?? -1n
        // No record is that new: the end, where the next one will be.
        return { partition: id, offset: offset >= 0n ? offset : (ends?.get(id) ?? 0n) }
      })
    },

    groupOffsets: async (groupId, topics) => (await offsetsOfGroups(new Map([[groupId, topics]]))).get(groupId) ?? new Map(),

    offsetsOfGroups,

    async deleteGroup(groupId) {
      await topicAdmin.use((admin) => admin.deleteGroups([groupId]))
    },

    async setGroupOffsets(groupId, topic, offsets) {
      const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }))
      await topicAdmin.use((admin) => admin.setOffsets({ groupId, topic, partitions }))
    },

    async produce(topic, records) {
      if (records.length === 0) return
      const messages = records.map((record) => messageOf(record, clock))
      await send(topic, messages)
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
      await Promise.all([topicAdmin.close(), clusters.close(), producer.close()])
    },
  }
}

/** kafkajs takes an empty `ssl` for none. */
function secured({ tls, sasl }: KafkaSecurity = {}): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(tls ? { ssl: { ...tls, rejectUnauthorized: true } } : {}), ...(sasl ? { sasl: { ...sasl } as SASLOptions } : {}) }
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
