import assert from 'node:assert/strict'
import { PIPELINE } from '../../src/api/index.ts'
import { operate, pipelineObject, platformObject, sceneOf, setScene, stopOperator } from './scene.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const LEDGER = 'events.clickstream-ledger'
const idsOf = (data: unknown) =>
  String((data as { entries: string }).entries)
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; phase: string })

describe('the ledger', () => {
  it('has an intent for every object before the first is made', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    let seen: { id: string; phase: string }[] | undefined
    scene.world.before = ({ verb }) => {
      if (verb === 'apply' && seen === undefined) seen = idsOf(scene.kube.find(CONFIG_MAPS, 'shop', LEDGER)!.data)
    }
    await scene.clock.advance(20_000)
    assert.deepEqual(new Set(seen!.map(({ id }) => id)), new Set(scene.world.objects.keys()))
    assert.ok(seen!.every(({ phase }) => phase === 'intent'))
    assert.ok(idsOf(scene.kube.find(CONFIG_MAPS, 'shop', LEDGER)!.data).every(({ phase }) => phase === 'done'))
    await stopOperator(scene)
  })

  for (const running of [true, false]) {
    it(`that was deleted while the operator ${running ? 'ran' : 'did not run'} is made anew from marks, and nothing is made twice`, async () => {
      let scene = await setScene([platformObject(), pipelineObject()])
      await scene.clock.advance(20_000)
      const before = idsOf(scene.kube.find(CONFIG_MAPS, 'shop', LEDGER)!.data)
      const made = scene.world.made.length
      if (!running) await stopOperator(scene)
      await scene.kube.delete(CONFIG_MAPS, 'shop', LEDGER)
      if (running) {
        // It finds out when it has something to write.
        await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { deletionPolicy: 'DeleteData' } } })
      } else scene = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
      await scene.clock.advance(30_000)
      const after = idsOf(scene.kube.find(CONFIG_MAPS, 'shop', LEDGER)!.data)
      assert.deepEqual(new Set(after.map(({ id, phase }) => `${id} ${phase}`)), new Set(before.map(({ id, phase }) => `${id} ${phase}`)))
      assert.equal(scene.world.made.length, made)
      assert.equal(scene.condition('Ready')?.status, 'True')
      await stopOperator(scene)
    })
  }

  it('that somebody has written nonsense into stalls the pipeline, and says what to do', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    await stopOperator(scene)
    await scene.kube.patch(CONFIG_MAPS, 'shop', LEDGER, { type: 'merge', body: { data: { entries: 'nonsense' } } })
    const again = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await again.clock.advance(10_000)
    assert.equal(again.condition('Stalled')?.reason, 'LedgerUnreadable')
    await scene.kube.delete(CONFIG_MAPS, 'shop', LEDGER)
    // Nobody watches ledgers: a change of the pipeline, or the next look at its backends, brings it back.
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { metadata: { annotations: { a: 'b' } } } })
    await again.clock.advance(10_000)
    assert.equal(again.condition('Ready')?.status, 'True')
    await stopOperator(again)
  })

  it('of a pipeline of the same name that was released by force is not taken for its own', async () => {
    const scene = await setScene([platformObject(), pipelineObject()])
    await scene.clock.advance(20_000)
    await stopOperator(scene)
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { metadata: { finalizers: [] } } })
    await scene.kube.delete(PIPELINE, 'shop', 'events')
    await scene.kube.create(PIPELINE, pipelineObject('events', { topics: [{ name: 'events-clicks' }], metrics: [] }))
    const again = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await again.clock.advance(20_000)
    assert.equal(again.condition('Ready')?.status, 'True')
    // What the former pipeline made and this one does not declare stays: the ledger that named it was not ours.
    assert.ok(scene.world.objects.has('Statement/EVENTS_PER_MIN'))
    await stopOperator(again)
  })
})

describe('a name that a pipeline gives up', () => {
  it('can be taken by another', async () => {
    const topic = (name: string) => ({ topics: [{ name }], sources: [], statements: [], metrics: [] })
    const scene = await setScene([
      platformObject(),
      pipelineObject('a', { ...topic('shared'), deletionPolicy: 'DeleteData' }),
      pipelineObject('b', topic('own')),
    ])
    await scene.clock.advance(20_000)
    await scene.kube.patch(PIPELINE, 'shop', 'a', { type: 'merge', body: { spec: { topics: [{ name: 'other' }] } } })
    await scene.clock.advance(20_000)
    await scene.kube.patch(PIPELINE, 'shop', 'b', { type: 'merge', body: { spec: { topics: [{ name: 'shared' }] } } })
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Ready', 'b')?.status, 'True')
    assert.equal(scene.world.objects.get('KafkaTopic/shared')?.owner?.pipeline, 'b')
    await stopOperator(scene)
  })
})
