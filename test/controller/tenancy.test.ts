/** A tenant who may write what it likes in its own namespace, and a victim on the same platform. */
import assert from 'node:assert/strict'
import { PIPELINE } from '../../src/api/index.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { operate, pipelineObject, platformObject, type Scene, sceneOf, setScene, stopOperator } from './scene.ts'

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }

const platform = () => platformObject('default', 'platform', { allowedNamespaces: ['shop', 'evil'] })
const ref = { platformRef: { name: 'default', namespace: 'platform' } }
const victim = (spec: object = {}) => pipelineObject('events', { ...ref, ...spec })
const attacker = (spec: object = {}): KubeObject =>
  pipelineObject('attack', { ...ref, topics: [], sources: [], statements: [], metrics: [], ...spec }, 'M', 'evil')

const attackerOf = (scene: Scene): KubeObject | undefined => scene.kube.find(PIPELINE, 'evil', 'attack')
const conditionOf = (scene: Scene, type: string) =>
  (attackerOf(scene)?.status as { conditions?: { type: string; status: string; reason: string; message: string }[] } | undefined)?.conditions?.find(
    (condition) => condition.type === type,
  )

/** Everything of the victim's, as the attacker would like the operator to think of it. */
function forged(scene: Scene): string {
  return [...scene.world.objects.values()]
    .map(({ id, kind, name, backendId }) =>
      JSON.stringify({ id, kind, name, phase: 'done', hash: '0', specPath: 'spec', onRemove: 'delete', ...(backendId ? { backendId } : {}) }),
    )
    .join('\n')
}

/** The ledger where a tenant can write, under every name that it could think of. */
async function plant(scene: Scene): Promise<void> {
  const { uid } = attackerOf(scene)!.metadata
  for (const name of ['attack.clickstream-ledger', 'evil.attack.clickstream-ledger-shared']) {
    const object = scene.kube.find(CONFIG_MAPS, 'evil', name)
    if (object) await scene.kube.delete(CONFIG_MAPS, 'evil', name)
    await scene.kube.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'evil', labels: { 'clickstream.dev/ledger-of': uid! } },
      data: { entries: forged(scene), schedules: '{}' },
    } as KubeObject)
  }
}

const restart = async (scene: Scene): Promise<Scene> => {
  await stopOperator(scene)
  return sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
}

/** What the victim has is as it was, and nobody has touched it. */
function unharmed(scene: Scene, before: ReadonlySet<string>, calls: number): void {
  assert.deepEqual(new Set([...scene.world.objects.keys()].filter((id) => before.has(id))), before)
  assert.deepEqual(
    scene.world
      .mutations()
      .slice(calls)
      .filter(({ id }) => before.has(id)),
    [],
  )
  assert.equal(scene.condition('Ready')?.status, 'True')
}

