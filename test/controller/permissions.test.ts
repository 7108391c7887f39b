import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import type { OperatorOptions } from '../../src/controller/index.ts'
import { LEASES } from '../../src/controller/leader/lease.ts'
import { createLogger, Failure, VirtualClock } from '../../src/ports/index.ts'
import { type KubeCall, MemoryKube } from './memory-kube.ts'
import { MemoryWorld } from './memory-world.ts'
import { operate, pipelineObject, platformObject, sceneOf, stopOperator } from './scene.ts'

const USER = 'system:serviceaccount:system:operator'
const GROUPS: Readonly<Record<string, string>> = {
  clickstreampipelines: 'clickstream.dev',
  clickstreamplatforms: 'clickstream.dev',
  kafkatopics: 'kafka.strimzi.io',
  kafkaconnectors: 'kafka.strimzi.io',
  leases: 'coordination.k8s.io',
}
const VERBS: Readonly<Record<string, string>> = { replace: 'update', 'patch status': 'patch' }

/** What the client makes of the API server's refusal. */
function refusal(verb: string, resource: string, namespace: string | undefined): Failure {
  const group = GROUPS[resource.split('/')[0]!] ?? ''
  const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const message = `${resource}${group ? `.${group}` : ''} is forbidden: User "${USER}" cannot ${verb} resource "${resource}" in API group "${group}" ${place}`
  const text = `Kubernetes API: not permitted (403): verb ${verb}, resource ${resource}`
  return new Failure('Retry', 'Forbidden', text, { status: 403, body: { kind: 'Status', code: 403, reason: 'Forbidden', message } })
}

interface Denied {
  readonly verb: string
  /** With its subresource. */
  readonly resource: string
}

async function setUp(denied: Denied | undefined, options: Partial<OperatorOptions> = {}, spec: object = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const kube = new MemoryKube(() => clock.now())
  const world = new MemoryWorld(clock)
  await kube.create(PLATFORM, platformObject())
  await kube.create(PIPELINE, pipelineObject('events', spec))
  // Left by one before.
  if (options.leaderElection && denied?.verb === 'update')
    await kube.create(LEASES, { apiVersion: 'v1', kind: 'Lease', metadata: { name: 'operator', namespace: 'system' } })
  const lines: { msg: string; level: number }[] = []
  const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(JSON.parse(line)) } })
  const deny = (call: KubeCall) => {
    const verb = VERBS[call.verb] ?? call.verb
    const resource = call.verb === 'patch status' ? `${call.resource}/status` : call.resource
    if (denied?.verb === verb && denied.resource === resource) throw refusal(verb, resource, call.namespace)
  }
  kube.before = deny
  const operator = await operate(clock, kube, world, { log, http: { port: 0 }, ...options })
  const scene = sceneOf(clock, kube, world, operator)
  const readyz = async () => {
    const answer = await fetch(`${operator.url}/readyz`)
    return { status: answer.status, body: await answer.text() }
  }
  return {
    ...scene,
    readyz,
    /** Lines that name the permission. */
    told: () => lines.filter(({ msg, level }) => level >= 40 && msg.includes('a permission is missing')).map(({ msg }) => msg),
    others: () => lines.filter(({ msg, level }) => level >= 40 && !msg.includes('a permission is missing')),
    metric: async () => (await operator.metrics.permissionMissing.get()).values.map(({ labels }) => labels),
    permit: () => {
      kube.before = undefined
    },
  }
}

const names = ({ verb, resource }: Denied) => new RegExp(`verb ${verb}, resource ${resource}`)

