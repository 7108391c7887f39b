import assert from 'node:assert/strict'
import { createKafkaClient, createKubeApi, createLogger, type KafkaClient, type KubeApi, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startKafka } from '../../src/sandbox/kafka/index.ts'
import { startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import type { SandboxServer } from '../../src/sandbox/server.ts'
import { kafkaTopicCrd, startStrimzi } from '../../src/sandbox/strimzi/index.ts'
import { createStrimziTarget, type Target } from '../../src/targets/index.ts'
import { action, entry, eventually, never, node, owner, stranger } from './given.ts'

const topic = (name: string, further: object = {}) =>
  node('KafkaTopic', name, { topicName: name, objectName: `${name.toLowerCase()}-00000000`, partitions: 1, replicas: -1, config: {}, ...further })

describe('The Strimzi target', () => {
  let servers: { close(): Promise<void> }[]
  let kafka: KafkaClient
  let kube: KubeApi
  let target: Target

  before(async () => {
    const log = createLogger({ name: 'test', level: 'silent' })
    const broker: SandboxServer = await startKafka({ clock: systemClock, random: seededRandom(1) })
    kafka = createKafkaClient({ brokers: [broker.url], clientId: 'test' })
    const api = await startKubernetes({ clock: systemClock, random: seededRandom(2), crds: [kafkaTopicCrd] })
    kube = createKubeApi({ server: api.url })
    const strimzi = await startStrimzi({ kube, kafka, namespace: 'default', clock: systemClock, log })
    target = createStrimziTarget({ kube, kafka, clock: systemClock, namespace: 'default', cluster: 'kafka' })
    servers = [strimzi, api, kafka, broker]
  })
  after(async () => {
    for (const server of servers) await server.close()
  })

  const observed = async (name: string) => (await target.observe(never)).find((object) => object.name === name)
  const ready = (name: string) => eventually(async () => ((await observed(name))?.health === 'Ready' ? await observed(name) : undefined))
  const removed = (desired: ReturnType<typeof topic>, policy: 'delete' | 'retain') =>
    eventually(async () => !(await target.remove(entry(desired, policy), owner, never)).pending)

  it('makes a topic whose name no Kubernetes object could have', async () => {
    const desired = topic('CLICKS_per.Min', { objectName: 'clicks-per-min-00000000', partitions: 2, config: { 'retention.ms': '60000' } })
    await target.apply(action(desired), owner, never)
    const seen = await ready('CLICKS_per.Min')
    assert.deepEqual(seen.owner, owner)
    assert.deepEqual(seen.spec, { ...desired.spec, replicas: -1 })
    assert.equal((await kafka.describeTopics(['CLICKS_per.Min']))[0]?.partitions.length, 2)
  })

  it('changes config and partitions, and takes away a config that is declared no more', async () => {
    await target.apply(action(topic('T1', { config: { 'retention.ms': '60000' } })), owner, never)
    const seen = await ready('T1')
    const wanted = topic('T1', { partitions: 3, config: { 'segment.ms': '50000' } })
    await target.apply(action(wanted, 'InPlace', 'SpecChanged', seen), owner, never)
    const after = await ready('T1')
    assert.deepEqual(after.spec, wanted.spec)
    const configs = (await kafka.topicConfigs(['T1'])).get('T1')!.filter(({ isDefault }) => !isDefault)
    assert.deepEqual(
      configs.map(({ name }) => name),
      ['segment.ms'],
    )
  })

  it('says what Strimzi refuses', async () => {
    await target.apply(action(topic('T2', { partitions: 2 })), owner, never)
    const seen = await ready('T2')
    await target.apply(action(topic('T2', { partitions: 1 }), 'InPlace', 'SpecChanged', seen), owner, never)
    const failed = await eventually(async () => ((await observed('T2'))?.health === 'Failed' ? await observed('T2') : undefined))
    assert.equal(failed.reason, 'NotSupported')
    assert.deepEqual(await target.check([topic('T2', { partitions: 1 })], never), [])
  })

  it('deletes a topic, or lets it go with its records', async () => {
    for (const [name, policy] of [
      ['GONE', 'delete'],
      ['KEPT', 'retain'],
    ] as const) {
      await target.apply(action(topic(name)), owner, never)
      await ready(name)
      await removed(topic(name), policy)
      assert.equal(await observed(name), undefined)
      assert.equal((await kafka.listTopics()).includes(name), policy === 'retain')
    }
  })

  it('takes over a topic that is there, says so beforehand, and leaves it behind', async () => {
    await kafka.createTopic({ name: 'theirs', partitions: 1, replicas: 1 })
    await kafka.createTopic({ name: 'theirs_too', partitions: 2, replicas: 1 })
    const [finding] = await target.check([topic('theirs')], never)
    assert.deepEqual([finding?.severity, finding?.reason], ['warning', 'Surprising'])
    const [error] = await target.check([topic('theirs_too')], never)
    assert.deepEqual([error?.severity, error?.reason], ['error', 'PartitionsCannotShrink'])
    await target.apply(action(topic('theirs')), owner, never)
    await ready('theirs')
    await removed(topic('theirs'), 'delete')
    assert.ok((await kafka.listTopics()).includes('theirs'))
  })

  it('touches nothing of another pipeline', async () => {
    await target.apply(action(topic('T3')), stranger, never)
    await ready('T3')
    await assert.rejects(target.apply(action(topic('T3', { partitions: 2 })), owner, never), { reason: 'OwnedByAnother' })
    await target.remove(entry(topic('T3')), owner, never)
    assert.deepEqual((await observed('T3'))?.owner, stranger)
  })

  it('says when there is no Strimzi', async () => {
    const bare = await startKubernetes({ clock: systemClock, random: seededRandom(2) })
    const lost = createStrimziTarget({ kube: createKubeApi({ server: bare.url }), kafka, clock: systemClock, namespace: 'default', cluster: 'kafka' })
    await assert.rejects(lost.probe(never), { class: 'Retry', message: /Strimzi is not installed/ })
    await bare.close()
  })
})
