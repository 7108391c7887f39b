/**
 * Requests and answers as Grafana's HTTP API reference has them (https://grafana.com/docs/grafana/latest/developers/http_api/):
 * status and the fields that the reference shows, by type. In order: they build on each other.
 */
import assert from 'node:assert/strict'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startGrafana } from '../../../src/sandbox/grafana/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { call, T0 } from './sample.ts'

type Shape = string | { readonly [key: string]: Shape } | readonly [Shape]

interface Documented {
  readonly request: readonly [method: string, path: string, body?: unknown]
  readonly status: number
  readonly shape: Shape
}

const dataSource = {
  id: 'number',
  uid: 'string',
  orgId: 'number',
  name: 'string',
  type: 'string',
  typeLogoUrl: 'string',
  access: 'string',
  url: 'string',
  user: 'string',
  database: 'string',
  basicAuth: 'boolean',
  isDefault: 'boolean',
  jsonData: {},
  readOnly: 'boolean',
}
const oneDataSource = { ...dataSource, basicAuthUser: 'string', withCredentials: 'boolean', secureJsonFields: {}, version: 'number' }
const folder = {
  id: 'number',
  uid: 'string',
  title: 'string',
  url: 'string',
  hasAcl: 'boolean',
  canSave: 'boolean',
  canEdit: 'boolean',
  canAdmin: 'boolean',
  createdBy: 'string',
  created: 'string',
  updatedBy: 'string',
  updated: 'string',
  version: 'number',
}
const saved = { id: 'number', uid: 'string', url: 'string', status: 'string', version: 'number', slug: 'string' }
const hit = { id: 'number', uid: 'string', title: 'string', url: 'string', type: 'string', tags: ['string'], isStarred: 'boolean', uri: 'string' } as const
const source = { name: 'test_datasource', type: 'elasticsearch', url: 'http://127.0.0.1:1', access: 'proxy', basicAuth: false, uid: 'ds' }

