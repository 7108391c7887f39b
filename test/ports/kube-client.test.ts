import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateCrds } from '../../src/api/index.ts'
import { createKubeApi, Failure, type KubeApi, type KubeObject, type KubeResource, seededRandom, systemClock, type WatchEvent } from '../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../src/sandbox/kubernetes/index.ts'

const CONFIG_MAPS: KubeResource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const configMap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
const failsWith = (status: number, reason: string) => (error: unknown) => error instanceof Failure && error.status === status && error.reason === reason

describe('the Kubernetes client', () => {
  let server: KubernetesServer
  let kube: KubeApi
  before(async () => {
    server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: generateCrds() as unknown as KubeObject[] })
    kube = createKubeApi({ server: server.url })
  })
  after(() => server.close())

  it('creates, gets, replaces, patches and deletes', async () => {
    const made = await kube.create(CONFIG_MAPS, configMap('a', { x: '1' }))
    assert.ok(made.metadata.uid)
    assert.deepEqual((await kube.get(CONFIG_MAPS, 'default', 'a'))?.data, { x: '1' })
    await kube.replace(CONFIG_MAPS, { ...made, data: { x: '2' } })
    await assert.rejects(kube.replace(CONFIG_MAPS, { ...made, data: { x: '3' } }), failsWith(409, 'Conflict'))
    const patched = await kube.patch(CONFIG_MAPS, 'default', 'a', { type: 'merge', body: { data: { x: null, y: '1' } } })
    assert.deepEqual(patched.data, { y: '1' })
    const applied = await kube.patch(CONFIG_MAPS, 'default', 'b', { type: 'apply', body: configMap('b', { z: '1' }), fieldManager: 'me', force: true })
    assert.deepEqual(applied.data, { z: '1' })
    await assert.rejects(kube.create(CONFIG_MAPS, configMap('a')), failsWith(409, 'AlreadyExists'))
    assert.equal(await kube.delete(CONFIG_MAPS, 'default', 'a'), true)
    assert.equal(await kube.delete(CONFIG_MAPS, 'default', 'a'), false)
    assert.equal(await kube.get(CONFIG_MAPS, 'default', 'a'), undefined)
    await assert.rejects(kube.delete(CONFIG_MAPS, 'default', 'b', { uid: 'another' }), failsWith(409, 'Conflict'))
    await kube.delete(CONFIG_MAPS, 'default', 'b')
  })

  it('lists page by page, and follows a watch from there', async () => {
    for (const name of ['p1', 'p2', 'p3']) await kube.create(CONFIG_MAPS, configMap(name))
    const first = await kube.list(CONFIG_MAPS, { namespace: 'default', limit: 2 })
    assert.equal(first.items.length, 2)
    assert.deepEqual([first.items[0]?.kind, first.items[0]?.apiVersion], ['ConfigMap', 'v1'])
    const second = await kube.list(CONFIG_MAPS, { namespace: 'default', limit: 2, continue: first.continue! })
    const stop = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const event of kube.watch(CONFIG_MAPS, { namespace: 'default', resourceVersion: second.resourceVersion, timeoutSeconds: 30 }, stop.signal)) {
        if (event.type === 'ERROR' || event.type === 'BOOKMARK') continue
        seen.push(`${event.type} ${event.object.metadata.name}`)
        if (seen.length === 3) return
      }
    })()
    await kube.create(CONFIG_MAPS, configMap('p4'))
    await kube.patch(CONFIG_MAPS, 'default', 'p4', { type: 'merge', body: { data: { a: 'b' } } })
    await kube.delete(CONFIG_MAPS, 'default', 'p4')
    await watching
    assert.deepEqual(seen, ['ADDED p4', 'MODIFIED p4', 'DELETED p4'])
  })

  it('tells that a version is too old', async () => {
    await kube.create(CONFIG_MAPS, configMap('old'))
    server.expireHistory()
    const events: WatchEvent[] = []
    for await (const event of kube.watch(CONFIG_MAPS, { resourceVersion: '1', timeoutSeconds: 5 }, AbortSignal.timeout(5000))) events.push(event)
    assert.deepEqual(
      events.map((event) => event.type === 'ERROR' && event.code),
      [410],
    )
  })

  it('names the versions of a group', async () => {
    assert.deepEqual(await kube.groupVersions('clickstream.dev'), ['v1alpha1'])
    assert.deepEqual(await kube.groupVersions('no.such.group'), [])
  })

  it('gives the reason of the server for what it refuses', async () => {
    const resource: KubeResource = { group: 'clickstream.dev', version: 'v1alpha1', plural: 'clickstreampipelines', kind: 'ClickstreamPipeline' }
    const object = {
      apiVersion: 'clickstream.dev/v1alpha1',
      kind: 'ClickstreamPipeline',
      metadata: { name: 'x', namespace: 'default' },
      spec: { state: 'Odd' },
    }
    await assert.rejects(kube.create(resource, object), (error: unknown) => {
      assert.ok(failsWith(422, 'Invalid')(error), String(error))
      assert.equal((error as Failure).class, 'Stall')
      assert.match((error as Failure).message, /spec\.state/)
      return true
    })
  })
})

