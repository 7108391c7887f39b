/**
 * The operator's life on a cluster by real helm: installed, a pipeline applied with kubectl, upgraded across a change of the
 * definitions and of its values, removed with everything left behind, and installed again.
 */
import assert from 'node:assert/strict'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CHART } from '../../scripts/render-chart.ts'
import { PIPELINE } from '../../src/api/index.ts'
import { openBackends, readPipeline, readPlatform } from '../../src/console/index.ts'
import type { KubeResource } from '../../src/ports/index.ts'
import { Unavailable } from '../components/cache.ts'
import { scratch } from '../components/process.ts'
import { EXAMPLE, then } from '../given.ts'
import { givenInstallation, type Installation, NAME, OPERATORS, type OperatorProcess, smallPipeline, TENANT } from '../installed.ts'

const CRDS: KubeResource = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' }
const NAMESPACES: KubeResource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' }
const SECOND = 'web'

const statusSchema = z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string() })).default([]) })

describe('an installation', function () {
  this.timeout(300_000)
  let here: Installation
  let operator: OperatorProcess

  before(async function () {
    try {
      here = await givenInstallation('install')
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      console.log(`      skipped: ${error.message}`)
      return this.skip()
    }
    await here.kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SECOND } })
  })
  after(() => here?.close())

  const conditionOf = async (namespace: string, name: string, type: string) => {
    const object = await here.kube.get(PIPELINE, namespace, name)
    return statusSchema.parse(object?.status ?? {}).conditions.find((condition) => condition.type === type)
  }
  const thenHolds = (namespace: string, name: string, type: string) =>
    then(
      `${type} of ${namespace}/${name}`,
      () => conditionOf(namespace, name, type),
      (seen) => seen?.status === 'True',
    )
  const generationOf = async (name: string) => (await here.kube.get(PIPELINE, TENANT, name))!.metadata.generation

  /** What is in Kafka and Elasticsearch. */
  async function data(): Promise<{ topics: string[]; documents: number }> {
    const backends = await openBackends(here.kube, await readPlatform(here.kube, await readPipeline(here.kube, TENANT, 'events')))
    try {
      const topics = (await backends.kafka.listTopics()).filter((topic) => ['clickstream', 'EVENTS_PER_MIN'].includes(topic))
      const { count } = await backends.elasticsearch.count({ index: 'events_per_min' })
      return { topics: topics.sort(), documents: count }
    } finally {
      await backends.close()
    }
  }

  it('comes from helm, in a namespace of its own', async () => {
    await here.install({ values: { watchNamespaces: [TENANT] } })
    assert.match(await here.helm('list', '-n', OPERATORS), /clicks\s+operators\s+1\s.*deployed/)
    assert.match(await here.kubectl('get', 'crd', '-o', 'name'), /clickstreampipelines\.clickstream\.dev[\s\S]*clickstreamplatforms\.clickstream\.dev/)
  })

  it("runs with the Deployment's arguments and ServiceAccount, and is ready", async () => {
    operator = await here.startOperator()
    await then(
      'the operator is ready',
      async () => (await fetch(`${operator.url}/readyz`)).text(),
      (text) => text === 'ok',
    )
    await then(
      'it leads',
      async () => (await fetch(`${operator.url}/metrics`)).text(),
      (text) => /^clickstream_leader 1$/m.test(text),
    )
  })

  it('makes a pipeline that kubectl applies Ready', async () => {
    await here.apply(...here.platform('default'))
    assert.match(await here.kubectl('-n', TENANT, 'apply', '-f', EXAMPLE), /clickstreampipeline.clickstream.dev\/events created/)
    await thenHolds(TENANT, 'events', 'Ready')
    await thenHolds(TENANT, 'events', 'DataFlowing')
  })

  it('takes a newer definition with an upgrade, and leaves the pipelines as they are', async () => {
    const generation = await generationOf('events')
    const before = (await here.kube.get(CRDS, '', 'clickstreampipelines.clickstream.dev'))!.metadata.generation!
    await operator.process.stop()
    const copy = await scratch('chart')
    try {
      await cp(CHART, copy.path, { recursive: true })
      const file = join(copy.path, 'templates/crds/clickstreampipelines.yaml')
      const text = await readFile(file, 'utf8')
      const newer = text.replace(/^( *)additionalPrinterColumns:\n/m, '$&$1  - { name: Newer, type: string, jsonPath: .spec.state }\n')
      assert.notEqual(newer, text)
      await writeFile(file, newer)
      const chart = join(copy.path, 'Chart.yaml')
      await writeFile(chart, (await readFile(chart, 'utf8')).replace(/^version: .*$/m, 'version: 0.2.0'))
      await here.install({ chart: copy.path })
    } finally {
      await copy.remove()
    }
    assert.ok((await here.kube.get(CRDS, '', 'clickstreampipelines.clickstream.dev'))!.metadata.generation! > before)
    assert.match(await here.kubectl('-n', TENANT, 'get', 'cpl'), /NEWER[\s\S]*Running/)
    operator = await here.startOperator()
    await thenHolds(TENANT, 'events', 'Ready')
    assert.equal(await generationOf('events'), generation)
  })

  it('goes back to the release before', async () => {
    const generation = await generationOf('events')
    await here.helm('rollback', 'clicks', '1', '-n', OPERATORS)
    assert.doesNotMatch(await here.kubectl('-n', TENANT, 'get', 'cpl'), /NEWER/)
    await thenHolds(TENANT, 'events', 'Ready')
    assert.equal(await generationOf('events'), generation)
  })

  it('watches a second namespace after an upgrade of its values, and not before', async () => {
    const [secret, platform] = here.platform('default')
    const shared = { ...platform!, spec: { ...(platform!.spec as object), allowedNamespaces: [SECOND] } }
    await here.apply(secret!, shared, smallPipeline('second', { namespace: SECOND }))
    await here.install({ values: { watchNamespaces: [TENANT, SECOND] } })
    assert.equal(await conditionOf(SECOND, 'second', 'Ready'), undefined)
    await operator.process.stop()
    operator = await here.startOperator()
    await thenHolds(SECOND, 'second', 'Ready')
    await thenHolds(TENANT, 'events', 'Ready')
  })

  it('leaves definitions, pipelines and data when it is removed', async () => {
    await operator.process.stop()
    const before = await data()
    assert.equal(before.topics.length, 2)
    assert.ok(before.documents > 0)
    const said = await here.helm('uninstall', 'clicks', '-n', OPERATORS)
    assert.match(said, /kept due to the resource policy[\s\S]*clickstreampipelines/)
    for (const kind of ['deployment', 'role', 'serviceaccount']) assert.doesNotMatch(await here.kubectl('get', kind, '-A', '-o', 'name'), new RegExp(NAME))
    assert.ok(await here.kube.get(CRDS, '', 'clickstreampipelines.clickstream.dev'))
    assert.ok(await here.kube.get(PIPELINE, TENANT, 'events'))
    const after = await data()
    assert.deepEqual(after.topics, before.topics)
    assert.ok(after.documents >= before.documents)
  })

  it('picks everything up when it is installed again, and takes it away when it is told to', async () => {
    const generation = await generationOf('events')
    await here.install()
    operator = await here.startOperator()
    await then(
      'the operator is ready',
      async () => (await fetch(`${operator.url}/readyz`)).text(),
      (text) => text === 'ok',
    )
    await thenHolds(TENANT, 'events', 'Ready')
    assert.equal(await generationOf('events'), generation)
    const made = async () => /^clickstream_actions_total\{.*result="done"\} [1-9]/m.test(await (await fetch(`${operator.url}/metrics`)).text())
    assert.equal(await made(), false, 'everything was there')
    await here.kubectl('delete', 'cpl', 'events', '-n', TENANT, '--timeout=120s')
    await here.kubectl('delete', 'cpl', 'second', '-n', SECOND, '--timeout=120s')
    await here.kubectl('delete', 'cplat', 'default', '-n', TENANT, '--timeout=60s')
    await operator.process.stop()
  })
})
