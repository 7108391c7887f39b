import assert from 'node:assert/strict'
import { PIPELINE } from '../../src/api/index.ts'
import type { Observed, ResourceId } from '../../src/plan/index.ts'
import { operate, pipelineObject, platformObject, type Scene, sceneOf, setScene, stopOperator } from './scene.ts'

const ready = async (spec: object = {}): Promise<Scene> => {
  const scene = await setScene([platformObject(), pipelineObject('events', spec)])
  await scene.clock.advance(20_000)
  assert.equal(scene.condition('Ready')?.status, 'True')
  return scene
}
const change = (scene: Scene, id: ResourceId, patch: (object: Observed) => object) => {
  const object = scene.world.objects.get(id)!
  scene.world.objects.set(id, { ...object, ...patch(object) } as Observed)
}
const idOf = (scene: Scene, kind: string) => [...scene.world.objects.keys()].find((id) => id.startsWith(`${kind}/`))!
const hashes = (scene: Scene) =>
  (scene.pipeline()!.status as { resources: { name: string; hash: string }[] }).resources.map(({ name, hash }) => `${name} ${hash}`)

const DRIFTS: Readonly<Record<string, (scene: Scene) => ResourceId>> = {
  'a topic was deleted': (scene) => drop(scene, 'KafkaTopic/EVENTS_PER_MIN'),
  'the config of a topic was changed': (scene) => {
    change(scene, 'KafkaTopic/EVENTS_PER_MIN', ({ spec }) => ({ spec: { ...spec, config: { 'retention.ms': '1' } } }))
    return 'KafkaTopic/EVENTS_PER_MIN'
  },
  'a connector was deleted': (scene) => drop(scene, 'Connector/events-gen'),
  'a connector was paused': (scene) => {
    change(scene, 'Connector/events-gen', ({ spec }) => ({ spec: { ...spec, state: 'PAUSED' } }))
    return 'Connector/events-gen'
  },
  'the config of a connector was changed': (scene) => {
    change(scene, 'Connector/events-gen', ({ spec }) => ({ spec: { ...spec, config: { ...(spec as { config: object }).config, 'max.interval': '1' } } }))
    return 'Connector/events-gen'
  },
  'a table was dropped': (scene) => drop(scene, 'Statement/EVENTS_PER_MIN'),
  'a query was terminated': (scene) => {
    change(scene, 'Statement/EVENTS_PER_MIN', () => ({ health: 'Failed', reason: 'NotRunning', message: 'it has no query' }))
    return 'Statement/EVENTS_PER_MIN'
  },
  'a template was deleted': (scene) => drop(scene, idOf(scene, 'IndexTemplate')),
  'a dashboard was edited': (scene) => {
    const id = idOf(scene, 'Dashboard')
    change(scene, id, ({ spec }) => ({ spec: { ...spec, json: { title: 'mine now' } } }))
    return id
  },
  'a data source was edited': (scene) => {
    const id = idOf(scene, 'DataSource')
    change(scene, id, ({ spec }) => ({ spec: { ...spec, index: 'another' } }))
    return id
  },
}
function drop(scene: Scene, id: ResourceId): ResourceId {
  assert.ok(scene.world.objects.delete(id), id)
  return id
}

