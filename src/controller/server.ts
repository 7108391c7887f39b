/** /healthz, /readyz and /metrics. */
import Fastify from 'fastify'
import type { Metrics } from './metrics.ts'

export interface HealthServer {
  readonly url: string
  close(): Promise<void>
}

export async function serveHealth(options: {
  host: string
  port: number
  metrics: Metrics
  /** Why not; undefined: ready. */
  notReady: () => string | undefined
}): Promise<HealthServer> {
  const app = Fastify({ logger: false, forceCloseConnections: true })
  app.get('/healthz', async () => 'ok')
  app.get('/readyz', async (_request, reply) => {
    const why = options.notReady()
    return why === undefined ? 'ok' : reply.code(503).send(why)
  })
  app.get('/metrics', async (_request, reply) => reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()))
  const url = await app.listen({ host: options.host, port: options.port })
  return { url, close: () => app.close() }
}
