/** Heartbeats and lag reports between the servers of a cluster. There is one server: it hears of itself only. Both are off by default. */
import type { FastifyInstance } from 'fastify'
import { subtopologies } from '../describe/subtopologies.ts'
import { topologyText } from '../describe/topology.ts'
import type { KsqldbServer } from '../server.ts'
import type { PersistentQuery } from '../store/state.ts'
import { readBody } from './body.ts'
import { genericError } from './errors.ts'
import { answer, answerError, answerJson, JSON_TYPE } from './respond.ts'
import { bodyOf } from './server-routes.ts'

const HEARTBEAT = 'io.confluent.ksql.rest.entity.HeartbeatMessage'
const HOST = 'io.confluent.ksql.rest.entity.KsqlHostInfoEntity'
const LAG_REPORT = 'io.confluent.ksql.rest.entity.LagReportingMessage'
/** The store of an aggregate: what is written to its changelog is what is written to the sink. */
const AGGREGATE = 'Aggregate-Aggregate-Materialize'

export function addClusterRoutes(app: FastifyInstance, server: KsqldbServer): void {
  const on = (property: string) => server.properties[property] === 'true'

  app.get('/clusterStatus', (_, reply) => {
    if (!on('ksql.heartbeat.enable')) return answer(reply, 404, '', JSON_TYPE)
    const queries = server.state.queries().filter(({ id }) => server.hostOf(id)?.waiting === false)
    const now = server.now()
    const lags = on('ksql.lag.reporting.enable') ? { stateStoreLags: storeLags(queries, server), updateTimeMs: now } : { stateStoreLags: {}, updateTimeMs: 0 }
    const status = { hostAlive: true, lastStatusUpdateMs: now, activeStandbyPerQuery: activeStores(queries, server), hostStoreLags: lags }
    answerJson(reply, { clusterStatus: { [server.host]: status } })
  })

  app.post('/heartbeat', (request, reply) => {
    if (!on('ksql.heartbeat.enable')) return answer(reply, 404, '', JSON_TYPE)
    try {
      const { fields, columns } = readBody(bodyOf(request), HEARTBEAT)
      if (typeof fields.hostInfo === 'object' && fields.hostInfo !== null && !Array.isArray(fields.hostInfo)) {
        throw genericError(
          40000,
          `Invalid JSON in request: Cannot construct instance of \`${HOST}\` (although at least one Creator exists): cannot deserialize from Object value (no delegate- or property-based Creator)\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${(columns.hostInfo ?? 0) + 1}] (through reference chain: ${HEARTBEAT}["hostInfo"])`,
        )
      }
      answerJson(reply, { isOk: true })
    } catch (error) {
      answerError(reply, error, undefined)
    }
  })

  app.post('/lag', (request, reply) => {
    try {
      const { fields } = readBody(bodyOf(request), LAG_REPORT)
      if (!on('ksql.lag.reporting.enable') || fields.ksqlHost === undefined) throw genericError(50000, 'Failed to deserialize buffer')
      answerJson(reply, { isOk: true })
    } catch (error) {
      answerError(reply, error, undefined)
    }
  })
}

function activeStores(queries: readonly PersistentQuery[], server: KsqldbServer) {
  return Object.fromEntries(
    queries.flatMap((query) => {
      const stores = storesOf(query)
      if (stores.length === 0) return []
      const shapes = new Map((server.hostOf(query.id)?.partitions() ?? []).map(({ topic, partition }) => [`${topic} ${partition}`, { topic, partition }]))
      const activePartitions = subtopologies(query.query, server.hostOf(query.id))
        .flat()
        .flatMap((topic) => [...shapes.values()].filter((one) => one.topic === topic))
      return [[query.id, { activeStores: stores, activePartitions, standByStores: [], standByPartitions: [] }]]
    }),
  )
}

/** Nothing lags behind: state and changelog are the same here. Of the stores of source tables no changelog is counted. */
function storeLags(queries: readonly PersistentQuery[], server: KsqldbServer) {
  const lags = queries.flatMap((query) => {
    const written = server.hostOf(query.id)?.sink?.writtenTo ?? []
    if (!storesOf(query).includes(AGGREGATE) || written.length === 0) return []
    const lagByPartition = Object.fromEntries(
      written.map((count, partition) => [partition, { currentOffsetPosition: count, endOffsetPosition: count, offsetLag: 0 }]),
    )
    return [[`${query.id}#${AGGREGATE}`, { lagByPartition, size: written.length }] as const]
  })
  return Object.fromEntries(lags)
}

function storesOf({ query, sink }: PersistentQuery): string[] {
  const named = topologyText(query, { sinkTopic: sink?.topic, push: false }).matchAll(/stores: \[([^\]]+)\]/g)
  return [...new Set([...named].map(([, store = '']) => store))]
}
