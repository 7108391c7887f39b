/** Pull queries: on tables the rows as they stand, on streams what the topic holds now. */
import type { FastifyReply } from 'fastify'
import { compileQuery } from '../../../engine/index.ts'
import type { AnalysedQuery } from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'
import { readToEnd } from '../run/read-topic.ts'
import type { KsqldbServer } from '../server.ts'
import { openAnswer } from './answer-stream.ts'
import { answerColumns, answerRow } from './columns.ts'
import { notQueryable, pullRows, SCANS_DISABLED } from './pull.ts'
import { type QueryRequest, runnable } from './request.ts'

export function pullTable(query: AnalysedQuery, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): void {
  const { name, key } = query.from.source
  const running = server.state.queryOf(name)
  const host = running === undefined ? undefined : server.hostOf(running.id)
  if (host?.running.table === undefined) throw notQueryable(name)
  if (host.restoring) {
    const value = keyEquals(query, key[0]?.name ?? '')
    throw new StatementFault(
      `Error starting pull query: Materialized data for key [${value ?? ''}]-Optional.empty is not available yet. Please try again later.`,
    )
  }
  if (query.where === undefined && String(request.properties['ksql.query.pull.table.scan.enabled']) === 'false') throw SCANS_DISABLED
  const { columns, rows } = pullRows(query, host)
  const stream = openAnswer(reply, request.contentType, { queryId: `query_${server.now()}`, columns, keysInHeader: true })
  for (const row of rows) stream.row(row)
  stream.end()
}

/** The literal that the key is compared with, for a message. */
function keyEquals(query: AnalysedQuery, key: string): string | undefined {
  const where = query.where?.expression
  if (where?.kind !== 'Comparison' || where.operator !== '=' || where.left.kind !== 'ColumnReference' || where.left.name !== key) return undefined
  return 'value' in where.right ? String(where.right.value) : undefined
}

/** Reads the stream to where it ends now. */
export async function pullStream(query: AnalysedQuery, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const { source } = query.from
  const queryId = `transient_${source.name}_${server.randomId()}`
  const records = await readToEnd({ kafka: server.kafka, log: server.log, groupId: `${server.transientGroupOf(queryId)}_${server.now()}`, topic: source.topic })
  const running = runnable(() =>
    compileQuery({ query, onError: (error) => server.log.debug({ queryId, message: error.message }, 'record skipped'), ...worldOf(server) }),
  )
  const columns = answerColumns(query)
  const stream = openAnswer(reply, request.contentType, { queryId, columns, keysInHeader: false })
  let count = 0
  for (const record of records.sort((a, b) => a.timestamp - b.timestamp || Number(a.offset - b.offset))) {
    for (const output of running.process(record)) {
      const row = answerRow(output, columns)
      if (row === undefined || count === query.limit) continue
      count++
      stream.row(row)
    }
  }
  stream.end(count === query.limit ? 'Limit Reached' : 'Query Completed')
}

const worldOf = (server: KsqldbServer) => ({ random: () => server.random.next(), now: () => server.now() })
