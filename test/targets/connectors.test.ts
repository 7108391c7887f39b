/** One table of behaviours for both ways to have connectors: the controller must not see a difference. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { type Desired, type Observed, sameSpec } from '../../src/plan/index.ts'
import { Failure } from '../../src/ports/index.ts'
import type { Target } from '../../src/targets/index.ts'
import { DATAGEN, restWay, SINK, strimziWay, type Workers } from './connector-ways.ts'
import { action, entry, eventually, never, node, owner, stranger } from './given.ts'

type State = 'RUNNING' | 'PAUSED' | 'STOPPED'

const connector = (name: string, direction: 'source' | 'sink', config: Record<string, string>, state: State = 'RUNNING') =>
  node('Connector', name, { direction, config: { ...config, 'tasks.max': '1' }, secrets: [], state, scheduled: false, autoRestart: true })

const source = (name: string, further: Record<string, string> = {}, state: State = 'RUNNING') =>
  connector(name, 'source', { 'connector.class': DATAGEN, 'kafka.topic': 'clickstream', quickstart: 'clickstream', 'max.interval': '5', ...further }, state)

/** Nobody listens there: what it takes it cannot write. */
const sink = (name: string) =>
  connector(name, 'sink', {
    'connector.class': SINK,
    topics: 'other',
    'connection.url': 'http://127.0.0.1:1',
    'max.retries': '0',
    'key.ignore': 'true',
    'schema.ignore': 'true',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  })

