/** Indices: making and deleting them, their mappings, settings and aliases. */
import { type Cluster, normalAliases } from '../cluster.ts'
import { causeBody, EsError, illegalArgument } from '../errors.ts'
import { type EsAnswer, type EsRequest, flag, jsonBody, type Router } from '../http/router.ts'
import type { IndexState } from '../index-state.ts'
import { asList, asObject, type Json, type JsonObject, simpleMatch } from '../json.ts'
import { flatSettings, nestedSettings, staticSettings } from '../settings.ts'
import { durationMs } from '../time.ts'

import { healthOf } from './cluster.ts'

const MANY = 'ignore_unavailable allow_no_indices expand_wildcards'

export function indexRoutes(router: Router, cluster: Cluster): void {
  const resolve = ({ params, query }: EsRequest) =>
    cluster.resolve(params.index, {
      ignoreUnavailable: query.ignore_unavailable === 'true',
      ...(query.allow_no_indices === 'false' ? { allowNoIndices: false } : {}),
    })
  const each = (request: EsRequest, show: (index: IndexState) => Json): EsAnswer => ({
    body: Object.fromEntries(resolve(request).map((index) => [index.name, show(index)])),
  })

  router.add('GET', '/:index', `${MANY} flat_settings include_defaults features`, (request) =>
    each(request, (index) => ({ aliases: index.aliases, mappings: index.mapping.json, settings: shownSettings(cluster, index, request) })),
  )
  router.add('PUT', '/:index', 'wait_for_active_shards include_type_name', (request) => create(cluster, request))
  router.add('DELETE', '/:index', MANY, (request) => remove(cluster, request))
  router.add('HEAD', '/:index', `${MANY} flat_settings include_defaults`, (request) => exists(() => resolve(request)))

  router.add('GET', '/_mapping /:index/_mapping', MANY, (request) => each(request, (index) => ({ mappings: index.mapping.json })))
  router.add('PUT POST', '/:index/_mapping', `${MANY} write_index_only`, (request) => putMapping(cluster, resolve(request), request))
  router.add('GET', '/_settings /:index/_settings /_settings/:name /:index/_settings/:name', `${MANY} flat_settings include_defaults`, (request) =>
    each(request, (index) => ({ settings: shownSettings(cluster, index, request) })),
  )
  router.add('PUT', '/_settings /:index/_settings', `${MANY} preserve_existing flat_settings reopen`, (request) =>
    putSettings(cluster, resolve(request), request),
  )

  router.add('POST', '/_aliases', '', (request) => updateAliases(cluster, request))
  router.add('GET HEAD', '/_alias /_alias/:name /:index/_alias /:index/_alias/:name', MANY, (request) => aliases(cluster, resolve(request), request))
  router.add('PUT POST', '/:index/_alias/:name /:index/_aliases/:name', '', (request) => {
    for (const index of resolve(request)) setAlias(index, String(request.params.name), jsonBody(request))
    cluster.changed()
    return { body: aliasAnswer(cluster) }
  })
  router.add('DELETE', '/:index/_alias/:name /:index/_aliases/:name', '', (request) => {
    const name = String(request.params.name)
    removeAlias(resolve(request), [name], true)
    cluster.changed()
    return { body: { acknowledged: true } }
  })

  router.add('POST GET', '/_refresh /:index/_refresh /_flush /:index/_flush', `${MANY} force wait_if_ongoing`, (request) => {
    const indices = resolve(request)
    const total = indices.reduce((sum, index) => sum + index.shards * (1 + index.replicas), 0)
    const started = indices.filter(({ startsAt }) => startsAt <= cluster.clock.now())
    for (const index of started) index.refresh()
    return { body: { _shards: { total, successful: started.reduce((sum, index) => sum + index.shards, 0), failed: 0 } } }
  })
  router.add('GET', '/_resolve/index/:name', 'expand_wildcards mode', ({ params }) => ({ body: resolved(cluster, String(params.name)) }))
  router.add('GET', '/_stats /:index/_stats /:index/_stats/:metric', `${MANY} level`, (request) => ({ body: stats(cluster, resolve(request)) }))
}

function exists(find: () => unknown[]): EsAnswer {
  try {
    return { status: find().length > 0 ? 200 : 404 }
  } catch (error) {
    if (error instanceof EsError && error.status === 404) return { status: 404, body: error.body() }
    throw error
  }
}

function shownSettings(cluster: Cluster, index: IndexState, { params, query }: EsRequest): JsonObject {
  const all: Record<string, string> = {
    ...(cluster.version === '7.17' ? {} : { 'index.routing.allocation.include._tier_preference': 'data_content' }),
    'index.number_of_shards': '1',
    'index.number_of_replicas': '1',
    ...index.settings,
    'index.provided_name': index.name,
    'index.creation_date': String(index.createdAt),
    'index.uuid': index.uuid,
    'index.version.created': cluster.facts.indexCreated,
  }
  const wanted = params.name?.split(',')
  const shown = wanted ? Object.fromEntries(Object.entries(all).filter(([key]) => wanted.some((pattern) => simpleMatch(pattern, key)))) : all
  return query.flat_settings === 'true' ? shown : nestedSettings(shown)
}

