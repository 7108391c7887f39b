/** `POST /api/ds/query`: the queries of a panel, answered as data frames. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Failure } from '../../../ports/index.ts'
import { connect, indexOf, reasonOf, timeFieldOf } from '../elasticsearch/connection.ts'
import { frameJson } from '../elasticsearch/frames.ts'
import { type EsQuery, parseEsQuery, QueryError } from '../elasticsearch/model.ts'
import { searchBody, type TimeRange } from '../elasticsearch/request.ts'
import { framesOf, searchError } from '../elasticsearch/response.ts'
import { GrafanaFault, notFound } from '../fault.ts'
import { asList, asObject, type JsonObject, text } from '../json.ts'
import type { DataSource, GrafanaState } from '../state.ts'
import { rangeOf } from '../time-range.ts'

const multiSearch = z.looseObject({ responses: z.array(z.looseObject({})) })

export function queryRoutes(app: FastifyInstance, state: GrafanaState): void {
  app.post('/api/ds/query', async (request, reply) => {
    const body = asObject(request.body)
    const queries = asList(body.queries).map(asObject)
    if (queries.length === 0) throw GrafanaFault.named(400, 'query.noQueries', 'No queries found')
    const range = rangeOf(text(body.from, 'now-1h'), text(body.to, 'now'), state.clock.now())
    if (!range) throw GrafanaFault.named(400, 'query.invalidTimeRange', 'Invalid time range')
    const results: JsonObject = {}
    for (const [source, own] of bySource(state, queries)) Object.assign(results, await ask(source, own, range))
    const failed = Object.values(results).some((result) => asObject(result).error !== undefined)
    return reply.code(failed ? 400 : 200).send({ results })
  })
}

function bySource(state: GrafanaState, queries: readonly JsonObject[]): Map<DataSource, JsonObject[]> {
  const groups = new Map<DataSource, JsonObject[]>()
  for (const query of queries) {
    const named = typeof query.datasource === 'string' ? query.datasource : text(asObject(query.datasource).uid)
    const source = state.dataSources.get(named) ?? [...state.dataSources.values()].find(({ name, isDefault }) => name === named || (named === '' && isDefault))
    if (!source) throw notFound('Data source not found')
    if (source.type !== 'elasticsearch') throw new GrafanaFault(404, 'Plugin not found', { messageId: 'plugin.notRegistered', statusCode: 404, traceID: '' })
    groups.set(source, [...(groups.get(source) ?? []), query])
  }
  return groups
}

/** All queries of one data source in one `_msearch`, each with its own result. */
async function ask(source: DataSource, queries: readonly JsonObject[], range: TimeRange): Promise<JsonObject> {
  const results: JsonObject = {}
  const fail = (refId: string, status: number, error: string): void => {
    results[refId] = { error, errorSource: 'downstream', status, frames: [] }
  }
  const parsed: { query: EsQuery; search: JsonObject }[] = []
  const timeField = timeFieldOf(source)
  for (const json of queries) {
    if (json.hide === true) continue
    try {
      const query = parseEsQuery(json)
      parsed.push({ query, search: searchBody(query, timeField, range) })
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      fail(text(json.refId, 'A'), 400, error.message)
    }
  }
  if (parsed.length === 0) return results
  try {
    const answers = await send(
      source,
      parsed.map(({ search }) => search),
    )
    for (const [i, { query }] of parsed.entries()) {
      const answer = asObject(answers[i])
      const error = searchError(answer)
      if (error === undefined) results[query.refId] = { status: 200, frames: framesOf(query, answer, timeField).map(frameJson) }
      else fail(query.refId, 400, error)
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    for (const { query } of parsed) fail(query.refId, error.status ?? 502, reasonOf(error.body) ?? error.message)
  }
  return results
}

async function send(source: DataSource, searches: readonly JsonObject[]): Promise<readonly unknown[]> {
  const header = { ignore_unavailable: true, index: indexOf(source), search_type: 'query_then_fetch' }
  const lines = searches.flatMap((search) => [JSON.stringify(header), JSON.stringify(search)])
  const shards = source.jsonData.maxConcurrentShardRequests
  const { body } = await connect(source).request({
    method: 'POST',
    path: ['_msearch'],
    query: { max_concurrent_shard_requests: typeof shards === 'number' && shards > 0 ? shards : 5 },
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
    answer: multiSearch,
  })
  return body.responses
}
