/** Wrong pipelines of every kind: refused at the right place and in words that help, nothing written, and none holds up a healthy one. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { Failure, systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, pipelineOf, then } from '../given.ts'
import { HEALTHY, namedAs, nameOf, pipelineFrom, type WrongCase } from '../wrong/case.ts'
import { connectors } from '../wrong/connectors.ts'
import { mappings } from '../wrong/mappings.ts'
import { OWNER, OWNING, ownership } from '../wrong/ownership.ts'
import { partitions } from '../wrong/partitions.ts'
import { references } from '../wrong/references.ts'
import { schema } from '../wrong/schema.ts'
import { syntax } from '../wrong/syntax.ts'
import { types } from '../wrong/types.ts'

const NAMESPACE = 'default'
const EVENTS = { group: '', version: 'v1', plural: 'events', kind: 'Event' } as const
const TOPICS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' } as const
/** Beside its own object, status, events and ledger a pipeline writes to backends only. */
const OWN_BOOKS = /\/(events|status|configmaps|leases)\b|\/clickstreampipelines\//

describe('a wrong pipeline', () => {
  let demo: Demo
  let backends: Backends

  before(async () => {
    demo = await givenDemo('wrong')
    await demo.kube.create(PIPELINE, pipelineFrom(OWNING, OWNER))
    await thenStands(OWNER)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, OWNER)))
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  const thenStands = (name: string) =>
    then(
      `pipeline ${name} is Ready`,
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'Ready')?.status === 'True',
    )

  /** What the operator changed at backends since then, as `server METHOD path status`. */
  const operatorCalls = (since: number) =>
    Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(since, { mutating: true })
        .filter(({ client, path }) => client.startsWith('clickstream-operator') && !OWN_BOOKS.test(path))
        .map(({ method, path, status }) => `${server} ${method} ${path} ${status}`),
    )

  /** Every object of every backend, by kind and name, in a form that changes when somebody changes it. */
  async function everything(): Promise<ReadonlyMap<string, string>> {
    const rest = async (client: 'connect' | 'grafana', path: string[], query = {}) =>
      (await backends[client].request({ method: 'GET', path, query, answer: z.any() })).body
    const list = async (ksql: string) =>
      (await backends.ksqldb.request({ method: 'POST', path: ['ksql'], body: { ksql }, answer: z.any(), timeoutMs: 30_000 })).body[0]
    const [topics, connectorMap, streams, tables, listedTypes, templates, dataSources, dashboards] = await Promise.all([
      demo.kube.list(TOPICS, { namespace: NAMESPACE }),
      rest('connect', ['connectors'], { expand: 'info' }),
      list('LIST STREAMS;'),
      list('LIST TABLES;'),
      list('LIST TYPES;'),
      backends.elasticsearch.indices.getIndexTemplate(),
      rest('grafana', ['api', 'datasources']),
      rest('grafana', ['api', 'search'], { type: 'dash-db' }),
    ])
    return new Map<string, string>([
      ...topics.items.map((item): [string, string] => [
        `KafkaTopic/${(item.spec as { topicName: string }).topicName}`,
        JSON.stringify([item.spec, item.metadata.labels]),
      ]),
      ...Object.entries<{ info: { config: unknown } }>(connectorMap).map(([name, { info }]): [string, string] => [
        `Connector/${name}`,
        JSON.stringify(info.config),
      ]),
      ...[...streams.streams, ...tables.tables].map((source: { name: string }): [string, string] => [`Statement/${source.name}`, JSON.stringify(source)]),
      ...Object.entries(listedTypes.types).map(([name, type]): [string, string] => [`Statement/TYPE ${name}`, JSON.stringify(type)]),
      ...templates.index_templates.map(({ name, index_template }): [string, string] => [`IndexTemplate/${name}`, JSON.stringify(index_template)]),
      ...dataSources.map((source: { name: string }): [string, string] => [`DataSource/${source.name}`, JSON.stringify(source)]),
      ...dashboards.map((found: { uid: string; title: string }): [string, string] => [`Dashboard/${found.uid}`, found.title]),
    ])
  }

  function category(title: string, key: string, cases: readonly WrongCase[]) {
    describe(title, () => {
      const healthy = `${key}good`
      let since = 0
      let found: ReadonlyMap<string, string>

      before(async () => {
        for (const [at, { given }] of cases.entries()) await given?.({ kube: demo.kube, backends, named: namedAs(nameOf(key, at)) })
        found = await everything()
        since = systemClock.now()
        const objects = [...cases.map(({ spec }, at) => pipelineFrom(spec, nameOf(key, at))), pipelineFrom(HEALTHY, healthy)]
        await Promise.all(objects.map((object) => demo.kube.create(PIPELINE, object)))
      })

      // They would be tried again, in the middle of what comes next.
      after(() => Promise.all(cases.map((_, at) => demo.kube.delete(PIPELINE, NAMESPACE, nameOf(key, at)))))

      for (const [at, wrong] of cases.entries()) {
        const name = nameOf(key, at)
        const named = namedAs(name)
        it(`${wrong.sentence}: ${wrong.reason}`, async () => {
          const seen = await then(
            'it is refused',
            () => pipelineOf(demo, name),
            (pipeline) => conditionOf(pipeline, 'Stalled') !== undefined || conditionOf(pipeline, 'Ready')?.status === 'True',
            30_000,
          )
          for (const [type, status] of Object.entries({ SpecValid: 'False', Stalled: 'True', Ready: 'False' })) {
            const condition = conditionOf(seen, type)
            assert.deepEqual([condition?.status, condition?.reason], [status, wrong.reason], `${type} says ${condition?.reason}: ${condition?.message}`)
          }
          const message = conditionOf(seen, 'SpecValid')!.message
          assert.equal(conditionOf(seen, 'Stalled')!.message, message)
          assert.equal(message.slice(0, message.indexOf(': ')), named(wrong.at), message)
          for (const part of [wrong.says, wrong.mend ?? '']) assert.ok(message.includes(named(part)), `"${named(part)}" does not stand in "${message}"`)
          assert.doesNotMatch(message, /; and \d+ more$/, 'one mistake, one error')
        })
      }

      it('holds up no healthy pipeline, and writes nothing', async () => {
        const ready = await thenStands(healthy)
        const settled = systemClock.now()
        await systemClock.sleep(3_000)
        assert.deepEqual(operatorCalls(settled), [], 'calls after the healthy one was Ready')
        const calls = operatorCalls(since)
        assert.deepEqual(
          // A dashboard is put, and made where that finds none.
          calls.filter((call) => Number(call.slice(-3)) >= 400 && !/^grafana PUT \S+\/dashboards\/\S+ 404$/.test(call)),
          [],
          'calls that were refused',
        )
        const after = await everything()
        const own = (ready.status?.resources ?? []).map((resource) => `${resource.kind}/${resource.kind === 'Dashboard' ? resource.id : resource.name}`)
        assert.deepEqual([...after.keys()].filter((id) => !found.has(id)).sort(), own.sort(), 'what is new is of the healthy pipeline')
        for (const [id, text] of found) assert.equal(after.get(id), text, `${id} is as it was`)
      })

      it('tells each of it in one event', async () => {
        const { items } = await demo.kube.list(EVENTS, { namespace: NAMESPACE })
        const told = cases.map((_, at) => {
          const events = items.filter((event) => (event.involvedObject as { name?: string }).name === nameOf(key, at))
          return events
            .filter((event) => event.reason !== 'Surprising')
            .map((event) => `${String(event.type)} ${String(event.reason)}`)
            .join(', ')
        })
        assert.deepEqual(
          told,
          cases.map(({ reason }) => `Warning ${reason}`),
        )
      })
    })
  }
  describe('by schema and rules', () => {
    let since = 0
    before(async () => {
      since = systemClock.now()
      await demo.kube.create(PIPELINE, pipelineFrom(HEALTHY, 'schemagood'))
    })
    for (const [at, { sentence, spec, field, says }] of schema.entries()) {
      it(`${sentence}: 422`, async () => {
        const name = nameOf('schema', at)
        const failure = await demo.kube.create(PIPELINE, pipelineFrom(spec, name)).then(
          () => assert.fail('it was accepted'),
          (error: unknown) => error,
        )
        assert.ok(failure instanceof Failure, String(failure))
        assert.equal(failure.status, 422)
        const { details } = failure.body as { details: { causes: { field: string; message: string }[] } }
        assert.deepEqual([...new Set(details.causes.map((cause) => cause.field).filter((one) => one !== '<nil>'))], [field], JSON.stringify(details.causes))
        assert.ok(details.causes[0]!.message.includes(namedAs(name)(says)), details.causes[0]!.message)
        assert.equal(await demo.kube.get(PIPELINE, NAMESPACE, name), undefined)
      })
    }
    it('holds up no healthy pipeline, and writes nothing', async () => {
      await thenStands('schemagood')
      assert.deepEqual(
        operatorCalls(since).filter((call) => /schema\d/.test(call)),
        [],
      )
    })
  })

  category('by what it refers to', 'ref', references)
  category('by SQL that cannot be read', 'syn', syntax)
  category('by names and types in SQL', 'typ', types)
  category('by partitions and keys', 'par', partitions)
  category('by the config of a connector', 'con', connectors)
  category('by mappings', 'map', mappings)
  category('by names of others', 'own', ownership)
})
