import assert from 'node:assert/strict'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { grafanaUid, type ResourceSpecs, sameSpec } from '../../src/plan/index.ts'
import { createHttpClient, systemClock } from '../../src/ports/index.ts'
import { startGrafana } from '../../src/sandbox/grafana/index.ts'
import type { SandboxServer } from '../../src/sandbox/server.ts'
import { createGrafanaTarget, type Target } from '../../src/targets/index.ts'
import { createAuthority } from '../ports/certificates.ts'
import { action, entry, never, node, noReferences, owner, stranger } from './given.ts'

const sourceUid = grafanaUid(owner, 'DataSource', 'events')
const dashboardUid = grafanaUid(owner, 'Dashboard', 'board')
const source = (further: Partial<ResourceSpecs['DataSource']> = {}) =>
  node(
    'DataSource',
    'demo.clicks.events',
    { uid: sourceUid, title: 'demo.clicks.events', url: 'http://es:9200', index: 'events', timeField: 'EVENT_TS', ...further },
    sourceUid,
  )
const dashboard = (title = 'Clicks') =>
  node(
    'Dashboard',
    'demo.clicks.board',
    { uid: dashboardUid, title, json: { uid: dashboardUid, title, tags: ['clickstream-operator'], schemaVersion: 42, panels: [] } },
    dashboardUid,
  )

/** The same Grafana as it was before it had `/apis`. */
async function without(path: string, url: string): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith(path)) {
      outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not found"}')
      return
    }
    const forward = httpRequest(`${url}${incoming.url}`, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const login = async () => ({ auth: { username: 'user', password: 'user' } })

for (const api of ['/apis', '/api'] as const) {
  describe(`The Grafana target over ${api}`, () => {
    let grafana: SandboxServer
    let older: Server | undefined
    let target: Target

    beforeEach(async () => {
      grafana = await startGrafana({ clock: systemClock })
      let { url } = grafana
      if (api === '/api') {
        const proxy = await without('/apis', url)
        older = proxy.server
        url = proxy.url
      }
      target = createGrafanaTarget({ url, connection: login, folder: 'Clickstream', references: noReferences })
    })
    afterEach(async () => {
      older?.closeAllConnections()
      older?.close()
      await grafana.close()
    })

    const observed = async (id: string) => (await target.observe(never)).find((object) => object.id === id)

    it('makes a data source and a dashboard that read back as declared', async () => {
      await target.apply(action(source()), owner, never)
      await target.apply(action(dashboard()), owner, never)
      const [seenSource, seenDashboard] = [await observed(source().id), await observed(dashboard().id)]
      assert.ok(sameSpec(source(), seenSource as never))
      assert.ok(sameSpec(dashboard(), seenDashboard as never))
      assert.match(seenSource?.ownerHash ?? '', /^[0-9a-f]{20}$/)
      assert.equal(
        grafana.requests.since(0).some(({ path }) => path.startsWith('/apis/dashboard.grafana.app/')),
        api === '/apis',
      )
    })

    it('changes both, and makes the folder once', async () => {
      await target.apply(action(source()), owner, never)
      await target.apply(action(dashboard()), owner, never)
      await target.apply(action(source({ index: 'other' }), 'InPlace'), owner, never)
      await target.apply(action(dashboard('Other'), 'InPlace'), owner, never)
      assert.equal(((await observed(source().id))!.spec as ResourceSpecs['DataSource']).index, 'other')
      assert.equal(((await observed(dashboard().id))!.spec as ResourceSpecs['Dashboard']).title, 'Other')
      assert.equal(grafana.requests.since(0).filter(({ method, path }) => method === 'POST' && path === '/api/folders').length, 1)
    })

    it('removes what it made, whether it is there or not, and nothing of another pipeline', async () => {
      await target.apply(action(source()), owner, never)
      await target.apply(action(dashboard()), owner, never)
      await assert.rejects(target.remove(entry(dashboard()), stranger, never), { reason: 'OwnedByAnother' })
      for (let twice = 0; twice < 2; twice++) {
        await target.remove(entry(dashboard()), owner, never)
        await target.remove(entry(source()), owner, never)
      }
      assert.deepEqual(await target.observe(never), [])
    })

    it('hands on a login and an authority, of which Grafana shows only that they are there', async () => {
      const authority = createAuthority('A', 0)
      const trusting = createGrafanaTarget({
        url: grafana.url,
        connection: login,
        folder: 'Clickstream',
        references: { secret: async () => ({ username: 'u', password: 'canary' }), configMap: async () => ({ 'ca.crt': authority.cert }) },
      })
      const spec = {
        ...source().spec,
        secret: { namespace: 'demo', name: 's' },
        authority: { kind: 'ConfigMap', namespace: 'demo', name: 'ca', key: 'ca.crt' } as const,
      }
      await trusting.apply(action({ ...source(), spec }), owner, never)
      const http = createHttpClient({ baseUrl: grafana.url, service: 'Grafana', connection: login })
      const { body } = await http.request({ method: 'GET', path: ['api', 'datasources', 'uid', spec.uid], answer: z.looseObject({}) })
      assert.deepEqual(body.secureJsonFields, { basicAuthPassword: true, tlsCACert: true })
      assert.equal((body.jsonData as { tlsAuthWithCACert?: boolean }).tlsAuthWithCACert, true)
      assert.equal(body.basicAuthUser, 'u')
    })

    it('finds a data source of the same name beforehand', async () => {
      const theirs = node('DataSource', 'x', { ...source().spec, uid: grafanaUid(stranger, 'DataSource', 'x') }, grafanaUid(stranger, 'DataSource', 'x'))
      await target.apply(action(theirs), stranger, never)
      const [finding] = await target.check([source()], never)
      assert.equal(finding?.reason, 'OwnedByAnother')
    })

    it('tells the version, and a wrong password', async () => {
      assert.match((await target.probe(never)).version ?? '', /^\d+\./)
      const other = createGrafanaTarget({
        url: grafana.url,
        connection: async () => ({ auth: { username: 'user', password: 'nope' } }),
        folder: 'Clickstream',
        references: noReferences,
      })
      await assert.rejects(other.probe(never), { reason: 'Unauthorized', class: 'Retry' })
    })
  })
}
