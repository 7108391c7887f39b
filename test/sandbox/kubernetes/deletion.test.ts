import assert from 'node:assert/strict'
import { widget } from '../../../e2e/contract/kubernetes/widget-crd.ts'
import type { KubeObject } from '../../../src/ports/index.ts'
import { CONFIG_MAPS, configMap, type Sandbox, startSandbox, WIDGETS } from './sandbox.ts'

const MERGE = 'application/merge-patch+json'

describe('kubernetes deletion', () => {
  let sandbox: Sandbox
  let owner: KubeObject
  beforeEach(async () => {
    sandbox = await startSandbox()
    owner = await sandbox.ok('POST', WIDGETS, widget('owner'))
  })
  afterEach(() => sandbox.close())

  const reference = (more: Record<string, unknown> = {}) => ({ apiVersion: 'example.dev/v1', kind: 'Widget', name: 'owner', uid: owner.metadata.uid, ...more })
  const owned = (name: string, more: Record<string, unknown> = {}) => sandbox.ok('POST', CONFIG_MAPS, configMap(name, { ownerReferences: [reference(more)] }))
  const there = async (path: string) => (await sandbox.call('GET', path)).status === 200

  it('takes dependents along, and theirs', async () => {
    const child = await owned('child')
    const grandchild = { apiVersion: 'v1', kind: 'ConfigMap', name: 'child', uid: child.metadata.uid }
    await sandbox.ok('POST', CONFIG_MAPS, configMap('grandchild', { ownerReferences: [grandchild] }))
    await sandbox.ok('DELETE', `${WIDGETS}/owner`)
    assert.equal(await there(`${CONFIG_MAPS}/child`), false)
    assert.equal(await there(`${CONFIG_MAPS}/grandchild`), false)
  })

  it('leaves dependents that still have another owner', async () => {
    const other = await sandbox.ok('POST', WIDGETS, widget('other'))
    await sandbox.ok('POST', CONFIG_MAPS, configMap('child', { ownerReferences: [reference(), reference({ name: 'other', uid: other.metadata.uid })] }))
    await sandbox.ok('DELETE', `${WIDGETS}/owner`)
    const child = await sandbox.ok('GET', `${CONFIG_MAPS}/child`)
    assert.deepEqual(
      child.metadata.ownerReferences?.map(({ name }) => name),
      ['other'],
    )
  })

  it('sets dependents free when orphaning', async () => {
    await owned('child')
    await sandbox.ok('DELETE', `${WIDGETS}/owner?propagationPolicy=Orphan`)
    assert.equal(await there(`${WIDGETS}/owner`), false)
    assert.equal((await sandbox.ok('GET', `${CONFIG_MAPS}/child`)).metadata.ownerReferences, undefined)
  })

  it('waits for blocking dependents in the foreground', async () => {
    await sandbox.ok('POST', CONFIG_MAPS, configMap('slow', { finalizers: ['example.dev/slow'], ownerReferences: [reference({ blockOwnerDeletion: true })] }))
    const answer = await sandbox.ok('DELETE', `${WIDGETS}/owner`, { propagationPolicy: 'Foreground' })
    assert.deepEqual(answer.metadata.finalizers, ['foregroundDeletion'])
    assert.equal(await there(`${WIDGETS}/owner`), true)
    await sandbox.ok('PATCH', `${CONFIG_MAPS}/slow`, { metadata: { finalizers: null } }, MERGE)
    assert.equal(await there(`${CONFIG_MAPS}/slow`), false)
    assert.equal(await there(`${WIDGETS}/owner`), false)
  })

  it('collects what is born without its owner, but not what has an owner of an unknown kind', async () => {
    await sandbox.ok('POST', CONFIG_MAPS, configMap('late', { ownerReferences: [reference({ uid: '00000000-0000-4000-8000-000000000000' })] }))
    await sandbox.ok('POST', CONFIG_MAPS, configMap('strange', { ownerReferences: [reference({ kind: 'Gadget' })] }))
    assert.equal(await there(`${CONFIG_MAPS}/late`), false)
    assert.equal(await there(`${CONFIG_MAPS}/strange`), true)
  })

  it('marks what a finalizer holds, once, and ends it with the last finalizer', async () => {
    await sandbox.ok('PATCH', `${WIDGETS}/owner`, { metadata: { finalizers: ['example.dev/a', 'example.dev/b'] } }, MERGE)
    const first = await sandbox.ok('DELETE', `${WIDGETS}/owner`)
    await sandbox.clock.advance(60_000)
    const second = await sandbox.ok('DELETE', `${WIDGETS}/owner`)
    assert.equal(first.metadata.deletionTimestamp, '2026-01-01T00:00:00Z')
    assert.deepEqual(second, first)
    assert.equal(first.metadata.generation, 2)
    await sandbox.ok('PATCH', `${WIDGETS}/owner`, { metadata: { finalizers: ['example.dev/b'] } }, MERGE)
    assert.equal(await there(`${WIDGETS}/owner`), true)
    const watch = await sandbox.watch(`${WIDGETS}?resourceVersion=${(await sandbox.ok('GET', WIDGETS)).metadata.resourceVersion}`)
    await sandbox.ok('PATCH', `${WIDGETS}/owner`, { metadata: { finalizers: [] } }, MERGE)
    assert.deepEqual(
      (await watch.next(1)).map(({ type }) => type),
      ['DELETED'],
    )
    watch.stop()
  })

  it('refuses a deletion meant for another object of that name', async () => {
    const wrong = await sandbox.call('DELETE', `${WIDGETS}/owner`, { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } })
    assert.equal(wrong.status, 409)
    assert.equal((await sandbox.call('DELETE', `${WIDGETS}/owner`, { preconditions: { uid: owner.metadata.uid } })).status, 200)
  })

  it('empties a namespace before it goes, and says what it waits for', async () => {
    await sandbox.ok('POST', '/api/v1/namespaces', { metadata: { name: 'team' } })
    const path = '/api/v1/namespaces/team/configmaps'
    await sandbox.ok('POST', path, configMap('plain'))
    await sandbox.ok('POST', path, configMap('held', { finalizers: ['example.dev/hold'] }))
    assert.equal(await there('/api/v1/namespaces/team/serviceaccounts/default'), true)
    await sandbox.ok('DELETE', '/api/v1/namespaces/team')
    assert.equal(await there(`${path}/plain`), false)
    const status = (await sandbox.ok('GET', '/api/v1/namespaces/team')).status as { phase: string; conditions: { type: string; message: string }[] }
    assert.equal(status.phase, 'Terminating')
    const waits = status.conditions.find(({ type }) => type === 'NamespaceFinalizersRemaining')
    assert.equal(waits?.message, 'Some content in the namespace has finalizers remaining: example.dev/hold in 1 resource instances')
    await sandbox.ok('PATCH', `${path}/held`, { metadata: { finalizers: null } }, MERGE)
    assert.equal(await there('/api/v1/namespaces/team'), false)
  })

  it('ends events an hour after their last change', async () => {
    const events = '/api/v1/namespaces/default/events'
    const about = { kind: 'Widget', name: 'owner', namespace: 'default' }
    await sandbox.ok('POST', events, { metadata: { name: 'happened' }, involvedObject: about, reason: 'Made', count: 1 })
    await sandbox.clock.advance(3_000_000)
    await sandbox.ok('PATCH', `${events}/happened`, { count: 2 }, MERGE)
    await sandbox.clock.advance(3_000_000)
    assert.equal(await there(`${events}/happened`), true)
    await sandbox.clock.advance(600_000)
    assert.equal(await there(`${events}/happened`), false)
  })

  it('lets a definition go only after its objects', async () => {
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.dev'
    await sandbox.ok('PATCH', `${WIDGETS}/owner`, { metadata: { finalizers: ['example.dev/hold'] } }, MERGE)
    await sandbox.ok('DELETE', definition)
    assert.equal(await there(definition), true)
    assert.equal((await sandbox.call('POST', WIDGETS, widget('new'))).status, 405)
    assert.ok((await sandbox.ok('GET', `${WIDGETS}/owner`)).metadata.deletionTimestamp)
    await sandbox.ok('PATCH', `${WIDGETS}/owner`, { metadata: { finalizers: null } }, MERGE)
    assert.equal(await there(definition), false)
    assert.equal((await fetch(sandbox.server.url + WIDGETS)).status, 404)
  })
})
