/** What somebody else changes or removes is as declared again within seconds: one event each, nothing else touched. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { conditionOf, EXAMPLE, givenDemo, pipelineOf, then, thenReady, whenApplied } from '../given.ts'

const EVENTS = { group: '', version: 'v1', plural: 'events', kind: 'Event' } as const
const TOPICS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' } as const
const SOURCE = 'datagen-clickstream'
const REPAIRED_WITHIN_MS = 15_000

describe('drift', () => {
  let demo: Demo
  let backends: Backends
  let name: string
  let dataSource: string
  let dashboard: string

  before(async () => {
    demo = await givenDemo('drift')
    name = await whenApplied(demo, EXAMPLE)
    const pipeline = await pipelineOf(demo, name)
    const statements = [...pipeline.spec.statements, { name: 'gets', sql: 'CREATE STREAM GETS AS SELECT USERID, REQUEST FROM CLICKSTREAM WHERE STATUS = 200;' }]
    await demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec: { statements } } })
    await then(
      'the pipeline is Ready with the second stream',
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'Ready')?.status === 'True' && (seen.status?.resources ?? []).some((resource) => resource.name === 'GETS'),
    )
    const ready = await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, ready))
    const idOf = (kind: string) => ready.status?.resources?.find((resource) => resource.kind === kind)?.id ?? ''
    dataSource = idOf('DataSource')
    dashboard = idOf('Dashboard')
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  const connect = async (method: 'GET' | 'PUT' | 'DELETE', path: string[], body?: unknown) =>
    (await backends.connect.request({ method, path: ['connectors', ...path], ...(body === undefined ? {} : { body }), answer: z.any() })).body
  const ksql = async (text: string) =>
    (await backends.ksqldb.request({ method: 'POST', path: ['ksql'], body: { ksql: text }, answer: z.any(), timeoutMs: 30_000 })).body
  const grafana = async (method: 'GET' | 'PUT' | 'POST', path: string[], body?: unknown) =>
    (await backends.grafana.request({ method, path: ['api', ...path], ...(body === undefined ? {} : { body }), answer: z.any() })).body

  const queries = async () => {
    const [{ queries: list }] = await ksql('LIST QUERIES;')
    return new Map<string, string>(list.map((query: { id: string; sinks: string[] }) => [query.sinks[0], query.id]))
  }
  const repairs = async () => {
    const { items } = await demo.kube.list(EVENTS, { namespace: NAMESPACE })
    return items.filter((event) => event.reason === 'Repaired').map((event) => `${String(event.message)} x${String(event.count ?? 1)}`)
  }
  const hashes = async () =>
    Object.fromEntries(((await pipelineOf(demo, name)).status?.resources ?? []).map((resource) => [`${resource.kind}/${resource.name}`, resource.hash]))

  const cases: readonly { what: string; object: () => string; damage: () => Promise<unknown>; whole: () => Promise<boolean> }[] = [
    {
      what: 'a connector that was deleted',
      object: () => SOURCE,
      damage: () => connect('DELETE', [SOURCE]),
      whole: async () => (await connect('GET', [])).includes(SOURCE),
    },
    {
      what: 'a connector that was paused',
      object: () => SOURCE,
      damage: () => connect('PUT', [SOURCE, 'pause']),
      whole: async () => (await connect('GET', [SOURCE, 'status'])).connector.state === 'RUNNING',
    },
    {
      what: 'a connector whose config was changed',
      object: () => SOURCE,
      damage: async () => connect('PUT', [SOURCE, 'config'], { ...(await connect('GET', [SOURCE, 'config'])), 'max.interval': '999' }),
      whole: async () => (await connect('GET', [SOURCE, 'config']))['max.interval'] === '30',
    },
    {
      what: 'a query that was terminated',
      object: () => 'EVENTS_PER_MIN',
      damage: async () => ksql(`TERMINATE ${(await queries()).get('EVENTS_PER_MIN')};`),
      whole: async () => (await queries()).has('EVENTS_PER_MIN'),
    },
    { what: 'a stream that was dropped', object: () => 'GETS', damage: () => ksql('DROP STREAM GETS;'), whole: async () => (await queries()).has('GETS') },
    {
      what: 'an index template that was deleted',
      object: () => 'events_per_min',
      damage: async () => {
        const found = await backends.elasticsearch.indices.getIndexTemplate()
        await backends.elasticsearch.indices.deleteIndexTemplate({ name: found.index_templates[0]!.name })
      },
      whole: async () => (await backends.elasticsearch.indices.getIndexTemplate()).index_templates.length === 1,
    },
    {
      what: 'a data source that was edited',
      object: () => dataSource,
      damage: async () => {
        const seen = await grafana('GET', ['datasources', 'uid', dataSource])
        await grafana('PUT', ['datasources', 'uid', dataSource], { ...seen, jsonData: { ...seen.jsonData, timeField: 'elsewhere' } })
      },
      whole: async () => (await grafana('GET', ['datasources', 'uid', dataSource])).jsonData.timeField === 'EVENT_TS',
    },
    {
      what: 'a dashboard that was edited',
      object: () => dashboard,
      damage: async () => {
        const { dashboard: seen } = await grafana('GET', ['dashboards', 'uid', dashboard])
        await grafana('POST', ['dashboards', 'db'], { dashboard: { ...seen, title: 'Edited by hand' }, overwrite: true })
      },
      whole: async () => (await grafana('GET', ['dashboards', 'uid', dashboard])).dashboard.title !== 'Edited by hand',
    },
    {
      what: 'a KafkaTopic that was deleted',
      object: () => 'GETS',
      damage: async () => {
        const { items } = await demo.kube.list(TOPICS, { namespace: NAMESPACE })
        const topic = items.find((item) => (item.spec as { topicName: string }).topicName === 'GETS')
        await demo.kube.delete(TOPICS, NAMESPACE, topic!.metadata.name)
      },
      whole: async () => (await backends.kafka.listTopics()).includes('GETS') && conditionOf(await pipelineOf(demo, name), 'TopicsReady')?.status === 'True',
    },
  ]

  for (const { what, object, damage, whole } of cases) {
    it(`mends ${what}`, async () => {
      const [before, told, ids] = [await hashes(), await repairs(), await queries()]
      const since = systemClock.now()
      await damage()
      await then('it is whole again', whole, (seen) => seen, REPAIRED_WITHIN_MS)
      await then(
        'the pipeline is Ready',
        () => pipelineOf(demo, name),
        (seen) => conditionOf(seen, 'Ready')?.status === 'True' && conditionOf(seen, 'Reconciling') === undefined,
      )
      // A second repair, or a second event, would come with the next look.
      await systemClock.sleep(12_000)
      assert.deepEqual(await hashes(), before, 'every object has the hash it had')
      const fresh = (await repairs()).filter((event) => !told.includes(event))
      assert.equal(fresh.length, 1, `one event, not ${JSON.stringify(fresh)}`)
      assert.ok(fresh[0]!.includes(object()), String(fresh[0]))
      assert.match(fresh[0]!, / x1$/)
      for (const [sink, id] of await queries()) if (sink !== object()) assert.equal(id, ids.get(sink), `the query of ${sink} is another one`)
      const touched = Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
        requests
          .since(since, { mutating: true })
          .filter(({ client, path }) => client.startsWith('clickstream-operator') && !/\/(events|status|configmaps|leases)\b/.test(path) && server !== 'ksqldb')
          .map(({ method, path }) => `${server} ${method} ${path}`),
      )
      const slug = object().toLowerCase().replaceAll('_', '-')
      const foreign = touched.filter(
        (call) =>
          ![object(), slug, encodeURIComponent(object()), '/connectors', '/api/datasources', '/api/dashboards/db', '_index_template', 'kafkatopics'].some(
            (part) => call.includes(part),
          ),
      )
      assert.deepEqual(foreign, [], 'no other object is touched')
      assert.ok(touched.length <= 3, `few calls, not ${JSON.stringify(touched)}`)
    })
  }
})
