/**
 * How many records per second the Kafka stand-in, in a thread of its own, takes and gives over the wire, with kafkajs on the
 * other end: batches of 1000 records of 200 bytes, then single ones. Prints one line of JSON.
 */
import { Worker } from 'node:worker_threads'
import { createKafkaClient } from '../src/ports/index.ts'

const RECORDS = Number(process.argv[2] ?? 200_000)
const SINGLE = 2_000
const BATCH = 1_000
const VALUE = Buffer.alloc(200, 'x')

const server = new Worker(
  `import('../src/sandbox/kafka/index.ts').then(async ({ startKafka }) => {
     const { parentPort } = await import('node:worker_threads')
     const { systemClock, systemRandom } = await import('../src/ports/index.ts')
     parentPort.postMessage((await startKafka({ clock: systemClock, random: systemRandom })).url)
   })`.replaceAll('../src', new URL('../src', import.meta.url).href),
  { eval: true },
)
const url = await new Promise<string>((resolve, reject) => {
  server.once('message', resolve)
  server.once('error', reject)
})

const kafka = createKafkaClient({ brokers: [url], clientId: 'bench' })
await kafka.createTopic({ name: 'bench', partitions: 3, replicas: 1 })

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return Math.round((count * 1000) / (performance.now() - start))
}

const batch = Array.from({ length: BATCH }, () => ({ key: null, value: VALUE }))
const produced = await perSecond(RECORDS, async () => {
  for (let sent = 0; sent < RECORDS; sent += BATCH) await kafka.produce('bench', batch)
})
const consumed = await perSecond(RECORDS, async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let seen = 0
  const consumer = kafka.consume({
    groupId: 'bench',
    topics: ['bench'],
    from: 'earliest',
    async onBatch(records) {
      seen += records.length
      if (seen >= RECORDS) resolve()
    },
    onError: (error, fatal) => fatal && reject(error),
  })
  await promise
  // Stopping takes as long as an idle fetch, so it is not waited for here; close() below does.
  consumer.pause()
})
const single = await perSecond(SINGLE, async () => {
  for (let i = 0; i < SINGLE; i++) await kafka.produce('bench', [{ key: null, value: VALUE }])
})

await kafka.close()
await server.terminate()
process.stdout.write(`${JSON.stringify({ bench: 'kafka', unit: 'records/s', produced, consumed, single })}\n`)
