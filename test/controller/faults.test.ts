import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { Failure } from '../../src/ports/index.ts'
import type { BackendName } from '../../src/targets/index.ts'
import { pipelineObject, platformObject, setScene, stopOperator } from './scene.ts'

const CONDITIONS: Readonly<Record<BackendName, [platform: string, pipeline: string]>> = {
  kafka: ['KafkaAvailable', 'TopicsReady'],
  connect: ['ConnectAvailable', 'SinksReady'],
  ksqldb: ['KsqldbAvailable', 'StatementsReady'],
  elasticsearch: ['ElasticsearchAvailable', 'TemplatesReady'],
  grafana: ['GrafanaAvailable', 'DashboardsReady'],
}

const FAULTS: Readonly<Record<string, { reason: string; fail: () => Promise<void> }>> = {
  'is down': { reason: 'Unreachable', fail: () => Promise.reject(new Failure('Retry', 'Unreachable', 'connect ECONNREFUSED')) },
  'hangs until its time-out': { reason: 'TimedOut', fail: () => Promise.reject(new Failure('Retry', 'TimedOut', 'timeout of 10000ms exceeded')) },
  'refuses the credentials': { reason: 'Unauthorized', fail: () => Promise.reject(new Failure('Retry', 'Unauthorized', 'the credentials were refused (401)')) },
  'answers garbage': { reason: 'UnexpectedAnswer', fail: () => Promise.reject(new Failure('Retry', 'UnexpectedAnswer', 'answered in an unexpected form')) },
  'has a version that is not supported': { reason: 'UnsupportedVersion', fail: () => Promise.reject(new Failure('Stall', 'UnsupportedVersion', 'version 5')) },
  'throws what nobody expected': { reason: 'InternalError', fail: () => Promise.reject(new TypeError('x is not a function')) },
}

describe('a backend', () => {
  for (const backend of Object.keys(CONDITIONS) as BackendName[]) {
    for (const [sentence, { reason, fail }] of Object.entries(FAULTS)) {
      it(`${backend} that ${sentence} shows in conditions, costs the others nothing, and is used again when it is back`, async () => {
        const scene = await setScene([platformObject(), pipelineObject()])
        await scene.clock.advance(20_000)
        scene.world.before = (call) => (call.backend === backend ? fail() : undefined)
        await scene.clock.advance(20_000)
        const [ofPlatform, ofPipeline] = CONDITIONS[backend]
        const platform = scene.kube.find(PLATFORM, 'shop', 'default')!.status as { conditions: { type: string; status: string; reason: string }[] }
        assert.deepEqual(
          platform.conditions.filter(({ status }) => status !== 'True').map(({ type, status, reason }) => `${type} ${status} ${reason}`),
          [`Ready False ${reason}`, `${ofPlatform} False ${reason}`],
        )
        assert.equal(scene.condition(ofPipeline)?.reason, reason)
        assert.notEqual(scene.condition('Ready')?.status, 'True')
        const others = scene.world.mutations().length
        scene.world.before = undefined
        await scene.clock.advance(60_000)
        assert.equal(scene.condition('Ready')?.status, 'True')
        assert.equal(scene.world.mutations().length, others)
        await stopOperator(scene)
      })
    }
  }

  it('that fails for another cause, though for the same reason, has the new one told before long', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    const told = () =>
      (scene.kube.find(PLATFORM, 'shop', 'default')!.status as { conditions: { type: string; message: string }[] }).conditions.find(
        ({ type }) => type === 'KafkaAvailable',
      )?.message
    for (const cause of ['the authority of the server is not trusted', 'the server demands a client certificate']) {
      scene.world.before = (call) => (call.backend === 'kafka' ? Promise.reject(new Failure('Retry', 'TlsFailed', cause)) : undefined)
      await scene.clock.advance(40_000)
      assert.equal(told(), cause)
    }
    await stopOperator(scene)
  })

  for (const backend of Object.keys(CONDITIONS) as BackendName[]) {
    for (const [what, takesMs] of [
      ['answers garbage', 0],
      ['hangs until its time-out', 10_000],
    ] as const) {
      it(`${backend} that ${what} for minutes in a first apply costs half a minute at most once it is back`, async () => {
        const scene = await setScene([platformObject(), pipelineObject()])
        await scene.clock.advance(300)
        const { fail } = FAULTS[what]!
        scene.world.before = async (call) => {
          if (call.backend !== backend) return
          await scene.clock.sleep(takesMs)
          await fail()
        }
        await scene.clock.advance(180_000)
        assert.notEqual(scene.condition('Ready')?.status, 'True')
        scene.world.before = undefined
        await scene.clock.advance(30_000)
        assert.equal(scene.condition('Ready')?.status, 'True')
        await stopOperator(scene)
      })
    }
  }

  it('is asked less and less often while it is down', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    scene.world.before = ({ backend }) => {
      if (backend === 'connect') throw new Failure('Retry', 'Unreachable', 'down')
    }
    await scene.clock.advance(60_000)
    const at = scene.clock.now()
    await scene.clock.advance(300_000)
    const calls = scene.world.calls.filter((call) => call.backend === 'connect' && call.at > at).length
    assert.ok(calls >= 8 && calls <= 25, `${calls} calls in 5 minutes`)
    await stopOperator(scene)
  })

  it('that hangs for ever holds up no pipeline on another platform, and not the start of one', async () => {
    const scene = await setScene([platformObject(), platformObject('second'), pipelineObject()])
    scene.operator.metrics.reconciles.reset()
    const targets = scene.world.connectTargets
    assert.ok(targets)
    scene.world.before = ({ backend, verb }) => (backend === 'grafana' && verb === 'apply' ? new Promise<void>(() => {}) : undefined)
    await scene.clock.advance(5_000)
    assert.notEqual(scene.condition('Ready')?.status, 'True')
    const spec = { platformRef: { name: 'second' }, metrics: [], topics: [{ name: 'b' }], sources: [], statements: [] }
    await scene.kube.create(PIPELINE, pipelineObject('b', spec))
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Ready', 'b')?.status, 'True')
    await stopOperator(scene)
  })
})

