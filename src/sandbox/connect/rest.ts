/** The REST API of a Connect worker: paths, statuses and bodies of the real one. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { describeConfig } from './config-def.ts'
import type { Connector } from './connector.ts'
import { HEADER_CONVERTER, keysOf } from './connector-config.ts'
import { CONVERTER_CLASSES } from './converters.ts'
import { ConnectRestError } from './errors.ts'
import { createRequest, malformed, objectBody, type RestContext, stringMap } from './rest-body.ts'
import { registerLoggerRoutes } from './rest-loggers.ts'
import { registerOffsetRoutes } from './rest-offsets.ts'
import { PREDICATE_CLASSES, TRANSFORM_CLASSES } from './transforms/index.ts'
import { COMMIT, VERSION } from './worker-config.ts'

type Named = { Params: { name: string; task: string } }

export function registerRoutes(app: FastifyInstance, context: RestContext): void {
  const { herder } = context

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof ConnectRestError ? error.status : (error.statusCode ?? 500)
    return reply.code(status).send({ error_code: status, message: error.message })
  })
  const known: RegExp[] = []
  app.addHook('onRoute', ({ url }) => void known.push(new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+')}$`)))
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const [status, words] = known.some((route) => route.test(path)) ? ([405, 'Method Not Allowed'] as const) : ([404, 'Not Found'] as const)
    return reply.code(status).send({ error_code: status, message: `HTTP ${status} ${words}` })
  })

  // Jersey looks at the body only where a route reads it: `PUT .../pause` may carry any content type over nothing.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined)
    if (!request.headers['content-type']?.startsWith('application/json')) return done(new ConnectRestError(415, 'HTTP 415 Unsupported Media Type'))
    try {
      return done(null, JSON.parse(String(text)))
    } catch (error) {
      return done(malformed(error))
    }
  })

  app.get('/', async () => ({ version: VERSION, commit: COMMIT, kafka_cluster_id: await context.kafka.clusterId() }))
  app.get('/health', async () => ({ status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }))

  app.get<{ Querystring: { expand?: string | string[] } }>('/connectors', async (request) => {
    const expand = [request.query.expand ?? []].flat()
    if (expand.length === 0) return herder.names()
    const entries = herder.names().map((name) => {
      const connector = herder.get(name)
      return [
        name,
        {
          ...(expand.includes('status') ? { status: statusOf(connector, context.workerId()) } : {}),
          ...(expand.includes('info') ? { info: infoOf(connector) } : {}),
        },
      ] as const
    })
    return Object.fromEntries(entries)
  })

  app.post<{ Body: unknown }>('/connectors', async (request, reply) => {
    const { name, config, initialState } = createRequest(request.body)
    const connector = await herder.create(name, config, initialState)
    return reply
      .code(201)
      .header('location', `/connectors/${encodeURIComponent(name)}`)
      .send(infoOf(connector))
  })

  app.get<Named>('/connectors/:name', async (request) => infoOf(herder.get(request.params.name)))
  app.get<Named>('/connectors/:name/config', async (request) => herder.get(request.params.name).config)
  app.put<Named>('/connectors/:name/config', async (request, reply) => {
    const created = await herder.putConfig(request.params.name, stringMap(request.body))
    return reply.code(created ? 201 : 200).send(infoOf(herder.get(request.params.name)))
  })
  app.patch<Named>('/connectors/:name/config', async (request) => {
    const merged: Record<string, string> = { ...herder.get(request.params.name).config }
    for (const [key, value] of Object.entries(objectBody(request.body))) {
      if (value === null) delete merged[key]
      else merged[key] = String(value)
    }
    await herder.putConfig(request.params.name, merged)
    return infoOf(herder.get(request.params.name))
  })
  app.get<Named>('/connectors/:name/status', async (request) => {
    const connector = herder.find(request.params.name)
    if (!connector) throw new ConnectRestError(404, `No status found for connector ${request.params.name}`)
    return statusOf(connector, context.workerId())
  })
  app.get<Named>('/connectors/:name/tasks', async (request) => {
    const connector = herder.get(request.params.name)
    return connector.tasks.map(({ id }) => ({
      id: { connector: connector.name, task: id },
      config: { ...connector.config, 'task.class': `${connector.plugin.class.replace(/Connector$/, '')}Task`, ...connector.plugin.taskConfig?.(id) },
    }))
  })
  app.get<Named>('/connectors/:name/tasks/:task/status', async (request) => {
    const { name, task } = request.params
    const connector = herder.find(name)
    const found = connector?.tasks[Number(task)]
    if (!connector || !found) throw new ConnectRestError(404, `No status found for task ${name}-${task}`)
    return taskStatus(found, connector, context.workerId())
  })
  app.get<Named>('/connectors/:name/topics', async (request) => {
    const connector = herder.find(request.params.name)
    if (!connector) return { [request.params.name]: { topics: [] } }
    return { [connector.name]: { topics: [...connector.topics].sort() } }
  })
  app.put<Named>('/connectors/:name/topics/reset', async (request, reply) => {
    herder.find(request.params.name)?.topics.clear()
    return reply.code(202).send()
  })

  app.put<Named>('/connectors/:name/pause', (request, reply) => changeTarget(herder, request.params.name, 'PAUSED', reply, 202))
  app.put<Named>('/connectors/:name/resume', (request, reply) => changeTarget(herder, request.params.name, 'STARTED', reply, 202))
  app.put<Named>('/connectors/:name/stop', (request, reply) => changeTarget(herder, request.params.name, 'STOPPED', reply, 204))

  app.post<Named & { Querystring: { includeTasks?: string; onlyFailed?: string } }>('/connectors/:name/restart', async (request, reply) => {
    const connector = herder.find(request.params.name)
    if (!connector) throw new ConnectRestError(404, `Unknown connector: ${request.params.name}`)
    const onlyFailed = request.query.onlyFailed === 'true'
    if (request.query.includeTasks !== 'true' && !onlyFailed) return reply.code(204).send()
    const answer = statusOf(connector, context.workerId())
    void connector.apply({ restart: request.query.includeTasks === 'true', onlyFailed })
    return reply.code(202).send({
      ...answer,
      connector: onlyFailed && answer.connector.state !== 'FAILED' ? answer.connector : { ...answer.connector, state: 'RESTARTING' },
      tasks: answer.tasks.map((task) => (onlyFailed && task.state !== 'FAILED' ? task : { ...task, state: 'RESTARTING' })),
    })
  })
  app.post<Named>('/connectors/:name/tasks/:task/restart', async (request, reply) => {
    const { name, task } = request.params
    const connector = herder.find(name)
    if (!connector) throw new ConnectRestError(404, `Unknown connector: ${name}`)
    if (!connector.tasks[Number(task)]) throw new ConnectRestError(404, `Unknown task: ${name}-${task}`)
    await connector.restartTask(Number(task))
    return reply.code(204).send()
  })
  app.delete<Named>('/connectors/:name', async (request, reply) => {
    await herder.remove(request.params.name)
    return reply.code(204).send()
  })

  app.get<{ Querystring: { connectorsOnly?: string } }>('/connector-plugins', async ({ query }) => {
    const connectors = herder.plugins.map(({ class: cls, type, version }) => ({ class: cls, type: type as string, version }))
    if (query.connectorsOnly !== 'false') return connectors
    const stock = (type: string, classes: readonly string[]) => classes.map((cls) => ({ class: cls, type, version: VERSION }))
    return [
      ...connectors,
      ...stock('converter', CONVERTER_CLASSES),
      ...stock('header_converter', [HEADER_CONVERTER]),
      ...stock('transformation', TRANSFORM_CLASSES),
      ...stock('predicate', PREDICATE_CLASSES),
    ]
  })
  app.get<Named>('/connector-plugins/:name/config', async (request) => {
    const plugin = herder.plugins.find(({ class: cls }) => cls === request.params.name || cls.endsWith(`.${request.params.name}`))
    if (!plugin) throw new ConnectRestError(404, `Unknown plugin ${request.params.name}.`)
    return describeConfig(keysOf(plugin, {}), {}).map(({ definition }) => definition)
  })
  app.put<Named>('/connector-plugins/:name/config/validate', async (request) => {
    const config = stringMap(request.body)
    const asked = request.params.name
    const given = config['connector.class']
    const simple = (name: string) =>
      name
        .split('.')
        .at(-1)!
        .replace(/Connector$/, '')
    if (given !== undefined && given !== asked && simple(given) !== simple(asked))
      throw new ConnectRestError(400, `Included connector type ${given} does not match request type ${asked}`)
    try {
      return { ...(await herder.validate(config)), name: given ?? asked }
    } catch (error) {
      // The real one lets this escape from the thread that validates, so that it arrives as a fault of the server.
      if (!(error instanceof ConnectRestError)) throw error
      const cause = given === undefined ? '' : 'org.apache.kafka.connect.errors.ConnectException: '
      throw new ConnectRestError(500, `org.apache.kafka.connect.runtime.rest.errors.BadRequestException: ${cause}${error.message}`)
    }
  })

  registerOffsetRoutes(app, context)
  registerLoggerRoutes(app, context)
}

async function changeTarget(
  herder: RestContext['herder'],
  name: string,
  target: Connector['target'],
  reply: FastifyReply,
  status: number,
): Promise<FastifyReply> {
  if (!herder.find(name)) throw new ConnectRestError(404, `Unknown connector ${name}`)
  await herder.setTarget(name, target)
  return reply.code(status).send()
}

function infoOf(connector: Connector) {
  return {
    name: connector.name,
    config: connector.config,
    tasks: connector.tasks.map(({ id }) => ({ connector: connector.name, task: id })),
    type: connector.plugin.type,
  }
}

const taskStatus = (task: Connector['tasks'][number], connector: Connector, workerId: string) => ({
  id: task.id,
  state: task.state,
  worker_id: workerId,
  version: connector.plugin.version,
  ...(task.trace === undefined ? {} : { trace: task.trace }),
})

function statusOf(connector: Connector, workerId: string) {
  return {
    name: connector.name,
    connector: {
      state: connector.state,
      worker_id: workerId,
      version: connector.plugin.version,
      ...(connector.trace === undefined ? {} : { trace: connector.trace }),
    },
    tasks: connector.tasks.map((task) => taskStatus(task, connector, workerId)),
    type: connector.plugin.type,
  }
}
