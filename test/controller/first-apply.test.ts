import assert from 'node:assert/strict'
import { FINALIZERS, PIPELINE, PLATFORM, parsePipeline, parsePlatform } from '../../src/api/index.ts'
import { pipelineObject, platformObject, setScene, stopOperator } from './scene.ts'

describe('a pipeline that is applied', () => {
  it('becomes Ready, with everything made once and in order', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    assert.deepEqual(scene.condition('Ready'), { ...scene.condition('Ready'), status: 'True', reason: 'Ready' })
    assert.equal(scene.condition('Reconciling'), undefined)
    assert.equal(scene.condition('Stalled'), undefined)
    const made = scene.world.made
    assert.equal(new Set(made).size, made.length, 'nothing is made twice')
    const at = (id: string) => made.findIndex((one) => one.startsWith(id))
    assert.ok(at('KafkaTopic/events-clicks') < at('Connector/events-gen'))
    assert.ok(at('KafkaTopic/events-clicks') < at('Statement/EVENTS_CLICKS'))
    assert.ok(at('Statement/EVENTS_CLICKS') < at('Statement/EVENTS_PER_MIN'))
    assert.ok(at('IndexTemplate/') < made.findIndex((id) => id.startsWith('Connector/shop')))
    await stopOperator(scene)
  })

  it('has a status that the schema accepts, and one event for all that was made in one go', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    const object = scene.pipeline()!
    const parsed = parsePipeline(object)
    assert.deepEqual(parsed.ok ? [] : parsed.errors, [])
    const status = object.status as { ready: string; resources: { state: string }[]; observedGeneration: number }
    assert.equal(status.observedGeneration, 1)
    assert.match(status.ready, /^(\d+)\/\1$/)
    assert.deepEqual([...new Set(status.resources.map(({ state }) => state))], ['Ready'])
    assert.deepEqual(object.metadata.finalizers, [FINALIZERS.pipeline])
    const platform = scene.kube.find(PLATFORM, 'shop', 'default')!
    const parsedPlatform = parsePlatform(platform)
    assert.deepEqual(parsedPlatform.ok ? [] : parsedPlatform.errors, [])
    assert.equal((platform.status as { pipelines: number }).pipelines, 1)
    assert.ok(
      scene.events().every(({ reason, type }) => reason === 'Created' && type === 'Normal'),
      JSON.stringify(scene.events()),
    )
    await stopOperator(scene)
  })

  it('shows Ready from the first write on, first Unknown', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    const seen: string[] = []
    scene.kube.after = () => {
      const status = scene.condition('Ready')?.status
      if (status !== undefined && seen.at(-1) !== status) seen.push(status)
      assert.ok(scene.pipeline()?.status === undefined || status !== undefined)
    }
    await scene.clock.advance(20_000)
    assert.deepEqual(seen.at(-1), 'True')
    assert.ok(seen[0] !== 'True', seen.join())
    await stopOperator(scene)
  })

  it('causes no write while it is steady, and none when the operator starts again', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(30_000)
    const mutations = () => [scene.kube.calls.filter(({ mutating }) => mutating).length, scene.world.mutations().length]
    const before = mutations()
    await scene.clock.advance(5 * 60_000)
    assert.deepEqual(mutations(), before)
    await stopOperator(scene)
    const { operate, sceneOf } = await import('./scene.ts')
    const again = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await again.clock.advance(60_000)
    assert.deepEqual(mutations(), before)
    await stopOperator(again)
  })

  it('reads each backend as often for many pipelines as for one', async () => {
    const count = async (pipelines: number) => {
      const objects = Array.from({ length: pipelines }, (_, n) => pipelineObject(`p${n}`, {}, `METRIC_${n}`))
      const scene = await setScene([platformObject(), ...objects])
      await scene.clock.advance(30_000)
      assert.equal(scene.condition('Ready', `p${pipelines - 1}`)?.status, 'True')
      const before = scene.world.calls.length
      await scene.clock.advance(60_000)
      const calls = scene.world.calls.length - before
      await stopOperator(scene)
      return calls
    }
    assert.equal(await count(8), await count(1))
  })

  it('waits for a platform that comes later', async () => {
    const scene = await setScene([pipelineObject()])
    await scene.clock.advance(5_000)
    assert.equal(scene.condition('Ready')?.reason, 'WaitingForPlatform')
    await scene.kube.create(PLATFORM, platformObject())
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })

  it('follows a change: what is new is made, what is gone is removed, the rest is left alone', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    const before = scene.world.mutations().length
    const { metrics } = scene.pipeline()!.spec as { metrics: object[] }
    const spec = { topics: [{ name: 'events-clicks' }, { name: 'more' }], metrics }
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec } })
    await scene.clock.advance(20_000)
    assert.deepEqual(
      scene.world
        .mutations()
        .slice(before)
        .map(({ verb, id }) => `${verb} ${id}`),
      ['apply KafkaTopic/more'],
    )
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { topics: [{ name: 'events-clicks' }] } } })
    await scene.clock.advance(20_000)
    assert.equal(scene.world.objects.has('KafkaTopic/more'), false)
    assert.equal(scene.condition('Ready')?.status, 'True')
    await stopOperator(scene)
  })
})
