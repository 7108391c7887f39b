import assert from 'node:assert/strict'
import {
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  Watch,
} from '@kubernetes/client-node'
import { widget, widgetCrd } from '../../../e2e/contract/kubernetes/widget-crd.ts'
import { seededRandom, systemClock } from '../../../src/ports/index.ts'
import { createKubeApi } from '../../../src/ports/kube-client.ts'
import { type KubernetesServer, startKubernetes } from '../../../src/sandbox/kubernetes/index.ts'

const WIDGETS = { group: 'example.dev', version: 'v1', namespace: 'default', plural: 'widgets' }

describe('kubernetes driven by client-node', () => {
  let server: KubernetesServer
  let config: KubeConfig

  before(async () => {
    server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: [widgetCrd] })
    config = new KubeConfig()
    config.loadFromString(server.kubeconfig())
  })
  after(() => server.close())

  it('creates, reads, patches and deletes built-in objects', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const created = await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'one' }, data: { a: '1' } } })
    assert.equal(created.metadata?.creationTimestamp instanceof Date, true)
    const patched = await core.patchNamespacedConfigMap(
      { namespace: 'default', name: 'one', body: { data: { b: '2' } } },
      setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
    )
    assert.deepEqual(patched.data, { a: '1', b: '2' })
    await core.createNamespacedEvent({
      namespace: 'default',
      body: {
        metadata: { name: 'happened' },
        involvedObject: { kind: 'ConfigMap', name: 'one', namespace: 'default' },
        eventTime: new V1MicroTime(),
        reason: 'Made',
        message: 'made',
      },
    })
    const events = await core.listNamespacedEvent({ namespace: 'default', fieldSelector: 'involvedObject.name=one,reason=Made' })
    assert.equal(events.items.length, 1)
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'one' })
    await assert.rejects(core.readNamespacedConfigMap({ namespace: 'default', name: 'one' }), (error: { code?: number }) => error.code === 404)
  })

  it('holds a lease by optimistic locking', async () => {
    const leases = config.makeApiClient(CoordinationV1Api)
    const spec = { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: new V1MicroTime() }
    const first = await leases.createNamespacedLease({ namespace: 'default', body: { metadata: { name: 'lock' }, spec } })
    await leases.replaceNamespacedLease({ namespace: 'default', name: 'lock', body: { ...first, spec: { ...spec, holderIdentity: 'you' } } })
    const stale = leases.replaceNamespacedLease({ namespace: 'default', name: 'lock', body: { ...first, spec } })
    await assert.rejects(stale, (error: { code?: number }) => error.code === 409)
  })

  it('applies custom objects and writes their status', async () => {
    const custom = config.makeApiClient(CustomObjectsApi)
    const body = { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 'small' } }
    const apply = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply)
    await custom.patchNamespacedCustomObject({ ...WIDGETS, name: 'w', fieldManager: 'tester', body }, apply)
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    await custom.patchNamespacedCustomObjectStatus({ ...WIDGETS, name: 'w', body: { status: { observedGeneration: 1 }, spec: { replicas: 9 } } }, merge)
    const read = (await custom.getNamespacedCustomObject({ ...WIDGETS, name: 'w' })) as { spec: unknown; status: unknown; metadata: { generation: number } }
    assert.deepEqual([read.spec, read.status, read.metadata.generation], [{ size: 'small', replicas: 1 }, { observedGeneration: 1 }, 1])
  })

  it('informs', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const informer = makeInformer(config, '/api/v1/namespaces/default/secrets', () => core.listNamespacedSecret({ namespace: 'default' }))
    const seen = new Promise<string>((resolve) => informer.on('add', (secret) => resolve(secret.metadata?.name ?? '')))
    await informer.start()
    await core.createNamespacedSecret({ namespace: 'default', body: { metadata: { name: 'hidden' }, stringData: { a: 'b' } } })
    assert.equal(await seen, 'hidden')
    await informer.stop()
  })

  it('watches with its own parser of lines', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const seen: string[] = []
    await new Promise<void>((resolve, reject) => {
      const started = new Watch(config).watch(
        '/api/v1/namespaces/default/configmaps',
        {},
        (phase: string, object: { metadata: { name: string } }) => {
          seen.push(`${phase} ${object.metadata.name}`)
          if (phase === 'DELETED') resolve()
        },
        () => {},
      )
      started
        .then(async (controller) => {
          await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'watched' } } })
          await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'watched' })
          setImmediate(() => void controller)
        })
        .catch(reject)
    })
    assert.deepEqual(seen, ['ADDED watched', 'DELETED watched'])
  })

  it("serves this project's own client", async () => {
    const api = createKubeApi({ server: server.url })
    const resource = { group: 'example.dev', version: 'v1', plural: 'widgets', kind: 'Widget' }
    const from = (await api.list(resource, { namespace: 'default' })).resourceVersion
    const made = await api.create(resource, { ...widget('own'), metadata: { name: 'own', namespace: 'default' } })
    await api.patch(resource, 'default', 'own', { type: 'apply', fieldManager: 'me', force: true, body: { ...widget('own', { replicas: 2 }) } })
    await api.replace(resource, { ...(await api.get(resource, 'default', 'own'))!, status: { observedGeneration: 2 } }, { subresource: 'status' })
    await assert.rejects(api.replace(resource, made), (error: { status?: number }) => error.status === 409)
    assert.equal(await api.delete(resource, 'default', 'own', { uid: made.metadata.uid! }), true)
    assert.equal(await api.delete(resource, 'default', 'own'), false)
    assert.deepEqual(await api.groupVersions('example.dev'), ['v1'])
    assert.deepEqual(await api.groupVersions('nothing.dev'), [])
    const stop = new AbortController()
    const types: string[] = []
    for await (const event of api.watch(resource, { namespace: 'default', resourceVersion: from, timeoutSeconds: 60 }, stop.signal)) {
      types.push(event.type)
      if (event.type === 'DELETED') break
    }
    assert.deepEqual(types, ['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED'])
    stop.abort()
  })
})