for (const [way, start] of [
  ['over REST', restWay],
  ['through Strimzi', strimziWay],
] as const) {
  describe(`Connectors ${way}`, () => {
    let workers: Workers
    let target: Target

    before(async () => {
      workers = await start()
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
    const removed = (desired: Desired, policy: 'delete' | 'retain') =>
      eventually(async () => {
        const { pending } = await target.remove(entry(desired, policy), owner, never).catch((error: unknown) => {
          if (error instanceof Failure && error.class === 'Wait') return { pending: true }
          throw error
        })
        return !pending
      })
    const apply = (desired: Desired, before?: Observed) =>
      before ? target.apply(action(desired, 'InPlace', 'SpecChanged', before), owner, never) : target.apply(action(desired), owner, never)
    const inConnect = async () => (await workers.rest.request({ method: 'GET', path: ['connectors'], answer: z.array(z.string()) })).body
    const records = async (topic: string) => Number((await workers.kafka.topicOffsets([topic])).get(topic)?.[0]?.end ?? 0n)

    it('tells version and plugins', async () => {
      const { version, plugins } = await target.probe(never)
      assert.match(version ?? '', /^4\.3/)
      assert.ok(plugins?.some((plugin) => plugin.class === DATAGEN && plugin.type === 'source'))
    })

    it('makes one that runs, reads back as declared and says whose it is', async () => {
      await apply(source('made'))
      const seen = await ready('made')
      assert.deepEqual(seen.owner, owner)
      assert.ok(sameSpec(source('made'), seen as never), JSON.stringify(seen))
      const before = await records('clickstream')
      await eventually(async () => (await records('clickstream')) > before)
      await removed(source('made'), 'retain')
    })

    it('makes one that must not run yet, and moves it through its states', async () => {
      await apply(source('moved', {}, 'STOPPED'))
      const stopped = await ready('moved')
      assert.equal(stopped.spec.state, 'STOPPED')
      for (const state of ['PAUSED', 'RUNNING', 'PAUSED'] as const) {
        await apply(source('moved', {}, state), await ready('moved'))
        const seen = await when('moved', ({ health, spec }) => health === 'Ready' && spec.state === state)
        assert.ok(sameSpec(source('moved', {}, state), seen as never))
      }
      await removed(source('moved'), 'retain')
    })

    it('changes a config, and takes away what is declared no more', async () => {
      await apply(source('changed', { 'errors.retry.timeout': '1000' }))
      await apply(source('changed', { 'max.interval': '7' }), await ready('changed'))
      const seen = await when('changed', ({ health, spec }) => health === 'Ready' && spec.config['max.interval'] === '7')
      assert.equal(seen.spec.config['errors.retry.timeout'], undefined)
      const config = z.record(z.string(), z.string())
      const real = await eventually(async () => {
        const { body } = await workers.rest.request({ method: 'GET', path: ['connectors', 'changed', 'config'], answer: config })
        return body['max.interval'] === '7' ? body : undefined
      })
      assert.equal(real['errors.retry.timeout'], undefined)
      await removed(source('changed'), 'retain')
    })

    it('is safe to repeat: the second create finds its own', async () => {
      await apply(source('again'))
      await apply(source('again', { 'max.interval': '9' }))
      await when('again', ({ health, spec }) => health === 'Ready' && spec.config['max.interval'] === '9')
      await removed(source('again'), 'retain')
    })

    it('touches nothing of another pipeline', async () => {
      await target.apply(action(source('theirs')), stranger, never)
      await ready('theirs')
      await assert.rejects(apply(source('theirs', { 'max.interval': '9' })), { reason: 'OwnedByAnother', class: 'Stall' })
      await target.remove(entry(source('theirs')), owner, never)
      assert.deepEqual((await observed('theirs'))?.owner, stranger)
      await eventually(async () => !(await target.remove(entry(source('theirs'), 'retain'), stranger, never)).pending)
    })

    it('tells of a task that failed, with its cause, and restarts it', async () => {
      await workers.kafka.produce('other', [{ key: null, value: Buffer.from('{"a": 1}') }])
      await apply(sink('failing'))
      const failed = await when('failing', ({ health }) => health === 'Failed')
      assert.equal(failed.reason, 'TaskFailed')
      assert.match(failed.message ?? '', /Task 0 of 1 failed: .*(ECONNREFUSED|refused|connect)/i)
      await target.apply(action(sink('failing'), 'InPlace', 'Failed', failed), owner, never)
      // It runs, and fails again: nobody listens still.
      await when('failing', ({ health }) => health !== 'Failed')
      await when('failing', ({ health }) => health === 'Failed')
      await removed(sink('failing'), 'delete')
      const left = await workers.kafka.groupOffsets('connect-failing', ['other'])
      assert.deepEqual(
        [...(left.get('other')?.values() ?? [])].filter((offset) => offset >= 0n),
        [],
      )
    })

    it('calls a generator that has made all its records Completed', async () => {
      await apply(source('finite', { iterations: '3', 'max.interval': '1' }))
      assert.equal((await when('finite', ({ health }) => health === 'Completed')).reason, 'Completed')
      await removed(source('finite'), 'retain')
    })

    it('refuses a class that no plugin has', async () => {
      const [finding] = await target.check([source('x', { 'connector.class': 'no.such.Connector' })], never)
      assert.equal(finding?.reason, 'ConnectorClassNotFound')
      assert.deepEqual(await target.check([source('x')], never), [])
    })

    it('tells how far a sink is', async () => {
      await workers.kafka.produce('other', [{ key: null, value: Buffer.from('{"a": 1}') }])
      await apply(sink('far'))
      await when('far', () => true)
      const [progress] = await target.progress(['Connector/far'], never)
      assert.equal(progress?.id, 'Connector/far')
      assert.equal(progress?.available, await records('other'))
      await removed(sink('far'), 'delete')
    })

    it('removes one, so that it is gone from Kafka Connect', async () => {
      await apply(source('removed'))
      await ready('removed')
      await removed(source('removed'), 'delete')
      assert.equal(await observed('removed'), undefined)
      await eventually(async () => !(await inConnect()).includes('removed'))
      const before = await records('clickstream')
      await new Promise((resolve) => setTimeout(resolve, 150))
      assert.equal(await records('clickstream'), before)
      assert.deepEqual(await target.remove(entry(source('removed')), owner, never), {})
    })
  })
}
