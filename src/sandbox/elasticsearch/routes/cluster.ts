/** The cluster as a whole: its greeting, health, state and nodes. */
import type { Cluster } from '../cluster.ts'
import { EsError, illegalArgument } from '../errors.ts'
import { type EsAnswer, type EsRequest, jsonBody, type Router } from '../http/router.ts'
import type { IndexState } from '../index-state.ts'
import { asObject, isObject, type JsonObject } from '../json.ts'
import { nestedSettings as nested } from '../settings.ts'
import { durationMs } from '../time.ts'

export function clusterRoutes(router: Router, cluster: Cluster): void {
  router.add('GET', '/', '', () => ({ body: greeting(cluster) }))
  router.add('DELETE', '/', '', () => {
    throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: index / indices is missing;' })
  })
  router.add('HEAD', '/', '', () => ({ body: greeting(cluster) }))
  router.add('GET', '/_cluster/health /_cluster/health/:index', HEALTH, (request) => health(cluster, request))
  router.add('GET', '/_cluster/state /_cluster/state/:metric /_cluster/state/:metric/:index', STATE, (request) => state(cluster, request))
  router.add('GET', '/_cluster/settings', 'flat_settings include_defaults', (request) => ({ body: shownSettings(cluster, request) }))
  router.add('PUT', '/_cluster/settings', 'flat_settings', (request) => putSettings(cluster, request))
  router.add('GET', '/_nodes /_nodes/:metric /_nodes/:node/:metric', 'flat_settings', () => ({ body: nodes(cluster) }))
}

function greeting(cluster: Cluster): JsonObject {
  const { facts } = cluster
  return {
    name: cluster.nodeName,
    cluster_name: cluster.name,
    cluster_uuid: cluster.uuid,
    version: {
      number: facts.number,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: facts.hash,
      build_date: facts.date,
      build_snapshot: false,
      lucene_version: facts.lucene,
      minimum_wire_compatibility_version: facts.wire,
      minimum_index_compatibility_version: facts.indexCompatibility,
    },
    tagline: 'You Know, for Search',
  }
}

const HEALTH =
  'level wait_for_status wait_for_nodes wait_for_no_relocating_shards wait_for_no_initializing_shards wait_for_active_shards wait_for_events expand_wildcards'
const STATUS_ORDER = ['green', 'yellow', 'red']

export function healthOf(cluster: Cluster, index: IndexState): 'green' | 'yellow' | 'red' {
  if (index.startsAt > cluster.clock.now()) return 'red'
  return index.replicas > 0 ? 'yellow' : 'green'
}

async function health(cluster: Cluster, { params, query }: EsRequest): Promise<EsAnswer> {
  const missing =
    params.index !== undefined && !params.index.includes('*') && params.index !== '_all' && params.index.split(',').some((name) => !known(cluster, name))
  const indices = cluster.resolve(params.index, { ignoreUnavailable: true })
  const wanted = query.wait_for_status
  if (wanted !== undefined && !STATUS_ORDER.includes(wanted))
    throw illegalArgument(`No enum constant org.elasticsearch.cluster.health.ClusterHealthStatus.${wanted.toUpperCase()}`)
  // Shards that start turn the status by themselves; nothing else here does.
  if (wanted !== undefined && !missing) await cluster.started(indices, durationMs(query.timeout ?? '30s') ?? 30_000)
  const counted = indices.map((index) => indexHealth(cluster, index))
  const sum = (key: keyof IndexHealth) => counted.reduce((total, one) => total + Number(one[key]), 0)
  const [shards, unassigned] = [sum('active_shards'), sum('unassigned_shards')]
  const status = missing ? 'red' : (STATUS_ORDER[Math.max(0, ...counted.map((one) => STATUS_ORDER.indexOf(one.status)))] ?? 'green')
  const timedOut = missing || (wanted !== undefined && STATUS_ORDER.indexOf(status) > STATUS_ORDER.indexOf(wanted))
  if (timedOut) await cluster.clock.sleep(durationMs(query.timeout ?? '30s') ?? 30_000)
  const body: JsonObject = {
    cluster_name: cluster.name,
    status,
    timed_out: timedOut,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: shards,
    active_shards: shards,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: unassigned,
    ...(cluster.version === '7.17' ? {} : { unassigned_primary_shards: sum('number_of_shards') - sum('active_primary_shards') }),
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: shards + unassigned === 0 ? 100 : (shards / (shards + unassigned)) * 100,
    ...(query.level === 'indices' || query.level === 'shards'
      ? { indices: Object.fromEntries(indices.map((index, i) => [index.name, { ...counted[i] }])) }
      : {}),
  }
  return { status: timedOut ? 408 : 200, body }
}

function known(cluster: Cluster, name: string): boolean {
  return cluster.indices.has(name) || [...cluster.indices.values()].some((index) => name in index.aliases)
}

type IndexHealth = ReturnType<typeof indexHealth>

function indexHealth(cluster: Cluster, index: IndexState) {
  const status = healthOf(cluster, index)
  const active = status === 'red' ? 0 : index.shards
  return {
    status,
    number_of_shards: index.shards,
    number_of_replicas: index.replicas,
    active_primary_shards: active,
    active_shards: active,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: index.shards * (1 + index.replicas) - active,
  }
}

