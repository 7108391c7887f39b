import assert from 'node:assert/strict'
import {
  createKafkaClient,
  createKubeApi,
  createLogger,
  type KafkaClient,
  type KubeApi,
  type KubeObject,
  type KubeResource,
  seededRandom,
  systemClock,
} from '../../../src/ports/index.ts'
import { startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { kafkaTopicCrd, startStrimzi } from '../../../src/sandbox/strimzi/index.ts'
import { startBroker, type TestBroker } from '../kafka/broker.ts'

const kafkaTopics: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }
const namespace = 'default'
const log = createLogger({ name: 'strimzi', level: 'silent' })

interface Status {
  conditions?: { type: string; status: string; reason?: string; message?: string }[]
  observedGeneration?: number
  topicName?: string
  topicId?: string
}

describe("What Strimzi's topic operator does", () => {
  let broker: TestBroker
  let kubeServer: SandboxServer
  let kafka: KafkaClient
  let kube: KubeApi
  let strimzi: { close(): Promise<void> }

  before(async () => {
    broker = await startBroker(3)
    kubeServer = await startKubernetes({ clock: systemClock, random: seededRandom(4), crds: [kafkaTopicCrd] })
    kafka = createKafkaClient({ brokers: [broker.url], clientId: 'strimzi' })
    kube = createKubeApi({ server: kubeServer.url })
    strimzi = await startStrimzi({ kube, kafka, namespace, clock: systemClock, log, cluster: 'main', fullReconciliationMs: 1_500 })
  })
  after(async () => {
    await strimzi.close()
    await kafka.close()
    await kubeServer.close()
    await broker.close()
  })

  const create = (name: string, spec: object, metadata: object = {}) =>
    kube.create(kafkaTopics, {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name, namespace, labels: { 'strimzi.io/cluster': 'main' }, ...metadata },
      spec,
    })
  const patch = (name: string, body: unknown) => kube.patch(kafkaTopics, namespace, name, { type: 'merge', body })
  const statusOf = (object: KubeObject | undefined): Status => (object?.status ?? {}) as Status

  /** Waits until the object says `type` of its newest generation. */
  async function until(name: string, wanted: (status: Status, object: KubeObject) => boolean): Promise<KubeObject> {
    for (let i = 0; i < 300; i++) {
      const object = await kube.get(kafkaTopics, namespace, name)
      if (object && wanted(statusOf(object), object)) return object
      await systemClock.sleep(20)
    }
    throw new Error(`KafkaTopic ${name} is ${JSON.stringify(await kube.get(kafkaTopics, namespace, name))}`)
  }
  const has = (type: string, status: string) => (found: Status, object: KubeObject) =>
    found.observedGeneration === object.metadata.generation && found.conditions?.[0]?.type === type && found.conditions[0].status === status
  const ready = (name: string) => until(name, has('Ready', 'True'))
  async function refused(name: string): Promise<{ reason?: string; message?: string }> {
    const { reason, message } = statusOf(await until(name, has('Ready', 'False'))).conditions?.[0] ?? {}
    return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) }
  }
  async function eventually(check: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (await check()) return
      await systemClock.sleep(20)
    }
    assert.fail('it never came so')
  }
  const ownConfig = async (topic: string) =>
    Object.fromEntries(((await kafka.topicConfigs([topic])).get(topic) ?? []).filter(({ isDefault }) => !isDefault).map(({ name, value }) => [name, value]))

  it('makes the topic and says so', async () => {
    await create('made', { partitions: 3, replicas: 1, config: { 'retention.ms': 60_000, 'cleanup.policy': ['compact', 'delete'] } })
    const object = await ready('made')
    const [topic] = await kafka.describeTopics(['made'])
    assert.equal(topic?.partitions.length, 3)
    assert.deepEqual(await ownConfig('made'), { 'retention.ms': '60000', 'cleanup.policy': 'compact,delete' })
    const { topicName, topicId, observedGeneration } = statusOf(object)
    assert.deepEqual({ topicName, topicId, observedGeneration }, { topicName: 'made', topicId: topic?.id, observedGeneration: 1 })
    assert.deepEqual(object.metadata.finalizers, ['strimzi.io/topic-operator'])
  })

  it('names the topic after spec.topicName', async () => {
    await create('an-object', { topicName: 'A_Topic', partitions: 1, replicas: 1 })
    await ready('an-object')
    assert.equal((await kafka.describeTopics(['A_Topic'])).length, 1)
    await patch('an-object', { spec: { topicName: 'Another_Topic' } })
    assert.deepEqual(await refused('an-object'), { reason: 'NotSupported', message: 'Changing spec.topicName is not supported' })
    assert.equal((await kafka.describeTopics(['Another_Topic'])).length, 0)
  })

  it('takes over a topic that is there, and makes it equal to the spec', async () => {
    await kafka.createTopic({ name: 'found', partitions: 1, replicas: 1, config: { 'segment.ms': '1000', 'retention.ms': '5' } })
    await create('found', { partitions: 2, replicas: 1, config: { 'retention.ms': 60_000, 'cleanup.policy': 'delete' } })
    await ready('found')
    assert.equal((await kafka.describeTopics(['found']))[0]?.partitions.length, 2)
    // A default that is declared is not set on the topic.
    assert.deepEqual(await ownConfig('found'), { 'retention.ms': '60000' })
  })

  it('follows changes of the spec, and undoes changes made in Kafka', async () => {
    await create('followed', { partitions: 1, replicas: 1, config: { 'retention.ms': 1_000 } })
    await ready('followed')
    await patch('followed', { spec: { partitions: 4, config: { 'retention.ms': 2_000 } } })
    await ready('followed')
    assert.equal((await kafka.describeTopics(['followed']))[0]?.partitions.length, 4)
    assert.deepEqual(await ownConfig('followed'), { 'retention.ms': '2000' })
    await kafka.alterTopicConfigs('followed', { 'retention.ms': '7' })
    await eventually(async () => (await ownConfig('followed'))['retention.ms'] === '2000')
    await kafka.deleteTopic('followed')
    await eventually(async () => (await kafka.describeTopics(['followed'])).length === 1)
  })

  const refusals: [sentence: string, name: string, before: object, change: object | undefined, reason: string, message: string | RegExp][] = [
    ['fewer partitions', 'fewer', { partitions: 3, replicas: 1 }, { partitions: 1 }, 'NotSupported', 'Decreasing partitions not supported'],
    [
      'another replication factor',
      'factor',
      { partitions: 2, replicas: 1 },
      { replicas: 2 },
      'NotSupported',
      'Replication factor change not supported, but required for partitions [0, 1]',
    ],
    [
      'more replicas than brokers',
      'replicas',
      { partitions: 1, replicas: 3 },
      undefined,
      'KafkaError',
      /^org\.apache\.kafka\.common\.errors\.InvalidReplicationFactorException: Unable to replicate the partition 3 time\(s\)/,
    ],
    [
      'a config that Kafka does not know',
      'config',
      { partitions: 1, replicas: 1, config: { nope: 1 } },
      undefined,
      'KafkaError',
      'org.apache.kafka.common.errors.InvalidConfigurationException: Unknown topic config name: nope',
    ],
    [
      'a name that Kafka does not take',
      'name',
      { topicName: 'not a name', partitions: 1, replicas: 1 },
      undefined,
      'KafkaError',
      /InvalidTopicException: Topic name is invalid/,
    ],
  ]
  for (const [sentence, name, before, change, reason, message] of refusals) {
    it(`refuses ${sentence}`, async () => {
      await create(name, before)
      if (change) {
        await ready(name)
        await patch(name, { spec: change })
      }
      const found = await refused(name)
      assert.equal(found.reason, reason)
      if (typeof message === 'string') assert.equal(found.message, message)
      else assert.match(found.message ?? '', message)
    })
  }

  it('gives a topic to the older of two objects', async () => {
    await create('first', { topicName: 'contested', partitions: 1, replicas: 1 })
    await ready('first')
    await create('second', { topicName: 'contested', partitions: 5, replicas: 1 })
    assert.deepEqual(await refused('second'), { reason: 'ResourceConflict', message: `Managed by Ref{namespace='${namespace}', name='first'}` })
    assert.equal((await kafka.describeTopics(['contested']))[0]?.partitions.length, 1)
  })

  it('deletes the topic with the object', async () => {
    await create('deleted', { partitions: 1, replicas: 1 })
    await ready('deleted')
    await kube.delete(kafkaTopics, namespace, 'deleted')
    await eventually(async () => (await kube.get(kafkaTopics, namespace, 'deleted')) === undefined)
    assert.deepEqual(await kafka.describeTopics(['deleted']), [])
  })

  it('lets go of an unmanaged topic, which then outlives its object', async () => {
    await create('released', { partitions: 1, replicas: 1 })
    await ready('released')
    await patch('released', { metadata: { annotations: { 'strimzi.io/managed': 'false' } } })
    const object = await until('released', has('Unmanaged', 'True'))
    assert.equal(statusOf(object).topicName, undefined)
    await patch('released', { spec: { partitions: 9 } })
    await until('released', has('Unmanaged', 'True'))
    await kube.delete(kafkaTopics, namespace, 'released')
    await eventually(async () => (await kube.get(kafkaTopics, namespace, 'released')) === undefined)
    assert.equal((await kafka.describeTopics(['released']))[0]?.partitions.length, 1)
  })

  it('rests while it is paused', async () => {
    await create('paused', { partitions: 1, replicas: 1 })
    await ready('paused')
    await patch('paused', { metadata: { annotations: { 'strimzi.io/pause-reconciliation': 'true' } }, spec: { partitions: 2 } })
    const object = await until('paused', (status) => status.conditions?.[0]?.type === 'ReconciliationPaused')
    assert.equal(statusOf(object).observedGeneration, 1)
    assert.equal(object.metadata.generation, 2)
    assert.equal((await kafka.describeTopics(['paused']))[0]?.partitions.length, 1)
    await patch('paused', { metadata: { annotations: { 'strimzi.io/pause-reconciliation': null } } })
    await ready('paused')
    assert.equal((await kafka.describeTopics(['paused']))[0]?.partitions.length, 2)
  })

  it('passes over objects of another cluster', async () => {
    await create('elsewhere', { partitions: 1, replicas: 1 }, { labels: { 'strimzi.io/cluster': 'other' } })
    await create('marker', { partitions: 1, replicas: 1 })
    await ready('marker')
    assert.deepEqual(statusOf(await kube.get(kafkaTopics, namespace, 'elsewhere')), {})
  })

  it('writes nothing while nothing changes', async () => {
    await ready('marker')
    const at = systemClock.now()
    await systemClock.sleep(1_700)
    assert.deepEqual(kubeServer.requests.since(at, { mutating: true }), [])
    // What Kafka refused is tried again, and refused again.
    const changes = broker.standIn?.requests.since(at, { mutating: true }).filter(({ status }) => status === 0)
    assert.deepEqual(changes ?? [], [])
  })
})
