import assert from 'node:assert/strict'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import { startGrafana } from '../../../src/sandbox/grafana/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { AUTH, call, dashboard, dataSource, fillElasticsearch, T0, target } from './sample.ts'

describe('Grafana stand-in', () => {
  let es: SandboxServer
  let grafana: SandboxServer
  const clock = new VirtualClock(T0 + 15 * 60_000)

  before(async () => {
    es = await startElasticsearch({ clock, random: seededRandom(1) })
    grafana = await startGrafana({ clock, random: seededRandom(2) })
    await fillElasticsearch(es)
  })
  after(async () => {
    await grafana.close()
    await es.close()
  })
  const ask = (method: string, path: string, body?: unknown) => call(grafana, method, path, body)

  describe('login', () => {
    it('is healthy without one, and everything else asks for it', async () => {
      assert.equal((await call(grafana, 'GET', '/api/health', undefined, {})).body.database, 'ok')
      const refused = await call(grafana, 'GET', '/api/datasources', undefined, {})
      assert.deepEqual([refused.status, refused.body.messageId], [401, 'auth.unauthorized'])
    })

    it('takes the right password only', async () => {
      const wrong = await call(grafana, 'POST', '/login', { user: 'user', password: 'no' }, { 'content-type': 'application/json' })
      assert.deepEqual(
        [wrong.status, wrong.body],
        [401, { message: 'Invalid username or password', messageId: 'password-auth.failed', statusCode: 401, traceID: '' }],
      )
      const basic = await call(grafana, 'GET', '/api/org', undefined, { authorization: `Basic ${Buffer.from('user:no').toString('base64')}` })
      assert.deepEqual([basic.status, basic.body.messageId], [401, 'password-auth.failed'])
      assert.equal((await ask('GET', '/api/org')).body.name, 'Main Org.')
    })

    it('keeps a session in a cookie until it is over', async () => {
      const response = await fetch(`${grafana.url}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'user=user&password=user',
      })
      assert.deepEqual(await response.json(), { message: 'Logged in', redirectUrl: '/' })
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      assert.match(cookie, /^grafana_session=/)
      assert.equal((await call(grafana, 'GET', '/api/user', undefined, { cookie })).body.login, 'user')
      await call(grafana, 'GET', '/logout', undefined, { cookie })
      assert.equal((await call(grafana, 'GET', '/api/user', undefined, { cookie })).status, 401)
    })

    it('sends pages to the login page', async () => {
      const response = await fetch(`${grafana.url}/d/x`, { redirect: 'manual' })
      assert.deepEqual([response.status, response.headers.get('location')], [302, '/login'])
    })
  })

  describe('data sources', () => {
    it('adds one, and never gives its secrets', async () => {
      const added = await ask('POST', '/api/datasources', dataSource(es))
      assert.deepEqual([added.status, added.body.message, added.body.datasource.uid], [200, 'Datasource added', 'ds-events'])
      const read = await ask('GET', '/api/datasources/uid/ds-events')
      assert.deepEqual(read.body.secureJsonFields, { basicAuthPassword: true })
      assert.ok(!JSON.stringify(read.body).includes('secret-word'))
      assert.ok(!JSON.stringify((await ask('GET', '/api/datasources')).body).includes('secret-word'))
    })

    it('refuses a taken uid and a taken name', async () => {
      const uid = await ask('POST', '/api/datasources', { ...dataSource(es), name: 'other' })
      assert.deepEqual([uid.status, uid.body.message], [409, 'data source with the same uid already exists'])
      const name = await ask('POST', '/api/datasources', { ...dataSource(es), uid: 'other' })
      assert.deepEqual([name.status, name.body.message], [409, 'data source with the same name already exists'])
    })

    it('refuses what is incomplete or has a bad uid', async () => {
      assert.equal((await ask('POST', '/api/datasources', { name: 'x' })).status, 400)
      assert.equal((await ask('POST', '/api/datasources', { ...dataSource(es), name: 'y', uid: 'a b' })).body.message, 'invalid format of UID')
    })

    it('updates, counts versions, and keeps secrets that are not sent', async () => {
      const { secureJsonData: _, ...rest } = dataSource(es)
      const updated = await ask('PUT', '/api/datasources/uid/ds-events', { ...rest, jsonData: { ...rest.jsonData, timeInterval: '10s' } })
      assert.deepEqual([updated.body.message, updated.body.datasource.version], ['Datasource updated', 2])
      assert.deepEqual(updated.body.datasource.secureJsonFields, { basicAuthPassword: true })
      assert.equal((await ask('PUT', '/api/datasources/uid/none', rest)).body.message, 'Data source not found')
    })

    it('really asks Elasticsearch for its health', async () => {
      const good = await ask('GET', '/api/datasources/uid/ds-events/health')
      assert.deepEqual(good, { status: 200, body: { message: 'Elasticsearch data source is healthy.', status: 'OK' } })
      await ask('POST', '/api/datasources', { ...dataSource(es), uid: 'gone', name: 'gone', url: 'http://127.0.0.1:1' })
      const bad = await ask('GET', '/api/datasources/uid/gone/health')
      assert.deepEqual([bad.status, bad.body.status], [400, 'ERROR'])
      assert.equal((await ask('DELETE', '/api/datasources/uid/gone')).body.message, 'Data source deleted')
      assert.equal((await ask('GET', '/api/datasources/uid/gone')).status, 404)
    })
  })

  describe('folders and dashboards', () => {
    let folderUid: string

    it('makes a folder', async () => {
      const made = await ask('POST', '/api/folders', { title: 'Clickstream' })
      folderUid = made.body.uid
      assert.deepEqual(
        (await ask('GET', '/api/folders')).body.map(({ uid, title }: { uid: string; title: string }) => [uid, title]),
        [[folderUid, 'Clickstream']],
      )
      assert.equal((await ask('POST', '/api/folders', { title: ' ' })).body.message, 'folder title cannot be empty')
      assert.deepEqual((await ask('GET', '/api/folders/none')).status, 404)
    })

    it('saves a dashboard and counts its versions', async () => {
      const first = await ask('POST', '/api/dashboards/db', { dashboard, folderUid, message: 'first' })
      assert.deepEqual([first.status, first.body.status, first.body.version, first.body.url], [200, 'success', 1, '/d/clicks-events/clickstream-analysis'])
      const second = await ask('POST', '/api/dashboards/db', { dashboard: { ...dashboard, version: 1 }, folderUid })
      assert.equal(second.body.version, 2)
      const read = await ask('GET', '/api/dashboards/uid/clicks-events')
      assert.deepEqual([read.body.meta.folderTitle, read.body.meta.version, read.body.dashboard.panels.length], ['Clickstream', 2, 9])
      const versions = await ask('GET', '/api/dashboards/uid/clicks-events/versions')
      assert.deepEqual(
        versions.body.versions.map(({ version, message }: { version: number; message: string }) => [version, message]),
        [
          [2, ''],
          [1, 'first'],
        ],
      )
    })

    it('refuses to save over somebody else’s change, unless told to', async () => {
      const stale = await ask('POST', '/api/dashboards/db', { dashboard: { ...dashboard, version: 1 }, folderUid })
      assert.deepEqual([stale.status, stale.body], [412, { message: 'The dashboard has been changed by someone else', status: 'version-mismatch' }])
      assert.equal((await ask('POST', '/api/dashboards/db', { dashboard, folderUid, overwrite: true })).body.version, 3)
    })

    it('refuses a dashboard without title, with a bad uid, or into a folder that is not there', async () => {
      const save = async (over: object, more: object = {}) =>
        (await ask('POST', '/api/dashboards/db', { dashboard: { title: 'x', ...over }, ...more })).body.message
      assert.equal(await save({ title: '' }), 'Dashboard title cannot be empty')
      assert.equal(await save({ uid: 'a/b' }), 'uid contains illegal characters')
      assert.equal(await save({ uid: 'x'.repeat(41) }), 'uid too long, max 40 characters')
      assert.equal(await save({}, { folderUid: 'none' }), 'folder not found')
    })

    it('finds dashboards by type, tag and title', async () => {
      const found = async (query: string) => (await ask('GET', `/api/search?${query}`)).body.map(({ title }: { title: string }) => title)
      assert.deepEqual(await found('type=dash-db&tag=demo'), ['Clickstream Analysis'])
      assert.deepEqual(await found('type=dash-db&tag=none'), [])
      assert.deepEqual(await found('type=dash-folder'), ['Clickstream'])
      assert.deepEqual(await found('query=ANALYSIS'), ['Clickstream Analysis'])
    })
  })

  describe('the same as resources', () => {
    const dashboards = '/apis/dashboard.grafana.app/v1/namespaces/default/dashboards'

    it('is found by discovery', async () => {
      const groups = (await ask('GET', '/apis')).body.groups.map(({ name }: { name: string }) => name)
      assert.deepEqual(groups, ['dashboard.grafana.app', 'folder.grafana.app'])
      assert.equal((await ask('GET', '/apis/dashboard.grafana.app/v1')).body.resources[0].kind, 'Dashboard')
    })

    it('shows what the other API made', async () => {
      const { body } = await ask('GET', `${dashboards}/clicks-events`)
      assert.deepEqual(
        [body.kind, body.metadata.name, body.metadata.generation, body.spec.title, body.spec.uid],
        ['Dashboard', 'clicks-events', 3, 'Clickstream Analysis', undefined],
      )
      assert.ok(body.metadata.annotations['grafana.app/folder'])
    })

    it('creates, updates with a resourceVersion, and deletes', async () => {
      const made = await ask('POST', dashboards, {
        metadata: { name: 'second', annotations: { 'grafana.app/message': 'made' } },
        spec: { title: 'Second', tags: ['demo'] },
      })
      assert.deepEqual([made.status, made.body.metadata.generation], [201, 1])
      assert.equal((await ask('POST', dashboards, { metadata: { name: 'second' }, spec: { title: 'x' } })).body.reason, 'AlreadyExists')
      const changed = await ask('PUT', `${dashboards}/second`, { ...made.body, spec: { title: 'Renamed' } })
      assert.deepEqual([changed.status, changed.body.spec.title], [200, 'Renamed'])
      const stale = await ask('PUT', `${dashboards}/second`, { ...made.body, spec: { title: 'Lost' } })
      assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict'])
      assert.equal((await ask('PATCH', `${dashboards}/second`, { spec: { description: 'patched' } })).body.spec.description, 'patched')
      assert.equal((await ask('GET', '/api/dashboards/uid/second')).body.dashboard.title, 'Renamed')
      assert.equal((await ask('DELETE', `${dashboards}/second`)).body.status, 'Success')
      const gone = await ask('GET', `${dashboards}/second`)
      assert.deepEqual([gone.status, gone.body.message], [404, 'dashboards.dashboard.grafana.app "second" not found'])
    })

    it('makes and removes folders', async () => {
      const folders = '/apis/folder.grafana.app/v1/namespaces/default/folders'
      assert.equal((await ask('POST', folders, { metadata: { name: 'f2' }, spec: { title: 'Two' } })).status, 201)
      assert.equal((await ask('GET', '/api/folders/f2')).body.title, 'Two')
      assert.equal((await ask('GET', folders)).body.items.length, 2)
      assert.equal((await ask('DELETE', `${folders}/f2`)).status, 200)
    })
  })

  describe('queries', () => {
    const query = (over: object, range: object = { from: String(T0), to: String(T0 + 14 * 60_000 + 59_999) }) =>
      ask('POST', '/api/ds/query', { queries: [target('A', { intervalMs: 60_000, ...over })], ...range })

    it('asks for time series the way Grafana does', async () => {
      const { status, body } = await query({})
      assert.equal(status, 200)
      const { frames } = body.results.A
      assert.deepEqual(
        frames.map((frame: { schema: { name: string } }) => frame.schema.name),
        ['Ferd88', 'Oriana_1987', 'akatz1022', 'bobk_43'],
      )
      assert.deepEqual(
        frames[2].schema.fields.map(({ name, type }: { name: string; type: string }) => [name, type]),
        [
          ['Time', 'time'],
          ['Value', 'number'],
        ],
      )
      assert.deepEqual(
        frames[2].data.values[0],
        Array.from({ length: 15 }, (_, i) => T0 + i * 60_000),
      )
      assert.deepEqual(frames[2].data.values[1].slice(0, 4), [40, 47, 54, 42])
      assert.ok(es.requests.since(0).some(({ path }) => path === '/_msearch?max_concurrent_shard_requests=5'))
    })

    it('fills gaps, names by alias, and counts', async () => {
      const { body } = await query(
        {
          bucketAggs: [{ id: '2', type: 'date_histogram', field: 'EVENT_TS', settings: { interval: 'auto' } }],
          metrics: [{ id: '1', type: 'count' }],
          alias: '{{metric}} of all',
        },
        { from: String(T0 - 120_000), to: String(T0 + 60_000) },
      )
      const [frame] = body.results.A.frames
      assert.equal(frame.schema.name, 'Count of all')
      assert.deepEqual(frame.data.values[1], [0, 0, 4, 4])
    })

    it('gives a table when the innermost bucket is no time', async () => {
      const { body } = await query({
        bucketAggs: [
          { id: '3', type: 'terms', field: 'CITY', settings: { orderBy: '1', order: 'desc', size: '10' } },
          { id: '4', type: 'terms', field: 'USERNAME', settings: { size: '10', order: 'asc', orderBy: '_key' } },
        ],
      })
      const [{ schema, data }] = body.results.A.frames
      assert.deepEqual(
        schema.fields.map(({ name }: { name: string }) => name),
        ['CITY', 'USERNAME', 'Sum'],
      )
      assert.deepEqual(data.values[1], ['Oriana_1987', 'bobk_43', 'Ferd88', 'akatz1022'])
    })

    it('gives documents for raw data, the time first', async () => {
      const { body } = await query({ metrics: [{ id: '1', type: 'raw_data', settings: { size: '3' } }], bucketAggs: [], query: 'USERNAME:bobk_43' })
      const [{ schema, data }] = body.results.A.frames
      assert.equal(schema.fields[0].name, 'EVENT_TS')
      assert.deepEqual(
        data.values[0],
        [14, 13, 12].map((minute) => T0 + minute * 60_000),
      )
    })

    it('says what was wrong with a query, and answers the others', async () => {
      const { status, body } = await ask('POST', '/api/ds/query', {
        queries: [target('A', { query: 'USERNAME:(' }), target('B', { intervalMs: 60_000 }), target('C', { metrics: [] })],
        from: String(T0),
        to: String(T0 + 60_000),
      })
      assert.equal(status, 400)
      assert.match(body.results.A.error, /Failed to parse query \[USERNAME:\(\]/)
      assert.equal(body.results.B.status, 200)
      assert.match(body.results.C.error, /missing metrics/)
    })

    it('refuses what asks nothing or nobody', async () => {
      assert.deepEqual((await ask('POST', '/api/ds/query', { queries: [] })).body.messageId, 'query.noQueries')
      assert.equal((await query({ datasource: { uid: 'none' } })).status, 404)
    })
  })

  it('answers unknown paths with 404, and logs what could change something', async () => {
    assert.deepEqual(await ask('GET', '/api/nothing/here'), { status: 404, body: { message: 'Not found', traceID: '' } })
    const { body } = await call(grafana, 'POST', '/api/folders', undefined, { ...AUTH, 'content-type': 'application/json' })
    assert.equal(body.message, 'folder title cannot be empty')
    const of = (path: string) => grafana.requests.since(0).filter((entry) => entry.path.startsWith(path) && entry.method === 'POST')
    assert.ok(of('/api/ds/query').every(({ mutating }) => !mutating))
    assert.ok(of('/api/dashboards/db').every(({ mutating }) => mutating))
  })
})
