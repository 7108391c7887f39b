/** `/apis`: dashboards and folders in the form of Kubernetes resources. https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/apis/ */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GrafanaFault } from '../fault.ts'
import { asObject, isObject, type Json, type JsonObject, text } from '../json.ts'
import { current, type Dashboard, type Folder, type GrafanaState, iso } from '../state.ts'
import { saveDashboard } from './dashboards.ts'
import { createFolder, removeFolder } from './folders.ts'

const NAMESPACE = 'default'
const FOLDER = 'grafana.app/folder'

/** One kind of resource: how it is kept, and how it is shown. */
interface Kind<T> {
  readonly group: string
  readonly versions: readonly string[]
  readonly plural: string
  readonly kind: string
  list(): T[]
  find(name: string): T | undefined
  show(item: T): { metadata: JsonObject; spec: JsonObject }
  create(name: string, body: JsonObject, login: string): T
  update(item: T, body: JsonObject, login: string): T
  remove(item: T): void
}

/** A failure as a Kubernetes Status. */
class StatusFault extends Error {
  readonly code: number
  readonly reason: string
  readonly details: JsonObject

  constructor(code: number, reason: string, message: string, details: JsonObject = {}) {
    super(message)
    this.name = 'StatusFault'
    this.code = code
    this.reason = reason
    this.details = details
  }

  body(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      details: this.details,
      code: this.code,
    }
  }
}

export function apisRoutes(app: FastifyInstance, state: GrafanaState, loginOf: (request: FastifyRequest) => string): void {
  const kinds: readonly Kind<never>[] = [dashboards(state) as unknown as Kind<never>, folders(state) as unknown as Kind<never>]
  discovery(app, kinds)
  for (const kind of kinds) for (const version of kind.versions) resource(app, state, kind, version, loginOf)
}

