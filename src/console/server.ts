/** The console's server: one page, and what it asks for as JSON. Everything is read anew, nothing is changed. */
import { readFile } from 'node:fs/promises'
import Fastify, { type FastifyReply } from 'fastify'
import { type ClickstreamPipeline, type ClickstreamPlatform, kafkaConnectOf } from '../api/index.ts'
import { whyNotRead } from '../plan/index.ts'
import { Failure, type KubeApi } from '../ports/index.ts'
import { quoteText } from '../sql/index.ts'
import { compileFrom } from './compile.ts'
import { flowOf } from './flow.ts'
import { type Backends, openBackends, readPipeline, readPlatform } from './session.ts'
import { UserError } from './user-error.ts'

export interface ConsoleOptions {
  readonly kube: KubeApi
  readonly namespace: string
  readonly pipeline: string
  readonly port?: number
}

const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/console.css': ['console.css', 'text/css; charset=utf-8'],
  '/console.js': ['console.js', 'text/javascript; charset=utf-8'],
  '/flow.js': ['flow.js', 'text/javascript; charset=utf-8'],
}

export async function startConsole(options: ConsoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { kube } = options
  const app = Fastify({ logger: false, forceCloseConnections: true })
  let open: { spec: string; backends: Backends } | undefined

  /** The pipeline as it stands now; backends are opened anew when the platform has changed. */
  async function look(): Promise<{ pipeline: ClickstreamPipeline; platform: ClickstreamPlatform; backends: Backends }> {
    const pipeline = await readPipeline(kube, options.namespace, options.pipeline)
    const platform = await readPlatform(kube, pipeline)
    const spec = JSON.stringify(platform.spec)
    if (open?.spec !== spec) {
      await open?.backends.close()
      open = { spec, backends: await openBackends(kube, platform) }
    }
    return { pipeline, platform, backends: open.backends }
  }

  // A page of somewhere else whose name was made to lead here would read with the credentials of whoever runs the console.
  app.addHook('onRequest', async (request, reply) => {
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) return reply.code(403).send({ error: 'ask for 127.0.0.1 or localhost' })
  })
  app.setErrorHandler((error: Error, _request, reply) => {
    const status = error instanceof Failure ? 502 : error instanceof UserError ? 403 : 500
    return reply.code(status).send({ error: error.message })
  })
  for (const [path, [file, type]] of Object.entries(FILES)) {
    app.get(path, async (_request, reply) => reply.type(type).send(await readFile(new URL(`page/${file}`, import.meta.url), 'utf8')))
  }

  app.get('/api/pipeline', async () => {
    const { pipeline, platform } = await look()
    const dashboards = (pipeline.status?.resources ?? []).filter((resource) => resource.kind === 'Dashboard')
    return {
      name: `${pipeline.metadata.namespace}/${pipeline.metadata.name}`,
      generation: pipeline.metadata.generation ?? 0,
      status: pipeline.status ?? null,
      dashboards: dashboards.flatMap(({ id }) => (id === undefined ? [] : [{ uid: id, url: `${platform.spec.grafana.url}/d/${id}` }])),
      backends: {
        Grafana: platform.spec.grafana.url,
        ksqlDB: platform.spec.ksqldb.url,
        'Kafka Connect': connectText(platform),
        Elasticsearch: platform.spec.elasticsearch.url,
        Kafka: platform.spec.kafka.bootstrapServers,
      },
    }
  })

  app.get('/api/flow', async () => {
    const { pipeline, platform } = await look()
    const states = new Map((pipeline.status?.resources ?? []).map((resource) => [`${resource.kind}/${resource.name}`, resource.state]))
    return { ...flowOf(await compileFrom(kube, pipeline, platform)), states: Object.fromEntries(states) }
  })

  app.get('/api/connectors', async () => {
    const { backends } = await look()
    return (await backends.connectors()).map(({ name, type, config, topics, state, tasks, error }) => ({
      name,
      type,
      class: config['connector.class'] ?? '',
      topics: topics.join(','),
      state,
      tasks,
      error,
    }))
  })

  app.get('/api/topics', async () => {
    const { backends } = await look()
    const names = (await backends.kafka.listTopics()).filter((name) => !name.startsWith('_')).sort()
    const offsets = await backends.kafka.topicOffsets(names)
    return names.map((name) => ({
      name,
      partitions: offsets.get(name)?.length ?? 0,
      records: Number((offsets.get(name) ?? []).reduce((total, { start, end }) => total + end - start, 0n)),
    }))
  })

  app.get<{ Params: { topic: string } }>('/api/topics/:topic/sample', async (request) => {
    const { backends, pipeline, platform } = await look()
    const why = whyNotRead(platform.spec.limits, pipeline.metadata.namespace ?? options.namespace, request.params.topic)
    if (why) throw new UserError(`Topic ${request.params.topic} ${why}`)
    const sql = `PRINT ${quoteText(request.params.topic)} FROM BEGINNING LIMIT 3;`
    const lines: string[] = []
    for await (const line of backends.ksqldb.lines({ method: 'POST', path: ['query'], body: { ksql: sql, streamsProperties: {} }, timeoutMs: 10_000 }))
      if (line !== '') lines.push(line)
    return { lines }
  })

  app.get<{ Querystring: { sql: string } }>('/api/query', async (request, reply) => {
    const { backends } = await look()
    await streamQuery(request.query.sql, backends, reply)
  })

  const url = await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  return {
    url,
    async close() {
      await app.close()
      await open?.backends.close()
    },
  }
}

function connectText(platform: ClickstreamPlatform): string {
  const named = kafkaConnectOf(platform)
  return named ? `KafkaConnect ${named.namespace}/${named.name}` : (platform.spec.connect.url ?? '')
}

/** A live query as server-sent events: `header`, then `row` for each row, `fault` with the server's message. */
async function streamQuery(sql: string, backends: Backends, reply: FastifyReply): Promise<void> {
  const stop = new AbortController()
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  reply.raw.on('close', () => stop.abort())
  const send = (event: string, data: unknown) => reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  try {
    const body = { sql, properties: { 'auto.offset.reset': 'latest' } }
    const headers = { accept: 'application/vnd.ksqlapi.delimited.v1' }
    for await (const line of backends.ksqldb.lines({ method: 'POST', path: ['query-stream'], body, headers, timeoutMs: 0, signal: stop.signal })) {
      const part: unknown = JSON.parse(line)
      send(Array.isArray(part) ? 'row' : typeof part === 'object' && part !== null && 'columnNames' in part ? 'header' : 'fault', part)
    }
    send('end', {})
  } catch (error) {
    if (!stop.signal.aborted)
      send('fault', {
        message:
          error instanceof Failure && typeof error.body === 'object' && error.body !== null && 'message' in error.body ? error.body.message : String(error),
      })
  } finally {
    reply.raw.end()
  }
}
