import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateCrds, PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { startOperator } from '../../src/controller/index.ts'
import { createKubeApi, createLogger, type KubeObject, seededRandom, systemClock, systemRandom } from '../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import { MemoryWorld } from './memory-world.ts'
import { pipelineObject, platformObject } from './scene.ts'

/** An API server that takes one token, in front of the stand-in, which takes any. Watches of an older token are cut, as at its end. */
class Gate {
  token = ''
  readonly refused: string[] = []
  readonly #server: Server
  readonly #open = new Set<() => void>()

  constructor(upstream: string) {
    this.#server = createServer((incoming, answer) => {
      if (incoming.headers.authorization !== `Bearer ${this.token}`) {
        this.refused.push(incoming.headers.authorization ?? '')
        const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 }
        answer.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(status))
        return
      }
      const url = new URL(incoming.url ?? '/', upstream)
      const outgoing = request(url, { method: incoming.method, headers: incoming.headers }, (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers).flushHeaders()
        response.pipe(answer)
      })
      const cut = () => answer.destroy()
      this.#open.add(cut)
      answer.on('close', () => {
        this.#open.delete(cut)
        outgoing.destroy()
      })
      outgoing.on('error', cut)
      incoming.pipe(outgoing)
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  expire(next: string): void {
    this.token = next
    for (const cut of [...this.#open]) cut()
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`${what} did not come`)
    await systemClock.sleep(20)
  }
}

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' }

describe('a token in a file', () => {
  let server: KubernetesServer
  let gate: Gate
  let url: string
  let directory: string

  beforeEach(async () => {
    server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: generateCrds() as unknown as KubeObject[] })
    gate = new Gate(server.url)
    url = await gate.listen()
    directory = await mkdtemp(join(tmpdir(), 'clickstream-token-'))
  })
  afterEach(async () => {
    gate.close()
    await server.close()
    await rm(directory, { recursive: true })
  })

  /** As the kubelet does it: a link to a directory of the version, replaced by renaming. */
  async function renew(token: string): Promise<void> {
    const version = await mkdtemp(join(directory, 'version-'))
    await writeFile(join(version, 'token'), `${token}\n`)
    await symlink(version, join(directory, 'next'))
    await rename(join(directory, 'next'), join(directory, 'current'))
  }

  async function kubeconfig(user: object): Promise<string> {
    const path = join(directory, 'kubeconfig')
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    await writeFile(path, JSON.stringify(config))
    return path
  }

  const users: Readonly<Record<string, object>> = {
    'that a kubeconfig names, by a path from there': { tokenFile: 'current/token', token: 'stale' },
    'that the library knows, as in a pod': { 'auth-provider': { name: 'tokenFile', config: {} } },
  }
  for (const [which, user] of Object.entries(users)) {
    it(`${which}, is read again as soon as it is renewed`, async () => {
      await renew('one')
      gate.token = 'one'
      const inPod = 'auth-provider' in user
      const whole = inPod ? { 'auth-provider': { name: 'tokenFile', config: { tokenFile: join(directory, 'current/token') } } } : user
      const kube = createKubeApi({ kubeconfig: await kubeconfig(whole) })
      assert.equal(await kube.get(CONFIG_MAPS, 'default', 'none'), undefined)
      gate.expire('two')
      await assert.rejects(kube.get(CONFIG_MAPS, 'default', 'none'), { reason: 'Unauthorized', status: 401 })
      await renew('two')
      assert.equal(await kube.get(CONFIG_MAPS, 'default', 'none'), undefined)
      assert.deepEqual(gate.refused, ['Bearer one'])
      await rm(join(directory, 'current'))
      await assert.rejects(kube.get(CONFIG_MAPS, 'default', 'none'), { reason: 'Unauthorized', message: /the token file .* cannot be read/ })
    })
  }

  it('that has expired is told, in log and readiness, and the operator goes on when it is renewed', async () => {
    await renew('one')
    gate.token = 'one'
    const admin = createKubeApi({ server: server.url })
    await admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
    await admin.create(PLATFORM, platformObject())
    await admin.create(PIPELINE, pipelineObject())
    const lines: { level: number; msg: string; reason?: string; err?: string }[] = []
    const log = createLogger({ name: 'test', destination: { write: (line) => void lines.push(JSON.parse(line)) } })
    const kube = createKubeApi({ kubeconfig: await kubeconfig({ tokenFile: join(directory, 'current/token') }) })
    const world = new MemoryWorld(systemClock)
    const operator = await startOperator({ kube, clock: systemClock, random: systemRandom, log, connectTargets: world.connectTargets, http: { port: 0 } })
    const readyz = async () => {
      const answer = await fetch(`${operator.url}/readyz`)
      return `${answer.status} ${await answer.text()}`
    }
    const isReady = async () =>
      ((await admin.get(PIPELINE, 'shop', 'events'))?.status as { conditions?: { type: string; status: string }[] })?.conditions?.some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      )
    await eventually('Ready', isReady)
    assert.equal(await readyz(), '200 ok')

    gate.expire('two')
    const topics = [{ name: 'events-clicks' }, { name: 'more' }]
    await admin.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { topics } } })
    await eventually('it is told', async () => /^503 .*401/.test(await readyz()))
    await eventually('several tries', async () => gate.refused.length > 6)
    const told = lines.filter(({ level, msg, err }) => level >= 40 && msg === 'list or watch failed' && /401/.test(err ?? ''))
    assert.ok(told.length <= 2, 'once for each kind')
    assert.ok(!world.objects.has('KafkaTopic/more'))

    await renew('two')
    await eventually('the change', async () => world.objects.has('KafkaTopic/more'), 45_000)
    await eventually('ready', async () => (await readyz()) === '200 ok')
    await eventually('Ready', isReady)
    assert.ok(lines.every(({ msg, err }) => !/Bearer|"one"|"two"/.test(`${msg} ${err}`)))
    await operator.stop()
  }).timeout(120_000)
})
