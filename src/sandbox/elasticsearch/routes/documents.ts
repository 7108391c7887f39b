/** Documents one by one and in bulk. */
import { bulkTargets, runBulk } from '../bulk.ts'
import type { Cluster } from '../cluster.ts'
import { DocumentWriter, type WriteAnswer, type WriteOptions } from '../documents.ts'
import { EsError, illegalArgument, indexNotFound, noShardAvailable } from '../errors.ts'
import { sourceFilter } from '../hits.ts'
import { type EsAnswer, type EsRequest, flag, jsonBody, type Router, requireBody } from '../http/router.ts'
import type { IndexState } from '../index-state.ts'
import { asList, asObject, isObject, type Json, type JsonObject } from '../json.ts'
import { durationMs } from '../time.ts'

const WRITE =
  'refresh routing version version_type if_seq_no if_primary_term op_type pipeline require_alias require_data_stream wait_for_active_shards retry_on_conflict include_source_on_error'
const SOURCE = '_source _source_includes _source_excludes'
const READ = `${SOURCE} preference realtime refresh routing stored_fields version version_type`

export function documentRoutes(router: Router, cluster: Cluster): void {
  const writer = new DocumentWriter(cluster)
  const single = (request: EsRequest, write: () => WriteAnswer) =>
    written(cluster, request, [String(request.params.index)], () => cluster.store.transaction(write))

  router.add('PUT POST', '/:index/_doc/:id /:index/_create/:id', WRITE, (request) => {
    const mustBeNew = request.query.op_type === 'create' || request.path.split('/')[2] === '_create'
    return put(cluster, writer, request, mustBeNew)
  })
  router.add('POST', '/:index/_doc', WRITE, (request) => put(cluster, writer, request, true))
  router.add('DELETE', '/:index/_doc/:id', WRITE, (request) =>
    single(request, () => writer.delete(String(request.params.index), String(request.params.id), options(request))),
  )
  router.add('POST', '/:index/_update/:id', `${WRITE} ${SOURCE} lang`, (request) =>
    single(request, () => writer.update(String(request.params.index), String(request.params.id), requireBody(request), options(request))),
  )
  router.add('GET HEAD', '/:index/_doc/:id', READ, (request) => get(cluster, request))
  router.add('GET HEAD', '/:index/_source/:id', READ, (request) => source(cluster, request))
  router.add('GET POST', '/_mget /:index/_mget', READ, (request) => multiGet(cluster, request))
  router.add('POST PUT', '/_bulk /:index/_bulk', `${WRITE} ${SOURCE} list_executed_pipelines`, (request) => {
    if (request.text === '') throw new EsError(400, { type: 'parse_exception', reason: 'request body is required' })
    const { index } = request.params
    const { timeout } = request.query
    const defaults = {
      forcedRefresh: flag(request, 'refresh'),
      requireAlias: flag(request, 'require_alias'),
      ...(index === undefined ? {} : { index }),
      ...(timeout === undefined ? {} : { timeout }),
    }
    return written(cluster, request, bulkTargets(request.text, index), () => ({ body: runBulk(cluster, writer, request.text, defaults) }))
  })
}

/** Writes once the shards of the named indices answer; answers once those of indices that the write made do. */
async function written<T>(cluster: Cluster, { query }: EsRequest, names: Iterable<string>, write: () => T): Promise<T> {
  const patience = durationMs(query.timeout ?? '1m') ?? 60_000
  const targets = () => [...names].flatMap((name) => targetOf(cluster, name) ?? [])
  await cluster.started(targets(), patience)
  const answer = write()
  if (query.refresh !== undefined && query.refresh !== 'false') for (const index of targets()) index.refresh()
  await cluster.started(
    targets().filter(({ startsAt }) => startsAt !== Number.POSITIVE_INFINITY),
    patience,
  )
  return answer
}

/** Undefined also where the write itself will say what is wrong with the name. */
function targetOf(cluster: Cluster, name: string): IndexState | undefined {
  try {
    return cluster.writeIndex(name)
  } catch (error) {
    if (error instanceof EsError) return undefined
    throw error
  }
}

