/** What only the way through Strimzi knows: the KafkaConnect, names of objects, annotations, references to Secrets. */
import assert from 'node:assert/strict'
import { connectorObjectName, type Observed, SECRETS_KEY, sameSpec } from '../../src/plan/index.ts'
import { createKubeApi, type KubeObject, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import { createKafkaConnectorTarget, listKafkaConnectors, type Target } from '../../src/targets/index.ts'
import { CLUSTER, CONNECTORS, CONNECTS, DATAGEN, kafkaConnect, NAMESPACE, type StrimziWorkers, strimziWay } from './connector-ways.ts'
import { action, entry, eventually, never, node, noReferences, owner } from './given.ts'

const source = (name: string, further: Record<string, string> = {}) =>
  node('Connector', name, {
    direction: 'source',
    config: { 'connector.class': DATAGEN, 'kafka.topic': 'clickstream', quickstart: 'clickstream', 'max.interval': '20', 'tasks.max': '1', ...further },
    secrets: [],
    state: 'RUNNING',
    scheduled: false,
    autoRestart: true,
  })

/** As the worker's config provider takes it. */
const reference = (secret: string) => `\${secrets:kafka/${secret}:value}`

describe('The KafkaConnector target', () => {
  let workers: StrimziWorkers
  let target: Target

  before(async () => {
    workers = await strimziWay()
    target = workers.target()
    await eventually(async () => target.probe(never).catch(() => undefined))
  })
  after(() => workers.close())

  const observed = async (name: string) => (await target.observe(never)).find(({ id }) => id === `Connector/${name}`) as Observed<'Connector'> | undefined
  const when = (name: string, holds: (seen: Observed<'Connector'>) => boolean) =>
    eventually(async () => {
      const seen = await observed(name)
      return seen && holds(seen) ? seen : undefined
    })
  const ready = (name: string) => when(name, ({ health }) => health === 'Ready')
  const object = (name: string) => workers.kube.get(CONNECTORS, NAMESPACE, name)
  const merge = (name: string, body: object) => workers.kube.patch(CONNECTORS, NAMESPACE, name, { type: 'merge', body })
  const removed = (name: string) => eventually(async () => !(await target.remove(entry(source(name), 'retain'), owner, never)).pending)
  const over = (kube: StrimziWorkers['kube'], cluster: string) =>
    createKafkaConnectorTarget({ kube, kafka: workers.kafka, clock: systemClock, namespace: NAMESPACE, cluster, references: noReferences })

  it('gives a name that no object can have another one, and knows the connector by its own', async () => {
    const declared = source('demo.clicks.EVENTS_PER_MIN')
    await target.apply(action(declared), owner, never)
    const seen = await ready(declared.name)
    assert.equal(seen.backendId, connectorObjectName(declared.name))
    assert.ok(sameSpec(declared, seen as never))
    await removed(declared.name)
    assert.equal(await object(connectorObjectName(declared.name)), undefined)
  })

  it('finds its own object again when somebody has taken labels and annotations away', async () => {
    const declared = source('Stripped')
    await target.apply(action(declared), owner, never)
    await ready(declared.name)
    const name = connectorObjectName(declared.name)
    await merge(name, {
      metadata: { labels: { 'clickstream.dev/namespace': null, 'clickstream.dev/pipeline': null }, annotations: { 'clickstream.dev/connector': null } },
    })
    // Without its mark it is somebody's connector of the object's name, and ours is missing.
    assert.equal(await observed(declared.name), undefined)
    assert.equal((await observed(name))?.owner, undefined)
    await assert.rejects(target.apply(action(declared), owner, never), { reason: 'OwnedByAnother' })
    await target.apply({ ...action(declared, 'Create', 'Drifted'), entry: entry(declared) }, owner, never)
    assert.deepEqual((await ready(declared.name)).owner, owner)
    await removed(declared.name)
  })

  it('does not take the object of another connector of the same pipeline', async () => {
    const declared = source('Taken')
    await target.apply(action(declared), owner, never)
    await ready('Taken')
    await assert.rejects(target.apply(action(source(connectorObjectName('Taken'))), owner, never), {
      reason: 'OwnedByAnother',
      message: /is connector Taken of this pipeline/,
    })
    await removed('Taken')
  })

  it('takes away what others have added, also their word to Strimzi', async () => {
    const declared = source('added-to')
    await target.apply(action(declared), owner, never)
    await ready('added-to')
    await merge('added-to', { metadata: { annotations: { 'strimzi.io/pause-reconciliation': 'true' } }, spec: { config: { 'errors.retry.timeout': 7 } } })
    const seen = await when('added-to', ({ reason }) => reason === 'Unmanaged')
    assert.equal(seen.spec.config['errors.retry.timeout'], '7')
    assert.ok(!sameSpec(declared, seen as never))
    await target.apply(action(declared, 'InPlace', 'Drifted', seen), owner, never)
    const after = await ready('added-to')
    assert.ok(sameSpec(declared, after as never))
    await removed('added-to')
  })

  it('restarts a failed task by its annotation, which Strimzi takes off', async () => {
    const declared = source('ends', { iterations: '2', 'max.interval': '1' })
    await target.apply(action(declared), owner, never)
    const seen = await when('ends', ({ health }) => health === 'Completed')
    await target.apply(action(declared, 'InPlace', 'Failed', seen), owner, never)
    await eventually(async () => (await object('ends'))?.metadata.annotations?.['strimzi.io/restart-task'] === undefined)
    await removed('ends')
  })

  it('tells of a config that Connect refuses, in the words of Strimzi', async () => {
    assert.deepEqual(await target.check([source('refused', { quickstart: 'nope' })], never), [])
    await target.apply(action(source('refused', { quickstart: 'nope' })), owner, never)
    const seen = await when('refused', ({ health }) => health === 'Failed')
    assert.equal(seen.reason, 'ConnectorConfigInvalid')
    assert.match(seen.message ?? '', /^Strimzi: PUT \/connectors\/refused\/config returned 400 \(Bad Request\): .*quickstart/s)
    await removed('refused')
  })

  it('refuses a number of tasks that is none, which the definition would', async () => {
    const [finding] = await target.check([source('x', { 'tasks.max': 'many' })], never)
    assert.deepEqual([finding?.severity, finding?.reason], ['error', 'ConnectorConfigInvalid'])
  })

  it('shows nobody the value of a Secret that stands in clear, nor in what Connect says of it', async () => {
    const trusted = workers.target(async () => ({ word: 'open-sesame' }))
    const declared = source('plain', { [SECRETS_KEY]: 'abc random.seed' })
    const secret = { key: 'random.seed', namespace: 'demo', secretKeyRef: { name: 's', key: 'word' } }
    const wanted = { ...declared, spec: { ...declared.spec, secrets: [secret] } }
    await trusted.apply(action(wanted), owner, never)
    assert.equal((((await object('plain'))?.spec ?? {}) as { config: Record<string, string> }).config['random.seed'], 'open-sesame')
    // No number: Connect repeats it.
    const seen = await when('plain', ({ health }) => health === 'Failed')
    assert.match(seen.message ?? '', /random\.seed/)
    assert.doesNotMatch(JSON.stringify(await target.observe(never)), /sesame/)
    await removed('plain')
  })

  it('hands a reference on as it is, and Connect resolves it', async () => {
    const declared = source('referring', { 'random.seed': reference('seed'), [SECRETS_KEY]: 'abc random.seed' })
    await workers.kube.create(
      { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'seed', namespace: NAMESPACE }, data: { value: Buffer.from('4711').toString('base64') } },
    )
    await target.apply(action(declared), owner, never)
    const seen = await ready('referring')
    assert.equal(seen.spec.config['random.seed'], reference('seed'))
    assert.ok(sameSpec(declared, seen as never))
    const other = source('referring', { 'random.seed': reference('other'), [SECRETS_KEY]: 'abc random.seed' })
    assert.ok(!sameSpec(other, seen as never))
    await removed('referring')
  })

  it('rings when an object changes', async () => {
    const stop = new AbortController()
    let rings = 0
    const listening = target.doorbell!(() => rings++, stop.signal).catch(() => undefined)
    await eventually(async () => {
      await target.apply(action(source('ringing')), owner, never)
      return rings > 0
    })
    stop.abort()
    await listening
    await removed('ringing')
  })

  it('says what is wrong with the KafkaConnect, and what mends it', async () => {
    await assert.rejects(over(workers.kube, 'nowhere').probe(never), {
      class: 'Retry',
      reason: 'KafkaConnectNotFound',
      message: /KafkaConnect kafka\/nowhere does not exist: .*spec\.connect\.strimziCluster/,
    })
    await workers.kube.create(CONNECTS, kafkaConnect('bare', { annotations: {} }))
    await assert.rejects(over(workers.kube, 'bare').probe(never), { reason: 'ConnectorResourcesDisabled', message: /use-connector-resources="true"/ })
    await workers.kube.create(CONNECTS, kafkaConnect('idle'))
    await eventually(async () =>
      over(workers.kube, 'idle')
        .probe(never)
        .then(
          () => false,
          (error: { reason?: string; message: string }) => error.reason === 'NotReady' && /no workers/.test(error.message),
        ),
    )
  })

  it('finds the provider for Secrets under whatever name the workers have it', async () => {
    const config = {
      'config.providers': 'file, vault',
      'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
      'config.providers.vault.class': 'io.strimzi.kafka.KubernetesSecretConfigProvider',
    }
    assert.equal((await target.probe(never)).secretProvider, undefined)
    await workers.kube.patch(CONNECTS, NAMESPACE, CLUSTER, { type: 'merge', body: { spec: { config } } })
    const report = await target.probe(never)
    assert.equal(report.secretProvider, 'vault')
    assert.match(report.note ?? '', /a config is checked only when Strimzi hands it to Kafka Connect/)
  })

  it('works where Strimzi still serves v1beta2', async () => {
    const definition = (crd: KubeObject) => {
      const copy = structuredClone(crd) as KubeObject & { spec: { versions: { name: string }[] } }
      copy.spec.versions[0]!.name = 'v1beta2'
      return copy
    }
    const { kafkaConnectCrd, kafkaConnectorCrd } = await import('../../src/sandbox/strimzi/index.ts')
    const old = await startKubernetes({ clock: systemClock, random: seededRandom(5), crds: [kafkaConnectCrd, kafkaConnectorCrd].map(definition) })
    const kube = createKubeApi({ server: old.url })
    await kube.create(
      { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    )
    await over(kube, CLUSTER).apply(action(source('old')), owner, never)
    const made = await kube.get({ ...CONNECTORS, version: 'v1beta2' }, NAMESPACE, 'old')
    assert.equal(made?.apiVersion, 'kafka.strimzi.io/v1beta2')
    assert.equal((await listKafkaConnectors(kube, { namespace: NAMESPACE, cluster: CLUSTER }))[0]?.name, 'old')
    await old.close()
  })
})
