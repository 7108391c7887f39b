/** What all stand-ins share: a loopback server on a port given by the system, with a log of every request. */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Clock } from '../ports/index.ts'

export interface LoggedRequest {
  /** Epoch milliseconds. */
  readonly at: number
  /** HTTP method, or the Kafka API's name. */
  readonly method: string
  /** Path with query; for Kafka what the request names. */
  readonly path: string
  /** User-Agent, or the Kafka client id. */
  readonly client: string
  /** HTTP status, or the Kafka error code (0: none). */
  readonly status: number
  /** Whether it could change something. */
  readonly mutating: boolean
}

/** The last requests a server saw, oldest first. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = []
  readonly #limit: number
  #total = 0

  constructor(limit = 20_000) {
    this.#limit = limit
  }

  add(entry: LoggedRequest): void {
    this.#total++
    this.#entries.push(entry)
    if (this.#entries.length > this.#limit * 1.5) this.#entries.splice(0, this.#entries.length - this.#limit)
  }

  /** How many there ever were. */
  get total(): number {
    return this.#total
  }

  since(at: number, filter: Partial<Pick<LoggedRequest, 'mutating' | 'client'>> = {}): LoggedRequest[] {
    return this.#entries.filter(
      (entry) =>
        entry.at >= at &&
        (filter.mutating === undefined || entry.mutating === filter.mutating) &&
        (filter.client === undefined || entry.client === filter.client),
    )
  }
}

export interface SandboxServer {
  readonly name: string
  /** `http://127.0.0.1:PORT`, for Kafka `127.0.0.1:PORT`. */
  readonly url: string
  readonly requests: RequestLog
  close(): Promise<void>
}

export interface HttpServerOptions {
  readonly name: string
  readonly clock: Clock
  readonly isMutating: (request: FastifyRequest) => boolean
  readonly bodyLimit?: number
}

/** A Fastify instance that logs each request; the caller adds the routes, then calls `listen`. */
export function createHttpServer(options: HttpServerOptions): { app: FastifyInstance; requests: RequestLog; listen(port?: number): Promise<SandboxServer> } {
  const requests = new RequestLog()
  const app = Fastify({
    logger: false,
    bodyLimit: options.bodyLimit ?? 64 * 1024 * 1024,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
  })
  const log = (request: FastifyRequest, status: number) =>
    requests.add({
      at: options.clock.now(),
      method: request.method,
      path: request.url,
      client: request.headers['user-agent'] ?? '',
      status,
      mutating: options.isMutating(request),
    })
  // A hijacked answer (a watch, a push query) never reaches onResponse; it is logged when its connection closes.
  app.addHook('onResponse', async (request, reply) => log(request, reply.statusCode))
  return {
    app,
    requests,
    async listen(port = 0) {
      const url = await app.listen({ host: '127.0.0.1', port })
      return { name: options.name, url, requests, close: () => app.close() }
    },
  }
}