function options(request: EsRequest): WriteOptions {
  const { version, version_type, if_seq_no, if_primary_term, routing, refresh, timeout } = request.query
  if (refresh !== undefined && !['', 'true', 'false', 'wait_for'].includes(refresh)) throw illegalArgument(`Unknown value for refresh: [${refresh}].`)
  return {
    forcedRefresh: flag(request, 'refresh'),
    requireAlias: flag(request, 'require_alias'),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(version_type === undefined ? {} : { versionType: version_type }),
    ...(if_seq_no === undefined ? {} : { ifSeqNo: Number(if_seq_no) }),
    ...(if_primary_term === undefined ? {} : { ifPrimaryTerm: Number(if_primary_term) }),
    ...(routing === undefined ? {} : { routing }),
    ...(timeout === undefined ? {} : { timeout }),
  }
}

async function put(cluster: Cluster, writer: DocumentWriter, request: EsRequest, mustBeNew: boolean): Promise<EsAnswer> {
  if (request.text.trim() === '') throw new EsError(400, { type: 'parse_exception', reason: 'request body is required' })
  const name = String(request.params.index)
  const answer = await written(cluster, request, [name], () =>
    cluster.store.transaction(() => writer.index(name, request.params.id, request.text, options(request), mustBeNew)),
  )
  const { _index, _id } = answer.body
  return answer.status === 201 ? { ...answer, headers: { location: `/${String(_index)}/_doc/${encodeURIComponent(String(_id))}` } } : answer
}

/** The one index behind a name that reads. */
function one(cluster: Cluster, name: string) {
  const found = cluster.resolve(name)
  const [index] = found
  if (!index) throw indexNotFound(name)
  if (found.length > 1) {
    throw illegalArgument(
      `alias [${name}] has more than one index associated with it [${found.map((each) => each.name).join(', ')}], can't execute a single index op`,
    )
  }
  return index
}

/** `realtime` false: as a search would find it. */
function found(cluster: Cluster, name: string, id: string, filter: (source: JsonObject) => JsonObject | undefined, realtime = true): JsonObject {
  const index = one(cluster, name)
  if (index.startsAt > cluster.clock.now()) throw noShardAvailable(`No shard available for [get [${index.name}][${id}]: routing [null]]`)
  const doc = realtime ? index.docs.get(id) : [...index.candidates([])].find((candidate) => candidate.id === id)
  const typed = cluster.version === '7.17' ? { _type: '_doc' } : {}
  if (!doc) return { _index: index.name, ...typed, _id: id, found: false }
  const stored = index.storedAs(doc)
  const routing = stored?.routing ?? null
  const shown = filter(asObject(JSON.parse(stored?.source ?? '{}')))
  return {
    _index: index.name,
    ...typed,
    _id: id,
    _version: doc.version,
    _seq_no: doc.seqNo,
    _primary_term: 1,
    ...(routing === null ? {} : { _routing: routing }),
    found: true,
    ...(shown === undefined ? {} : { _source: shown }),
  }
}

/** `_source`, `_source_includes` and `_source_excludes` of a query string as the body would have them. */
export function sourceOfQuery(query: Readonly<Record<string, string>>): Json | undefined {
  const { _source, _source_includes: includes, _source_excludes: excludes } = query
  if (_source === 'false') return false
  const listed = _source === undefined || _source === 'true' ? undefined : _source.split(',')
  if (includes === undefined && excludes === undefined) return listed
  return { includes: includes?.split(',') ?? listed ?? [], excludes: excludes?.split(',') ?? [] }
}

function get(cluster: Cluster, request: EsRequest): EsAnswer {
  const body = found(
    cluster,
    String(request.params.index),
    String(request.params.id),
    sourceFilter(sourceOfQuery(request.query)),
    request.query.realtime !== 'false',
  )
  return { status: body.found === true ? 200 : 404, body }
}

function source(cluster: Cluster, request: EsRequest): EsAnswer {
  const [index, id] = [String(request.params.index), String(request.params.id)]
  const body = found(cluster, index, id, sourceFilter(sourceOfQuery(request.query)))
  if (!isObject(body._source)) throw new EsError(404, { type: 'resource_not_found_exception', reason: `Document not found [${index}]/[${id}]` })
  return { body: body._source }
}

function multiGet(cluster: Cluster, request: EsRequest): EsAnswer {
  const body = jsonBody(request)
  const wanted = [...asList(body.docs).map(asObject), ...asList(body.ids).map((id): JsonObject => ({ _id: id }))]
  const docs = wanted.map((item): Json => {
    const [name, id] = [String(item._index ?? request.params.index), String(item._id)]
    try {
      return found(cluster, name, id, sourceFilter(item._source ?? sourceOfQuery(request.query)))
    } catch (error) {
      if (!(error instanceof EsError)) throw error
      return { _index: name, _id: id, error: error.body().error ?? null }
    }
  })
  return { body: { docs } }
}
