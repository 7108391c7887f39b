/** Indices made out of another one: the next of an alias, or a copy. */
import type { Cluster } from '../cluster.ts'
import { EsError, illegalArgument } from '../errors.ts'
import { type EsAnswer, type EsRequest, flag, jsonBody, type Router } from '../http/router.ts'
import type { IndexState } from '../index-state.ts'
import { asObject, isObject, type JsonObject } from '../json.ts'
import { flatSettings, nestedSettings } from '../settings.ts'
import { durationMs } from '../time.ts'

const WAIT = 'wait_for_active_shards'

export function successorRoutes(router: Router, cluster: Cluster): void {
  router.add('POST', '/:index/_rollover /:index/_rollover/:name', `${WAIT} dry_run lazy`, (request) => rollover(cluster, request))
  router.add('PUT POST', '/:index/_clone/:name', WAIT, (request) => clone(cluster, request))
}

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-rollover */
async function rollover(cluster: Cluster, request: EsRequest): Promise<EsAnswer> {
  const alias = String(request.params.index)
  const body = jsonBody(request)
  for (const key of Object.keys(body)) {
    if (!['conditions', 'settings', 'mappings', 'aliases'].includes(key))
      throw new EsError(400, { type: 'x_content_parse_exception', reason: `[1:1] [rollover] unknown field [${key}]` })
  }
  if (cluster.indices.has(alias)) throw illegalArgument('rollover target is a [concrete index] but one of [alias,data_stream] was expected')
  const old = cluster.writeIndex(alias)
  if (old === undefined) throw new EsError(404, { type: 'resource_not_found_exception', reason: `rollover target [${alias}] does not exist` })
  const name = request.params.name ?? nextName(old.name)
  const conditions = asObject(body.conditions)
  const held = Object.entries(conditions).map(([key, limit]) => [`[${key}: ${String(limit)}]`, holds(cluster, old, key, limit)] as const)
  const dryRun = flag(request, 'dry_run')
  const due = held.length === 0 || held.some(([, met]) => met)
  const answer = { old_index: old.name, new_index: name, rolled_over: due && !dryRun, dry_run: dryRun, ...(cluster.version === '7.17' ? {} : { lazy: false }) }
  if (!due || dryRun) return { body: { acknowledged: false, shards_acknowledged: false, ...answer, conditions: Object.fromEntries(held) } }
  const explicit = old.isWriteIndex(alias)
  const next = cluster.createIndex(name, {
    settings: asObject(body.settings),
    mappings: asObject(body.mappings),
    aliases: { ...asObject(body.aliases), [alias]: explicit ? { is_write_index: true } : {} },
  })
  // An alias that says which of its indices is written to keeps the old one; one that does not moves.
  const { [alias]: own, ...others } = old.aliases
  old.aliases = explicit ? { ...others, [alias]: { ...asObject(own), is_write_index: false } } : others
  old.save()
  cluster.changed()
  const started = await cluster.started([next], durationMs(request.query.timeout ?? '30s') ?? 30_000)
  return { body: { acknowledged: true, shards_acknowledged: started, ...answer, conditions: Object.fromEntries(held) } }
}

function nextName(name: string): string {
  const [, stem, number] = /^(.*-)(\d+)$/.exec(name) ?? []
  if (stem === undefined || number === undefined) throw illegalArgument(`index name [${name}] does not match pattern '^.*-\\d+$'`)
  return `${stem}${String(Number(number) + 1).padStart(6, '0')}`
}

function holds(cluster: Cluster, index: IndexState, condition: string, limit: unknown): boolean {
  if (condition === 'max_docs') return index.found >= Number(limit)
  if (condition === 'max_age') return cluster.clock.now() - index.createdAt >= (durationMs(String(limit)) ?? Number.POSITIVE_INFINITY)
  throw illegalArgument(`[${condition}] is not supported by this server: use [max_docs] or [max_age]`)
}

/** https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-clone */
async function clone(cluster: Cluster, request: EsRequest): Promise<EsAnswer> {
  const [from, name] = [String(request.params.index), String(request.params.name)]
  const [source] = cluster.resolve(from)
  if (source === undefined || source.name !== from) throw illegalArgument(`[${from}] is not an index`)
  if (source.settings['index.blocks.write'] !== 'true') {
    const reason = `index ${from} must be read-only to resize index. use "index.blocks.write=true"`
    throw new EsError(500, { type: 'illegal_state_exception', reason })
  }
  const body = jsonBody(request)
  const given = asObject(body.settings)
  const kept = { ...nestedSettings(source.settings) }
  const target = cluster.createIndex(name, { settings: given, mappings: source.mapping.json, aliases: asObject(body.aliases) })
  // A setting given as null is not taken along.
  const own = flatSettings(kept)
  for (const key of nulls(given)) delete own[key]
  target.settings = { ...own, ...target.settings }
  target.save()
  cluster.store.transaction(() => target.copy(source))
  const started = await cluster.started([target], durationMs(request.query.timeout ?? '30s') ?? 30_000)
  return { body: { acknowledged: true, shards_acknowledged: started, index: name } }
}

function nulls(settings: JsonObject, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (isObject(value)) return nulls(value, `${prefix}${key}.`)
    const name = `${prefix}${key}`
    return value === null ? [name.startsWith('index.') ? name : `index.${name}`] : []
  })
}
