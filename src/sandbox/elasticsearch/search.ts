/** One search over the indices it names. */
import { parseAggs } from './aggs/index.ts'
import type { Cluster } from './cluster.ts'
import { allShardsMissing, EsError, illegalArgument, missingShard, parsingError, ShardFailure, someShardsMissing } from './errors.ts'
import { parseHits, type ScoredDoc, showHits } from './hits.ts'
import type { IndexState } from './index-state.ts'
import { asList, asObject, isObject, type Json, type JsonObject, simpleMatch } from './json.ts'
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

/** Throws for everything that is wrong with the request itself. `endless`: a scroll may go beyond the window of a search. `partial`: it may do without shards that do not answer yet. */
export function parseSearch(cluster: Cluster, body: JsonObject, { endless = false, partial = true } = {}): ParsedSearch {
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
    run(asked) {
      const now = cluster.clock.now()
      const missing = asked.filter(({ startsAt }) => startsAt > now).map(({ name }) => name)
      if (missing.length > 0 && missing.length === asked.length) throw allShardsMissing(missing)
      if (missing.length > 0 && !partial) throw someShardsMissing(missing, 'query')
      const indices = asked.filter(({ startsAt }) => startsAt <= now)
      const context = { indices, now, typed: cluster.version === '7.17' }
      const count = (list: readonly IndexState[]) => list.reduce((sum, index) => sum + index.shards, 0)
      const failed = count(asked) - count(indices)
      const failures = missing.length > 0 ? { failures: missing.map(missingShard) } : {}
      const shardsBody = { total: count(asked), successful: count(indices), skipped: 0, failed, ...failures }
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

/** The search with the filters of the aliases that its indices are named by. An index that is named otherwise too is not narrowed. */
export function narrowed(cluster: Cluster, expression: string | undefined, body: JsonObject): JsonObject {
  const names = (expression ?? '').split(',')
  const filters = [...cluster.indices.values()].flatMap((index): Json[] => {
    const own = names.filter((name) => name in index.aliases).map((name) => asObject(index.aliases[name]).filter)
    const open = own.length === 0 || own.includes(undefined) || names.some((name) => simpleMatch(name, index.name))
    return open ? [] : [{ bool: { filter: [{ term: { _index: index.name } }], should: own as Json[], minimum_should_match: 1 } }]
  })
  if (filters.length === 0) return body
  const named = filters.map((filter) => asObject(asObject(filter).bool).filter as Json)
  const others = { bool: { must_not: named.flat() } }
  const narrow = { bool: { should: [...filters, others], minimum_should_match: 1 } }
  return { ...body, query: { bool: { must: body.query === undefined ? [{ match_all: {} }] : [body.query], filter: [narrow] } } }
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
    const header = headerOf(lines[i] ?? {})
    searches.push({ header, search: parseSearch(cluster, narrowed(cluster, namesOf(header, defaults), body)) })
  }
  const responses = searches.map(({ header, search }): JsonObject => {
    try {
      const names = namesOf(header, defaults)
      const options = { ignoreUnavailable: header.ignore_unavailable === true || header.ignore_unavailable === 'true' }
      return { ...search.run(cluster.resolve(names, options)), status: 200 }
    } catch (error) {
      if (error instanceof EsError) return error.body()
      throw error
    }
  })
  return { took: cluster.clock.now() - started, responses }
}

const namesOf = (header: JsonObject, defaults: { index?: string }) => (header.index === undefined ? defaults.index : asList(header.index).join(','))

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
