/** POST /ksql: statements that are not queries. */
import type { FastifyInstance } from 'fastify'
import type { KsqldbServer } from '../server.ts'
import { listField, mapField, readBody } from './body.ts'
import { answer, answerError, answerJson, JSON_TYPE, negotiate, V1_TYPE } from './respond.ts'
import { bodyOf } from './server-routes.ts'

const ENTITY = 'io.confluent.ksql.rest.entity.KsqlRequest'
const TERMINATE_ENTITY = 'io.confluent.ksql.rest.entity.ClusterTerminateRequest'

/** `onTerminated` is called once the cluster is being ended: the server then serves nothing more. */
export function addKsqlRoutes(app: FastifyInstance, server: KsqldbServer, onTerminated: () => void): void {
  app.post('/ksql', async (request, reply) => {
    if (negotiate(request.headers.accept, [JSON_TYPE, V1_TYPE]) === undefined) return answer(reply, 406, '')
    let read: { text: string; properties: ReturnType<typeof mapField>; variables: Record<string, string>; sequence: number | undefined }
    try {
      const body = readBody(bodyOf(request), ENTITY)
      const text = body.fields.ksql
      const sequence = body.fields.commandSequenceNumber
      read = {
        text: typeof text === 'string' ? text : '',
        properties: mapField(body, ENTITY, 'streamsProperties'),
        variables: stringsOf(mapField(body, ENTITY, 'sessionVariables')),
        sequence: typeof sequence === 'number' ? sequence : undefined,
      }
    } catch (error) {
      return answerError(reply, error, undefined)
    }
    try {
      return answerJson(reply, await server.runStatements(read.text, read.properties, read.variables, read.sequence))
    } catch (error) {
      return answerError(reply, error, JSON_TYPE)
    }
  })

  app.post('/ksql/terminate', async (request, reply) => {
    try {
      const body = readBody(bodyOf(request), TERMINATE_ENTITY)
      answerJson(reply, [await server.terminateCluster(listField(body, TERMINATE_ENTITY, 'deleteTopicList'))])
      onTerminated()
    } catch (error) {
      answerError(reply, error, undefined)
    }
  })
}

export function stringsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
