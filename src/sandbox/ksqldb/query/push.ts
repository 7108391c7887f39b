/** Push queries: a run of its own for each, which ends with its client, its limit or a fault. */
import type { FastifyReply } from 'fastify'
import type { OutputRow } from '../../../engine/index.ts'
import type { AnalysedQuery } from '../../../sql/index.ts'
import { QueryHost } from '../run/query-host.ts'
import type { KsqldbServer } from '../server.ts'
import { type AnswerStream, openAnswer } from './answer-stream.ts'
import { answerColumns, answerRow } from './columns.ts'
import { type QueryRequest, runnable } from './request.ts'

export async function push(query: AnalysedQuery, text: string, request: QueryRequest, reply: FastifyReply, server: KsqldbServer): Promise<void> {
  const queryId = `transient_${query.from.source.name}_${server.randomId()}`
  const groupId = `${server.transientGroupOf(queryId)}_${server.now()}`
  const columns = answerColumns(query)
  const startsAt = await server.runs.startOffsets(query, request.properties)
  let count = 0
  let ended = false
  const finish = (close: () => void) => {
    if (ended) return
    ended = true
    close()
    server.removeTransient(queryId)
    void host
      .stop()
      .then(() => server.kafka.deleteGroup(groupId))
      .catch((error: unknown) => server.log.debug({ queryId, err: error }, 'the group of a push query could not be deleted'))
  }
  const onRow = (output: OutputRow) => {
    const row = ended ? undefined : answerRow(output, columns)
    if (row === undefined) return
    count++
    stream.row(row)
    if (count === query.limit) finish(() => stream.end('Limit Reached'))
  }
  const host = runnable(
    () =>
      new QueryHost({
        ...server.runs.defaults(request.properties),
        groupId,
        // The limit counts rows that are sent, after the caches.
        query: withoutLimit(query),
        startsAt,
        onRow,
        onFatal: (error) => finish(() => stream.fail({ '@type': 'generic_error', error_code: 50000, message: error.errorMessage })),
      }),
  )
  const stream: AnswerStream = openAnswer(reply, request.contentType, { queryId, columns, keysInHeader: false })
  server.addTransient({ id: queryId, statementText: text, end: () => finish(() => stream.end()) })
  reply.raw.on('close', () => finish(() => {}))
  try {
    await host.start()
  } catch (error) {
    finish(() => stream.fail({ '@type': 'generic_error', error_code: 50000, message: error instanceof Error ? error.message : String(error) }))
  }
}

function withoutLimit(query: AnalysedQuery): AnalysedQuery {
  const { limit: _, ...rest } = query
  return rest
}