async function create(cluster: Cluster, request: EsRequest): Promise<EsAnswer> {
  const body = jsonBody(request)
  for (const key of Object.keys(body)) {
    if (!['settings', 'mappings', 'aliases'].includes(key)) throw new EsError(400, { type: 'parse_exception', reason: `unknown key [${key}] for create index` })
  }
  const name = String(request.params.index)
  const index = cluster.createIndex(name, { settings: asObject(body.settings), mappings: asObject(body.mappings), aliases: asObject(body.aliases) })
  const acknowledged = request.query.wait_for_active_shards === '0' || (await cluster.started([index], durationMs(request.query.timeout ?? '30s') ?? 30_000))
  return { body: { acknowledged: true, shards_acknowledged: acknowledged, index: name } }
}

function remove(cluster: Cluster, { params, query }: EsRequest): EsAnswer {
  const names = String(params.index)
  // Since version 8, action.destructive_requires_name is true.
  if (cluster.version !== '7.17' && (names.includes('*') || names === '_all')) throw illegalArgument('Wildcard expressions or all indices are not allowed')
  const options = { ignoreUnavailable: query.ignore_unavailable === 'true' }
  for (const name of names.split(',')) {
    if (!cluster.indices.has(name) && [...cluster.indices.values()].some((index) => name in index.aliases)) {
      throw illegalArgument(`The provided expression [${name}] matches an alias, specify the corresponding concrete indices instead.`)
    }
  }
  for (const index of cluster.resolve(names, options)) cluster.deleteIndex(index)
  return { body: { acknowledged: true } }
}

function putMapping(cluster: Cluster, indices: readonly IndexState[], request: EsRequest): EsAnswer {
  const update = jsonBody(request)
  // All or nothing: every merge is made before the first is kept.
  const merged = indices.map((index) => [index, index.mapping.merged(update)] as const)
  for (const [index, mapping] of merged) {
    index.mapping = mapping
    index.save()
  }
  cluster.changed()
  return { body: { acknowledged: true } }
}

function putSettings(cluster: Cluster, indices: readonly IndexState[], request: EsRequest): EsAnswer {
  const body = jsonBody(request)
  const changes = flatSettings(body.settings === undefined ? body : asObject(body.settings))
  const fixed = staticSettings(changes).map((key) => `[${key}]`)
  if (fixed.length > 0) {
    const named = indices.map((index) => `[${index.name}/${index.uuid}]`).join(', ')
    throw illegalArgument(
      `Can't update non dynamic setting(s) [${fixed.join(', ')}] for open indices [${named}]. The setting(s) [${fixed.join(', ')}] cannot be modified on an index once it is created. You will need to create a new index with the desired setting(s) and reindex your data. See https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-reindex`,
    )
  }
  for (const index of indices) {
    index.settings = flag(request, 'preserve_existing') ? { ...changes, ...index.settings } : { ...index.settings, ...changes }
    index.save()
  }
  cluster.changed()
  return { body: { acknowledged: true } }
}

function aliases(cluster: Cluster, indices: readonly IndexState[], { params, method }: EsRequest): EsAnswer {
  const wanted = params.name?.split(',')
  const shown: JsonObject = {}
  for (const index of indices) {
    const own = Object.entries(index.aliases).filter(([name]) => !wanted || wanted.some((pattern) => pattern === '_all' || simpleMatch(pattern, name)))
    if (own.length > 0 || (!wanted && params.index === undefined) || (!wanted && params.index !== undefined))
      shown[index.name] = { aliases: Object.fromEntries(own) }
  }
  const missing = (wanted ?? []).filter(
    (name) => !name.includes('*') && name !== '_all' && ![...cluster.indices.values()].some((index) => name in index.aliases),
  )
  if (missing.length > 0)
    return { status: 404, body: { error: `alias${missing.length > 1 ? 'es' : ''} [${missing.join(',')}] missing`, status: 404, ...shown } }
  return { status: method === 'HEAD' && Object.keys(shown).length === 0 ? 404 : 200, body: shown }
}

function setAlias(index: IndexState, name: string, body: JsonObject): void {
  index.aliases = { ...index.aliases, ...normalAliases({ [name]: body }) }
  index.save()
}

function removeAlias(indices: readonly IndexState[], names: readonly string[], mustExist: boolean): void {
  let removed = 0
  for (const index of indices) {
    const kept = Object.entries(index.aliases).filter(([alias]) => !names.some((name) => simpleMatch(name, alias)))
    removed += Object.keys(index.aliases).length - kept.length
    index.aliases = Object.fromEntries(kept)
    index.save()
  }
  if (removed === 0 && mustExist) {
    const listed = names.join(',')
    throw new EsError(404, {
      type: 'aliases_not_found_exception',
      reason: `aliases [${listed}] missing`,
      extra: { 'resource.type': 'aliases', 'resource.id': listed },
    })
  }
}

