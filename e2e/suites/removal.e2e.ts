/** Removing a pipeline: what is its own goes, in order; data stays or goes as the policy says. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { openBackends, readPlatform } from '../../src/console/index.ts'
import { EXAMPLE, givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

const CASES = [
  { what: 'one metric', file: EXAMPLE },
  { what: 'the whole example', file: SEED },
].flatMap((one) => (['RetainData', 'DeleteData'] as const).map((policy) => ({ ...one, policy })))

for (const { what, file, policy } of CASES) {
  describe(`removal of ${what} with ${policy}`, () => {
    let topics: string[]
    let indices: string[]
    let demo: Demo
    let backends: Awaited<ReturnType<typeof openBackends>>
    let name: string

    before(async () => {
      demo = await givenDemo(`removal-${policy}-${what.replaceAll(' ', '-')}`)
      name = await whenApplied(demo, file)
      await demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec: { deletionPolicy: policy } } })
      await thenReady(demo, name)
      backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, name)))
      const search = backends.elasticsearch
      await then(
        'documents arrive',
        // A real Elasticsearch answers 503 while the shard of a fresh index starts.
        async () => (await search.count({ index: 'events_per_min', ignore_unavailable: true }, { ignore: [503] })).count ?? 0,
        (documents) => documents > 0,
      )
      const made = (await pipelineOf(demo, name)).status?.resources ?? []
      topics = made.filter(({ kind }) => kind === 'KafkaTopic').map((resource) => resource.name)
      // What a sink writes to is named like its topic in lower case.
      const found = await search.indices.get({ index: '*' })
      indices = topics.map((topic) => topic.toLowerCase()).filter((index) => index in found)
      assert.ok(topics.length > 1 && indices.length > 0)
    })
    after(async () => {
      await backends?.close()
      await demo?.close()
    })

    it('ends, and the object is gone', async () => {
      await demo.kube.delete(PIPELINE, NAMESPACE, name)
      await then(
        'the pipeline is gone',
        () => demo.kube.get(PIPELINE, NAMESPACE, name),
        (object) => object === undefined,
      )
    })

    it('leaves no connector, statement, template, data source, dashboard or KafkaTopic', async () => {
      const { connect, ksqldb, elasticsearch, grafana } = backends
      assert.deepEqual((await connect.request({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) })).body, [])
      const listed = await ksqldb.request({
        method: 'POST',
        path: ['ksql'],
        body: { ksql: 'LIST STREAMS; LIST TABLES; LIST QUERIES;' },
        answer: z.array(z.looseObject({})),
      })
      assert.deepEqual(
        listed.body.map((entity) => entity.streams ?? entity.tables ?? entity.queries),
        [[], [], []],
      )
      assert.deepEqual((await elasticsearch.indices.getIndexTemplate()).index_templates, [])
      assert.deepEqual((await grafana.request({ method: 'GET', path: ['api', 'datasources'], answer: z.array(z.unknown()) })).body, [])
      assert.deepEqual((await grafana.request({ method: 'GET', path: ['api', 'search'], query: { type: 'dash-db' }, answer: z.array(z.unknown()) })).body, [])
      const objects = await demo.kube.list({ group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }, { namespace: NAMESPACE })
      assert.deepEqual(objects.items, [])
      const maps = await demo.kube.list({ group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }, { namespace: NAMESPACE })
      assert.deepEqual(
        maps.items.map((map) => map.metadata.name).filter((map) => map.includes('ledger')),
        [],
      )
    })

    it(policy === 'RetainData' ? 'keeps the topics and the index with their data' : 'takes the topics and the index with it', async () => {
      const left = new Set(await backends.kafka.listTopics())
      const there = await Promise.all(indices.map((index) => backends.elasticsearch.indices.exists({ index })))
      assert.deepEqual(
        topics.filter((topic) => left.has(topic)),
        policy === 'RetainData' ? topics : [],
      )
      assert.deepEqual(
        indices.filter((_, at) => there[at]),
        policy === 'RetainData' ? indices : [],
      )
    })
  })
}
