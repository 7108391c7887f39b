/** One search over the indices it names. */
import { parseAggs } from './aggs/index.ts'
import type { Cluster } from './cluster.ts'
import { EsError, illegalArgument, parsingError, ShardFailure } from './errors.ts'
import { parseHits, type ScoredDoc, showHits } from './hits.ts'
import type { IndexState } from './index-state.ts'
import { asList, isObject, type Json, type JsonObject } from './json.ts'
import { parseQuery } from './query/index.ts'

const KEYS = new Set(
  `query size from sort _source aggs aggregations track_total_hits track_scores search_after post_filter min_score version seq_no_primary_term
  docvalue_fields fields stored_fields script_fields highlight timeout terminate_after explain profile stats pit runtime_mappings indices_boost
  collapse rescore slice suggest ext knn rank retriever`.split(/\s+/),
)
/** What this server does not do is refused, unless it is empty or changes nothing of what is found. */
const UNSUPPORTED = ['collapse', 'rescore', 'slice', 'suggest', 'knn', 'rank', 'retriever', 'runtime_mappings', 'script_fields']

const MAX_WINDOW = 10_000

export interface ParsedSearch {
  run(indices: readonly IndexState[]): JsonObject
}

/** Throws for everything that is wrong with the request itself. `endless`: a scroll may go beyond the window of a search. */
export function parseSearch(cluster: Cluster, body: JsonObject, { endless = false } = {}): ParsedSearch {
  for (const [key, value] of Object.entries(body)) {
    if (!KEYS.has(key)) throw parsingError(`Unknown key for a ${tokenOf(value)} in [${key}].`)
    if (UNSUPPORTED.includes(key) && !isEmpty(value)) throw illegalArgument(`[${key}] is not supported by this server`)
  }
  const query = parseQuery(body.query)
  const post = body.post_filter === undefined ? undefined : parseQuery(body.post_filter)
  const aggs = parseAggs(body.aggs ?? body.aggregations)
  const hits = parseHits(body)
  const wantsAggs = isObject(body.aggs) || isObject(body.aggregations)
  return {
    run(indices) {
      const now = cluster.clock.now()
      const context = { indices, now, typed: cluster.version === '7.17' }
      const shards = indices.reduce((sum, index) => sum + index.shards, 0)
      const shardsBody = { total: shards, successful: shards, skipped: 0, failed: 0 }
      try {
        if (!endless && hits.from + hits.size > MAX_WINDOW) throw tooLarge(hits.from + hits.size)
        const matched: ScoredDoc[] = []
        for (const index of indices) {
          const match = query({ index, now })
          for (const doc of index.candidates(match.bounds ?? [])) {
            const score = match(doc)
            if (score !== undefined && (body.min_score === undefined || score >= Number(body.min_score))) matched.push({ doc, score })
          }
        }
        const shown = post ? matched.filter(({ doc }) => post({ index: doc.index, now })(doc) !== undefined) : matched
        const total = totalOf(shown.length, body.track_total_hits)
        const hitsBody = showHits(shown, hits, context)
        const aggregations = wantsAggs
          ? aggs(
              matched.map(({ doc }) => doc),
              context,
            )
          : undefined
        return {
          took: cluster.clock.now() - now,
          timed_out: false,
          _shards: shardsBody,
          hits: { ...(total ? { total } : {}), ...hitsBody, ...(indices.length === 0 ? { max_score: 0 } : {}) },
          ...(aggregations ? { aggregations: indices.length === 0 ? {} : aggregations } : {}),
        }
      } catch (error) {
        if (error instanceof ShardFailure)
          throw error.toEsError(
            indices.map(({ name }) => name),
            cluster.nodeId,
          )
        throw error
      }
    },
  }
}

function totalOf(count: number, track: Json | undefined): JsonObject | undefined {
  if (track === false) return undefined
  const limit = track === true ? Number.POSITIVE_INFINITY : typeof track === 'number' ? track : 10_000
  return count > limit ? { value: limit, relation: 'gte' } : { value: count, relation: 'eq' }
}

function tooLarge(window: number): ShardFailure {
  return new ShardFailure(
    {
      type: 'illegal_argument_exception',
      reason: `Result window is too large, from + size must be less than or equal to: [${MAX_WINDOW}] but was [${window}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
    },
    true,
  )
}

function tokenOf(value: Json): string {
  if (Array.isArray(value)) return 'START_ARRAY'
  if (isObject(value)) return 'START_OBJECT'
  if (value === null) return 'VALUE_NULL'
  return typeof value === 'string' ? 'VALUE_STRING' : typeof value === 'number' ? 'VALUE_NUMBER' : 'VALUE_BOOLEAN'
}

function isEmpty(value: Json): boolean {
  return value === null || (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0)
}

/** `_count`: how many match, over how many shards. */
export function countDocuments(cluster: Cluster, body: JsonObject, indices: readonly IndexState[]): JsonObject {
  for (const key of Object.keys(body)) if (key !== 'query') throw parsingError(`request does not support [${key}]`)
  const answer = parseSearch(cluster, { ...body, size: 0, track_total_hits: true }).run(indices)
  const hits = answer.hits
  const total = isObject(hits) && isObject(hits.total) ? (hits.total.value ?? 0) : 0
  return { count: total, _shards: answer._shards ?? null }
}

/** `_msearch`: header and body lines in turn. A fault of one search stands in its place; a malformed one refuses all. */
export function multiSearch(cluster: Cluster, lines: readonly JsonObject[], defaults: { index?: string }): JsonObject {
  const started = cluster.clock.now()
  const searches: { header: JsonObject; search: ParsedSearch }[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const body = lines[i + 1]
    if (!body) throw illegalArgument('Expected a body line after the header line')
    searches.push({ header: headerOf(lines[i] ?? {}), search: parseSearch(cluster, body) })
  }
  const responses = searches.map(({ header, search }): JsonObject => {
    try {
      const names = header.index === undefined ? defaults.index : asList(header.index).join(',')
      const options = { ignoreUnavailable: header.ignore_unavailable === true || header.ignore_unavailable === 'true' }
      return { ...search.run(cluster.resolve(names, options)), status: 200 }
    } catch (error) {
      if (error instanceof EsError) return error.body()
      throw error
    }
  })
  return { took: cluster.clock.now() - started, responses }
}

const HEADER_KEYS = [
  'index',
  'indices',
  'ignore_unavailable',
  'allow_no_indices',
  'expand_wildcards',
  'search_type',
  'preference',
  'routing',
  'request_cache',
  'ignore_throttled',
  'allow_partial_search_results',
  'ccs_minimize_roundtrips',
  'max_concurrent_shard_requests',
  'project_routing',
]

function headerOf(header: JsonObject): JsonObject {
  for (const key of Object.keys(header)) if (!HEADER_KEYS.includes(key)) throw illegalArgument(`key [${key}] is not supported in the metadata section`)
  return header.indices === undefined ? header : { ...header, index: header.indices }
}
