import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { References } from '../../src/controller/references.ts'
import { VirtualClock } from '../../src/ports/index.ts'
import { MemoryKube } from './memory-kube.ts'
import { MemoryWorld } from './memory-world.ts'
import { operate, pipelineObject, platformObject, sceneOf, stopOperator } from './scene.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const plain = (spec: object) => ({ sources: [], statements: [], metrics: [], ...spec })

async function setUp(namespaces: readonly string[]) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const kube = new MemoryKube(() => clock.now())
  const world = new MemoryWorld(clock)
  for (const name of ['shop', 'lab', 'other']) {
    await kube.create(PLATFORM, platformObject('default', name, { allowedNamespaces: ['*'] }))
    await kube.create(PIPELINE, pipelineObject(`in-${name}`, plain({ topics: [{ name: `of-${name}` }] }), 'M', name))
  }
  const scene = sceneOf(clock, kube, world, await operate(clock, kube, world, { namespaces }))
  await clock.advance(20_000)
  return scene
}

describe('an operator for some namespaces', () => {
  it('keeps the pipelines of each of them, and does not touch those of others', async () => {
    const scene = await setUp(['shop', 'lab'])
    assert.deepEqual([...scene.world.objects.keys()].sort(), ['KafkaTopic/of-lab', 'KafkaTopic/of-shop'])
    assert.equal(scene.kube.find(PIPELINE, 'other', 'in-other')?.metadata.finalizers, undefined)
    assert.equal(scene.kube.find(PLATFORM, 'other', 'default')?.status, undefined)
    await scene.kube.patch(PIPELINE, 'lab', 'in-lab', { type: 'merge', body: { spec: { topics: [{ name: 'of-lab' }, { name: 'new' }] } } })
    await scene.kube.patch(PIPELINE, 'other', 'in-other', { type: 'merge', body: { spec: { topics: [{ name: 'unseen' }] } } })
    await scene.clock.advance(5_000)
    assert.ok(scene.world.objects.has('KafkaTopic/new'))
    assert.ok(!scene.world.objects.has('KafkaTopic/unseen'))
    const lists = scene.kube.calls.filter(({ verb }) => verb === 'list').map(({ resource, namespace }) => `${resource} ${namespace}`)
    assert.deepEqual([...new Set(lists)].sort(), [
      'clickstreampipelines lab',
      'clickstreampipelines shop',
      'clickstreamplatforms lab',
      'clickstreamplatforms shop',
    ])
    const byOperator = scene.kube.calls.slice(6).filter(({ name }) => name !== 'in-other')
    assert.deepEqual([...new Set(byOperator.map(({ namespace }) => namespace))].sort(), ['lab', 'shop'])
    await stopOperator(scene)
  })

  it('tells of a platform in a namespace that it does not watch, and what would mend it', async () => {
    const scene = await setUp(['shop', 'lab'])
    const platformRef = { name: 'default', namespace: 'other' }
    await scene.kube.create(PIPELINE, pipelineObject('far', plain({ platformRef, topics: [{ name: 'far' }] })))
    await scene.clock.advance(5_000)
    assert.deepEqual(scene.condition('Stalled', 'far'), {
      ...scene.condition('Stalled', 'far'),
      reason: 'NamespaceNotWatched',
      message:
        'spec.platformRef.namespace: ClickstreamPlatform other/default cannot be seen: the operator does not watch namespace other ' +
        '(Refer to a platform in shop, lab, or start the operator with --watch-namespace other too.)',
    })
    await scene.kube.delete(PIPELINE, 'shop', 'far')
    await scene.clock.advance(5_000)
    assert.equal(scene.pipeline('far'), undefined)
    await stopOperator(scene)
  })

  it('sees all of them without a list', async () => {
    const scene = await setUp([])
    assert.equal(scene.world.objects.size, 3)
    await stopOperator(scene)
  })

  it('reads no ConfigMap and no Secret anywhere else', async () => {
    const clock = new VirtualClock(0)
    const kube = new MemoryKube()
    for (const namespace of ['shop', 'other'])
      await kube.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sql', namespace }, data: { a: 'b' } })
    const references = new References(kube, clock, ['shop'])
    assert.deepEqual((await references.configMap('shop', 'sql'))?.data, { a: 'b' })
    const before = kube.calls.length
    await assert.rejects(references.configMap('other', 'sql'), {
      reason: 'NamespaceNotWatched',
      message: /ConfigMap other\/sql is not read: the operator does not watch/,
    })
    await assert.rejects(references.secret('other', 'login'), { reason: 'NamespaceNotWatched' })
    assert.equal(kube.calls.length, before)
  })
})
