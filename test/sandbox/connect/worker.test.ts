import assert from 'node:assert/strict'
import { z } from 'zod'
import { createHttpClient, createKafkaClient, createLogger, type HttpClient, type KafkaClient, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startConnect } from '../../../src/sandbox/connect/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import { startKafka } from '../../../src/sandbox/kafka/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'

const clock = systemClock
const random = seededRandom(1)
const log = createLogger({ name: 'test', level: 'silent' })
const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
const SOURCE = 'io.confluent.kafka.connect.datagen.DatagenConnector'

async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const seen = await look()
    if (holds(seen)) return seen
    if (tries > 150) assert.fail(`not reached: ${JSON.stringify(seen)}`)
    await clock.sleep(100)
  }
}

describe('Connect worker', () => {
  let kafka: SandboxServer
  let search: SandboxServer
  let connect: SandboxServer
  let client: KafkaClient
  let http: HttpClient
  let elasticsearch: HttpClient

  const start = async () => {
    connect = await startConnect({ kafka: client, clock, random, log })
    http = createHttpClient({ baseUrl: connect.url, service: 'Connect' })
  }
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
    const [route = '', search] = path.split('?')
    const query = Object.fromEntries(new URLSearchParams(search))
    const { status, body: answer } = await http.request({
      method,
      path: route.split('/').filter((part) => part !== ''),
      query,
      ...(body === undefined ? {} : { body }),
      answer: z.any(),
      accept: [400, 404, 409, 500, 501],
    })
    return { status, body: answer }
  }
  const state = async (name: string) => {
    const { status, body } = await call('GET', `/connectors/${name}/status`)
    return status === 200 ? `${body.connector.state} ${body.tasks.map((task: { state: string }) => task.state).join(' ')}`.trim() : String(status)
  }
  const end = async (topic: string) => Number((await client.topicOffsets([topic])).get(topic)?.[0]?.end ?? 0n)

  before(async () => {
    kafka = await startKafka({ clock, random })
    search = await startElasticsearch({ clock, random })
    client = createKafkaClient({ brokers: [kafka.url], clientId: 'test' })
    elasticsearch = createHttpClient({ baseUrl: search.url, service: 'Elasticsearch' })
    await start()
    for (const name of ['clickstream', 'TABLE', 'BROKEN']) await client.createTopic({ name, partitions: 1, replicas: 1 })
  })
  after(async () => {
    await connect.close()
    await client.close()
    await search.close()
    await kafka.close()
  })

  it('tells its version, cluster and plugins', async () => {
    const root = await call('GET', '/')
    assert.deepEqual(Object.keys(root.body), ['version', 'commit', 'kafka_cluster_id'])
    const plugins = await call('GET', '/connector-plugins')
    assert.deepEqual(
      plugins.body.map((plugin: { class: string }) => plugin.class),
      [SINK, SOURCE],
    )
  })

  it('refuses a bad config with every error, an unknown class, a name that is taken', async () => {
    const bad = await call('POST', '/connectors', { name: 'bad', config: { 'connector.class': SINK } })
    assert.equal(bad.status, 400)
    assert.match(bad.body.message, /^Connector configuration is invalid and contains the following 3 error\(s\):\n/)
    const unknown = await call('POST', '/connectors', { name: 'bad', config: { 'connector.class': 'no.Such' } })
    assert.equal(unknown.status, 400)
    assert.match(unknown.body.message, /^Failed to find any class that implements Connector and which name matches no\.Such/)
    assert.deepEqual(await call('GET', '/connectors/nope'), { status: 404, body: { error_code: 404, message: 'Connector nope not found' } })
    assert.deepEqual(await call('GET', '/connectors/nope/status'), { status: 404, body: { error_code: 404, message: 'No status found for connector nope' } })
  })

  it('makes a connector that must not run yet without starting it', async () => {
    const made = await call('POST', '/connectors', {
      name: 'clicks',
      initial_state: 'STOPPED',
      config: { 'connector.class': SOURCE, 'kafka.topic': 'clickstream', quickstart: 'clickstream', 'max.interval': '5' },
    })
    assert.equal(made.status, 201)
    await until(
      () => state('clicks'),
      (seen) => seen === 'STOPPED',
    )
    assert.equal(await end('clickstream'), 0)
    assert.equal(
      (await call('POST', '/connectors', { name: 'clicks', config: { 'connector.class': SOURCE, 'kafka.topic': 'x', quickstart: 'clickstream' } })).status,
      409,
    )
  })

  it('generates when resumed, stands when paused', async () => {
    assert.equal((await call('PUT', '/connectors/clicks/resume')).status, 202)
    await until(
      () => end('clickstream'),
      (records) => records > 20,
    )
    assert.equal(await state('clicks'), 'RUNNING RUNNING')
    assert.equal((await call('PUT', '/connectors/clicks/pause')).status, 202)
    await until(
      () => state('clicks'),
      (seen) => seen === 'PAUSED PAUSED',
    )
    await clock.sleep(200)
    const records = await end('clickstream')
    await clock.sleep(300)
    assert.equal(await end('clickstream'), records)
  })

  it('keeps the newest document of an id, and leaves tombstones out', async () => {
    const T = 'org.apache.kafka.connect.transforms.'
    const config = {
      'connector.class': SINK,
      topics: 'TABLE',
      'connection.url': search.url,
      'key.ignore': 'false',
      'schema.ignore': 'true',
      transforms: 'drop,id,bare',
      'transforms.drop.type': `${T}Filter`,
      'transforms.drop.predicate': 'tombstone',
      'transforms.id.type': `${T}ValueToKey`,
      'transforms.id.fields': 'DOC_ID',
      'transforms.bare.type': `${T}ExtractField$Key`,
      'transforms.bare.field': 'DOC_ID',
      predicates: 'tombstone',
      'predicates.tombstone.type': `${T}predicates.RecordIsTombstone`,
    }
    assert.equal((await call('PUT', '/connectors/sink/config', config)).status, 201)
    const record = (value: unknown) => ({ key: Buffer.from('k'), value: value === null ? null : Buffer.from(JSON.stringify(value)) })
    await client.produce('TABLE', [record({ DOC_ID: 'a', N: 1 }), record({ DOC_ID: 'b', N: 1 }), record(null), record({ DOC_ID: 'a', N: 2 })])
    const hit = z.looseObject({ hits: z.looseObject({ hits: z.array(z.looseObject({ _id: z.string(), _source: z.looseObject({ N: z.number() }) })) }) })
    const found = await until(
      async () =>
        (
          await elasticsearch.request({
            method: 'GET',
            path: ['table', '_search'],
            answer: z.union([hit, z.looseObject({ error: z.unknown() })]),
            accept: [404],
          })
        ).body,
      (body) => 'hits' in body && (body as z.infer<typeof hit>).hits.hits.some(({ _source }) => _source.N === 2),
    )
    assert.deepEqual((found as z.infer<typeof hit>).hits.hits.map(({ _id, _source }) => [_id, _source.N]).sort(), [
      ['a', 2],
      ['b', 1],
    ])
    const committed = await until(
      () => call('GET', '/connectors/sink/offsets'),
      ({ body }) => body.offsets[0]?.offset.kafka_offset === 4,
    )
    assert.deepEqual(committed.body.offsets[0].partition, { kafka_topic: 'TABLE', kafka_partition: 0 })
  })

  it('fails the task with a trace on a record that does not parse, and goes on from it after a change', async () => {
    await call('PUT', '/connectors/broken/config', {
      'connector.class': SINK,
      topics: 'BROKEN',
      'connection.url': search.url,
      'key.ignore': 'true',
      'schema.ignore': 'true',
    })
    await client.produce('BROKEN', [{ key: null, value: Buffer.from('not JSON') }])
    await until(
      () => state('broken'),
      (seen) => seen === 'RUNNING FAILED',
    )
    const { body } = await call('GET', '/connectors/broken/status')
    assert.match(body.tasks[0].trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: Tolerance exceeded in error handler\nCaused by: .*DataException/)
    assert.equal(
      (await call('PUT', '/connectors/broken/config', { ...(await call('GET', '/connectors/broken/config')).body, 'errors.tolerance': 'all' })).status,
      200,
    )
    await until(
      () => state('broken'),
      (seen) => seen === 'RUNNING RUNNING',
    )
  })

  it('changes offsets only of a stopped connector', async () => {
    const refused = await call('DELETE', '/connectors/sink/offsets')
    assert.equal(refused.status, 400)
    assert.match(refused.body.message, /STOPPED state/)
    assert.equal((await call('PUT', '/connectors/sink/stop')).status, 204)
    await until(
      () => state('sink'),
      (seen) => seen === 'STOPPED',
    )
    assert.equal((await call('DELETE', '/connectors/sink/offsets')).status, 200)
  })

  it('goes on after a restart with what it kept in Kafka', async () => {
    const before = (await call('GET', '/connectors/clicks/config')).body
    await connect.close()
    await start()
    assert.deepEqual((await call('GET', '/connectors')).body.sort(), ['broken', 'clicks', 'sink'])
    assert.deepEqual((await call('GET', '/connectors/clicks/config')).body, before)
    await until(
      () => state('clicks'),
      (seen) => seen === 'PAUSED PAUSED',
    )
    await until(
      () => state('sink'),
      (seen) => seen === 'STOPPED',
    )
  })

  it('removes a connector', async () => {
    assert.equal((await call('DELETE', '/connectors/clicks')).status, 204)
    assert.equal((await call('DELETE', '/connectors/clicks')).status, 404)
  })
})
