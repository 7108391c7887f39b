/** Removing a pipeline: what is its own goes, in order; data stays or goes as the policy says. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { openBackends, readPlatform } from '../../src/console/index.ts'
import { EXAMPLE, givenDemo, pipelineOf, then, thenReady, whenApplied } from '../given.ts'

for (const policy of ['RetainData', 'DeleteData'] as const) {
  describe(`removal with ${policy}`, () => {
    let demo: Demo
    let backends: Awaited<ReturnType<typeof openBackends>>
    let name: string

    before(async () => {
      demo = await givenDemo(`removal-${policy}`)
      name = await whenApplied(demo, EXAMPLE)
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
      const topics = await demo.kube.list({ group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }, { namespace: NAMESPACE })
      assert.deepEqual(topics.items, [])
      const maps = await demo.kube.list({ group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }, { namespace: NAMESPACE })
      assert.deepEqual(
        maps.items.map((map) => map.metadata.name).filter((map) => map.includes('ledger')),
        [],
      )
    })

    it(policy === 'RetainData' ? 'keeps the topics and the index with their data' : 'takes the topics and the index with it', async () => {
      const topics = (await backends.kafka.listTopics()).filter((topic) => ['clickstream', 'EVENTS_PER_MIN'].includes(topic)).sort()
      const index = await backends.elasticsearch.indices.exists({ index: 'events_per_min' })
      if (policy === 'RetainData') {
        assert.deepEqual(topics, ['EVENTS_PER_MIN', 'clickstream'])
        assert.equal(index, true)
      } else {
        assert.deepEqual(topics, [])
        assert.equal(index, false)
      }
    })
  })
}