describe('a permission that is missing', () => {
  const nowhere: readonly (Denied & { namespace?: string })[] = [
    { verb: 'list', resource: 'clickstreampipelines' },
    { verb: 'watch', resource: 'clickstreampipelines' },
    { verb: 'list', resource: 'clickstreamplatforms' },
    { verb: 'watch', resource: 'clickstreamplatforms' },
    { verb: 'patch', resource: 'clickstreampipelines/status', namespace: 'shop' },
    { verb: 'patch', resource: 'clickstreamplatforms/status', namespace: 'shop' },
  ]
  for (const { verb, resource, namespace } of nowhere) {
    it(`(${verb} ${resource}) makes the operator not ready, in words, is told once, and heals`, async () => {
      const scene = await setUp({ verb, resource })
      await scene.clock.advance(60_000)
      const { status, body } = await scene.readyz()
      assert.equal(status, 503)
      assert.match(body, names({ verb, resource }))
      assert.equal(scene.told().length, 1)
      assert.match(
        scene.told()[0]!,
        new RegExp(
          `verb ${verb}, resource ${resource}, apiGroup clickstream.dev, ${namespace ? `namespace ${namespace}` : 'in the whole cluster'}; grant it to ${USER}`,
        ),
      )
      assert.deepEqual(await scene.metric(), [{ verb, resource, api_group: 'clickstream.dev', namespace: namespace ?? '' }])
      assert.deepEqual(scene.others(), [])
      scene.permit()
      // The longest back-off.
      await scene.clock.advance(150_000)
      assert.deepEqual(await scene.readyz(), { status: 200, body: 'ok' })
      assert.deepEqual(await scene.metric(), [])
      assert.equal(scene.condition('Ready')?.status, 'True')
      await stopOperator(scene)
    })
  }

  const shown: readonly (Denied & { spec?: object; late?: boolean })[] = [
    { verb: 'patch', resource: 'clickstreampipelines' },
    { verb: 'get', resource: 'configmaps' },
    { verb: 'create', resource: 'configmaps' },
    { verb: 'update', resource: 'configmaps' },
  ]
  for (const { verb, resource, spec } of shown) {
    it(`(${verb} ${resource}) stands in the pipeline's conditions, is told once, and heals`, async () => {
      const scene = await setUp({ verb, resource }, {}, spec)
      await scene.clock.advance(120_000)
      const ready = scene.condition('Ready')
      assert.notEqual(ready?.status, 'True')
      assert.equal(ready?.reason, 'Forbidden')
      assert.match(ready!.message, names({ verb, resource }))
      assert.equal(scene.told().length, 1)
      assert.equal((await scene.readyz()).status, 200)
      const events = scene.events().filter(({ reason }) => reason === 'Forbidden')
      assert.deepEqual(
        events.map(({ type, count }) => `${type} ${count}`),
        ['Warning 1'],
      )
      scene.permit()
      await scene.clock.advance(150_000)
      assert.equal(scene.condition('Ready')?.status, 'True')
      assert.deepEqual(await scene.metric(), [])
      await stopOperator(scene)
    })
  }

  it('(patch clickstreamplatforms) stands in the conditions of the platform, and heals', async () => {
    const scene = await setUp({ verb: 'patch', resource: 'clickstreamplatforms' })
    await scene.clock.advance(60_000)
    const ready = () => {
      const { conditions } = scene.kube.find(PLATFORM, 'shop', 'default')!.status as {
        conditions: { type: string; status: string; reason: string; message: string }[]
      }
      return conditions.find(({ type }) => type === 'Ready')!
    }
    assert.deepEqual([ready().status, ready().reason], ['False', 'Forbidden'])
    assert.match(ready().message, /verb patch, resource clickstreamplatforms/)
    scene.permit()
    await scene.clock.advance(150_000)
    assert.equal(ready().status, 'True')
    await stopOperator(scene)
  })

  it('(get secrets) stands in the conditions of the platform that needs the Secret', async () => {
    const world = new MemoryWorld(new VirtualClock(0))
    const scene = await setUp(
      { verb: 'get', resource: 'secrets' },
      {
        connectTargets: (_, references) =>
          world.connectTargets().map((target) => ({
            ...target,
            async probe(signal) {
              if (target.backend === 'grafana') await references.secret('shop', 'login', signal)
              return target.probe(signal)
            },
          })),
      },
    )
    await scene.clock.advance(60_000)
    const { conditions } = scene.kube.find(PLATFORM, 'shop', 'default')!.status as {
      conditions: { type: string; status: string; reason: string; message: string }[]
    }
    const grafana = conditions.find(({ type }) => type === 'GrafanaAvailable')
    assert.deepEqual([grafana?.status, grafana?.reason], ['False', 'Forbidden'])
    assert.match(grafana!.message, /verb get, resource secrets/)
    assert.equal(scene.told().length, 1)
    await stopOperator(scene)
  })

  for (const resource of ['kafkatopics', 'kafkaconnectors'] as const) {
    const backend = resource === 'kafkatopics' ? 'kafka' : 'connect'
    it(`(list ${resource}) stands in the conditions of the platform and of the stages that need it`, async () => {
      const scene = await setUp(undefined)
      scene.world.before = (call) => {
        if (call.backend === backend && call.verb === 'observe') throw refusal('list', resource, 'shop')
      }
      await scene.clock.advance(60_000)
      const { conditions } = scene.kube.find(PLATFORM, 'shop', 'default')!.status as { conditions: { type: string; reason: string; message: string }[] }
      const available = conditions.find(({ type }) => type === (backend === 'kafka' ? 'KafkaAvailable' : 'ConnectAvailable'))
      assert.equal(available?.reason, 'Forbidden')
      assert.match(available!.message, names({ verb: 'list', resource }))
      assert.equal(scene.condition(backend === 'kafka' ? 'TopicsReady' : 'SinksReady')?.reason, 'Forbidden')
      await stopOperator(scene)
    })

    it(`(create ${resource}) holds up only what builds on it, and stands in the pipeline's conditions`, async () => {
      const scene = await setUp(undefined)
      scene.world.before = (call) => {
        if (call.backend === backend && call.verb === 'apply') throw refusal('create', resource, 'shop')
      }
      await scene.clock.advance(60_000)
      assert.equal(scene.condition('Ready')?.reason, 'Forbidden')
      assert.ok(scene.world.objects.has('IndexTemplate/shop.events.events_per_min'), [...scene.world.objects.keys()].join())
      scene.world.before = undefined
      await scene.clock.advance(150_000)
      assert.equal(scene.condition('Ready')?.status, 'True')
      await stopOperator(scene)
    })
  }

  for (const verb of ['create', 'patch'] as const) {
    it(`(${verb} events) costs the pipeline nothing and is told once`, async () => {
      const scene = await setUp({ verb, resource: 'events' })
      await scene.clock.advance(20_000)
      for (let n = 0; n < 3; n++) {
        scene.world.objects.delete('Connector/events-gen')
        await scene.clock.advance(20_000)
      }
      assert.equal(scene.condition('Ready')?.status, 'True')
      assert.equal((await scene.readyz()).status, 200)
      assert.equal(scene.told().length, 1)
      assert.deepEqual(scene.others(), [])
      assert.deepEqual(await scene.metric(), [{ verb, resource: 'events', api_group: '', namespace: 'shop' }])
      await stopOperator(scene)
    })
  }

  for (const verb of ['get', 'create', 'update'] as const) {
    it(`(${verb} leases) keeps the operator from leading and makes it not ready, in words, until it is permitted`, async () => {
      const clock = { now: () => 0 }
      const leaderElection = { namespace: 'system', name: 'operator', identity: 'a', monotonic: () => clock.now() }
      const scene = await setUp({ verb, resource: 'leases' }, { leaderElection })
      clock.now = () => scene.clock.now()
      await scene.clock.advance(60_000)
      const { status, body } = await scene.readyz()
      assert.equal(status, 503)
      assert.match(body, names({ verb, resource: 'leases' }))
      assert.equal(scene.told().length, 1)
      scene.permit()
      await scene.clock.advance(30_000)
      assert.equal((await scene.readyz()).status, 200)
      assert.equal(scene.condition('Ready')?.status, 'True')
      await stopOperator(scene)
    })
  }
})
