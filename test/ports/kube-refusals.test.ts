import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKubeApi, Failure, missingPermission, systemClock } from '../../src/ports/index.ts'
import { createAuthority } from './certificates.ts'

const SECRETS = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }
const PIPELINES = { group: 'clickstream.dev', version: 'v1alpha1', plural: 'clickstreampipelines', kind: 'ClickstreamPipeline' }
const USER = 'system:serviceaccount:system:operator'

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => assert.fail('it must fail'),
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof Failure, String(error))
  return error
}

describe('what the API server forbids', () => {
  let server: Server
  let url: string
  let message = ''
  before(async () => {
    server = createServer((_, response) => {
      const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Forbidden', code: 403 }
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(status))
    })
    url = `http://127.0.0.1:${await listening(server)}`
  })
  after(() => server.close())

  // Texts of a kube-apiserver.
  const missing: Readonly<Record<string, [message: string, permission: object, text: RegExp]>> = {
    'an object in a namespace': [
      `secrets "login" is forbidden: User "${USER}" cannot get resource "secrets" in API group "" in the namespace "shop"`,
      { verb: 'get', resource: 'secrets', apiGroup: '', namespace: 'shop', user: USER },
      /not permitted \(403\): verb get, resource secrets, apiGroup "" \(core\), namespace shop; grant it to system:serviceaccount:system:operator$/,
    ],
    'a list of the whole cluster': [
      `clickstreampipelines.clickstream.dev is forbidden: User "${USER}" cannot list resource "clickstreampipelines" in API group "clickstream.dev" at the cluster scope`,
      { verb: 'list', resource: 'clickstreampipelines', apiGroup: 'clickstream.dev', user: USER },
      /verb list, resource clickstreampipelines, apiGroup clickstream\.dev, in the whole cluster/,
    ],
    'a subresource, with what the authorizer adds': [
      `clickstreampipelines.clickstream.dev "a" is forbidden: User "${USER}" cannot patch resource "clickstreampipelines/status" in API group "clickstream.dev" in the namespace "shop": RBAC: role.rbac.authorization.k8s.io "operator" not found`,
      { verb: 'patch', resource: 'clickstreampipelines/status', apiGroup: 'clickstream.dev', namespace: 'shop', user: USER },
      /verb patch, resource clickstreampipelines\/status, apiGroup clickstream\.dev, namespace shop/,
    ],
  }
  for (const [what, [text, permission, expected]] of Object.entries(missing)) {
    it(`is named as the permission that is missing: ${what}`, async () => {
      message = text
      const failure = await failureOf(createKubeApi({ server: url }).get(SECRETS, 'shop', 'login'))
      assert.deepEqual([failure.class, failure.reason, failure.status], ['Retry', 'Forbidden', 403])
      assert.match(failure.message, expected)
      assert.deepEqual(missingPermission(failure), permission)
      const watch = createKubeApi({ server: url }).watch(
        PIPELINES,
        { resourceVersion: '1', timeoutSeconds: 5, opened: () => assert.fail('it was not opened') },
        AbortSignal.timeout(5_000),
      )
      assert.deepEqual(missingPermission(await failureOf(watch[Symbol.asyncIterator]().next())), permission)
    })
  }

  it('for another reason is told in its own words, and is no missing permission', async () => {
    message = 'configmaps "ledger" is forbidden: exceeded quota: objects, requested: count/configmaps=1, used: count/configmaps=9, limited: count/configmaps=9'
    const failure = await failureOf(createKubeApi({ server: url }).get(SECRETS, 'shop', 'login'))
    assert.deepEqual([failure.reason, failure.status], ['Forbidden', 403])
    assert.match(failure.message, /exceeded quota/)
    assert.equal(missingPermission(failure), undefined)
  })
})

describe('the CA certificate of the API server', () => {
  it('is read again when its file is renewed', async () => {
    const now = systemClock.now()
    const [first, second] = [createAuthority('Before', now), createAuthority('After', now)]
    const directory = await mkdtemp(join(tmpdir(), 'clickstream-ca-'))
    const server = createSecure({ ...first.issue() }, (_, response) =>
      response.writeHead(404, { 'content-type': 'application/json', connection: 'close' }).end('{"code":404}'),
    )
    const port = await listening(server)
    await writeFile(join(directory, 'ca.crt'), first.cert)
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: `https://localhost:${port}`, 'certificate-authority': 'ca.crt' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }
    await writeFile(join(directory, 'kubeconfig'), JSON.stringify(config))
    const kube = createKubeApi({ kubeconfig: join(directory, 'kubeconfig'), timeoutMs: 5_000 })
    assert.equal(await kube.get(SECRETS, 'shop', 'login'), undefined)
    server.setSecureContext({ ...second.issue() })
    assert.equal((await failureOf(kube.get(SECRETS, 'shop', 'login'))).class, 'Retry')
    await writeFile(join(directory, 'ca.crt'), second.cert)
    assert.equal(await kube.get(SECRETS, 'shop', 'login'), undefined)
    server.close()
    server.closeAllConnections()
    await rm(directory, { recursive: true })
  })
})
