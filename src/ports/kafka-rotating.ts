/**
 * A Kafka client whose credentials may change while it is in use. It asks for them before every call; when they differ a new
 * client takes over, and the old one is closed once its calls have ended.
 */
import { isDeepStrictEqual } from 'node:util'
import { toFailure } from './failure.ts'
import type { ConsumeOptions, Consumer, KafkaClient, KafkaSecurity } from './kafka.ts'

export interface RotatingKafkaOptions {
  /** What counts now. Throws a Failure when it cannot be known. */
  security(): Promise<KafkaSecurity>
  /** Connects at the first call, not before. */
  create(security: KafkaSecurity): KafkaClient
}

interface Held {
  readonly security: KafkaSecurity
  readonly client: KafkaClient
  users: number
}

export function createRotatingKafkaClient(options: RotatingKafkaOptions): KafkaClient {
  let current: Held | undefined
  const closing = new Set<Promise<void>>()

  function end({ client }: Held): void {
    // Nobody uses it any more: whether it takes its leave of a broker that refuses it is nobody's trouble.
    const ended: Promise<void> = client.close().then(
      () => void closing.delete(ended),
      () => void closing.delete(ended),
    )
    closing.add(ended)
  }
  function release(held: Held): void {
    held.users--
    if (held !== current && held.users === 0) end(held)
  }
  async function lease(): Promise<Held> {
    const security = await options.security()
    if (!isDeepStrictEqual(current?.security, security)) {
      const old = current
      current = { security, client: options.create(security), users: 0 }
      if (old?.users === 0) end(old)
    }
    current!.users++
    return current!
  }
  const use = async <T>(call: (client: KafkaClient) => Promise<T>): Promise<T> => {
    const held = await lease()
    try {
      return await call(held.client)
    } finally {
      release(held)
    }
  }

  /** A consumer stays with the client that it began with. */
  function consume(consumeOptions: ConsumeOptions): Consumer {
    const opened = lease().then((held) => ({ held, consumer: held.client.consume(consumeOptions) }))
    const joined = opened.then(({ consumer }) => consumer.joined)
    // Whoever does not wait for `joined` hears of a fault by onError.
    joined.catch(() => undefined)
    opened.catch((error: unknown) => consumeOptions.onError?.(toFailure(error), true))
    const then = (call: (consumer: Consumer) => void) => void opened.then(({ consumer }) => call(consumer)).catch(() => undefined)
    return {
      joined,
      seek: (topic, partition, offset) => then((consumer) => consumer.seek(topic, partition, offset)),
      commit: async (offsets) => (await opened).consumer.commit(offsets),
      pause: () => then((consumer) => consumer.pause()),
      resume: () => then((consumer) => consumer.resume()),
      async stop() {
        const begun = await opened.catch(() => undefined)
        if (!begun) return
        await begun.consumer.stop()
        release(begun.held)
      },
    }
  }

  return {
    clusterId: () => use((client) => client.clusterId()),
    listTopics: () => use((client) => client.listTopics()),
    describeTopics: (names) => use((client) => client.describeTopics(names)),
    topicConfigs: (names) => use((client) => client.topicConfigs(names)),
    createTopic: (topic) => use((client) => client.createTopic(topic)),
    checkTopic: (topic) => use((client) => client.checkTopic(topic)),
    deleteTopic: (name) => use((client) => client.deleteTopic(name)),
    createPartitions: (name, count) => use((client) => client.createPartitions(name, count)),
    alterTopicConfigs: (name, config) => use((client) => client.alterTopicConfigs(name, config)),
    topicOffsets: (names) => use((client) => client.topicOffsets(names)),
    offsetsAt: (topic, timestamp) => use((client) => client.offsetsAt(topic, timestamp)),
    groupOffsets: (groupId, topics) => use((client) => client.groupOffsets(groupId, topics)),
    offsetsOfGroups: (groups) => use((client) => client.offsetsOfGroups(groups)),
    deleteGroup: (groupId) => use((client) => client.deleteGroup(groupId)),
    setGroupOffsets: (groupId, topic, offsets) => use((client) => client.setGroupOffsets(groupId, topic, offsets)),
    produce: (topic, records) => use((client) => client.produce(topic, records)),
    consume,
    async close() {
      const held = current
      current = undefined
      await held?.client.close()
      await Promise.all(closing)
    },
  }
}
