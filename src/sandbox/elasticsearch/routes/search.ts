/** Search in its forms: one, many, counting, field capabilities. */
import type { Cluster } from '../cluster.ts'
import { Cursors } from '../cursors.ts'
import { EsError, illegalArgument, noShardAvailable, someShardsMissing } from '../errors.ts'
import { type EsAnswer, type EsRequest, flag, jsonBody, type Router } from '../http/router.ts'
import type { IndexState } from '../index-state.ts'
import { asList, isObject, type Json, type JsonObject, simpleMatch } from '../json.ts'
import { isText } from '../mapping/field.ts'
import { countDocuments, multiSearch, narrowed, parseSearch } from '../search.ts'
import { sourceOfQuery } from './documents.ts'

const MANY = 'ignore_unavailable allow_no_indices expand_wildcards ignore_throttled'
const QUERY = 'q df default_operator analyzer analyze_wildcard lenient'
const SEARCH = `${MANY} ${QUERY} size from sort track_total_hits track_scores search_type preference routing request_cache typed_keys rest_total_hits_as_int
  batched_reduce_size max_concurrent_shard_requests pre_filter_shard_size ccs_minimize_roundtrips allow_partial_search_results terminate_after version
  seq_no_primary_term docvalue_fields stored_fields explain stats _source _source_includes _source_excludes scroll`.replace(/\s+/g, ' ')

export function searchRoutes(router: Router, cluster: Cluster): void {
  const cursors = new Cursors(cluster)
  cursorRoutes(router, cluster, cursors)
  router.add('GET POST', '/_search /:index/_search', SEARCH, (request) => search(cluster, cursors, request))
  router.add('GET POST', '/_count /:index/_count', `${MANY} ${QUERY} preference routing min_score terminate_after`, (request) => {
    const body = jsonBody(request)
    const query = queryOf(request)
    const asked = query === undefined ? body : { ...body, query }
    return { body: countDocuments(cluster, narrowed(cluster, request.params.index, asked), indicesOf(cluster, request)) }
  })
  router.add(
    'GET POST',
    '/_msearch /:index/_msearch',
    'max_concurrent_searches max_concurrent_shard_requests pre_filter_shard_size typed_keys rest_total_hits_as_int search_type ccs_minimize_roundtrips ignore_unavailable index routing',
    (request) => msearch(cluster, request),
  )
  router.add('GET POST', '/_field_caps /:index/_field_caps', `${MANY} fields include_unmapped filters types include_empty_fields`, (request) =>
    fieldCaps(cluster, request),
  )
}

function indicesOf(cluster: Cluster, { params, query }: EsRequest) {
  return cluster.resolve(params.index, {
    ignoreUnavailable: query.ignore_unavailable === 'true',
    ...(query.allow_no_indices === 'false' ? { allowNoIndices: false } : {}),
  })
}

/** Names of those whose shards do not answer yet. */
function notStarted(cluster: Cluster, indices: readonly IndexState[]): string[] {
  const now = cluster.clock.now()
  return indices.filter(({ startsAt }) => startsAt > now).map(({ name }) => name)
}

function queryOf({ query }: EsRequest): JsonObject | undefined {
  if (query.q === undefined) return undefined
  return {
    query_string: {
      query: query.q,
      ...(query.df ? { default_field: query.df } : {}),
      ...(query.default_operator ? { default_operator: query.default_operator } : {}),
    },
  }
}

function search(cluster: Cluster, cursors: Cursors, request: EsRequest): EsAnswer {
  const { query } = request
  const over: Record<string, Json | undefined> = {
    query: queryOf(request),
    size: query.size === undefined ? undefined : Number(query.size),
    from: query.from === undefined ? undefined : Number(query.from),
    sort: query.sort?.split(','),
    _source: sourceOfQuery(query),
    docvalue_fields: query.docvalue_fields?.split(','),
    version: query.version === undefined ? undefined : flag(request, 'version'),
    seq_no_primary_term: query.seq_no_primary_term === undefined ? undefined : flag(request, 'seq_no_primary_term'),
    track_total_hits: trackOf(query.track_total_hits),
  }
  const given = Object.entries(over).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  const body = narrowed(cluster, request.params.index, { ...jsonBody(request), ...Object.fromEntries(given) })
  if (query.scroll !== undefined) return { body: cursors.startScroll(body, indicesOf(cluster, request), query.scroll) }
  if (isObject(body.pit)) return searchPoint(cluster, cursors, body, body.pit, request)
  const partial = query.allow_partial_search_results !== 'false'
  return { body: parseSearch(cluster, body, { partial }).run(indicesOf(cluster, request)) }
}