const STATE = 'wait_for_metadata_version wait_for_timeout flat_settings ignore_unavailable allow_no_indices expand_wildcards'

/** `wait_for_metadata_version`: a doorbell; the answer comes when the metadata has reached that version, or says that it did not. */
async function state(cluster: Cluster, { params, query }: EsRequest): Promise<EsAnswer> {
  const wanted = query.wait_for_metadata_version
  if (wanted !== undefined) {
    if (!/^\d+$/.test(wanted) || Number(wanted) < 1) throw illegalArgument(`provided waitForMetadataVersion should be >= 1, but instead is [${wanted}]`)
    const reached = await cluster.waitForMetadata(Number(wanted), durationMs(query.wait_for_timeout ?? '1m') ?? 60_000)
    if (!reached) return { body: { wait_for_timed_out: true, cluster_name: cluster.name } }
  }
  const metrics = new Set((params.metric ?? '_all').split(','))
  const all = metrics.has('_all')
  // The state as a whole also counts what is no metadata, so its version runs ahead.
  const version = cluster.metadataVersion + 2
  return {
    body: {
      ...(wanted === undefined ? {} : { wait_for_timed_out: false }),
      cluster_name: cluster.name,
      cluster_uuid: cluster.uuid,
      ...(all || metrics.has('version') ? { version, state_uuid: `${cluster.uuid.slice(0, 16)}${String(version).padStart(6, '0')}` } : {}),
      ...(all || metrics.has('master_node') ? { master_node: cluster.nodeId } : {}),
      ...(all || metrics.has('blocks') ? { blocks: {} } : {}),
      ...(all || metrics.has('nodes')
        ? { nodes: { [cluster.nodeId]: { name: cluster.nodeName, roles: ['data', 'ingest', 'master'], version: cluster.facts.number } } }
        : {}),
      ...(all || metrics.has('metadata') ? { metadata: metadata(cluster, params.index) } : {}),
    },
  }
}

/** Settings of the cluster are kept and shown; of those only `action.auto_create_index` and `cluster.routing.allocation.enable: none` do something here. */
function putSettings(cluster: Cluster, request: EsRequest): EsAnswer {
  const body = jsonBody(request)
  const given = { persistent: flat(asObject(body.persistent)), transient: flat(asObject(body.transient)) }
  if (Object.keys(given.persistent).length + Object.keys(given.transient).length === 0) {
    throw new EsError(400, { type: 'action_request_validation_exception', reason: 'Validation Failed: 1: no settings to update;' })
  }
  for (const [scope, settings] of Object.entries(given)) {
    const unknown = Object.keys(settings).find((key) => !/^(action|cluster|indices|search|ingest|logger|http|network|thread_pool|xpack)\./.test(key))
    if (unknown !== undefined) throw illegalArgument(`${scope} setting [${unknown}], not recognized`)
  }
  for (const [key, value] of Object.entries(given.persistent)) cluster.setting('persistent', key, value)
  for (const [key, value] of Object.entries(given.transient)) cluster.setting('transient', key, value)
  const changed = (settings: Record<string, string | null>) =>
    nested(Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== null)))
  return { body: { acknowledged: true, persistent: changed(given.persistent), transient: changed(given.transient) } }
}

function flat(json: JsonObject, prefix = ''): Record<string, string | null> {
  const found: Record<string, string | null> = {}
  for (const [key, value] of Object.entries(json)) {
    if (isObject(value)) Object.assign(found, flat(value, `${prefix}${key}.`))
    else found[prefix + key] = value === null ? null : String(value)
  }
  return found
}

function shownSettings(cluster: Cluster, { query }: EsRequest): JsonObject {
  const shown = (scope: 'persistent' | 'transient') => {
    const own = Object.fromEntries(cluster.settings[scope])
    return query.flat_settings === '' || query.flat_settings === 'true' ? own : nested(own)
  }
  return { persistent: shown('persistent'), transient: shown('transient') }
}

function metadata(cluster: Cluster, names: string | undefined): JsonObject {
  const indices = cluster.resolve(names, { ignoreUnavailable: true })
  return {
    cluster_uuid: cluster.uuid,
    templates: {},
    indices: Object.fromEntries(
      indices.map((index) => [
        index.name,
        {
          state: 'open',
          settings: nested(index.settings),
          mappings: index.mapping.isEmpty ? {} : { _doc: index.mapping.json },
          aliases: Object.keys(index.aliases),
        },
      ]),
    ),
    index_template: { index_template: Object.fromEntries(cluster.indexTemplates) },
    component_template: { component_template: Object.fromEntries(cluster.componentTemplates) },
  }
}

function nodes(cluster: Cluster): JsonObject {
  const { facts } = cluster
  return {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: cluster.name,
    nodes: {
      [cluster.nodeId]: {
        name: cluster.nodeName,
        host: '127.0.0.1',
        ip: '127.0.0.1',
        version: facts.number,
        build_flavor: 'default',
        build_type: 'tar',
        build_hash: facts.hash,
        roles: ['data', 'ingest', 'master'],
      },
    },
  }
}