/** All actions in one step; a fault leaves everything as it was, but for an alias to remove that is not there. */
function updateAliases(cluster: Cluster, request: EsRequest): EsAnswer {
  const actions = asList(jsonBody(request).actions).map(asObject)
  if (actions.length === 0) throw illegalArgument('No action specified')
  const before = [...cluster.indices.values()].map((index) => [index, index.aliases] as const)
  const results: { action: JsonObject; status: number; error?: JsonObject }[] = []
  const doomed: IndexState[] = []
  try {
    for (const action of actions) {
      const [kind = ''] = Object.keys(action)
      const {
        index,
        indices,
        alias,
        aliases: several,
        is_write_index,
        filter,
        routing,
        index_routing,
        search_routing,
        must_exist,
        is_hidden,
      } = asObject(action[kind])
      const found = cluster.resolve(asList(indices ?? index).join(','))
      const names = asList(several ?? alias).map(String)
      if (kind === 'add') {
        const options = { is_write_index, filter, routing, index_routing, search_routing, is_hidden }
        const body = Object.fromEntries(Object.entries(options).filter((entry): entry is [string, Json] => entry[1] !== undefined))
        for (const one of found) for (const name of names) setAlias(one, name, body)
      }
      const result = { action: { type: kind, indices: found.map(({ name }) => name), aliases: names } }
      if (kind === 'remove') {
        // The other actions are done all the same, unless there is nothing else to do.
        const error = attempt(() => removeAlias(found, names, must_exist !== false))
        if (error !== undefined && (actions.length === 1 || cluster.version === '7.17')) throw error
        results.push({ ...result, status: error?.status ?? 200, ...(error === undefined ? {} : { error: causeBody(error.cause1) }) })
        continue
      }
      results.push({ ...result, status: 200 })
      if (kind === 'add') continue
      if (kind === 'remove_index') doomed.push(...found)
      else throw new EsError(400, { type: 'x_content_parse_exception', reason: `[1:1] [alias_action] unknown field [${kind}]` })
    }
    checkWriteIndices(cluster)
  } catch (error) {
    for (const [index, old] of before) {
      index.aliases = old
      index.save()
    }
    throw error
  }
  for (const index of doomed) cluster.deleteIndex(index)
  cluster.changed()
  const failed = results.some(({ error }) => error !== undefined)
  return { body: failed ? { acknowledged: true, errors: true, action_results: results } : aliasAnswer(cluster) }
}

function attempt(work: () => void): EsError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof EsError) return error
    throw error
  }
}

function aliasAnswer(cluster: Cluster): JsonObject {
  return { acknowledged: true, ...(cluster.version === '7.17' ? {} : { errors: false }) }
}

function checkWriteIndices(cluster: Cluster): void {
  const writers = new Map<string, string[]>()
  for (const index of cluster.indices.values()) {
    for (const alias of Object.keys(index.aliases)) if (index.isWriteIndex(alias)) writers.set(alias, [...(writers.get(alias) ?? []), index.name])
  }
  for (const [alias, names] of writers) {
    if (names.length > 1)
      throw new EsError(500, { type: 'illegal_state_exception', reason: `alias [${alias}] has more than one write index [${names.sort().join(',')}]` })
  }
}

function resolved(cluster: Cluster, names: string): JsonObject {
  const indices = cluster.resolve(names).map((index) => {
    const own = Object.keys(index.aliases).sort()
    return { name: index.name, ...(own.length > 0 ? { aliases: own } : {}), attributes: ['open'], ...(cluster.version === '9.x' ? { mode: 'standard' } : {}) }
  })
  const patterns = names.split(',')
  const byAlias = new Map<string, string[]>()
  for (const index of cluster.indices.values()) {
    for (const alias of Object.keys(index.aliases)) {
      if (patterns.some((pattern) => simpleMatch(pattern, alias))) byAlias.set(alias, [...(byAlias.get(alias) ?? []), index.name].sort())
    }
  }
  return { indices, aliases: [...byAlias].sort().map(([name, list]) => ({ name, indices: list })), data_streams: [] }
}

function stats(cluster: Cluster, indices: readonly IndexState[]): JsonObject {
  const one = (list: readonly IndexState[]): JsonObject => ({
    docs: { count: list.reduce((sum, index) => sum + index.docs.size, 0), deleted: list.reduce((sum, index) => sum + index.deleted.size, 0) },
    store: { size_in_bytes: list.reduce((sum, index) => sum + cluster.store.sourceBytes(index.uuid), 0) },
  })
  const shards = indices.reduce((sum, index) => sum + index.shards, 0)
  return {
    _shards: { total: shards, successful: shards, failed: 0 },
    _all: { primaries: one(indices), total: one(indices) },
    indices: Object.fromEntries(
      indices.map((index) => [
        index.name,
        { uuid: index.uuid, health: healthOf(cluster, index), status: 'open', primaries: one([index]), total: one([index]) },
      ]),
    ),
  }
}
