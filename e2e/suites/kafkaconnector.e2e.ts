/** Connectors as KafkaConnector objects beside a KafkaConnect: what the operator never tells Kafka Connect itself, Strimzi does for it. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { PIPELINE, PLATFORM, type PlatformStatus } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { createHttpClient, type HttpClient, type KubeObject, systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

const CONNECTORS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnectors', kind: 'KafkaConnector' } as const
const CONNECTS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' } as const
const EVENTS = { group: '', version: 'v1', plural: 'events', kind: 'Event' } as const
const SOURCE = 'datagen-clickstream'

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
  readonly connectorStatus?: { readonly connector: { readonly state: string }; readonly tasks: readonly { readonly state: string }[] }
}
const statusOf = (object: KubeObject | undefined): Status => (object?.status ?? {}) as Status
const holds = (object: KubeObject | undefined, type: string) =>
  statusOf(object).conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false

describe('connectors as KafkaConnector objects', () => {
  let demo: Demo
  let backends: Backends
  let rest: HttpClient
  let name: string

  before(async () => {
    demo = await givenDemo('kafkaconnector', undefined, undefined, { strimziConnect: true })
    rest = createHttpClient({ baseUrl: demo.sandbox.servers.connect.url, service: 'Kafka Connect' })
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  const object = (connector: string) => demo.kube.get(CONNECTORS, NAMESPACE, connector)
  const objects = async () => (await demo.kube.list(CONNECTORS, { namespace: NAMESPACE })).items
  const merge = (connector: string, body: object) => demo.kube.patch(CONNECTORS, NAMESPACE, connector, { type: 'merge', body })
  const inConnect = async () => (await rest.request({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) })).body
  const configInConnect = async (connector: string) =>
    (await rest.request({ method: 'GET', path: ['connectors', connector, 'config'], answer: z.record(z.string(), z.string()) })).body
  const change = (spec: object) => demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec } })
  const resourceOf = async (connector: string) =>
    (await pipelineOf(demo, name)).status?.resources?.find((one) => one.kind === 'Connector' && one.name === connector)
  const clicks = async () => Number((await backends.kafka.topicOffsets(['clickstream'])).get('clickstream')?.reduce((sum, { end }) => sum + end, 0n) ?? 0n)
  const told = async (reason: string) => (await demo.kube.list(EVENTS, { namespace: NAMESPACE })).items.filter((event) => event.reason === reason)

  it('runs the whole example, every connector an object of which Strimzi says Ready', async () => {
    name = await whenApplied(demo, SEED)
    const pipeline = await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, pipeline))
    const declared = (pipeline.status?.resources ?? []).filter(({ kind }) => kind === 'Connector')
    const made = await objects()
    assert.equal(made.length, declared.length)
    assert.ok(made.every((one) => holds(one, 'Ready') && one.metadata.labels?.['clickstream.dev/pipeline'] === name))
    assert.deepEqual((await inConnect()).sort(), made.map(({ metadata }) => metadata.name).sort())
    // A name that no Kubernetes object can have is declared as it is, and Connect has another for it.
    const mapped = declared.find((one) => one.name !== one.id)
    assert.match(mapped?.name ?? '', /[A-Z_]/)
    assert.ok(made.some((one) => one.metadata.name === mapped?.id))
  })

  it('moves data, and knows how far its sinks are', async () => {
    const before = await clicks()
    await then('clicks go on', clicks, (seen) => seen > before)
    await then(
      'every sink has committed offsets under its own name',
      async () => (await backends.connectors()).filter(({ type }) => type === 'sink'),
      (sinks) => sinks.length > 0 && sinks.every(({ state, tasks }) => state === 'RUNNING' && tasks.length > 0),
    )
    for (const { connector, topics, type } of await backends.connectors()) {
      if (type !== 'sink') continue
      const committed = await then(
        `${connector} has committed`,
        async () => [...(await backends.kafka.groupOffsets(`connect-${connector}`, topics)).values()].flatMap((partitions) => [...partitions.values()]),
        (offsets) => offsets.some((offset) => offset > 0n),
      )
      assert.ok(committed.length > 0)
    }
  })

  it('repairs what somebody has changed in an object, and takes away what they have added', async () => {
    await merge(SOURCE, { spec: { config: { 'max.interval': '999', 'errors.retry.timeout': '7' } } })
    await then(
      'the config is as declared',
      async () => ((await object(SOURCE))?.spec as { config?: Record<string, unknown> } | undefined)?.config,
      (config) => config?.['max.interval'] === '30' && !('errors.retry.timeout' in config),
    )
    await then(
      'so it is in Connect',
      () => configInConnect(SOURCE),
      (config) => config['max.interval'] === '30' && !('errors.retry.timeout' in config),
    )
    await then(
      'somebody is told',
      () => told('Repaired'),
      (events) => events.some((event) => String(event.message).includes(SOURCE)),
    )
  })

  it('makes an object again that somebody has deleted', async () => {
    const before = (await object(SOURCE))?.metadata.uid
    await demo.kube.delete(CONNECTORS, NAMESPACE, SOURCE)
    await then(
      'it is there again, and Ready',
      () => object(SOURCE),
      (seen) => seen !== undefined && seen.metadata.uid !== before && holds(seen, 'Ready'),
    )
    await then('Connect has it', inConnect, (names) => names.includes(SOURCE))
    await thenReady(demo, name)
  })

  it('takes an object back from which Strimzi was told to keep its hands', async () => {
    await merge(SOURCE, { metadata: { annotations: { 'strimzi.io/pause-reconciliation': 'true' } } })
    await then(
      'the annotation is gone',
      () => object(SOURCE),
      (seen) => seen?.metadata.annotations?.['strimzi.io/pause-reconciliation'] === undefined,
    )
    await then(
      'it is Ready',
      () => object(SOURCE),
      (seen) => holds(seen, 'Ready'),
    )
  })

  it('leaves it to Strimzi to undo what was done in Connect itself', async () => {
    await rest.request({ method: 'PUT', path: ['connectors', SOURCE, 'pause'], answer: z.unknown() })
    const state = z.looseObject({ connector: z.looseObject({ state: z.string() }) })
    const answer = async () => (await rest.request({ method: 'GET', path: ['connectors', SOURCE, 'status'], answer: state })).body.connector.state
    await then('it runs again', answer, (seen) => seen === 'RUNNING')
    await rest.request({
      method: 'POST',
      path: ['connectors'],
      body: { name: 'stray', config: { ...(await configInConnect(SOURCE)), name: 'stray' } },
      answer: z.unknown(),
    })
    await then('what has no object is gone', inConnect, (names) => !names.includes('stray'))
  })

  it('pauses by the state of the object, and resumes', async () => {
    await change({ state: 'Paused' })
    await then(
      'the object is paused, in Connect too',
      () => object(SOURCE),
      (seen) => statusOf(seen).connectorStatus?.connector.state === 'PAUSED',
    )
    // A real task hands out what it holds before it rests.
    const moved = async () => {
      const before = await clicks()
      await systemClock.sleep(2_000)
      return (await clicks()) - before
    }
    await then('no click comes any more', moved, (count) => count === 0)
    const stood = await clicks()
    await change({ state: 'Running' })
    await then('clicks go on', clicks, (seen) => seen > stood)
    await thenReady(demo, name)
  })

  it('follows a schedule', async () => {
    const { sources } = (await pipelineOf(demo, name)).spec
    await change({ sources: sources.map((source) => (source.name === SOURCE ? { ...source, schedule: { run: '5s', pause: '20s', cycles: 2 } } : source)) })
    await then(
      'it rests',
      () => object(SOURCE),
      (seen) => statusOf(seen).connectorStatus?.connector.state === 'PAUSED',
    )
    await then(
      'the pipeline says so, and stays Ready',
      () => pipelineOf(demo, name),
      (seen) => seen.status?.schedule?.[0]?.name === SOURCE && conditionOf(seen, 'Ready')?.status === 'True',
    )
    await then(
      'it runs its second cycle',
      () => object(SOURCE),
      (seen) => statusOf(seen).connectorStatus?.connector.state === 'RUNNING',
    )
    await change({ sources })
    await thenReady(demo, name)
  })

  it('tells of a failed task in its own words, and restarts it by annotation', async () => {
    const { sinks } = (await pipelineOf(demo, name)).spec
    const broken = {
      name: 'broken',
      from: 'EVENTS_PER_MIN',
      // The records carry no schema, which the converter then misses.
      elasticsearch: { index: 'broken', config: { 'value.converter.schemas.enable': true } },
    }
    await change({ sinks: [...sinks, broken] })
    const failed = await then(
      'Strimzi says that it is not ready',
      () => object('broken'),
      (seen) => holds(seen, 'NotReady'),
    )
    assert.ok(!holds(failed, 'Ready'))
    const resource = await then(
      'the pipeline tells of it',
      () => resourceOf('broken'),
      (seen) => seen?.state === 'Failed',
    )
    assert.match(resource?.message ?? '', /Task 0 of 1 failed/)
    const pipeline = await pipelineOf(demo, name)
    assert.equal(conditionOf(pipeline, 'SinksReady')?.status, 'False')
    await then(
      'it was restarted',
      () => told('Restarted'),
      (events) => events.some((event) => String(event.message).includes('broken')),
    )
    await then(
      'Strimzi has taken the annotation off',
      () => object('broken'),
      (seen) => seen?.metadata.annotations?.['strimzi.io/restart-task'] === undefined,
    )
    await change({ sinks })
    await then(
      'it goes with its declaration',
      () => object('broken'),
      (seen) => seen === undefined,
    )
    await thenReady(demo, name)
  })

  it('says what Connect has against a config that nobody could check before', async () => {
    const { sources } = (await pipelineOf(demo, name)).spec
    const config = { 'kafka.topic': 'clickstream', quickstart: 'no-such-preset' }
    const className = (await configInConnect(SOURCE))['connector.class']
    await change({ sources: [...sources, { name: 'wrong', connector: { class: className, config } }] })
    const resource = await then(
      'the pipeline tells of it',
      () => resourceOf('wrong'),
      (seen) => seen?.state === 'Failed',
    )
    assert.match(resource?.message ?? '', /Strimzi: .*400.*quickstart/s)
    await change({ sources })
    await then(
      'it goes with its declaration',
      () => object('wrong'),
      (seen) => seen === undefined,
    )
    await thenReady(demo, name)
  })

  it('says when the KafkaConnect does not look after connectors, and goes on when it does', async () => {
    const [connect] = (await demo.kube.list(CONNECTS, { namespace: NAMESPACE })).items
    const annotate = (value: string | null) =>
      demo.kube.patch(CONNECTS, NAMESPACE, connect!.metadata.name, {
        type: 'merge',
        body: { metadata: { annotations: { 'strimzi.io/use-connector-resources': value } } },
      })
    await annotate(null)
    const platform = async () => (await demo.kube.get(PLATFORM, NAMESPACE, 'default'))?.status as PlatformStatus | undefined
    const available = (status: PlatformStatus | undefined) => status?.conditions?.find(({ type }) => type === 'ConnectAvailable')
    const said = await then('it is said', platform, (seen) => available(seen)?.reason === 'ConnectorResourcesDisabled')
    assert.match(available(said)?.message ?? '', /annotate it with strimzi\.io\/use-connector-resources="true"/)
    const { sources } = (await pipelineOf(demo, name)).spec
    await change({ sources: [...sources, { name: 'late', datagen: { preset: 'clickstream', topic: 'late' } }] })
    await then(
      'the pipeline waits for it',
      () => pipelineOf(demo, name),
      (seen) => conditionOf(seen, 'SourcesReady')?.reason === 'ConnectorResourcesDisabled',
    )
    assert.equal(await object('late'), undefined)
    await annotate('true')
    await then(
      'it is made',
      () => object('late'),
      (seen) => holds(seen, 'Ready'),
    )
    await change({ sources })
    await thenReady(demo, name)
  })

  it('removes every connector, stopped before its object goes, and with DeleteData its offsets', async () => {
    await change({ deletionPolicy: 'DeleteData' })
    const sinks = (await backends.connectors()).filter(({ type }) => type === 'sink')
    assert.ok(sinks.length > 0)
    await demo.kube.delete(PIPELINE, NAMESPACE, name)
    await then(
      'the pipeline is gone',
      () => demo.kube.get(PIPELINE, NAMESPACE, name),
      (seen) => seen === undefined,
    )
    assert.deepEqual(await objects(), [])
    await then('Connect has none', inConnect, (names) => names.length === 0)
    for (const { connector, topics } of sinks) {
      const left = [...(await backends.kafka.groupOffsets(`connect-${connector}`, topics)).values()].flatMap((partitions) => [...partitions.values()])
      assert.deepEqual(
        left.filter((offset) => offset >= 0n),
        [],
      )
    }
  })
})