describe('a tenant of a shared platform', () => {
  let scene: Scene
  let before: ReadonlySet<string>
  let calls: number

  beforeEach(async () => {
    scene = await setScene([platform(), victim()])
    await scene.clock.advance(20_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    before = new Set(scene.world.objects.keys())
    calls = scene.world.mutations().length
  })
  afterEach(async () => await stopOperator(scene))

  it('cannot write the ledger, which lies with the platform', async () => {
    const ledgers = scene.kube.all(CONFIG_MAPS).filter(({ metadata }) => /ledger/.test(metadata.name))
    assert.deepEqual(
      ledgers.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      ['platform/shop.events.clickstream-ledger-shared'],
    )
  })

  it('cannot have the things of others removed by a ledger of its own', async () => {
    await scene.kube.create(PIPELINE, attacker())
    await scene.clock.advance(10_000)
    await plant(scene)
    scene = await restart(scene)
    await scene.clock.advance(30_000)
    unharmed(scene, before, calls)
    await scene.kube.delete(PIPELINE, 'evil', 'attack')
    await scene.clock.advance(30_000)
    assert.equal(attackerOf(scene), undefined, 'it can go')
    unharmed(scene, before, calls)
  })

  it('that the platform never let in cannot have anything removed either', async () => {
    scene.world.calls.length = 0
    await scene.kube.patch(
      { group: 'clickstream.dev', version: 'v1alpha1', plural: 'clickstreamplatforms', kind: 'ClickstreamPlatform' },
      'platform',
      'default',
      { type: 'merge', body: { spec: { allowedNamespaces: ['shop'] } } },
    )
    await scene.kube.create(PIPELINE, attacker())
    await scene.clock.advance(10_000)
    assert.equal(conditionOf(scene, 'SpecValid')?.reason, 'NamespaceNotAllowed')
    await plant(scene)
    scene = await restart(scene)
    await scene.clock.advance(10_000)
    await scene.kube.delete(PIPELINE, 'evil', 'attack')
    await scene.clock.advance(30_000)
    assert.equal(attackerOf(scene), undefined, 'it can go')
    unharmed(scene, before, 0)
  })

  it('cannot take a name while the operator starts, although it is looked at first', async () => {
    // Exactly what the victim has, over a topic that nobody has marked: by its looks it could be either's.
    const statement = [...scene.world.objects.values()].find(({ kind, name }) => kind === 'Statement' && name === 'EVENTS_CLICKS')!
    const topic = scene.world.objects.get('KafkaTopic/events-clicks')!
    await stopOperator(scene)
    const { owner: _, ...unmarked } = topic
    scene.world.objects.set(topic.id, unmarked)
    await scene.kube.create(PIPELINE, attacker({ statements: [{ name: 'a', sql: (statement.spec as { sql: string }).sql }] }))
    // The victim's own reconcile is held up.
    scene.kube.before = async ({ verb, resource, name }) => {
      if (verb === 'get' && resource === 'configmaps' && name.startsWith('shop.')) await scene.clock.sleep(8_000)
    }
    scene = sceneOf(scene.clock, scene.kube, scene.world, await operate(scene.clock, scene.kube, scene.world))
    await scene.clock.advance(60_000)
    scene.kube.before = undefined
    assert.equal(conditionOf(scene, 'SpecValid')?.reason ?? conditionOf(scene, 'Stalled')?.reason, 'OwnedByAnother')
    await scene.kube.delete(PIPELINE, 'evil', 'attack')
    await scene.clock.advance(30_000)
    assert.ok(scene.world.objects.has(statement.id), 'the statement of the victim was dropped')
    assert.equal(scene.condition('Ready')?.status, 'True')
  })

  it('keeps what it has, unchanged, when the platform no longer lets it in, and can still go', async () => {
    await scene.kube.patch(
      { group: 'clickstream.dev', version: 'v1alpha1', plural: 'clickstreamplatforms', kind: 'ClickstreamPlatform' },
      'platform',
      'default',
      { type: 'merge', body: { spec: { allowedNamespaces: [] } } },
    )
    await scene.clock.advance(20_000)
    assert.deepEqual([scene.condition('SpecValid')?.reason, scene.condition('Ready')?.status], ['NamespaceNotAllowed', 'False'])
    await scene.kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { topics: [{ name: 'events-clicks' }, { name: 'more' }] } } })
    await scene.clock.advance(20_000)
    assert.equal(scene.world.mutations().length, calls, 'nothing is made, changed or removed')
    await scene.kube.delete(PIPELINE, 'shop', 'events')
    await scene.clock.advance(60_000)
    assert.equal(scene.pipeline(), undefined)
    assert.equal(scene.world.objects.size, 0)
  })

  it('that the platform does not let in cannot hold the platform', async () => {
    const platforms = { group: 'clickstream.dev', version: 'v1alpha1', plural: 'clickstreamplatforms', kind: 'ClickstreamPlatform' }
    await scene.kube.patch(platforms, 'platform', 'default', { type: 'merge', body: { spec: { allowedNamespaces: ['shop'] } } })
    await scene.kube.create(PIPELINE, attacker())
    await scene.clock.advance(20_000)
    await scene.kube.delete(PIPELINE, 'shop', 'events')
    await scene.clock.advance(60_000)
    await scene.kube.delete(platforms, 'platform', 'default')
    await scene.clock.advance(20_000)
    assert.equal(scene.kube.find(platforms, 'platform', 'default'), undefined)
  })
})
