/** Endpoints about the server itself. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KsqldbServer } from '../server.ts'
import { DENIED } from '../statements/known-properties.ts'
import { deniedError } from '../statements/settings.ts'
import { genericError } from './errors.ts'
import { answer, answerError, answerJson, JSON_TYPE } from './respond.ts'

/** The version whose answers this server gives. */
const VERSION = '7.9.0'

const COMMAND_TYPES = ['TOPIC', 'STREAM', 'TABLE', 'TERMINATE', 'CLUSTER', 'TYPE', 'PAUSE', 'RESUME', 'CONNECTOR']
const COMMAND_ACTIONS = ['CREATE', 'DROP', 'EXECUTE', 'ALTER']

export function addServerRoutes(app: FastifyInstance, server: KsqldbServer): void {
  app.get('/', (_, reply) => answer(reply, 307, '', undefined, { location: '/info' }))

  app.get('/info', async (_, reply) => {
    answerJson(reply, {
      KsqlServerInfo: { version: VERSION, kafkaClusterId: server.clusterId, ksqlServiceId: server.serviceId, serverStatus: 'RUNNING' },
    })
  })

  app.get('/healthcheck', async (_, reply) => {
    const kafka = await server.kafkaIsHealthy()
    const details = { metastore: { isHealthy: true }, kafka: { isHealthy: kafka }, commandRunner: { isHealthy: true } }
    answerJson(reply, { isHealthy: kafka, details, serverState: 'READY' })
  })

  const clusterId = () => ({
    scope: { path: [], clusters: { 'kafka-cluster': server.clusterId, 'ksql-cluster': server.serviceId } },
    id: '',
  })
  app.get('/v1/metadata', (_, reply) => answerJson(reply, { version: VERSION, clusterId: clusterId() }))
  app.get('/v1/metadata/id', (_, reply) => answerJson(reply, clusterId()))

  app.get<{ Params: { name: string } }>('/is_valid_property/:name', (request, reply) => {
    const { name } = request.params
    if (DENIED.has(name)) return answerError(reply, deniedError([name]), JSON_TYPE)
    // Also true of names that nobody knows: only denied ones are found.
    return answerJson(reply, true)
  })

  app.get('/chc/ready', (_, reply) => answerJson(reply, {}))
  app.get('/chc/live', (_, reply) => answerJson(reply, {}))

  app.get('/status', (_, reply) => {
    const commandStatuses = Object.fromEntries([...server.statuses].map(([id, { status }]) => [id, status]))
    answerJson(reply, { commandStatuses })
  })
  app.get<{ Params: { type: string; entity: string; action: string } }>('/status/:type/:entity/:action', (request, reply) => {
    const { type, entity, action } = request.params
    for (const [word, known, java] of [
      [type, COMMAND_TYPES, 'Type'],
      [action, COMMAND_ACTIONS, 'Action'],
    ] as const) {
      if (!known.includes(word.toUpperCase())) {
        return answerError(reply, genericError(50000, `No enum constant io.confluent.ksql.rest.entity.CommandId.${java}.${word.toUpperCase()}`), undefined)
      }
    }
    const status = server.statuses.get(`${type}/${entity}/${action}`)
    return status === undefined ? answerError(reply, genericError(40400, 'Command not found'), JSON_TYPE) : answerJson(reply, status)
  })

  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    // The same path with another method: 405, with nothing in it.
    const known = ['GET', 'POST'].some((method) => app.hasRoute({ method: method as 'GET' | 'POST', url: request.url.split('?')[0] ?? '' }))
    if (known) return answer(reply, 405, '')
    return answer(reply, 404, '<html><body><h1>Resource not found</h1></body></html>', 'text/html; charset=utf-8')
  })
  app.setErrorHandler((error, _, reply: FastifyReply) => answerError(reply, error, undefined))
}

/** Content types are ignored, as the real server does: every body arrives as text. */
export function bodyOf(request: FastifyRequest): string | undefined {
  return typeof request.body === 'string' ? request.body : undefined
}
