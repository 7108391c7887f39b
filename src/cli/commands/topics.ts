/** `clickstream topics` and `clickstream print`: what stands in Kafka. */

import { type ConnectionOptions, openKafka, openKube, readPipeline, readPlatform, UserError } from '../../console/index.ts'
import type { KafkaRecord } from '../../ports/index.ts'
import { formatTable, print, printJson } from '../output.ts'

async function withKafka<T>(options: ConnectionOptions & { pipeline?: string }, use: (kafka: ReturnType<typeof openKafka>) => Promise<T>): Promise<T> {
  const kube = openKube(options)
  const pipeline = await readPipeline(kube, options.namespace ?? 'default', options.pipeline)
  const kafka = openKafka(kube, await readPlatform(kube, pipeline))
  try {
    return await use(kafka)
  } finally {
    await kafka.close()
  }
}

export function topics(options: ConnectionOptions & { json?: boolean; all?: boolean; pipeline?: string }): Promise<number> {
  return withKafka(options, async (kafka) => {
    const names = (await kafka.listTopics()).filter((name) => options.all || !name.startsWith('_')).sort()
    const [descriptions, offsets] = await Promise.all([kafka.describeTopics(names), kafka.topicOffsets(names)])
    const rows = descriptions.map(({ name, partitions }) => {
      const own = offsets.get(name) ?? []
      return {
        name,
        partitions: partitions.length,
        replicas: partitions[0]?.replicas.length ?? 0,
        records: Number(own.reduce((total, { start, end }) => total + end - start, 0n)),
      }
    })
    if (options.json) printJson(rows)
    else
      print(
        formatTable(
          ['TOPIC', 'PARTITIONS', 'REPLICAS', 'RECORDS'],
          rows.map((row) => [row.name, String(row.partitions), String(row.replicas), String(row.records)]),
        ),
      )
    return 0
  })
}

export interface PrintOptions extends ConnectionOptions {
  readonly limit?: number
  readonly fromBeginning?: boolean
  readonly json?: boolean
  readonly pipeline?: string
}

/** Prints records as they come; ends after `limit` of them, or when interrupted. */
export function printTopic(topic: string, options: PrintOptions, now: number): Promise<number> {
  return withKafka(options, async (kafka) => {
    if (!(await kafka.listTopics()).includes(topic)) throw new UserError(`There is no topic ${topic}.`)
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const { promise: done, resolve, reject } = Promise.withResolvers<void>()
    process.once('SIGINT', () => resolve())
    let shown = 0
    const consumer = kafka.consume({
      groupId: `clickstream-print-${now}`,
      topics: [topic],
      from: options.fromBeginning === false ? 'latest' : 'earliest',
      commit: 'never',
      async onBatch(records) {
        for (const record of records) {
          if (shown >= limit) break
          shown++
          print(options.json ? JSON.stringify(plain(record)) : formatRecord(record))
        }
        if (shown >= limit) resolve()
      },
      onError: (error, fatal) => fatal && reject(error),
    })
    await done
    await consumer.stop()
    return 0
  })
}

/** Bytes as text where they are text, else in hex. */
function readable(bytes: Buffer | null): string | null {
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  // Control characters and the sign for undecodable bytes tell binary keys, such as a 4-byte int or a window.
  const binary = [...text].some((character) => character === '\uFFFD' || (character < ' ' && !'\t\n\r'.includes(character)))
  return binary ? `0x${bytes.toString('hex')}` : text
}

const plain = (record: KafkaRecord) => ({
  partition: record.partition,
  offset: Number(record.offset),
  timestamp: new Date(record.timestamp).toISOString(),
  key: readable(record.key),
  value: readable(record.value),
})

function formatRecord(record: KafkaRecord): string {
  const { partition, offset, timestamp, key, value } = plain(record)
  return `${timestamp}  partition ${partition}  offset ${offset}  key ${key ?? 'null'}  value ${value ?? 'null'}`
}
