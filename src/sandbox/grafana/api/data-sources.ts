/** `/api/datasources`. https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { checkHealth } from '../elasticsearch/health.ts'
import { badRequest, GrafanaFault, notFound } from '../fault.ts'
import { asObject, type JsonObject, text } from '../json.ts'
import { type DataSource, type GrafanaState, uidProblem } from '../state.ts'

const TYPE_NAMES: Record<string, string> = { elasticsearch: 'Elasticsearch' }

export function dataSourceRoutes(app: FastifyInstance, state: GrafanaState): void {
  const byUid = (request: FastifyRequest): DataSource => {
    const found = state.dataSources.get((request.params as { uid: string }).uid)
    if (!found) throw notFound('Data source not found')
    return found
  }
  const byName = (request: FastifyRequest): DataSource => {
    const { name } = request.params as { name: string }
    const found = [...state.dataSources.values()].find((source) => source.name === name)
    if (!found) throw notFound('Data source not found')
    return found
  }
  const remove = (source: DataSource): JsonObject => {
    state.dataSources.delete(source.uid)
    return { id: source.id, message: 'Data source deleted' }
  }

  app.get('/api/datasources', () => [...state.dataSources.values()].sort((a, b) => a.name.localeCompare(b.name)).map(listed))
  app.post('/api/datasources', (request) => create(state, asObject(request.body)))
  app.get('/api/datasources/uid/:uid', (request) => shown(byUid(request)))
  app.put('/api/datasources/uid/:uid', (request) => update(state, byUid(request), asObject(request.body)))
  app.delete('/api/datasources/uid/:uid', (request) => remove(byUid(request)))
  app.get('/api/datasources/name/:name', (request) => shown(byName(request)))
  app.delete('/api/datasources/name/:name', (request) => remove(byName(request)))
  app.get('/api/datasources/id/:name', (request) => ({ id: byName(request).id }))
  app.get('/api/datasources/uid/:uid/health', async (request, reply) => {
    const { ok, message } = await checkHealth(byUid(request))
    return reply.code(ok ? 200 : 400).send({ message, status: ok ? 'OK' : 'ERROR' })
  })
}

/** In a list: without the parts that only the single answer has. */
function listed(source: DataSource): JsonObject {
  return {
    id: source.id,
    uid: source.uid,
    orgId: 1,
    name: source.name,
    type: source.type,
    typeName: TYPE_NAMES[source.type] ?? source.type,
    typeLogoUrl: `public/plugins/${source.type}/img/${source.type}.svg`,
    access: source.access,
    url: source.url,
    user: source.user,
    database: source.database,
    basicAuth: source.basicAuth,
    isDefault: source.isDefault,
    jsonData: source.jsonData,
    readOnly: false,
  }
}

function shown(source: DataSource): JsonObject {
  const { typeName: _, ...rest } = listed(source)
  return {
    ...rest,
    basicAuthUser: source.basicAuthUser,
    withCredentials: source.withCredentials,
    secureJsonFields: Object.fromEntries(Object.keys(source.secureJsonData).map((key) => [key, true])),
    version: source.version,
    apiVersion: '',
  }
}

function checked(body: JsonObject): void {
  const missing = ['name', 'type', 'access'].filter((key) => text(body[key]) === '')
  if (missing.length > 0) throw badRequest('bad request data')
  if (!['proxy', 'direct'].includes(text(body.access))) throw badRequest('bad request data')
  if (text(body.name).length > 190) throw badRequest('Invalid datasource name')
  const url = text(body.url)
  if (url !== '' && !URL.canParse(url.includes('://') ? url : `http://${url}`)) throw badRequest(`Validation error, invalid URL: "${url}"`)
}

function create(state: GrafanaState, body: JsonObject): JsonObject {
  checked(body)
  const uid = text(body.uid) || state.newUid()
  const problem = uidProblem(uid)
  if (problem) throw badRequest(problem === 'uid contains illegal characters' ? 'invalid format of UID' : 'UID is longer than 40 symbols')
  if (state.dataSources.has(uid)) throw new GrafanaFault(409, 'data source with the same uid already exists', { traceID: '' })
  checkName(state, text(body.name), uid)
  const source: DataSource = { id: state.nextId(), uid, ...fieldsOf(body), secureJsonData: secrets(body), version: 1 }
  state.dataSources.set(uid, source)
  return { datasource: shown(source), id: source.id, message: 'Datasource added', name: source.name }
}

function update(state: GrafanaState, source: DataSource, body: JsonObject): JsonObject {
  checked(body)
  checkName(state, text(body.name), source.uid)
  if (typeof body.version === 'number' && body.version !== 0 && body.version < source.version) {
    throw new GrafanaFault(409, 'Datasource has already been updated by someone else. Please reload and try again', { traceID: '' })
  }
  // Secrets that the request leaves out stay; everything else is replaced.
  Object.assign(source, fieldsOf(body), { secureJsonData: { ...source.secureJsonData, ...secrets(body) }, version: source.version + 1 })
  return { datasource: shown(source), id: source.id, message: 'Datasource updated', name: source.name }
}

function checkName(state: GrafanaState, name: string, uid: string): void {
  if ([...state.dataSources.values()].some((other) => other.name === name && other.uid !== uid)) {
    throw new GrafanaFault(409, 'data source with the same name already exists', { traceID: '' })
  }
}

function fieldsOf(body: JsonObject) {
  return {
    name: text(body.name),
    type: text(body.type),
    access: text(body.access),
    url: text(body.url),
    user: text(body.user),
    database: text(body.database),
    basicAuth: body.basicAuth === true,
    basicAuthUser: text(body.basicAuthUser),
    withCredentials: body.withCredentials === true,
    isDefault: body.isDefault === true,
    jsonData: asObject(body.jsonData),
  }
}

function secrets(body: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(asObject(body.secureJsonData)).map(([key, value]) => [key, String(value)]))
}
