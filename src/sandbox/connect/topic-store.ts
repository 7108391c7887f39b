/** A compacted topic as a map: how Connect keeps configs and offsets, so that a new worker on the same Kafka goes on. */
import type { Clock, KafkaClient } from '../../ports/index.ts'
import { KafkaFault } from '../../ports/index.ts'

export interface TopicStore {
  readonly entries: ReadonlyMap<string, string>
  /** Null deletes. */
  put(key: string, value: string | null): Promise<void>
}

export async function openTopicStore(kafka: KafkaClient, clock: Clock, topic: string, signal: AbortSignal): Promise<TopicStore> {
  try {
    await kafka.createTopic({ name: topic, partitions: 1, replicas: 1, config: { 'cleanup.policy': 'compact' } })
  } catch (error) {
    if (!(error instanceof KafkaFault && error.type === 'TOPIC_ALREADY_EXISTS')) throw error
  }
  const entries = new Map<string, string>()
  await readToEnd(kafka, clock, topic, signal, (key, value) => (value === null ? entries.delete(key) : entries.set(key, value)))
  return {
    entries,
    async put(key, value) {
      await kafka.produce(topic, [{ partition: 0, key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }])
      if (value === null) entries.delete(key)
      else entries.set(key, value)
    },
  }
}

async function readToEnd(
  kafka: KafkaClient,
  clock: Clock,
  topic: string,
  signal: AbortSignal,
  each: (key: string, value: string | null) => void,
): Promise<void> {
  const [offsets] = (await kafka.topicOffsets([topic])).get(topic) ?? []
  if (!offsets || offsets.end <= offsets.start) return
  const groupId = `connect-store-${topic}-${clock.now()}`
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const consumer = kafka.consume({
    groupId,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records) {
      for (const record of records) each(record.key?.toString('utf8') ?? '', record.value?.toString('utf8') ?? null)
      if ((records.at(-1)?.offset ?? -1n) + 1n >= offsets.end) resolve()
    },
    onError: (error, fatal) => fatal && reject(error),
  })
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await done
  } finally {
    signal.removeEventListener('abort', abort)
    await consumer.stop()
  }
}