describe('an action that a backend refuses', () => {
  it('is tried again seldom, holds up only what builds on it, and stays told', async () => {
    const scene = await setScene([platformObject()])
    scene.world.before = ({ verb, id }) => {
      if (verb === 'apply' && id === 'Statement/EVENTS_PER_MIN') throw new Failure('Stall', 'StatementRefused', 'ksqlDB refuses it')
    }
    await scene.kube.create(PIPELINE, pipelineObject())
    await scene.clock.advance(5 * 60_000)
    const tries = scene.world.mutations().filter(({ id }) => id === 'Statement/EVENTS_PER_MIN').length
    assert.ok(tries >= 3 && tries <= 8, `${tries} tries in 5 minutes`)
    assert.equal(scene.condition('Stalled')?.reason, 'StatementRefused')
    assert.ok(scene.world.objects.has('Connector/events-gen'))
    assert.ok(!scene.world.objects.has('Connector/shop.events.EVENTS_PER_MIN'))
    assert.equal(scene.events().filter(({ reason }) => reason === 'StatementRefused').length, 1)
    scene.world.before = undefined
    await scene.clock.advance(5 * 60_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })

  it('is tried at once when its declaration has changed', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    scene.world.before = ({ verb, id }) => {
      if (verb === 'apply' && id === 'Connector/events-gen') throw new Failure('Stall', 'Refused', 'no')
    }
    await scene.clock.advance(60_000)
    scene.world.before = undefined
    const sources = [{ name: 'events-gen', datagen: { preset: 'clickstream', topic: 'events-clicks', interval: '40ms' } }]
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { sources } } })
    await scene.clock.advance(5_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })
})

