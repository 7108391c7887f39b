/**
 * What a real Kafka Connect 4.3.1 answered to 85 requests of a plain HTTP client, held against the stand-in. The recording was
 * made with the file connectors, which the stand-in does not have: their names and options are put in place of its own.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createKafkaClient, createLogger, type KafkaClient, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startConnect } from '../../../src/sandbox/connect/index.ts'
import { startKafka } from '../../../src/sandbox/kafka/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'

interface Recorded {
  readonly name: string
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown; readonly raw?: string }
  readonly response: { readonly status: number; readonly body: unknown }
}
const recorded = JSON.parse(gunzipSync(readFileSync(new URL('../../data/connect-4.3-answers.json.gz', import.meta.url))).toString('utf8')) as Recorded[]

/** The file connectors' words for those of the stand-in's. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/org\.apache\.kafka\.connect\.file\.FileStreamSource/g, 'io.confluent.kafka.connect.datagen.Datagen'],
  [/org\.apache\.kafka\.connect\.file\.FileStreamSink/g, 'io.confluent.connect.elasticsearch.ElasticsearchSink'],
  [/FileStreamSource/g, 'Datagen'],
  [/FileStreamSink/g, 'ElasticsearchSink'],
  [/"file":"\/tmp\/o"/g, '"connection.url":"http://127.0.0.1:1"'],
  [/"file":"([^"]*)"/g, '"quickstart":"clickstream"'],
  [/"batch\.size":"100"/g, '"max.interval":"100"'],
  [/"batch\.size":null/g, '"max.interval":null'],
  [/"topic":"([^"]*)"/g, '"kafka.topic":"$1"'],
  [/\\"topic\\"/g, '\\"kafka.topic\\"'],
  // The generator puts the number of the task into its config.
  [/"task\.class":"[^"]*DatagenTask"/g, '$&,"task.id":"0"'],
]
const translate = (value: unknown) =>
  value === undefined ? undefined : (JSON.parse(WORDS.reduce((text, [from, to]) => text.replace(from, to), JSON.stringify(value))) as unknown)

/** Versions, addresses, ids, places in a text, lists of plugins, and the order of keys are left out of the comparison. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\n at \[Source:[\s\S]*/, '').replace(/available connectors are: [\s\S]*/, 'available connectors are: *')
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const volatile = ['version', 'worker_id', 'commit', 'kafka_cluster_id', 'trace']
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, volatile.includes(key) ? '*' : comparable(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** Whose bodies differ, and why. The statuses are equal everywhere. */
const DIFFERENT_BODIES: Readonly<Record<string, string>> = {
  'validate good': 'the options are those of another connector',
  'put bad config': 'the generator lacks another option than the file source',
  'post malformed': 'the words of two JSON parsers',
  'post without name': 'the same error, beside those of the other connector’s options',
  'post sink without topics': 'the same errors; the sink of the stand-in has more required options',
  offsets: 'the generator keeps offsets where the file source has none yet',
  'post without class': 'the order of a Java map',
  expanded: 'holds a connector whose failed task is told differently',
  'paused status': 'the file source’s task was still RUNNING two seconds after the pause',
}

describe('Connect answers as recorded', () => {
  let kafka: SandboxServer
  let client: KafkaClient
  let connect: SandboxServer

  before(async () => {
    kafka = await startKafka({ clock: systemClock, random: seededRandom(1) })
    client = createKafkaClient({ brokers: [kafka.url], clientId: 'test' })
    await client.createTopic({ name: 'lines', partitions: 1, replicas: 1 })
    connect = await startConnect({ kafka: client, clock: systemClock, random: seededRandom(2), log: createLogger({ name: 'test', level: 'silent' }) })
  })
  after(async () => {
    await connect.close()
    await client.close()
    await kafka.close()
  })

  for (const { name, request, response } of recorded) {
    it(`to ${name}: ${request.method} ${request.path}`, async () => {
      const path = String(translate(request.path))
      const body = request.raw ?? (request.body === undefined ? undefined : JSON.stringify(translate(request.body)))
      const contentType = name === 'post text' ? 'text/plain' : 'application/json'
      const answer = await fetch(`${connect.url}${path}`, {
        method: request.method,
        ...(body === undefined ? {} : { body, headers: { 'content-type': contentType } }),
      })
      const text = await answer.text()
      // The stand-in changes states within a few milliseconds; the recording waited for seconds.
      await systemClock.sleep(/^(create|resume|pause|put|patch|stop|restart)/.test(name) ? 60 : 0)
      assert.equal(answer.status, response.status, text)
      if (name in DIFFERENT_BODIES) return
      assert.deepEqual(comparable(text === '' ? '' : JSON.parse(text)), comparable(translate(response.body)))
    })
  }
})
