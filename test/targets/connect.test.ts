import assert from 'node:assert/strict'
import { SECRETS_KEY, sameSpec } from '../../src/plan/index.ts'
import { createKafkaClient, createLogger, type Failure, type KafkaClient, seededRandom, systemClock } from '../../src/ports/index.ts'
import { startConnect } from '../../src/sandbox/connect/index.ts'
import { startKafka } from '../../src/sandbox/kafka/index.ts'
import type { SandboxServer } from '../../src/sandbox/server.ts'
import { createConnectTarget, type Target } from '../../src/targets/index.ts'
import { action, entry, eventually, never, node, noReferences, owner, stranger } from './given.ts'

const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'

const source = (state: 'RUNNING' | 'PAUSED' | 'STOPPED' = 'RUNNING', further: Record<string, string> = {}) =>
  node('Connector', 'generator', {
    direction: 'source',
    config: { 'connector.class': DATAGEN, 'kafka.topic': 'clickstream', quickstart: 'clickstream', 'max.interval': '20', 'tasks.max': '1', ...further },
    secrets: [],
    state,
    scheduled: false,
    autoRestart: true,
  })

describe('The Connect target', () => {
  let kafkaServer: SandboxServer
  let kafka: KafkaClient
  let connect: SandboxServer
  let target: Target

  before(async () => {
    const log = createLogger({ name: 'test', level: 'silent' })
    kafkaServer = await startKafka({ clock: systemClock, random: seededRandom(1) })
    kafka = createKafkaClient({ brokers: [kafkaServer.url], clientId: 'test' })
    await kafka.createTopic({ name: 'clickstream', partitions: 1, replicas: 1 })
    connect = await startConnect({ kafka, clock: systemClock, random: seededRandom(2), log })
    target = createConnectTarget({ url: connect.url, references: noReferences, kafka, clock: systemClock })
  })
  after(async () => {
    await connect.close()
    await kafka.close()
    await kafkaServer.close()
  })
  afterEach(async () => {
    await target.remove(entry(source(), 'retain'), owner, never)
  })

  const observed = async () => (await target.observe(never)).find(({ id }) => id === 'Connector/generator')
  const running = () => eventually(async () => ((await observed())?.health === 'Ready' ? await observed() : undefined))

  it('tells the version and the plugins', async () => {
    const { version, plugins } = await target.probe(never)
    assert.match(version ?? '', /^\d+\./)
    assert.ok(plugins?.some((plugin) => plugin.class === DATAGEN && plugin.type === 'source'))
  })

  it('makes a connector that reads back as it was declared, with its owner, in one call', async () => {
    await target.apply(action(source()), owner, never)
    const seen = await running()
    assert.deepEqual(seen.owner, owner)
    assert.ok(sameSpec(source(), seen as never))
    // A request is logged a moment after its answer was read.
    const settled = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return connect.requests.total
    }
    const before = await settled()
    await observed()
    assert.equal((await settled()) - before, 1)
  })

  it('makes a connector that must not run yet in its state, and moves it', async () => {
    await target.apply(action(source('STOPPED')), owner, never)
    const stopped = await running()
    assert.equal((stopped.spec as { state: string }).state, 'STOPPED')
    await target.apply(action(source('PAUSED'), 'InPlace', 'SpecChanged', stopped), owner, never)
    await eventually(async () => ((await observed())?.spec as { state: string } | undefined)?.state === 'PAUSED')
  })

  it('is safe to repeat: the second create finds its own connector', async () => {
    await target.apply(action(source()), owner, never)
    await target.apply(action(source('RUNNING', { 'max.interval': '30' })), owner, never)
    const seen = await running()
    assert.equal((seen.spec as { config: Record<string, string> }).config['max.interval'], '30')
  })

  it('touches nothing of another pipeline', async () => {
    await target.apply(action(source()), stranger, never)
    await assert.rejects(target.apply(action(source('RUNNING', { 'max.interval': '30' })), owner, never), { reason: 'OwnedByAnother', class: 'Stall' })
    await target.remove(entry(source()), owner, never)
    assert.deepEqual((await observed())?.owner, stranger)
    await target.remove(entry(source(), 'retain'), stranger, never)
    assert.equal(await observed(), undefined)
  })

  it('finds a config that Connect refuses before anything is made', async () => {
    const [finding] = await target.check([source('RUNNING', { quickstart: 'nope' })], never)
    assert.equal(finding?.reason, 'ConnectorConfigInvalid')
    assert.match(finding.message, /quickstart/)
    const missing = await target.check([source('RUNNING', { 'connector.class': 'no.such.Connector' })], never)
    assert.equal(missing[0]?.reason, 'ConnectorClassNotFound')
    assert.deepEqual(await target.check([source()], never), [])
  })

  it('calls a generator that has made all its records Completed', async () => {
    await target.apply(action(source('RUNNING', { iterations: '3', 'max.interval': '1' })), owner, never)
    const seen = await eventually(async () => ((await observed())?.health === 'Completed' ? await observed() : undefined))
    assert.equal(seen.reason, 'Completed')
  })

  it('puts secrets into the config, and shows them to nobody', async () => {
    const references = { ...noReferences, secret: async () => ({ word: 'open sesame' }) }
    const trusted = createConnectTarget({ url: connect.url, references, kafka, clock: systemClock })
    const secret = { key: 'random.seed', namespace: 'demo', secretKeyRef: { name: 's', key: 'word' } }
    const desired = source('RUNNING', { [SECRETS_KEY]: 'abc random.seed' })
    const [finding] = await trusted.check([{ ...desired, spec: { ...desired.spec, secrets: [secret] } }], never)
    assert.match(finding?.message ?? '', /random\.seed/)
    assert.doesNotMatch(JSON.stringify(finding), /sesame/)
    // It may have changed since the check, and the worker repeats what it refuses.
    await assert.rejects(trusted.apply(action({ ...desired, spec: { ...desired.spec, secrets: [secret] } }), owner, never), (failure: Failure) => {
      assert.match(failure.message, /random\.seed/)
      assert.doesNotMatch(JSON.stringify([failure.message, failure.body, failure.stack]), /sesame/)
      return true
    })

    const number = createConnectTarget({ url: connect.url, references: { ...noReferences, secret: async () => ({ word: '4711' }) }, kafka, clock: systemClock })
    const wanted = { ...desired, spec: { ...desired.spec, secrets: [secret] } }
    await number.apply(action(wanted), owner, never)
    const seen = await running()
    assert.doesNotMatch(JSON.stringify(seen), /4711/)
    assert.ok(sameSpec(wanted, seen as never))
    await assert.rejects(target.apply(action(wanted), owner, never), { class: 'Wait', reason: 'SecretNotFound' })
  })

  it('does not hand on what a Secret has that the worker would take for a reference, or a login module', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what the worker puts values in for
    for (const word of ['${file:/opt/connect.properties:password}', 'com.sun.security.auth.module.JndiLoginModule required;']) {
      const hostile = createConnectTarget({ url: connect.url, references: { ...noReferences, secret: async () => ({ word }) }, kafka, clock: systemClock })
      const desired = source('RUNNING', { [SECRETS_KEY]: 'abc password' })
      const secret = { key: 'password', namespace: 'demo', secretKeyRef: { name: 's', key: 'word' } }
      const wanted = { ...desired, spec: { ...desired.spec, secrets: [secret] } }
      const [finding, ...more] = await hostile.check([wanted], never)
      assert.deepEqual([finding?.reason, more], ['UnsafeConfigRefused', []])
      assert.ok(!JSON.stringify(finding).includes(word))
      await assert.rejects(hostile.apply(action(wanted), owner, never), { class: 'Stall', reason: 'UnsafeConfigRefused' })
      assert.equal(await observed(), undefined)
      const trusting = createConnectTarget({
        url: connect.url,
        references: { ...noReferences, secret: async () => ({ word }) },
        kafka,
        clock: systemClock,
        allowUnsafeConfig: true,
      })
      assert.deepEqual(await trusting.check([wanted], never), [])
    }
  })

  it('says who cannot be reached, and that it is worth another try', async () => {
    const gone = createConnectTarget({ url: 'http://127.0.0.1:1', references: noReferences, kafka, clock: systemClock })
    await assert.rejects(gone.observe(never), { class: 'Retry', reason: 'Unreachable' })
  })
})
