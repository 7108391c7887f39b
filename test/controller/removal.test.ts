import assert from 'node:assert/strict'
import { ANNOTATIONS, PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { Failure } from '../../src/ports/index.ts'
import { pipelineObject, platformObject, type Scene, setScene, stopOperator } from './scene.ts'

const ready = async (spec: object = {}): Promise<Scene> => {
  const scene = await setScene([platformObject(), pipelineObject('events', spec)])
  await scene.clock.advance(20_000)
  assert.equal(scene.condition('Ready')?.status, 'True')
  return scene
}
const remove = (scene: Scene) => scene.kube.delete(PIPELINE, 'shop', 'events')

describe('a pipeline that is deleted', () => {
  it('goes with all that is its own, against the way of the data, and leaves topics and indices with data', async () => {
    const scene = await ready()
    const before = scene.world.mutations().length
    await remove(scene)
    await scene.clock.advance(20_000)
    assert.equal(scene.pipeline(), undefined)
    assert.deepEqual([...scene.world.objects.keys()], [])
    assert.deepEqual(scene.kube.all({ plural: 'configmaps' }), [])
    assert.ok(scene.world.retained.has('KafkaTopic/events-clicks'))
    const order = scene.world
      .mutations()
      .slice(before)
      .map(({ id }) => id.slice(0, id.indexOf('/')))
    assert.equal(order[0], 'Dashboard')
    assert.ok(order.indexOf('Connector') < order.indexOf('Statement'))
    assert.ok(order.lastIndexOf('Statement') < order.indexOf('KafkaTopic'))
    await stopOperator(scene)
  })

  it('takes its data along under DeleteData, also when that was said after it was made', async () => {
    const scene = await ready()
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { deletionPolicy: 'DeleteData' } } })
    await remove(scene)
    await scene.clock.advance(20_000)
    assert.equal(scene.pipeline(), undefined)
    assert.deepEqual([...scene.world.retained], [])
    await stopOperator(scene)
  })

  it('does not touch what is another pipeline’s', async () => {
    const scene = await setScene([platformObject(), pipelineObject(), pipelineObject('other', {}, 'OTHER_PER_MIN')])
    await scene.clock.advance(20_000)
    const others = [...scene.world.objects.values()].filter(({ id, owner }) => owner?.pipeline === 'other' || /OTHER/.test(id))
    await remove(scene)
    await scene.clock.advance(20_000)
    assert.deepEqual(new Set([...scene.world.objects.keys()]), new Set(others.map(({ id }) => id)))
    assert.equal(scene.condition('Ready', 'other')?.status, 'True')
    await stopOperator(scene)
  })

  it('waits for a backend that is down, says so, and goes on when it is back', async () => {
    const scene = await ready()
    scene.world.before = ({ backend }) => {
      if (backend === 'grafana') throw new Failure('Retry', 'Unreachable', 'Grafana: connect ECONNREFUSED')
    }
    await remove(scene)
    await scene.clock.advance(60_000)
    assert.equal(scene.condition('Ready')?.reason, 'Deleting')
    assert.match(scene.condition('Ready')!.message, /ECONNREFUSED/)
    scene.world.before = undefined
    await scene.clock.advance(60_000)
    assert.equal(scene.pipeline(), undefined)
    assert.deepEqual([...scene.world.objects.keys()], [])
    await stopOperator(scene)
  })

  for (const [sentence, force] of [
    ['by force, when somebody says so', true],
    ['after an hour', false],
  ] as const) {
    it(`is released from a backend that is gone ${sentence}, and an event names what stays`, async () => {
      const scene = await ready()
      scene.world.before = ({ backend }) => {
        if (backend === 'grafana') throw new Failure('Retry', 'Unreachable', 'Grafana: connect ECONNREFUSED')
      }
      await remove(scene)
      await scene.clock.advance(120_000)
      assert.ok(scene.pipeline())
      if (force)
        await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { metadata: { annotations: { [ANNOTATIONS.forceRemoval]: 'true' } } } })
      await scene.clock.advance(force ? 60_000 : 62 * 60_000)
      assert.equal(scene.pipeline(), undefined)
      const [event] = scene.events().filter(({ reason }) => reason === 'LeftBehind')
      assert.match(event!.message, /Dashboard\//)
      await stopOperator(scene)
    })
  }

  it('goes at once when it never made anything', async () => {
    const scene = await setScene([pipelineObject()])
    await scene.clock.advance(1_000)
    await remove(scene)
    await scene.clock.advance(1_000)
    assert.equal(scene.pipeline(), undefined)
    await stopOperator(scene)
  })

  it('holds its platform until it is gone', async () => {
    const scene = await ready()
    await scene.kube.delete(PLATFORM, 'shop', 'default')
    await scene.clock.advance(20_000)
    const platform = scene.kube.find(PLATFORM, 'shop', 'default')!.status as { conditions: { type: string; message: string }[] }
    assert.match(platform.conditions.find(({ type }) => type === 'Ready')!.message, /shop\/events/)
    await remove(scene)
    await scene.clock.advance(20_000)
    assert.equal(scene.pipeline(), undefined)
    assert.equal(scene.kube.find(PLATFORM, 'shop', 'default'), undefined)
    await stopOperator(scene)
  })

  it('finishes when the operator is restarted in the middle', async () => {
    const scene = await ready()
    const { operate, sceneOf } = await import('./scene.ts')
    const { Mortal } = await import('./mortal.ts')
    await stopOperator(scene)
    for (const call of [2, 5, 9]) {
      const mortal = new Mortal(scene.clock, { call, effective: true })
      await operate(scene.clock, mortal.kube(scene.kube), mortal.world(scene.world))
      if (call === 2) await remove(scene)
      await scene.clock.advance(10_000)
      assert.ok(mortal.dead)
    }
    const last = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await last.clock.advance(20_000)
    assert.equal(last.pipeline(), undefined)
    assert.deepEqual([...scene.world.objects.keys()], [])
    assert.deepEqual(scene.kube.all({ plural: 'configmaps' }), [])
    await stopOperator(last)
  })
})
