/** A Kafka Connect worker with the connectors of the clickstream demo, on any Kafka. */
import type { Clock, KafkaClient, Logger, Random } from '../../ports/index.ts'
import { createHttpServer, type SandboxServer } from '../server.ts'
import type { ConfigProviders } from './config-providers.ts'
import { datagen } from './datagen/connector.ts'
import { elasticsearchSink } from './elasticsearch-sink.ts'
import { Herder } from './herder.ts'
import { registerRoutes } from './rest.ts'
import { openTopicStore } from './topic-store.ts'
import { WORKER_CONFIG } from './worker-config.ts'

export interface ConnectOptions {
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly port?: number
  /** Where configs and offsets are kept; two workers side by side need two. */
  readonly topics?: { readonly configs: string; readonly offsets: string }
  /** `config.providers` of the worker. */
  readonly providers?: ConfigProviders
}

export async function startConnect(options: ConnectOptions): Promise<SandboxServer> {
  const { kafka, clock, random, log } = options
  const stop = new AbortController()
  const server = createHttpServer({
    name: 'connect',
    clock,
    isMutating: (request) => !['GET', 'HEAD'].includes(request.method) && !request.url.includes('/config/validate'),
  })
  const configs = await openTopicStore(kafka, clock, options.topics?.configs ?? 'connect-configs', stop.signal)
  const offsets = await openTopicStore(kafka, clock, options.topics?.offsets ?? 'connect-offsets', stop.signal)
  let workerId = ''
  const herder = new Herder(
    [elasticsearchSink, datagen],
    { configs, offsets },
    { kafka, clock, random, log, workerConfig: WORKER_CONFIG, providers: options.providers ?? {}, signal: stop.signal },
  )
  registerRoutes(server.app, { herder, kafka, clock, workerId: () => workerId })
  const listening = await server.listen(options.port)
  workerId = new URL(listening.url).host
  herder.restore()
  return {
    ...listening,
    async close() {
      await listening.close()
      await herder.shutDown()
      stop.abort(new Error('the worker is shut down'))
    },
  }
}