describe('a pipeline that is wrong', () => {
  const wrong: Readonly<Record<string, [spec: object, reason: string, where: RegExp]>> = {
    'a field of the wrong kind': [{ freshness: 7 }, 'InvalidSpec', /^spec\.freshness/],
    'SQL that cannot be read': [{ statements: [{ name: 'clicks', sql: 'CREATE STREM X;' }], metrics: [] }, 'SqlSyntax', /spec\.statements\[0\]\.sql:1:8/],
    'a ConfigMap that is not there': [
      { statements: [{ name: 'clicks', configMapRef: { name: 'scripts', key: 'a.sql' } }], metrics: [] },
      'ReferenceNotFound',
      /^spec\.statements\[0\]\.configMapRef/,
    ],
    'a platform that does not allow it': [{ platformRef: { name: 'default', namespace: 'private' } }, 'NamespaceNotAllowed', /private\/default/],
  }
  for (const [sentence, [spec, reason, where]] of Object.entries(wrong)) {
    it(`because of ${sentence} is Stalled and changes nothing, while a healthy one becomes Ready`, async () => {
      const bad = pipelineObject('bad', spec, 'BAD_PER_MIN')
      const scene = await setScene([platformObject(), platformObject('default', 'private'), bad, pipelineObject('good', {}, 'GOOD_PER_MIN')])
      await scene.clock.advance(20_000)
      for (const type of ['Ready', 'Stalled', 'SpecValid']) assert.equal(scene.condition(type, 'bad')?.reason, reason, type)
      assert.match(scene.condition('SpecValid', 'bad')!.message, where)
      assert.deepEqual(
        scene.world.mutations().filter(({ id }) => /bad/i.test(id)),
        [],
      )
      assert.equal(scene.condition('Ready', 'good')?.status, 'True')
      assert.deepEqual(
        scene.events('bad').map(({ reason, type }) => `${type} ${reason}`),
        [`Warning ${reason}`],
      )
      await stopOperator(scene)
    })
  }

  it('because a backend refuses it is Stalled and changes nothing; it is asked again, but seldom', async () => {
    const scene = await setScene([platformObject()])
    scene.world.refuse = ({ kind, specPath, name }) =>
      kind === 'Connector' ? { severity: 'error', reason: 'ConnectorConfigInvalid', path: specPath, message: `${name}: topics is missing` } : undefined
    await scene.kube.create(PIPELINE, pipelineObject())
    await scene.clock.advance(120_000)
    assert.equal(scene.condition('Stalled')?.reason, 'ConnectorConfigInvalid')
    assert.equal(scene.world.mutations().length, 0)
    const checks = scene.world.calls.filter(({ verb, backend }) => verb === 'check' && backend === 'connect').length
    assert.ok(checks >= 3 && checks <= 6, `${checks} checks in 2 minutes`)
    scene.world.refuse = undefined
    await scene.clock.advance(60_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })

  it('because another has the name is Stalled and touches nothing; it gets the name when the other goes', async () => {
    const first = pipelineObject('events')
    const scene = await setScene([platformObject(), first])
    await scene.clock.advance(20_000)
    const second = pipelineObject('late', { topics: [{ name: 'events-clicks' }], sources: [], statements: [], metrics: [] })
    await scene.kube.create(PIPELINE, second)
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Stalled', 'late')?.reason, 'OwnedByAnother')
    assert.match(scene.condition('Stalled', 'late')!.message, /shop\/events/)
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { deletionPolicy: 'DeleteData' } } })
    await scene.kube.delete(PIPELINE, 'shop', 'events')
    await scene.clock.advance(60_000)
    assert.equal(scene.condition('Ready', 'late')?.status, 'True')
    await stopOperator(scene)
  })

  it('of two that come together and want one name, the older gets it', async () => {
    const spec = { topics: [{ name: 'shared' }], sources: [], statements: [], metrics: [] }
    const old = pipelineObject('old', spec)
    old.metadata.creationTimestamp = '2025-01-01T00:00:00Z'
    const scene = await setScene([platformObject(), pipelineObject('young', spec), old])
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Ready', 'old')?.status, 'True')
    assert.equal(scene.condition('Stalled', 'young')?.reason, 'OwnedByAnother')
    await stopOperator(scene)
  })
})