function searchPoint(cluster: Cluster, cursors: Cursors, body: JsonObject, pit: JsonObject, { params }: EsRequest): EsAnswer {
  if (params.index !== undefined) throw illegalArgument('[indices] cannot be used with point in time')
  const id = String(pit.id)
  const indices = cursors.point(id, typeof pit.keep_alive === 'string' ? pit.keep_alive : undefined)
  // With a point in time the order of the shard breaks ties, so that pages never overlap.
  const sort = [...asList(body.sort), ...(body.sort === undefined || hasTieBreaker(body.sort) ? [] : [{ _shard_doc: 'asc' }])]
  const { pit: _, ...rest } = body
  return { body: { pit_id: id, ...parseSearch(cluster, { ...rest, ...(sort.length > 0 ? { sort } : {}) }).run(indices) } }
}

function hasTieBreaker(sort: Json): boolean {
  return asList(sort).some((rule) => rule === '_shard_doc' || (isObject(rule) && '_shard_doc' in rule))
}

function cursorRoutes(router: Router, cluster: Cluster, cursors: Cursors): void {
  router.add('GET POST', '/_search/scroll /_search/scroll/:id', 'scroll scroll_id rest_total_hits_as_int', (request) => {
    const body = jsonBody(request)
    const id = request.params.id ?? request.query.scroll_id ?? body.scroll_id
    if (typeof id !== 'string') throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: scrollId is missing;' })
    const keepAlive = request.query.scroll ?? body.scroll
    return { body: cursors.nextPage(id, typeof keepAlive === 'string' ? keepAlive : undefined) }
  })
  router.add('DELETE', '/_search/scroll /_search/scroll/:id', 'scroll_id', (request) => {
    const ids = request.params.id?.split(',') ?? asList(jsonBody(request).scroll_id).map(String)
    const freed = cursors.clearScrolls(ids)
    return { status: freed > 0 ? 200 : 404, body: { succeeded: true, num_freed: freed } }
  })
  router.add('POST', '/:index/_pit', `${MANY} keep_alive preference routing allow_partial_search_results max_concurrent_shard_requests`, (request) => {
    const { keep_alive: keepAlive } = request.query
    if (keepAlive === undefined)
      throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: [keep_alive] is not specified;' })
    const indices = indicesOf(cluster, request)
    const missing = notStarted(cluster, indices)
    if (missing.length > 0) throw someShardsMissing(missing, 'open_pit')
    const shards = indices.reduce((sum, index) => sum + index.shards, 0)
    return { body: { id: cursors.openPoint(indices, keepAlive), _shards: { total: shards, successful: shards, skipped: 0, failed: 0 } } }
  })
  router.add('DELETE', '/_pit', '', (request) => {
    const freed = cursors.closePoint(String(jsonBody(request).id))
    return { status: freed > 0 ? 200 : 404, body: { succeeded: freed > 0, num_freed: freed } }
  })
}

function trackOf(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  return text === 'true' || text === '' ? true : text === 'false' ? false : Number(text)
}

function msearch(cluster: Cluster, request: EsRequest): EsAnswer {
  if (request.text.trim() === '') throw new EsError(400, { type: 'parse_exception', reason: 'request body or source parameter is required' })
  if (!request.text.endsWith('\n')) throw illegalArgument('The msearch request must be terminated by a newline [\\n]')
  const lines = request.text
    .slice(0, -1)
    .split('\n')
    .map((line): JsonObject => {
      if (line.trim() === '') return {}
      try {
        return JSON.parse(line)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        throw new EsError(400, { type: 'x_content_parse_exception', reason: error.message })
      }
    })
  const index = request.params.index ?? request.query.index
  return { body: multiSearch(cluster, lines, index === undefined ? {} : { index }) }
}

function fieldCaps(cluster: Cluster, request: EsRequest): EsAnswer {
  const patterns = request.query.fields?.split(',') ?? asList(jsonBody(request).fields).map(String)
  if (patterns.length === 0) throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: no fields specified;' })
  const indices = indicesOf(cluster, request)
  const [missing] = notStarted(cluster, indices)
  if (missing !== undefined) throw noShardAvailable(`index [${missing}] has no active shard copy`)
  const fields: Record<string, JsonObject> = {}
  for (const index of indices) {
    for (const [path, field] of index.mapping.fields) {
      if (!patterns.some((pattern) => simpleMatch(pattern, path))) continue
      const types = fields[path] ?? {}
      types[field.type] = {
        type: field.type,
        metadata_field: false,
        searchable: field.json.index !== false,
        aggregatable: !isText(field.type) && field.json.doc_values !== false,
        ...(cluster.version === '9.x' ? { inference: false } : {}),
      }
      fields[path] = types
    }
  }
  return { body: { indices: indices.map(({ name }) => name), fields } }
}
