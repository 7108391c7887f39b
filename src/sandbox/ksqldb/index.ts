/** A stand-in for a ksqlDB 7.9 server: its REST API over any Kafka, statements run by the engine. */
import type { Clock, KafkaClient, Logger, Random } from '../../ports/index.ts'
import { createHttpServer, type SandboxServer } from '../server.ts'
import { addClusterRoutes } from './rest/cluster-routes.ts'
import { genericError } from './rest/errors.ts'
import { alsoSpeakHttp2 } from './rest/http2.ts'
import { serveInserts } from './rest/inserts-stream.ts'
import { addKsqlRoutes } from './rest/ksql-routes.ts'
import { addQueryRoutes, isMutating } from './rest/query-routes.ts'
import { answerError, JSON_TYPE } from './rest/respond.ts'
import { addServerRoutes } from './rest/server-routes.ts'
import { KsqldbServer } from './server.ts'

export interface KsqldbOptions {
  /** Not closed with the server: it is the caller's. */
  readonly kafka: KafkaClient
  /** Of Kafka Connect, for statements about connectors. */
  readonly connectUrl?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly port?: number
  /** `ksql.service.id`; part of the names of topics and consumer groups. */
  readonly serviceId?: string
  /** Server properties: `ksql.streams.auto.offset.reset`, `ksql.streams.cache.max.bytes.buffering`, ... */
  readonly properties?: Readonly<Record<string, string>>
  /**
   * After a restart the real server's queries wait until the brokers give up its former self, for Kafka Streams does not leave
   * its groups: no tasks, and pull queries are refused. Default 0: they go on at once; the real one takes 45 000.
   */
  readonly handoverMs?: number
}

/** Answers 503 until the command topic has been read; resolves when it has. */
export async function startKsqldb(options: KsqldbOptions): Promise<SandboxServer> {
  const server = new KsqldbServer({
    kafka: options.kafka,
    clock: options.clock,
    random: options.random,
    log: options.log,
    serviceId: options.serviceId ?? 'default_',
    properties: options.properties ?? {},
    ...(options.handoverMs === undefined ? {} : { handoverMs: options.handoverMs }),
    ...(options.connectUrl === undefined ? {} : { connectUrl: options.connectUrl }),
  })
  const { app, requests, listen } = createHttpServer({ name: 'ksqldb', clock: options.clock, isMutating })
  let state: 'starting' | 'ready' | 'closing' = 'starting'
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    // A push query whose client goes away is never finished, and so would not be logged.
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return
      const { method, url: path, headers } = request
      requests.add({ at: options.clock.now(), method, path, client: headers['user-agent'] ?? '', status: reply.raw.statusCode, mutating: isMutating(request) })
    })
    if (state === 'starting') answerError(reply, genericError(50302, 'KSQL is not yet ready to serve requests.'), undefined)
    if (state === 'closing') answerError(reply, genericError(50303, 'The server is shutting down'), undefined)
  })
  addServerRoutes(app, server)
  addClusterRoutes(app, server)
  addKsqlRoutes(app, server, () => {
    state = 'closing'
  })
  addQueryRoutes(app, server)
  const closeHttp2 = alsoSpeakHttp2(app.server, (request, response) => {
    if (request.url.startsWith('/inserts-stream') && request.method === 'POST' && state === 'ready') return void serveInserts(request, response, server)
    // Without a length or a type Fastify would not look for a body; in HTTP/2 both may be left out.
    if (request.method === 'POST') request.headers['content-type'] ??= JSON_TYPE
    app.routing(request as never, response as never)
  })
  const http = await listen(options.port)
  server.host = http.url.replace('http://', '')
  try {
    await server.start()
  } catch (error) {
    await http.close()
    throw error
  }
  state = 'ready'
  return {
    ...http,
    async close() {
      state = 'closing'
      await server.close()
      closeHttp2()
      await http.close()
    },
  }
}