describe('drift', () => {
  for (const [sentence, drift] of Object.entries(DRIFTS)) {
    it(`is repaired within 15 s when ${sentence}, with one event, the same hashes, and nothing else touched`, async () => {
      const scene = await ready()
      const before = hashes(scene)
      const events = scene.events().length
      const mutations = scene.world.mutations().length
      const id = drift(scene)
      await scene.clock.advance(15_000)
      assert.deepEqual(
        scene.world
          .mutations()
          .slice(mutations)
          .map(({ verb, id }) => `${verb} ${id}`),
        [`apply ${id}`],
      )
      await scene.clock.advance(15_000)
      assert.deepEqual(
        scene
          .events()
          .slice(events)
          .map(({ reason, count }) => `${reason} ${count}`),
        ['Repaired 1'],
      )
      assert.deepEqual(hashes(scene), before)
      assert.equal(scene.condition('Ready')?.status, 'True')
      await stopOperator(scene)
    })
  }

  it('is repaired at once when the backend rings', async () => {
    const scene = await ready()
    await scene.clock.advance(60_000)
    drop(scene, 'KafkaTopic/EVENTS_PER_MIN')
    scene.world.ring()
    await scene.clock.advance(500)
    assert.ok(scene.world.objects.has('KafkaTopic/EVENTS_PER_MIN'))
    await stopOperator(scene)
  })

  it('is told, once, and left alone under driftPolicy Report', async () => {
    const scene = await ready({ driftPolicy: 'Report' })
    const mutations = scene.world.mutations().length
    drop(scene, 'Connector/events-gen')
    await scene.clock.advance(60_000)
    assert.equal(scene.world.mutations().length, mutations)
    assert.equal(scene.condition('SourcesReady')?.status, 'False')
    assert.deepEqual(
      scene
        .events()
        .filter(({ type }) => type === 'Warning')
        .map(({ reason, count }) => `${reason} ${count}`),
      ['DriftFound 1'],
    )
    await stopOperator(scene)
    const writes = scene.kube.calls.filter(({ mutating }) => mutating).length
    const again = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await again.clock.advance(60_000)
    assert.equal(scene.kube.calls.filter(({ mutating }) => mutating).length, writes, 'a new operator does not tell it again')
    await stopOperator(again)
  })

  it('is left alone while reconcile is Disabled, and repaired afterwards', async () => {
    const scene = await ready()
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { reconcile: 'Disabled' } } })
    await scene.clock.advance(5_000)
    assert.equal(scene.condition('Ready')?.reason, 'ReconcileDisabled')
    const mutations = scene.world.mutations().length
    drop(scene, 'Connector/events-gen')
    await scene.clock.advance(60_000)
    assert.equal(scene.world.mutations().length, mutations)
    assert.equal(scene.condition('Ready')?.status, 'False')
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { reconcile: 'Enabled' } } })
    await scene.clock.advance(15_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })

  it('of a task that fails again and again is mended with growing waits', async () => {
    const scene = await ready()
    const fail = () => change(scene, 'Connector/events-gen', () => ({ health: 'Failed', reason: 'TaskFailed', message: 'it broke' }))
    const mutations = scene.world.mutations().length
    for (let n = 0; n < 120; n++) {
      fail()
      await scene.clock.advance(5_000)
    }
    const times = scene.world
      .mutations()
      .slice(mutations)
      .map(({ at }) => at)
    assert.ok(times.length >= 4 && times.length <= 9, `${times.length} restarts in 10 minutes`)
    const waits = times.slice(1).map((at, n) => at - times[n]!)
    assert.ok(waits.at(-1)! > waits[0]! * 3, waits.join())
    assert.equal(scene.condition('SourcesReady')?.reason, 'TaskFailed')
    await stopOperator(scene)
  })
})

describe('a pipeline with state and schedule', () => {
  it('is paused and resumed as declared', async () => {
    const scene = await ready()
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { state: 'Paused' } } })
    await scene.clock.advance(10_000)
    assert.equal((scene.world.objects.get('Connector/events-gen')!.spec as { state: string }).state, 'PAUSED')
    assert.equal((scene.world.objects.get('Statement/EVENTS_PER_MIN')!.spec as { running: boolean }).running, false)
    assert.equal(scene.condition('DataFlowing')?.reason, 'Paused')
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { state: 'Running' } } })
    await scene.clock.advance(10_000)
    assert.equal((scene.world.objects.get('Connector/events-gen')!.spec as { state: string }).state, 'RUNNING')
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })

  it('runs and rests as its schedule says, also over a restart in the middle of a cycle', async () => {
    const sources = [{ name: 'events-gen', datagen: { preset: 'clickstream', topic: 'events-clicks' }, schedule: { run: '90s', pause: '35s', cycles: 3 } }]
    const scene = await setScene([platformObject(), pipelineObject('events', { sources })])
    const stateOf = () => (scene.world.objects.get('Connector/events-gen')?.spec as { state: string } | undefined)?.state
    const changes: string[] = []
    const startedAt = scene.clock.now()
    const left: string[] = []
    let current = scene
    const watch = async (seconds: number, clock = scene.clock) => {
      for (let n = 0; n < seconds * 10; n++) {
        await clock.advance(100)
        const ready = current.condition('Ready')
        if (changes.length > 0 && n > 100 && ready?.status !== 'True') left.push(`${ready?.status} ${ready?.reason}: ${ready?.message}`)
        const state = stateOf()
        if (state !== undefined && changes.at(-1)?.split('@')[0] !== state) changes.push(`${state}@${Math.round((clock.now() - startedAt) / 1000)}`)
      }
    }
    await watch(100)
    assert.deepEqual(
      (scene.pipeline()!.status as { schedule: object[] }).schedule.map((one) => ({ ...one, startedAt: '', nextChange: '' })),
      [{ name: 'events-gen', phase: 'Paused', cycle: 1, startedAt: '', nextChange: '' }],
    )
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
    const again = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    current = again
    await watch(340)
    assert.deepEqual(left, [], 'a turn of the schedule is no reason to leave Ready')
    const states = changes.map((change) => change.split('@')[0])
    assert.deepEqual(states, ['RUNNING', 'PAUSED', 'RUNNING', 'PAUSED', 'RUNNING', 'PAUSED'])
    const times = changes.map((change) => Number(change.split('@')[1]))
    for (const [n, due] of [0, 90, 125, 215, 250, 340].entries()) assert.ok(times[n]! - due >= 0 && times[n]! - due <= 3, `${changes.join(' ')}`)
    assert.equal((again.pipeline()!.status as { schedule: { phase: string }[] }).schedule[0]?.phase, 'Done')
    await stopOperator(again)
  })
})
