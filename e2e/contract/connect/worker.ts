/** What the cases of Connect work with: a worker over a Kafka of its own, and an Elasticsearch that its sinks write to. */
import assert from 'node:assert/strict'
import { type KafkaClient, systemClock } from '../../../src/ports/index.ts'
import { ask } from '../http.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
export type Json = any

export const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
export const SOURCE = 'io.confluent.kafka.connect.datagen.DatagenConnector'
export const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
export const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter'

export interface Worker {
  readonly url: string
  readonly kafka: KafkaClient
  readonly elasticsearch: string
}

export interface Asked {
  readonly status: number
  readonly body: Json
  readonly headers: Readonly<Record<string, string>>
}

export async function request(worker: Worker, question: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked> {
  const [method = '', path = ''] = question.split(' ')
  for (let tries = 0; ; tries++) {
    const answer = await ask({ url: worker.url }, { method, path, ...(body === undefined ? {} : { body }), headers })
    // A worker that rebalances says so and is asked again: not what a case is about.
    const rebalancing = answer.status === 409 && /rebalance|stale/i.test(answer.text)
    if (!rebalancing || tries > 100) return { status: answer.status, headers: answer.headers, body: parsed(answer.text) }
    await systemClock.sleep(200)
  }
}

/** What Jersey says of paths and methods is JSON, but not by its media type. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export async function answered(worker: Worker, status: number, question: string, body?: unknown, headers?: Record<string, string>): Promise<Json> {
  const answer = await request(worker, question, body, headers)
  assert.equal(answer.status, status, `${question}: ${JSON.stringify(answer.body)?.slice(0, 900)}`)
  return answer.body
}

/** Without the place that Jackson names behind its messages. */
const withoutPlace = (message: string) => message.replace(/\n at \[Source:[\s\S]*/, '')

export async function refused(worker: Worker, status: number, question: string, body: unknown, message: string | RegExp, headers?: Record<string, string>) {
  const answer = await answered(worker, status, question, body, headers)
  assert.deepEqual(Object.keys(answer).sort(), ['error_code', 'message'])
  assert.equal(answer.error_code, status)
  if (typeof message === 'string') assert.equal(withoutPlace(answer.message), message)
  else assert.match(answer.message, message)
}

export async function until<T>(what: string, look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (const deadline = systemClock.now() + 60_000; ; ) {
    const seen = await look()
    if (holds(seen)) return seen
    if (systemClock.now() > deadline) assert.fail(`${what}: last seen ${JSON.stringify(seen)?.slice(0, 1500)}`)
    await systemClock.sleep(50)
  }
}

/** `RUNNING RUNNING`: of the connector, then of its tasks. */
export async function statesOf(worker: Worker, name: string): Promise<string> {
  const { status, body } = await request(worker, `GET /connectors/${name}/status`)
  return status === 200 ? [body.connector, ...body.tasks].map(({ state }: Json) => state).join(' ') : String(status)
}

export const untilStates = (worker: Worker, name: string, wanted: string) =>
  until(
    `${name} is ${wanted}`,
    () => statesOf(worker, name),
    (seen) => seen === wanted,
  )

/** A topic without records; gone before if it was there. */
export async function freshTopic(worker: Worker, name: string, partitions = 1): Promise<void> {
  if ((await worker.kafka.listTopics()).includes(name)) return
  await worker.kafka.createTopic({ name, partitions, replicas: 1 })
}

let made = 0
/** A name that nothing had yet. */
export const freshName = (stem: string) => `${stem}-${++made}-${Math.floor(systemClock.now() % 1e6)}`

export const datagen = (topic: string, more: object = {}) => ({
  'connector.class': SOURCE,
  'kafka.topic': topic,
  quickstart: 'clickstream',
  'max.interval': '5',
  ...more,
})

export const sink = (worker: Worker, topics: string, more: object = {}) => ({
  'connector.class': SINK,
  topics,
  'connection.url': worker.elasticsearch,
  'key.ignore': 'true',
  'schema.ignore': 'true',
  ...more,
})

/** Runs with a connector that is gone afterwards. */
export async function withConnector(worker: Worker, config: object, run: (name: string) => Promise<void>, more: object = {}): Promise<void> {
  const name = freshName('c')
  await answered(worker, 201, 'POST /connectors', { name, config, ...more })
  try {
    await run(name)
  } finally {
    await request(worker, `DELETE /connectors/${name}`)
  }
}

/** Runs with a generator that stands, so that nothing moves. */
export const withStopped = (worker: Worker, run: (name: string) => Promise<void>) =>
  withConnector(
    worker,
    datagen('contract-lines'),
    async (name) => {
      await untilStates(worker, name, 'STOPPED')
      await run(name)
    },
    { initial_state: 'STOPPED' },
  )

export interface Sunk {
  readonly key?: Buffer | string | null
  readonly value: Buffer | object | string | null
  readonly headers?: readonly (readonly [string, Buffer])[]
  readonly timestamp?: number
}

export const bytesOf = (value: Sunk['value']): Buffer | null =>
  value === null ? null : Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

export interface SunkDocument {
  readonly _id: string
  readonly _source: Json
}

/** What a sink with this config makes of records in a topic of its own: `count` documents, by id. `TOPIC` in the config is its name. */
export async function sunk(
  worker: Worker,
  records: readonly Sunk[],
  config: Record<string, string>,
  count: number,
  index = (topic: string) => topic,
): Promise<SunkDocument[]> {
  const topic = freshName('sunk')
  await worker.kafka.createTopic({ name: topic, partitions: 1, replicas: 1 })
  await worker.kafka.produce(
    topic,
    records.map(({ key = null, value, headers, timestamp }) => ({
      partition: 0,
      key: typeof key === 'string' ? Buffer.from(key) : key,
      value: bytesOf(value),
      ...(headers === undefined ? {} : { headers }),
      ...(timestamp === undefined ? {} : { timestamp }),
    })),
  )
  const own = JSON.parse(JSON.stringify(sink(worker, topic, config)).replaceAll('TOPIC', topic)) as object
  let documents: SunkDocument[] = []
  await withConnector(worker, own, async (name) => {
    const seen = await until(
      `${count} documents of ${JSON.stringify(config)}`,
      async () => {
        const { body } = await request(worker, `GET /connectors/${name}/status`)
        const failed = body.tasks?.find(({ state }: Json) => state === 'FAILED')
        assert.equal(failed, undefined, failed?.trace)
        // The states and offsets are for whoever reads of a failure.
        const committed = [...((await worker.kafka.groupOffsets(`connect-${name}`, [topic])).get(topic) ?? [])].map(
          ([partition, offset]) => `${partition}: ${offset}`,
        )
        return { documents: await documentsOf(worker, index(topic)), states: await statesOf(worker, name), committed }
      },
      (now) => now.documents.length >= count,
    )
    documents = seen.documents
  })
  return documents
}

export async function documentsOf(worker: Worker, index: string): Promise<SunkDocument[]> {
  const at = { url: worker.elasticsearch }
  await ask(at, { method: 'POST', path: `/${index}/_refresh` })
  const answer = await ask(at, { method: 'POST', path: `/${index}/_search`, body: { size: 100, sort: ['_doc'] } })
  if (answer.status !== 200) return []
  const { hits } = answer.json as Json
  return hits.hits.map(({ _id, _source }: SunkDocument) => ({ _id, _source }))
}

/** The trace of the task that fails on these records. */
export async function failing(worker: Worker, records: readonly Sunk[], config: Record<string, string>): Promise<string> {
  const topic = freshName('failing')
  await worker.kafka.createTopic({ name: topic, partitions: 1, replicas: 1 })
  await worker.kafka.produce(
    topic,
    records.map(({ key = null, value }) => ({ partition: 0, key: typeof key === 'string' ? Buffer.from(key) : key, value: bytesOf(value) })),
  )
  let trace = ''
  await withConnector(worker, sink(worker, topic, config), async (name) => {
    await untilStates(worker, name, 'RUNNING FAILED')
    trace = (await answered(worker, 200, `GET /connectors/${name}/status`)).tasks[0].trace
  })
  return trace
}
