/** The HTTP side: one catch-all route in front of the router, so that every refusal has Elasticsearch's own form. */
import { gunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock, Random } from '../../ports/index.ts'
import { createHttpServer, type SandboxServer } from '../server.ts'
import { Cluster } from './cluster.ts'
import { EsError, ShardFailure } from './errors.ts'
import { filterPath } from './http/filter-path.ts'
import { negotiate, UnsupportedType } from './http/media-type.ts'
import { type EsAnswer, Router } from './http/router.ts'
import { catRoutes } from './routes/cat.ts'
import { clusterRoutes } from './routes/cluster.ts'
import { documentRoutes } from './routes/documents.ts'
import { indexRoutes } from './routes/indices.ts'
import { searchRoutes } from './routes/search.ts'
import { successorRoutes } from './routes/successors.ts'
import { templateRoutes } from './routes/templates.ts'
import type { EsVersion } from './versions.ts'

export interface ElasticsearchOptions {
  readonly clock: Clock
  readonly random: Random
  /** Default `9.x`. */
  readonly version?: EsVersion
  /** File to keep everything in; default: in memory. */
  readonly path?: string
  readonly port?: number
  /** How long the shards of a new index take until they answer, in milliseconds; default 0. Until then a search of it is answered 503. */
  readonly shardStartMs?: number
}

/** Searches asked with POST change nothing. */
const READING = new Set(['_search', '_msearch', '_count', '_field_caps', '_simulate', '_mget', '_refresh', '_flush', '_pit'])

function isMutating({ method, url }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  const segments = (url.split('?')[0] ?? '').split('/')
  return !segments.some((segment) => READING.has(segment) || segment === '_simulate_index')
}

/** A stand-in for one Elasticsearch node. Relevance scores are not computed. */
export async function startElasticsearch(options: ElasticsearchOptions): Promise<SandboxServer> {
  const cluster = new Cluster({
    clock: options.clock,
    random: options.random,
    version: options.version ?? '9.x',
    path: options.path ?? ':memory:',
    shardStartMs: options.shardStartMs ?? 0,
  })
  const router = new Router()
  for (const add of [clusterRoutes, indexRoutes, templateRoutes, documentRoutes, searchRoutes, successorRoutes, catRoutes]) add(router, cluster)

  const { app, listen } = createHttpServer({ name: 'elasticsearch', clock: options.clock, isMutating })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.headers['content-encoding'] !== 'gzip') return done(null, body.toString())
    gunzip(body, (error, plain) => done(error, plain?.toString()))
  })
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.all('*', (request, reply) => respond(cluster, router, request, reply))
  app.addHook('onClose', async () => cluster.close())
  const server = await listen(options.port)
  return server
}

async function respond(cluster: Cluster, router: Router, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('X-elastic-product', 'Elasticsearch')
  let contentType: string = cluster.facts.contentType
  const query: Record<string, string> = { ...(request.query as Record<string, string>) }
  let answer: EsAnswer
  try {
    const text = typeof request.body === 'string' ? request.body : ''
    contentType = negotiate(cluster.facts, request.headers.accept, request.headers['content-type'], text !== '').contentType
    answer = await router.handle(request.method, request.url.split('?')[0] ?? '/', query, text)
  } catch (error) {
    contentType = cluster.facts.contentType
    answer = faultAnswer(error)
  }
  reply.code(answer.status ?? 200).headers(answer.headers ?? {})
  if (request.method === 'HEAD') return reply.header('content-type', contentType).send()
  if (answer.text !== undefined) return reply.header('content-type', 'text/plain; charset=UTF-8').send(answer.text)
  const filter = query.filter_path
  const body = filter === undefined || (answer.status ?? 200) >= 400 ? (answer.body ?? {}) : filterPath(answer.body ?? {}, filter)
  const pretty = query.pretty === '' || query.pretty === 'true'
  return reply.header('content-type', contentType).send(Buffer.from(JSON.stringify(body, null, pretty ? 2 : 0) + (pretty ? '\n' : '')))
}

function faultAnswer(error: unknown): EsAnswer {
  if (error instanceof EsError) return { status: error.status, body: error.body() }
  if (error instanceof UnsupportedType) return { status: 406, body: { error: error.message, status: 406 } }
  if (error instanceof ShardFailure) return faultAnswer(error.toEsError([''], ''))
  // A fault of the stand-in itself, in the form that clients understand.
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { status: 500, body: new EsError(500, { type: 'exception', reason }).body() }
}
