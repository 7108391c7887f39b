/** `/api/dashboards` and `/api/search`. https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest, GrafanaFault, notFound } from '../fault.ts'
import { asList, asObject, isObject, type JsonObject, text } from '../json.ts'
import { current, type Dashboard, type GrafanaState, iso, slugOf, uidProblem } from '../state.ts'
import { folderUrl } from './folders.ts'

export function dashboardRoutes(app: FastifyInstance, state: GrafanaState, loginOf: (request: FastifyRequest) => string): void {
  const byUid = (request: FastifyRequest): Dashboard => {
    const found = state.dashboards.get((request.params as { uid: string }).uid)
    if (!found) throw notFound('Dashboard not found')
    return found
  }

  app.post('/api/dashboards/db', (request) => {
    const body = asObject(request.body)
    if (!isObject(body.dashboard)) throw badRequest('bad request data')
    const dashboard = saveDashboard(state, {
      json: body.dashboard,
      folderUid: text(body.folderUid),
      overwrite: body.overwrite === true,
      message: text(body.message),
      login: loginOf(request),
    })
    const { title } = current(dashboard).json
    const slug = slugOf(text(title))
    return {
      folderUid: dashboard.folderUid,
      id: dashboard.id,
      slug,
      status: 'success',
      uid: dashboard.uid,
      url: `/d/${dashboard.uid}/${slug}`,
      version: current(dashboard).version,
    }
  })
  app.get('/api/dashboards/uid/:uid', (request) => withMeta(state, byUid(request)))
  app.delete('/api/dashboards/uid/:uid', (request) => {
    const dashboard = byUid(request)
    state.dashboards.delete(dashboard.uid)
    const title = text(current(dashboard).json.title)
    return { message: `Dashboard ${title} deleted`, title, uid: dashboard.uid }
  })
  app.get('/api/dashboards/uid/:uid/versions', (request) => {
    const dashboard = byUid(request)
    return { continueToken: '', versions: dashboard.versions.toReversed().map((version) => versionBody(dashboard, version.version)) }
  })
  app.get('/api/dashboards/uid/:uid/versions/:version', (request) => {
    const dashboard = byUid(request)
    const number = Number((request.params as { version: string }).version)
    const version = dashboard.versions.find((one) => one.version === number)
    if (!version) throw new GrafanaFault(404, 'Dashboard version not found', { traceID: '' })
    return { ...versionBody(dashboard, number), data: version.json }
  })
  app.post('/api/dashboards/uid/:uid/restore', (request) => {
    const dashboard = byUid(request)
    const number = Number(asObject(request.body).version)
    const old = dashboard.versions.find((one) => one.version === number)
    if (!old) throw new GrafanaFault(404, 'Dashboard version not found', { traceID: '' })
    const saved = saveDashboard(state, {
      json: { ...old.json, uid: dashboard.uid },
      folderUid: dashboard.folderUid,
      overwrite: true,
      message: `Restored from version ${number}`,
      login: loginOf(request),
    })
    const slug = slugOf(text(old.json.title))
    return { id: saved.id, slug, status: 'success', uid: saved.uid, url: `/d/${saved.uid}/${slug}`, version: current(saved).version }
  })
  app.get('/api/search', (request) => search(state, new URLSearchParams(request.url.split('?')[1] ?? '')))
}

export interface SaveCommand {
  readonly json: JsonObject
  readonly folderUid: string
  readonly overwrite: boolean
  readonly message: string
  readonly login: string
}

/** Titles may repeat; a uid is one dashboard, changed only by who knows its version or says `overwrite`. */
export function saveDashboard(state: GrafanaState, command: SaveCommand): Dashboard {
  const { json } = command
  if (text(json.title).trim() === '') throw new GrafanaFault(400, 'Dashboard title cannot be empty', { status: 'empty-name' })
  const givenUid = text(json.uid)
  const problem = uidProblem(givenUid)
  if (problem) throw new GrafanaFault(400, problem)
  if (command.folderUid !== '' && !state.folders.has(command.folderUid)) throw new GrafanaFault(400, 'folder not found', { status: 'not-found' })
  const byId = typeof json.id === 'number' && json.id > 0 ? [...state.dashboards.values()].find(({ id }) => id === json.id) : undefined
  if (typeof json.id === 'number' && json.id > 0 && !byId) throw new GrafanaFault(404, 'Dashboard not found', { status: 'not-found' })
  const existing = (givenUid === '' ? undefined : state.dashboards.get(givenUid)) ?? byId
  const version = existing ? current(existing).version : 0
  if (existing && !command.overwrite && json.version !== version) {
    throw new GrafanaFault(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' })
  }
  const now = state.clock.now()
  const uid = existing?.uid ?? (givenUid || state.newUid())
  const dashboard: Dashboard = existing ?? {
    id: state.nextId(),
    uid,
    folderUid: '',
    created: now,
    createdBy: command.login,
    versions: [],
    labels: {},
    annotations: {},
  }
  dashboard.folderUid = command.folderUid
  const saved = { ...json, id: dashboard.id, uid, version: version + 1 }
  dashboard.versions.push({ version: version + 1, created: now, createdBy: command.login, message: command.message, json: saved })
  // Grafana keeps the last 20 versions.
  if (dashboard.versions.length > 20) dashboard.versions.shift()
  state.dashboards.set(uid, dashboard)
  return dashboard
}

function withMeta(state: GrafanaState, dashboard: Dashboard): JsonObject {
  const now = current(dashboard)
  const slug = slugOf(text(now.json.title))
  const folder = state.folders.get(dashboard.folderUid)
  const may = { canAdd: true, canEdit: true, canDelete: true }
  return {
    meta: {
      type: 'db',
      canSave: true,
      canEdit: true,
      canAdmin: true,
      canStar: true,
      canDelete: true,
      slug,
      url: `/d/${dashboard.uid}/${slug}`,
      expires: '0001-01-01T00:00:00Z',
      created: iso(dashboard.created),
      updated: iso(now.created),
      updatedBy: now.createdBy,
      createdBy: dashboard.createdBy,
      version: now.version,
      hasAcl: false,
      isFolder: false,
      apiVersion: 'v1',
      folderId: folder?.id ?? 0,
      folderUid: dashboard.folderUid,
      folderTitle: folder?.title ?? 'General',
      folderUrl: folder ? folderUrl(folder) : '',
      provisioned: false,
      provisionedExternalId: '',
      annotationsPermissions: { dashboard: may, organization: may },
    },
    dashboard: now.json,
  }
}

function versionBody(dashboard: Dashboard, number: number): JsonObject {
  const version = dashboard.versions.find((one) => one.version === number)
  return {
    id: number,
    dashboardId: dashboard.id,
    uid: dashboard.uid,
    parentVersion: number - 1,
    restoredFrom: 0,
    version: number,
    created: iso(version?.created ?? 0),
    createdBy: version?.createdBy ?? '',
    message: version?.message ?? '',
  }
}

function search(state: GrafanaState, query: URLSearchParams): JsonObject[] {
  const wanted = (query.get('query') ?? '').toLowerCase()
  const type = query.get('type')
  const tags = query.getAll('tag')
  const folders = query.getAll('folderUIDs')
  const uids = query.getAll('dashboardUIDs')
  const found: JsonObject[] = []
  if (type !== 'dash-db' && tags.length === 0) {
    for (const folder of state.folders.values()) found.push(hit(folder.id, folder.uid, folder.title, folderUrl(folder), 'dash-folder', []))
  }
  if (type !== 'dash-folder') {
    for (const dashboard of state.dashboards.values()) {
      const { json } = current(dashboard)
      const own = asList(json.tags).map(String)
      if (!tags.every((tag) => own.includes(tag))) continue
      if (folders.length > 0 && !folders.some((uid) => uid === dashboard.folderUid || (uid === 'general' && dashboard.folderUid === ''))) continue
      const title = text(json.title)
      const folder = state.folders.get(dashboard.folderUid)
      found.push({
        ...hit(dashboard.id, dashboard.uid, title, `/d/${dashboard.uid}/${slugOf(title)}`, 'dash-db', own),
        ...(folder ? { folderId: folder.id, folderUid: folder.uid, folderTitle: folder.title, folderUrl: folderUrl(folder) } : {}),
      })
    }
  }
  const matching = found.filter((one) => text(one.title).toLowerCase().includes(wanted) && (uids.length === 0 || uids.includes(text(one.uid))))
  matching.sort((a, b) => text(a.title).localeCompare(text(b.title)))
  const limit = Number(query.get('limit') ?? 1000)
  const start = (Number(query.get('page') ?? 1) - 1) * limit
  return matching.slice(start, start + limit)
}

function hit(id: number, uid: string, title: string, url: string, type: string, tags: string[]): JsonObject {
  return { id, uid, orgId: 1, title, uri: `db/${slugOf(title)}`, url, slug: '', type, tags, isStarred: false, sortMeta: 0, isDeleted: false }
}