const documented: readonly Documented[] = [
  { request: ['GET', '/api/health'], status: 200, shape: { commit: 'string', database: 'string', version: 'string' } },
  { request: ['GET', '/api/org'], status: 200, shape: { id: 'number', name: 'string' } },
  {
    request: ['GET', '/api/user'],
    status: 200,
    shape: { id: 'number', email: 'string', name: 'string', login: 'string', theme: 'string', orgId: 'number', isGrafanaAdmin: 'boolean' },
  },

  { request: ['GET', '/api/datasources'], status: 200, shape: [dataSource] },
  { request: ['POST', '/api/datasources', source], status: 200, shape: { datasource: oneDataSource, id: 'number', message: 'string', name: 'string' } },
  { request: ['GET', '/api/datasources'], status: 200, shape: [dataSource] },
  { request: ['GET', '/api/datasources/uid/ds'], status: 200, shape: oneDataSource },
  { request: ['GET', '/api/datasources/name/test_datasource'], status: 200, shape: oneDataSource },
  { request: ['GET', '/api/datasources/id/test_datasource'], status: 200, shape: { id: 'number' } },
  {
    request: ['PUT', '/api/datasources/uid/ds', { ...source, name: 'renamed' }],
    status: 200,
    shape: { datasource: oneDataSource, id: 'number', message: 'string', name: 'string' },
  },
  { request: ['POST', '/api/datasources', { ...source, name: 'renamed' }], status: 409, shape: { message: 'string' } },
  { request: ['GET', '/api/datasources/uid/ds/health'], status: 400, shape: { message: 'string', status: 'string' } },
  { request: ['DELETE', '/api/datasources/uid/ds'], status: 200, shape: { message: 'string' } },
  { request: ['DELETE', '/api/datasources/uid/ds'], status: 404, shape: { message: 'string' } },

  { request: ['POST', '/api/folders', { uid: 'nErXDvCkzz', title: 'Department ABC' }], status: 200, shape: folder },
  { request: ['GET', '/api/folders?limit=10'], status: 200, shape: [{ id: 'number', uid: 'string', title: 'string' }] },
  { request: ['GET', '/api/folders/nErXDvCkzz'], status: 200, shape: folder },
  { request: ['PUT', '/api/folders/nErXDvCkzz', { title: 'Department DEF', version: 1 }], status: 200, shape: folder },
  { request: ['PUT', '/api/folders/nErXDvCkzz', { title: 'Department GHI', version: 1 }], status: 412, shape: { message: 'string', status: 'string' } },
  { request: ['GET', '/api/folders/none'], status: 404, shape: { message: 'string', status: 'string' } },

  {
    request: [
      'POST',
      '/api/dashboards/db',
      {
        dashboard: { id: null, uid: null, title: 'Production Overview', tags: ['templated'], timezone: 'browser', schemaVersion: 16, refresh: '25s' },
        folderUid: 'nErXDvCkzz',
        message: 'Made changes to xyz',
        overwrite: false,
      },
    ],
    status: 200,
    shape: saved,
  },
  {
    request: ['POST', '/api/dashboards/db', { dashboard: { uid: 'cIBgcSjkk', title: 'Second', tags: ['templated'] }, overwrite: false }],
    status: 200,
    shape: saved,
  },
  {
    request: ['POST', '/api/dashboards/db', { dashboard: { uid: 'cIBgcSjkk', title: 'Second' }, overwrite: false }],
    status: 412,
    shape: { message: 'string', status: 'string' },
  },
  { request: ['POST', '/api/dashboards/db', { dashboard: { title: '' } }], status: 400, shape: { message: 'string', status: 'string' } },
  { request: ['POST', '/api/dashboards/db', { nothing: 1 }], status: 400, shape: { message: 'string' } },
  {
    request: ['GET', '/api/dashboards/uid/cIBgcSjkk'],
    status: 200,
    shape: {
      dashboard: { id: 'number', uid: 'string', title: 'string', tags: ['string'], version: 'number' },
      meta: {
        isFolder: 'boolean',
        slug: 'string',
        url: 'string',
        version: 'number',
        created: 'string',
        updated: 'string',
        folderUid: 'string',
        folderTitle: 'string',
        canSave: 'boolean',
      },
    },
  },
  { request: ['GET', '/api/dashboards/uid/none'], status: 404, shape: { message: 'string' } },
  {
    request: ['GET', '/api/dashboards/uid/cIBgcSjkk/versions'],
    status: 200,
    shape: { versions: [{ id: 'number', version: 'number', created: 'string', createdBy: 'string', message: 'string' }] },
  },
  { request: ['GET', '/api/dashboards/uid/cIBgcSjkk/versions/1'], status: 200, shape: { id: 'number', version: 'number', data: { title: 'string' } } },
  { request: ['GET', '/api/dashboards/uid/cIBgcSjkk/versions/9'], status: 404, shape: { message: 'string' } },
  { request: ['POST', '/api/dashboards/uid/cIBgcSjkk/restore', { version: 1 }], status: 200, shape: saved },
  { request: ['GET', '/api/search?query=Second&type=dash-db'], status: 200, shape: [hit] },
  {
    request: ['GET', '/api/search?tag=templated&folderUIDs=nErXDvCkzz'],
    status: 200,
    shape: [{ ...hit, folderUid: 'string', folderTitle: 'string', folderUrl: 'string' }],
  },
  { request: ['DELETE', '/api/dashboards/uid/cIBgcSjkk'], status: 200, shape: { title: 'string', message: 'string' } },
  { request: ['DELETE', '/api/folders/nErXDvCkzz'], status: 200, shape: { message: 'string', title: 'string' } },
  { request: ['GET', '/api/search?tag=templated'], status: 200, shape: [hit] },
  { request: ['POST', '/api/ds/query', { queries: [], from: 'now-1h', to: 'now' }], status: 400, shape: { message: 'string' } },
  { request: ['GET', '/api/annotations/none'], status: 404, shape: { message: 'string' } },
]

/** Every documented field is there and of its type; more may be there. */
function assertShape(value: unknown, shape: Shape, path: string): void {
  if (typeof shape === 'string') assert.equal(typeof value, shape, path)
  else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), path)
    for (const item of value) assertShape(item, shape[0], `${path}[]`)
  } else {
    assert.ok(typeof value === 'object' && value !== null, path)
    for (const [key, inner] of Object.entries(shape)) assertShape((value as Record<string, unknown>)[key], inner, `${path}.${key}`)
  }
}

describe('Grafana stand-in against the API reference', () => {
  let server: SandboxServer
  before(async () => {
    server = await startGrafana({ clock: new VirtualClock(T0), random: seededRandom(4) })
  })
  after(() => server.close())

  documented.forEach(({ request: [method, path, body], status, shape }, i) => {
    it(`#${i} ${method} ${path} ${body === undefined ? '' : JSON.stringify(body).slice(0, 80)}`, async () => {
      const answer = await call(server, method, path, body)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assertShape(answer.body, shape, 'body')
    })
  })
})
