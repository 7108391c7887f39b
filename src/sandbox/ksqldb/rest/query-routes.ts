/** The query endpoints: /query-stream, the older /query, /close-query, /inserts-stream. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { runQuery } from '../query/run-query.ts'
import type { KsqldbServer } from '../server.ts'
import { unknownOverride } from '../statements/settings.ts'
import { mapField, missingProperty, readBody } from './body.ts'
import { genericError } from './errors.ts'
import { stringsOf } from './ksql-routes.ts'
import { answer, answerError, DELIMITED_TYPE, JSON_TYPE, negotiate, V1_TYPE } from './respond.ts'
import { bodyOf } from './server-routes.ts'

const STREAM_ENTITY = 'io.confluent.ksql.rest.entity.QueryStreamArgs'
const OLD_ENTITY = 'io.confluent.ksql.rest.entity.KsqlRequest'
const CLOSE_ENTITY = 'io.confluent.ksql.rest.entity.CloseQueryArgs'

export function addQueryRoutes(app: FastifyInstance, server: KsqldbServer): void {
  app.post('/query-stream', async (request, reply) => {
    const contentType = negotiate(request.headers.accept, [DELIMITED_TYPE, JSON_TYPE, V1_TYPE])
    if (contentType === undefined) return answer(reply, 406, '')
    try {
      const body = readBody(bodyOf(request), STREAM_ENTITY)
      if (typeof body.fields.sql !== 'string') throw missingProperty(body, STREAM_ENTITY, 'sql')
      const properties = mapField(body, STREAM_ENTITY, 'properties')
      const variables = stringsOf(mapField(body, STREAM_ENTITY, 'sessionVariables'))
      await runQuery({ sql: body.fields.sql, properties, variables, contentType, old: false }, reply, server)
    } catch (error) {
      fail(reply, error, undefined)
    }
  })

  app.post('/query', async (request, reply) => {
    const accepted = negotiate(request.headers.accept, [V1_TYPE, JSON_TYPE, DELIMITED_TYPE])
    if (accepted === undefined) return answer(reply, 406, '')
    const contentType = accepted === JSON_TYPE ? V1_TYPE : accepted
    let pull = false
    try {
      const body = readBody(bodyOf(request), OLD_ENTITY)
      if (typeof body.fields.ksql !== 'string') throw genericError(40000, '"ksql" field must be populated')
      pull = /^\s*SELECT\b/i.test(body.fields.ksql) && !/\bEMIT\s+(?:CHANGES|FINAL)\b/i.test(body.fields.ksql)
      const properties = mapField(body, OLD_ENTITY, 'streamsProperties')
      const unknown = unknownOverride(properties)
      if (unknown !== undefined) throw genericError(50000, unknown)
      const variables = stringsOf(mapField(body, OLD_ENTITY, 'sessionVariables'))
      await runQuery({ sql: body.fields.ksql, properties, variables, contentType, old: true }, reply, server)
    } catch (error) {
      // Pull queries go another way inside the real server, whose faults have no content type.
      fail(reply, error, pull ? undefined : JSON_TYPE)
    }
  })

  app.post('/close-query', (request, reply) => {
    try {
      const body = readBody(bodyOf(request), CLOSE_ENTITY)
      const id = body.fields.queryId
      if (typeof id !== 'string') throw missingProperty(body, CLOSE_ENTITY, 'queryId')
      const query = server.transients().find((one) => one.id === id)
      if (query === undefined) throw genericError(40000, `No query with id ${id}`)
      query.end()
      answer(reply, 200, '')
    } catch (error) {
      fail(reply, error, undefined)
    }
  })

  app.post('/inserts-stream', (_, reply) => answerError(reply, genericError(40004, 'This endpoint is only available when using HTTP2'), undefined))
}

/** After the answer has begun an error can only end it. */
function fail(reply: FastifyReply, error: unknown, contentType: string | undefined): void {
  if (reply.raw.headersSent) reply.raw.destroy(error instanceof Error ? error : new Error(String(error)))
  else answerError(reply, error, contentType)
}

/** Whether a request could change something. */
export function isMutating(request: FastifyRequest): boolean {
  if (request.method !== 'POST') return false
  const path = request.url.split('?')[0]
  if (path === '/ksql') return !onlyReads(bodyOf(request))
  return path !== '/query' && path !== '/query-stream' && path !== '/close-query'
}

const READS = /^\s*(?:--[^\n]*\n\s*)*(?:LIST|SHOW|DESCRIBE|EXPLAIN|ASSERT|DEFINE|UNDEFINE|SET|UNSET)\b/i

function onlyReads(body: string | undefined): boolean {
  try {
    const { ksql } = JSON.parse(body ?? '') as { ksql?: unknown }
    if (typeof ksql !== 'string') return true
    return ksql
      .split(/;(?=(?:[^']*'[^']*')*[^']*$)/)
      .filter((statement) => statement.trim() !== '')
      .every((statement) => READS.test(statement))
  } catch {
    // What cannot be read changes nothing.
    return true
  }
}
