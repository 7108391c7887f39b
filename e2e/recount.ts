/** Whether an index holds what its topic says: nothing lost on the way, nothing counted twice. */
import type { Backends } from '../src/console/index.ts'
import { systemClock } from '../src/ports/index.ts'

const WINDOW_MS = 60_000

/** `USERID WINDOWSTART` -> bytes, of every click in the topic. */
export async function bytesInTopic(backends: Backends, topic: string): Promise<Map<string, number>> {
  const { kafka } = backends
  const offsets = (await kafka.topicOffsets([topic])).get(topic) ?? []
  const left = new Map(offsets.filter(({ start, end }) => end > start).map(({ partition, end }) => [partition, end]))
  const sums = new Map<string, number>()
  if (left.size === 0) return sums
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const consumer = kafka.consume({
    groupId: `e2e-recount-${systemClock.now()}`,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records, { partition }) {
      for (const { value, timestamp, offset } of records) {
        if (value === null || offset >= (left.get(partition) ?? 0n)) continue
        const click = JSON.parse(value.toString('utf8')) as { userid: number; bytes: string | number }
        const key = `${click.userid} ${timestamp - (timestamp % WINDOW_MS)}`
        sums.set(key, (sums.get(key) ?? 0) + Number(click.bytes))
      }
      if ((records.at(-1)?.offset ?? -1n) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition)
      if (left.size === 0) resolve()
    },
    onError: (error, fatal) => fatal && reject(error),
  })
  try {
    await consumer.joined
    await Promise.race([done, systemClock.sleep(60_000).then(() => Promise.reject(new Error(`topic ${topic} could not be read to its end in a minute`)))])
  } finally {
    await consumer.stop()
  }
  return sums
}

/** The same of the documents that a metric of the sum of BYTES by USERID per minute has made. */
export async function bytesInIndex(backends: Backends, index: string): Promise<Map<string, number>> {
  await backends.elasticsearch.indices.refresh({ index, ignore_unavailable: true })
  const { hits } = await backends.elasticsearch.search<{ USERID: number; EVENT_TS: number; BYTES: number }>({
    index,
    size: 10_000,
    ignore_unavailable: true,
  })
  return new Map(hits.hits.map(({ _source }) => [`${_source!.USERID} ${_source!.EVENT_TS}`, _source!.BYTES]))
}

/** Where the two differ, as `KEY: TOPIC in the topic, INDEX in the index`. */
export function differences(topic: ReadonlyMap<string, number>, index: ReadonlyMap<string, number>): string[] {
  return [...new Set([...topic.keys(), ...index.keys()])]
    .filter((key) => topic.get(key) !== index.get(key))
    .map((key) => `${key}: ${topic.get(key)} in the topic, ${index.get(key)} in the index`)
}