/** A server that answers as it is told, for what a good one never does. */
async function listen(answer: (request: { url: string }) => { status?: number; body: string; end?: boolean }): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const { status = 200, body, end = true } = answer({ url: request.url ?? '' })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.write(body)
    if (end) response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

describe('the Kubernetes client against a server that misbehaves', () => {
  const cases: Readonly<Record<string, [body: string, reason: string]>> = {
    'a watch line that is no JSON': ['{"type":"ADDED","object":{}}\nnot json\n', 'UnexpectedAnswer'],
    'a watch line of an unknown type': ['{"type":"WHAT","object":{}}\n', 'UnexpectedAnswer'],
  }
  for (const [sentence, [body, reason]] of Object.entries(cases)) {
    it(`does not pass over ${sentence}`, async () => {
      const { url, server } = await listen(() => ({ body }))
      const watch = createKubeApi({ server: url }).watch(CONFIG_MAPS, { resourceVersion: '1', timeoutSeconds: 5 }, AbortSignal.timeout(5000))
      await assert.rejects(
        async () => {
          for await (const _ of watch);
        },
        (error: unknown) => error instanceof Failure && error.reason === reason,
      )
      server.close()
    })
  }

  it('reads a line that comes in pieces, and no half line at the end', async () => {
    const event = JSON.stringify({ type: 'ADDED', object: { ...configMap('ü') } })
    const { url, server } = await listen(() => ({ body: `${event}\n${event.slice(0, 20)}` }))
    const names: string[] = []
    for await (const one of createKubeApi({ server: url }).watch(CONFIG_MAPS, { resourceVersion: '1', timeoutSeconds: 5 }, AbortSignal.timeout(5000)))
      if (one.type !== 'ERROR') names.push(one.object.metadata.name)
    assert.deepEqual(names, ['ü'])
    server.close()
  })

  it('says that the server cannot be reached, times out, or answers what is no Kubernetes', async () => {
    const { url, server } = await listen(() => ({ body: '<html>' }))
    await assert.rejects(createKubeApi({ server: url }).get(CONFIG_MAPS, 'default', 'a'), { reason: 'UnexpectedAnswer' })
    server.close()
    const gone = createKubeApi({ server: url })
    await assert.rejects(gone.get(CONFIG_MAPS, 'default', 'a'), { reason: 'Unreachable' })
    const slow = await listen(() => ({ body: '{', end: false }))
    await assert.rejects(createKubeApi({ server: slow.url, timeoutMs: 100 }).get(CONFIG_MAPS, 'default', 'a'), { reason: 'TimedOut' })
    slow.server.closeAllConnections()
    slow.server.close()
  })
})