function discovery(app: FastifyInstance, kinds: readonly Kind<never>[]): void {
  const group = ({ group: name, versions }: Kind<never>): JsonObject => {
    const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions: listed, preferredVersion: listed[0] as JsonObject }
  }
  app.get('/apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: kinds.map(group) }))
  for (const kind of kinds) {
    app.get(`/apis/${kind.group}`, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...group(kind) }))
    for (const version of kind.versions) {
      const resources = [
        {
          name: kind.plural,
          singularName: kind.kind.toLowerCase(),
          namespaced: true,
          kind: kind.kind,
          verbs: ['create', 'delete', 'get', 'list', 'patch', 'update'],
        },
      ]
      app.get(`/apis/${kind.group}/${version}`, () => ({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${kind.group}/${version}`, resources }))
    }
  }
}

function resource<T>(app: FastifyInstance, state: GrafanaState, kind: Kind<T>, version: string, loginOf: (request: FastifyRequest) => string): void {
  const apiVersion = `${kind.group}/${version}`
  const base = `/apis/${apiVersion}/namespaces/:namespace/${kind.plural}`
  const shown = (item: T): JsonObject => ({ kind: kind.kind, apiVersion, ...kind.show(item) })
  const named = (request: FastifyRequest): T => {
    const { name, namespace } = request.params as { name: string; namespace: string }
    const item = namespace === NAMESPACE ? kind.find(name) : undefined
    if (!item) throw new StatusFault(404, 'NotFound', `${kind.plural}.${kind.group} "${name}" not found`, { name, group: kind.group, kind: kind.plural })
    return item
  }
  const handle = (work: (request: FastifyRequest) => { code?: number; body: JsonObject }) => (request: FastifyRequest, reply: FastifyReply) => {
    try {
      const { code = 200, body } = work(request)
      return reply.code(code).send(body)
    } catch (error) {
      if (error instanceof StatusFault) return reply.code(error.code).send(error.body())
      if (!(error instanceof GrafanaFault)) throw error
      const reason = error.status === 412 || error.status === 409 ? 'Conflict' : 'BadRequest'
      const fault = new StatusFault(reason === 'Conflict' ? 409 : 400, reason, error.message)
      return reply.code(fault.code).send(fault.body())
    }
  }

  app.get(
    base,
    handle(() => ({ body: { kind: `${kind.kind}List`, apiVersion, metadata: { resourceVersion: '0' }, items: kind.list().map(shown) } })),
  )
  app.post(
    base,
    handle((request) => {
      const body = resourceBody(request, kind.kind)
      const { name: given, generateName } = asObject(body.metadata)
      const name = text(given) || `${text(generateName)}${state.newUid()}`
      if (kind.find(name))
        throw new StatusFault(409, 'AlreadyExists', `${kind.plural}.${kind.group} "${name}" already exists`, { name, group: kind.group, kind: kind.plural })
      return { code: 201, body: shown(kind.create(name, body, loginOf(request))) }
    }),
  )
  app.get(
    `${base}/:name`,
    handle((request) => ({ body: shown(named(request)) })),
  )
  app.put(
    `${base}/:name`,
    handle((request) => {
      const item = named(request)
      const body = resourceBody(request, kind.kind)
      checkVersion(kind, item, body)
      return { body: shown(kind.update(item, body, loginOf(request))) }
    }),
  )
  app.patch(
    `${base}/:name`,
    handle((request) => {
      const item = named(request)
      const body = asObject(request.body)
      checkVersion(kind, item, body)
      return { body: shown(kind.update(item, asObject(mergePatch(shown(item), body)), loginOf(request))) }
    }),
  )
  app.delete(
    `${base}/:name`,
    handle((request) => {
      const item = named(request)
      const { metadata } = kind.show(item)
      kind.remove(item)
      return {
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Success',
          details: { name: metadata.name ?? '', group: kind.group, kind: kind.plural, uid: metadata.uid ?? '' },
        },
      }
    }),
  )
}

function resourceBody(request: FastifyRequest, kind: string): JsonObject {
  const body = asObject(request.body)
  if (!isObject(body.spec)) throw new StatusFault(400, 'BadRequest', `the ${kind} has no spec`)
  if (body.kind !== undefined && body.kind !== kind) throw new StatusFault(400, 'BadRequest', `the object provided is unrecognized (must be of type ${kind})`)
  return body
}

function checkVersion<T>(kind: Kind<T>, item: T, body: JsonObject): void {
  const { metadata } = kind.show(item)
  const given = asObject(body.metadata).resourceVersion
  if (given === undefined || given === '' || given === metadata.resourceVersion) return
  const name = text(metadata.name)
  const message = `Operation cannot be fulfilled on ${kind.plural}.${kind.group} "${name}": the object has been modified; please apply your changes to the latest version and try again`
  throw new StatusFault(409, 'Conflict', message, { name, group: kind.group, kind: kind.plural })
}

function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const merged: JsonObject = { ...asObject(target) }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(merged[key] ?? null, value)
  }
  return merged
}

function dashboards(state: GrafanaState): Kind<Dashboard> {
  const save = (uid: string, body: JsonObject, login: string): Dashboard => {
    const { annotations, labels } = asObject(body.metadata)
    const notes = asObject(annotations)
    const dashboard = saveDashboard(state, {
      json: { ...asObject(body.spec), uid },
      folderUid: text(notes[FOLDER]),
      overwrite: true,
      message: text(notes['grafana.app/message']),
      login,
    })
    dashboard.annotations = strings(notes)
    Object.assign(dashboard.labels, strings(asObject(labels)))
    return dashboard
  }
  return {
    group: 'dashboard.grafana.app',
    versions: ['v1', 'v1beta1'],
    plural: 'dashboards',
    kind: 'Dashboard',
    list: () => [...state.dashboards.values()],
    find: (name) => state.dashboards.get(name),
    create: save,
    update: (dashboard, body, login) => save(dashboard.uid, body, login),
    remove: (dashboard) => state.dashboards.delete(dashboard.uid),
    show(dashboard) {
      const { json, version, created, createdBy } = current(dashboard)
      const { id: _, uid: __, version: ___, ...spec } = json
      const { 'grafana.app/message': ____, ...notes } = dashboard.annotations
      return {
        metadata: {
          name: dashboard.uid,
          namespace: NAMESPACE,
          uid: `dashboard-${dashboard.id}`,
          resourceVersion: `${created}${String(version).padStart(4, '0')}`,
          generation: version,
          creationTimestamp: iso(dashboard.created).replace(/\.\d+Z$/, 'Z'),
          labels: { 'grafana.app/deprecatedInternalID': String(dashboard.id), ...dashboard.labels },
          annotations: {
            ...notes,
            'grafana.app/createdBy': `user:${dashboard.createdBy}`,
            'grafana.app/updatedBy': `user:${createdBy}`,
            'grafana.app/updatedTimestamp': iso(created),
            ...(dashboard.folderUid === '' ? {} : { [FOLDER]: dashboard.folderUid }),
          },
        },
        spec,
      }
    },
  }
}

function folders(state: GrafanaState): Kind<Folder> {
  return {
    group: 'folder.grafana.app',
    versions: ['v1', 'v1beta1'],
    plural: 'folders',
    kind: 'Folder',
    list: () => [...state.folders.values()],
    find: (name) => state.folders.get(name),
    create: (uid, body, login) =>
      createFolder(state, { uid, title: asObject(body.spec).title ?? '', parentUid: asObject(asObject(body.metadata).annotations)[FOLDER] ?? '' }, login),
    update(folder, body, login) {
      folder.title = text(asObject(body.spec).title, folder.title)
      folder.version++
      folder.updated = state.clock.now()
      folder.updatedBy = login
      return folder
    },
    remove: (folder) => removeFolder(state, folder),
    show: (folder) => ({
      metadata: {
        name: folder.uid,
        namespace: NAMESPACE,
        uid: `folder-${folder.id}`,
        resourceVersion: `${folder.updated}${String(folder.version).padStart(4, '0')}`,
        generation: folder.version,
        creationTimestamp: iso(folder.created).replace(/\.\d+Z$/, 'Z'),
        labels: { 'grafana.app/deprecatedInternalID': String(folder.id) },
        annotations: { 'grafana.app/createdBy': `user:${folder.createdBy}`, ...(folder.parentUid === '' ? {} : { [FOLDER]: folder.parentUid }) },
      },
      spec: { title: folder.title, description: '' },
    }),
  }
}

function strings(map: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]))
}
