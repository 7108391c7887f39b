/** Changes to a running pipeline: what is added comes, what is there is not touched, what cannot be is refused by name. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

describe('a change', () => {
  let demo: Demo
  let backends: Backends
  let name: string
  const queryIds = async () => {
    const { body } = await backends.ksqldb.request({
      method: 'POST',
      path: ['ksql'],
      body: { ksql: 'LIST QUERIES;' },
      answer: z.array(z.looseObject({ queries: z.array(z.looseObject({ id: z.string() })) })),
    })
    return body[0]!.queries.map(({ id }) => id).sort()
  }
  const patch = (spec: unknown) => demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec } })
  const operatorCalls = (since: number) =>
    Object.entries(demo.sandbox.servers).flatMap(([server, { requests }]) =>
      requests
        .since(since, { mutating: true })
        .filter(({ client, path }) => client.startsWith('clickstream-operator') && !/\/(events|status|configmaps|leases)\b/.test(path))
        .map(({ method, path }) => `${server} ${method} ${path}`),
    )

  before(async () => {
    demo = await givenDemo('change')
    name = await whenApplied(demo, SEED)
    const pipeline = await pipelineOf(demo, name)
    // The seed without BYTES_PER_MIN, its sink and its panel: the exercise adds it.
    const traffic = pipeline.spec.statements.find((entry) => entry.name === 'traffic')!
    await patch({
      statements: pipeline.spec.statements.map((entry) =>
        entry === traffic ? { ...entry, sql: entry.sql!.slice(0, entry.sql!.indexOf('CREATE TABLE BYTES_PER_MIN')) } : entry,
      ),
      sinks: pipeline.spec.sinks.filter((sink) => sink.name !== 'es-bytes-per-min'),
      dashboards: pipeline.spec.dashboards.map((dashboard) => ({ ...dashboard, panels: dashboard.panels!.filter((panel) => panel.name !== 'bandwidth') })),
    })
    await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, name)))
    await systemClock.sleep(12_000)
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  it('adds BYTES_PER_MIN in its literal form to the running pipeline, with index and panel, and touches nothing else', async () => {
    const before = await queryIds()
    const since = systemClock.now()
    const { spec } = await pipelineOf(demo, name)
    const sql =
      'CREATE TABLE BYTES_PER_MIN AS select USERID, SUM(BYTES), WINDOWSTART as EVENT_TS FROM USER_CLICKSTREAM window TUMBLING (size 60 second) GROUP BY USERID;'
    await patch({
      statements: [...spec.statements, { name: 'bytes', sql }],
      sinks: [...spec.sinks, { name: 'es-bytes-per-min', from: 'BYTES_PER_MIN', elasticsearch: {} }],
      dashboards: spec.dashboards.map((dashboard) => ({
        ...dashboard,
        panels: [
          ...dashboard.panels!,
          {
            name: 'bandwidth',
            title: 'Bandwidth',
            queries: [{ name: 'bytes', sink: 'es-bytes-per-min', function: 'max', field: 'KSQL_COL_0', interval: '1m' }],
          },
        ],
      })),
    })
    await then(
      'the new objects are Ready',
      () => pipelineOf(demo, name),
      (seen) =>
        conditionOf(seen, 'Ready')?.status === 'True' &&
        seen.status?.observedGeneration === seen.metadata.generation &&
        (seen.status?.resources ?? []).some((resource) => resource.name === 'BYTES_PER_MIN'),
    )
    await then(
      'documents arrive',
      // A real Elasticsearch answers 503 while the shard of a fresh index starts.
      async () => (await backends.elasticsearch.count({ index: 'bytes_per_min', ignore_unavailable: true }, { ignore: [503] })).count ?? 0,
      (documents) => documents > 0,
    )
    assert.deepEqual(
      (await queryIds()).filter((id) => !id.startsWith('CTAS_BYTES_PER_MIN')),
      before,
    )
    const calls = operatorCalls(since).filter((call) => !call.startsWith('ksqldb'))
    // The topic, the connector, the data source and the dashboard with its new panel; the template holds for the index already.
    assert.equal(calls.length, 4, JSON.stringify(calls, null, 1))
    const warned = conditionOf(await pipelineOf(demo, name), 'SpecValid')
    assert.equal(warned?.reason, 'ValidWithWarnings')
    assert.match(warned?.message ?? '', /KSQL_COL_0/)
  })

  it('refuses a connector class that no plugin has, by name, and touches nothing', async () => {
    const { spec } = await pipelineOf(demo, name)
    const since = systemClock.now()
    await patch({ sources: [...spec.sources, { name: 'other', connector: { class: 'com.example.NoSuchConnector', config: {} } }] })
    const seen = await then(
      'the pipeline says so',
      () => pipelineOf(demo, name),
      (pipeline) => conditionOf(pipeline, 'SpecValid')?.status === 'False',
    )
    assert.equal(conditionOf(seen, 'SpecValid')?.reason, 'ConnectorClassNotFound')
    assert.match(conditionOf(seen, 'SpecValid')?.message ?? '', /com\.example\.NoSuchConnector/)
    assert.deepEqual(operatorCalls(since), [])
    await patch({ sources: spec.sources })
    await thenReady(demo, name)
  })

  it('waits with a change that ksqlDB cannot make in place, and says which rule forbids it', async () => {
    const { spec } = await pipelineOf(demo, name)
    const since = systemClock.now()
    await patch({
      statements: spec.statements.map((entry) =>
        entry.name === 'errors' ? { ...entry, sql: entry.sql!.replace('WHERE STATUS > 400', 'WHERE STATUS > 404') } : entry,
      ),
    })
    const seen = await then(
      'it is stalled',
      () => pipelineOf(demo, name),
      (pipeline) => conditionOf(pipeline, 'Stalled')?.status === 'True',
    )
    assert.equal(conditionOf(seen, 'Stalled')?.reason, 'ApprovalRequired')
    assert.ok((seen.status?.plan?.actions ?? []).some((action) => action.name === 'ERRORS_PER_MIN_ALERT'))
    assert.deepEqual(operatorCalls(since), [])
    await patch({ statements: spec.statements })
    await thenReady(demo, name)
  })

  it('changes nothing for reformatted SQL and reordered entries', async () => {
    const { spec } = await pipelineOf(demo, name)
    const since = systemClock.now()
    await patch({
      statements: spec.statements.toReversed().map((entry) => ({ ...entry, sql: `-- the same\n${entry.sql!.replaceAll('COUNT(*)', 'count( * )')}` })),
    })
    await then(
      'the operator has seen it',
      () => pipelineOf(demo, name),
      (pipeline) => pipeline.status?.observedGeneration === pipeline.metadata.generation && conditionOf(pipeline, 'Ready')?.status === 'True',
    )
    await systemClock.sleep(12_000)
    assert.deepEqual(operatorCalls(since), [])
  })
})
