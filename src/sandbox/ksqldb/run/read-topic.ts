/** Reads a topic from given offsets without leaving a trace: in a consumer group of its own that is deleted afterwards. */
import type { Consumer, KafkaClient, KafkaRecord, Logger } from '../../../ports/index.ts'

export interface Reading {
  /** Resolves once it reads. */
  readonly joined: Promise<void>
  /** Ends it; resolves when its group is gone. */
  stop(): Promise<void>
}

export interface ReadOptions {
  readonly kafka: KafkaClient
  readonly log: Logger
  readonly groupId: string
  readonly topic: string
  /** Partition -> first offset. */
  readonly from: ReadonlyMap<number, bigint>
  readonly onRecords: (records: readonly KafkaRecord[]) => void
  readonly onError: (error: unknown) => void
}

export function readTopic(options: ReadOptions): Reading {
  const { kafka, groupId, topic } = options
  let stopped: Promise<void> | undefined
  const positions = new Map(options.from)
  const consumer: Consumer = kafka.consume({
    groupId,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records, { partition }) {
      const next = positions.get(partition) ?? 0n
      const fresh = records.filter((record) => record.offset >= next)
      const last = fresh.at(-1)
      if (last === undefined || stopped !== undefined) return
      positions.set(partition, last.offset + 1n)
      options.onRecords(fresh)
    },
    onError: (error, fatal) => {
      if (fatal && stopped === undefined) options.onError(error)
    },
  })
  for (const [partition, offset] of options.from) consumer.seek(topic, partition, offset)
  consumer.joined.catch((error: unknown) => options.log.debug({ groupId, err: error }, 'a reader did not join'))
  return {
    joined: consumer.joined,
    stop: () => {
      stopped ??= consumer
        .stop()
        .then(() =>
          kafka.deleteGroup(groupId).catch((error: unknown) => options.log.debug({ groupId, err: error }, 'the group of a reader could not be deleted')),
        )
      return stopped
    },
  }
}

/** All records that the topic holds now, in offset order within each partition. */
export async function readToEnd(options: Omit<ReadOptions, 'from' | 'onRecords' | 'onError'>): Promise<KafkaRecord[]> {
  const offsets = (await options.kafka.topicOffsets([options.topic])).get(options.topic) ?? []
  const open = new Map(offsets.filter(({ start, end }) => start < end).map(({ partition, end }) => [partition, end]))
  if (open.size === 0) return []
  const found: KafkaRecord[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const reading = readTopic({
    ...options,
    from: new Map(offsets.map(({ partition, start }) => [partition, start])),
    onRecords: (records) => {
      for (const record of records) {
        const end = open.get(record.partition)
        if (end === undefined || record.offset >= end) continue
        found.push(record)
        if (record.offset + 1n >= end) open.delete(record.partition)
      }
      if (open.size === 0) resolve()
    },
    onError: reject,
  })
  try {
    await promise
  } finally {
    await reading.stop()
  }
  return found
}
