/** Connectors that others wrote: failing ones of Kafka's own tests, its file source, and Camel's sink into an Elasticsearch 7.17. */
import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { PIPELINE, PLATFORM, parsePlatform } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { startConnect } from '../components/connect.ts'
import { installElasticsearch7, startElasticsearch7 } from '../components/elasticsearch7.ts'
import { startReal, Unavailable } from '../components/index.ts'
import { scratch } from '../components/process.ts'
import { recorded } from '../components/recorder.ts'
import { installThirdParty } from '../components/third-party.ts'
import { conditionOf, givenDemo, pipelineOf, REAL, then, thenReady } from '../given.ts'

const FILE_SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const CAMEL_SINK = 'org.apache.camel.kafkaconnector.CamelSinkConnector'
const MOCK_SOURCE = 'org.apache.kafka.connect.tools.MockSourceConnector'
/** When a connector that keeps failing is restarted: at once, then after 10, 20, 40 s. */
const FIRST_WAIT_MS = 10_000

const USERS = ['ada', 'grace', 'linus'] as const

describe('plugins of others', function () {
  this.timeout(600_000)
  let demo: Demo
  let backends: Backends
  let elasticsearch: string
  let directory: string
  const closing: (() => Promise<void>)[] = []
  const started = <T extends { stop(): Promise<void> }>(server: T): T => {
    closing.push(() => server.stop())
    return server
  }

  before(async function () {
    let plugins: string
    try {
      plugins = await installThirdParty()
      await installElasticsearch7()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      console.log(`skipped: ${error.message}`)
      return this.skip()
    }
    // ksqlDB, Grafana and Strimzi are stand-ins as ever.
    const components = started(await startReal(REAL.filter((kind) => kind === 'kafka' || kind === 'kubernetes')))
    elasticsearch = started(await startElasticsearch7()).url
    const connect = started(await startConnect(components.servers.kafka!, { plugins: [plugins] }))
    const recorder = started(await recorded('connect', connect.url))
    const { requests } = components.servers
    demo = await givenDemo('third-party', {
      ...components.servers,
      elasticsearch,
      connect: recorder.url,
      requests: { ...requests, connect: recorder.requests },
    })
    const platform = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, 'default'))!)
    assert.ok(platform.ok)
    backends = await openBackends(demo.kube, platform.value)
    const data = await scratch('third-party')
    closing.push(() => data.remove())
    directory = data.path
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
    for (const step of closing.reverse()) await step()
  })

  const apply = (name: string, spec: string) =>
    demo.kube.create(PIPELINE, { apiVersion: 'clickstream.dev/v1alpha1', kind: PIPELINE.kind, metadata: { name, namespace: NAMESPACE }, spec: parse(spec) })

  it('are named in the status of the platform, with the version of Elasticsearch 7', async () => {
    const { status } = await then(
      'the platform is Ready',
      async () => {
        const parsed = parsePlatform((await demo.kube.get(PLATFORM, NAMESPACE, 'default'))!)
        assert.ok(parsed.ok)
        return parsed.value
      },
      ({ status }) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    )
    const text = JSON.stringify(status)
    for (const plugin of [FILE_SOURCE, CAMEL_SINK, MOCK_SOURCE]) assert.ok(text.includes(plugin), `${plugin} in ${text}`)
    assert.match(text, /7\.17\.29/)
  })

  it('include none that generates, so that a datagen source is refused by name', async () => {
    await apply('generated', '{sources: [{name: gen, datagen: {preset: clickstream}}]}')
    const seen = await then(
      'the pipeline says so',
      () => pipelineOf(demo, 'generated'),
      (pipeline) => conditionOf(pipeline, 'SpecValid')?.status === 'False',
    )
    assert.equal(conditionOf(seen, 'SpecValid')?.reason, 'ConnectorClassNotFound')
    assert.match(conditionOf(seen, 'SpecValid')?.message ?? '', /Kafka Connect has no plugin for this: a class such as \S+DatagenConnector is needed/)
    await demo.kube.delete(PIPELINE, NAMESPACE, 'generated')
  })

  for (const { what, mode, reason, message } of [
    { what: 'a task', mode: 'task-failure', reason: 'TaskFailed', message: /^Task 0 of 1 failed: .*RuntimeException/ },
    { what: 'a connector', mode: 'connector-failure', reason: 'ConnectorFailed', message: /RuntimeException/ },
  ]) {
    describe(`${what} that fails again and again`, () => {
      const name = `mock-${mode}`
      /** When the operator restarted it, ms. */
      const restarts = () =>
        demo.sandbox.servers.connect.requests
          .since(0, { mutating: true })
          .filter(({ path, client }) => path.startsWith(`/connectors/${name}/restart`) && client.startsWith('clickstream-operator'))
          .map(({ at }) => at)

      it('shows in the conditions, with what it says', async () => {
        await apply(name, `{sources: [{name: ${name}, connector: {class: ${MOCK_SOURCE}, config: {mock_mode: ${mode}, delay_ms: 1000}}}]}`)
        const seen = await then(
          'SourcesReady is False',
          () => pipelineOf(demo, name),
          (pipeline) => conditionOf(pipeline, 'SourcesReady')?.reason === reason,
        )
        assert.equal(conditionOf(seen, 'SourcesReady')?.status, 'False')
        assert.equal(conditionOf(seen, 'Ready')?.status, 'False')
        const source = seen.status?.resources?.find((resource) => resource.name === name)
        assert.equal(source?.state, 'Failed')
        assert.match(source?.message ?? '', message)
      })

      it('is restarted with longer and longer waits', async () => {
        await then(
          'it was restarted three times',
          async () => restarts(),
          (seen) => seen.length >= 3,
        )
        const [first, second, third] = restarts() as [number, number, number]
        assert.ok(second - first >= FIRST_WAIT_MS, `the second came ${second - first} ms after the first`)
        assert.ok(third - second >= 2 * FIRST_WAIT_MS, `the third came ${third - second} ms after the second`)
        // Each time it runs for a second.
        await then(
          'it has failed again',
          () => pipelineOf(demo, name),
          (pipeline) => conditionOf(pipeline, 'SourcesReady')?.reason === reason,
        )
      })

      it('is well once its config is mended, and left alone', async () => {
        await demo.kube.patch(PIPELINE, NAMESPACE, name, {
          type: 'merge',
          body: { spec: { sources: [{ name, connector: { class: MOCK_SOURCE, config: { delay_ms: 1000 } } }] } },
        })
        await then(
          'the pipeline is Ready',
          () => pipelineOf(demo, name),
          (pipeline) => conditionOf(pipeline, 'Ready')?.status === 'True',
        )
        const since = systemClock.now()
        await systemClock.sleep(15_000)
        assert.deepEqual(
          restarts().filter((at) => at >= since),
          [],
        )
        assert.equal(conditionOf(await pipelineOf(demo, name), 'Ready')?.status, 'True')
        await demo.kube.delete(PIPELINE, NAMESPACE, name)
      })
    })
  }

  describe('from a file to an Elasticsearch 7', () => {
    const written: { readonly username: string; readonly bytes: number }[] = []
    const file = () => join(directory, 'clicks.json')
    async function write(count: number): Promise<void> {
      const clicks = Array.from({ length: count }, (_, at) => ({ username: USERS[(written.length + at) % 3]!, bytes: ((written.length + at) * 37) % 1000 }))
      written.push(...clicks)
      await appendFile(file(), clicks.map((click) => `${JSON.stringify(click)}\n`).join(''))
    }
    const recounted = () =>
      USERS.map((user) => {
        const own = written.filter(({ username }) => username === user)
        return { id: user, USER: user, CLICKS: own.length, BYTES: own.reduce((sum, { bytes }) => sum + bytes, 0) }
      })
    const documents = async () => {
      await backends.elasticsearch.indices.refresh({ index: 'clicks_by_user', ignore_unavailable: true })
      const { hits } = await backends.elasticsearch.search<Record<string, unknown>>({ index: 'clicks_by_user', size: 1_000, ignore_unavailable: true })
      return hits.hits.map((hit) => ({ id: hit._id, ...hit._source })).sort((a, b) => String(a.id).localeCompare(String(b.id)))
    }
    const thenCounted = () =>
      then('the documents are what a recount says', documents, (seen) => {
        const sums = seen.map(({ id, USER, CLICKS, BYTES }: Record<string, unknown>) => ({ id, USER, CLICKS, BYTES }))
        return JSON.stringify(sums) === JSON.stringify(recounted())
      })

    before(async () => {
      await writeFile(file(), '')
      await write(300)
      await apply(
        'from-file',
        `
topics: [{name: file-clicks}]
sources:
  - name: file-clicks
    connector:
      class: ${FILE_SOURCE}
      config: {file: '${file()}', topic: file-clicks, value.converter: org.apache.kafka.connect.storage.StringConverter}
statements:
  - name: clicks
    sql: |
      CREATE STREAM FILE_CLICKS (USERNAME VARCHAR, BYTES BIGINT) WITH (KAFKA_TOPIC='file-clicks', VALUE_FORMAT='JSON');
      CREATE TABLE CLICKS_BY_USER AS
        SELECT USERNAME, AS_VALUE(USERNAME) AS USER, COUNT(*) AS CLICKS, SUM(BYTES) AS BYTES FROM FILE_CLICKS GROUP BY USERNAME;
indexTemplates: [{name: clicks_by_user, patterns: [clicks_by_user], fields: {CLICKS: long, BYTES: long}}]
sinks:
  - name: camel
    from: CLICKS_BY_USER
    connector:
      class: ${CAMEL_SINK}
      config:
        camel.sink.url: elasticsearch-rest:e7?operation=Index&indexName=clicks_by_user&hostAddresses=${new URL(elasticsearch).host}
        key.converter: org.apache.kafka.connect.storage.StringConverter
        value.converter: org.apache.kafka.connect.storage.StringConverter
        # The key becomes the document id.
        transforms: hoist,id
        transforms.hoist.type: org.apache.kafka.connect.transforms.HoistField$Key
        transforms.hoist.field: id
        transforms.id.type: org.apache.kafka.connect.transforms.HeaderFrom$Key
        transforms.id.fields: id
        transforms.id.headers: CamelHeader.indexId
        transforms.id.operation: copy
`,
      )
    })

    it('is Ready, and its data flow', async () => {
      await thenReady(demo, 'from-file')
    })

    it('has one document for each user, with the numbers of a recount', async () => {
      await thenCounted()
      const { clicks_by_user: mapping } = await backends.elasticsearch.indices.getMapping({ index: 'clicks_by_user' })
      assert.equal(mapping?.mappings.properties?.USER?.type, 'keyword')
    })

    it('follows what is written next', async () => {
      await write(450)
      await thenCounted()
    })

    it('goes on where it stood after the sink was down', async () => {
      await backends.connect.request({ method: 'PUT', path: ['connectors', 'camel', 'stop'], answer: z.unknown() })
      await write(120)
      await thenCounted()
    })
  })
})
