/** `/api/folders`. https://grafana.com/docs/grafana/latest/developers/http_api/folder/ */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest, GrafanaFault } from '../fault.ts'
import { asObject, type JsonObject, text } from '../json.ts'
import { type Folder, type GrafanaState, iso, slugOf, uidProblem } from '../state.ts'

function folderNotFound(): GrafanaFault {
  return new GrafanaFault(404, 'folder not found', { status: 'not-found' })
}

export function folderUrl(folder: Folder): string {
  return `/dashboards/f/${folder.uid}/${slugOf(folder.title)}`
}

export function folderRoutes(app: FastifyInstance, state: GrafanaState, loginOf: (request: FastifyRequest) => string): void {
  const byUid = (request: FastifyRequest): Folder => {
    const found = state.folders.get((request.params as { uid: string }).uid)
    if (!found) throw folderNotFound()
    return found
  }

  app.get('/api/folders', (request) => {
    const { limit = '1000', page = '1', parentUid = '' } = request.query as Record<string, string>
    const all = [...state.folders.values()].filter((folder) => folder.parentUid === parentUid).sort((a, b) => a.title.localeCompare(b.title))
    const start = (Number(page) - 1) * Number(limit)
    return all
      .slice(start, start + Number(limit))
      .map(({ id, uid, title, parentUid: parent }) => ({ id, uid, title, ...(parent === '' ? {} : { parentUid: parent }) }))
  })
  app.post('/api/folders', (request) => shown(createFolder(state, asObject(request.body), loginOf(request))))
  app.get('/api/folders/:uid', (request) => shown(byUid(request)))
  app.put('/api/folders/:uid', (request) => {
    const folder = byUid(request)
    const body = asObject(request.body)
    if (body.overwrite !== true && body.version !== folder.version) {
      throw new GrafanaFault(412, 'the folder has been changed by someone else', { status: 'version-mismatch' })
    }
    folder.title = titleOf(body)
    folder.version++
    folder.updated = state.clock.now()
    folder.updatedBy = loginOf(request)
    return shown(folder)
  })
  app.delete('/api/folders/:uid', (request) => {
    const folder = byUid(request)
    removeFolder(state, folder)
    return { id: folder.id, message: `Folder ${folder.title} deleted`, title: folder.title }
  })
}

export function createFolder(state: GrafanaState, body: JsonObject, login: string): Folder {
  const title = titleOf(body)
  const uid = text(body.uid) || state.newUid()
  const problem = uidProblem(uid)
  if (problem) throw badRequest(problem)
  const parentUid = text(body.parentUid)
  if (parentUid !== '' && !state.folders.has(parentUid)) throw badRequest('parent folder not found')
  if (state.folders.has(uid)) throw new GrafanaFault(409, 'the folder already exists', { status: 'folder-already-exists' })
  const now = state.clock.now()
  const folder: Folder = { id: state.nextId(), uid, title, parentUid, version: 1, created: now, updated: now, createdBy: login, updatedBy: login }
  state.folders.set(uid, folder)
  return folder
}

/** With everything in it. */
export function removeFolder(state: GrafanaState, folder: Folder): void {
  for (const child of [...state.folders.values()]) if (child.parentUid === folder.uid) removeFolder(state, child)
  for (const dashboard of [...state.dashboards.values()]) if (dashboard.folderUid === folder.uid) state.dashboards.delete(dashboard.uid)
  state.folders.delete(folder.uid)
}

function titleOf(body: JsonObject): string {
  const title = text(body.title).trim()
  if (title === '') throw new GrafanaFault(400, 'folder title cannot be empty', { status: 'empty-name' })
  return title
}

function shown(folder: Folder): JsonObject {
  return {
    id: folder.id,
    uid: folder.uid,
    orgId: 1,
    title: folder.title,
    url: folderUrl(folder),
    hasAcl: false,
    canSave: true,
    canEdit: true,
    canAdmin: true,
    canDelete: true,
    createdBy: folder.createdBy,
    created: iso(folder.created),
    updatedBy: folder.updatedBy,
    updated: iso(folder.updated),
    version: folder.version,
    ...(folder.parentUid === '' ? {} : { parentUid: folder.parentUid }),
  }
}
