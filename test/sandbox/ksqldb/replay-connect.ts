/** As much of a Kafka Connect 3.9 worker with the file connectors as the recorded statements saw of it. */
import Fastify from 'fastify'

const PACKAGE = 'org.apache.kafka.connect.file'
const PLUGINS = [
  { class: `${PACKAGE}.FileStreamSinkConnector`, type: 'sink', version: '3.9.1' },
  { class: `${PACKAGE}.FileStreamSourceConnector`, type: 'source', version: '3.9.1' },
]
const WORKER = '127.0.0.1:38083'
const DESCRIPTIONS = PLUGINS.map(
  ({ class: name, type }) =>
    `PluginDesc{klass=class ${name}, name='${name}', version='3.9.1', encodedVersion=3.9.1, type=${type}, typeName='${type}', location='classpath'}`,
).join(', ')

export async function startRecordedConnect(port = 0): Promise<{ url: string; close(): Promise<void> }> {
  const connectors = new Map<string, { config: Record<string, string>; type: string; failed: string | undefined }>()
  const app = Fastify({ forceCloseConnections: true })
  const info = (name: string) => {
    const found = connectors.get(name)
    return found && { name, config: { name, ...found.config }, tasks: [], type: found.type }
  }
  app.get('/connectors', async () => [...connectors.keys()])
  app.get('/connector-plugins', async () => PLUGINS)
  app.put<{ Params: { type: string }; Body: Record<string, string> }>('/connector-plugins/:type/config/validate', async (request, reply) => {
    const { type } = request.params
    const plugin = PLUGINS.find((one) => one.class === type)
    if (plugin === undefined) {
      const message = `org.apache.kafka.connect.errors.ConnectException: Failed to find any class that implements Connector and which name matches ${type}, available connectors are: ${DESCRIPTIONS}`
      return reply.code(500).send({ error_code: 500, message })
    }
    const errors = (name: string) => {
      const value = request.body[name]
      if (name === 'topic' && plugin.type === 'source' && value === undefined) return ['Missing required configuration "topic" which has no default value.']
      if (name === 'tasks.max' && value !== undefined && !/^\d+$/.test(value)) {
        return [
          `Invalid value ${value} for configuration tasks.max: Not a number of type INT`,
          'Invalid value null for configuration tasks.max: Value must be non-null',
        ]
      }
      return []
    }
    return { name: type, configs: ['topic', 'tasks.max'].map((name) => ({ value: { name, errors: errors(name) } })) }
  })
  app.post<{ Body: { name: string; config: Record<string, string> } }>('/connectors', async (request) => {
    const { name, config } = request.body
    const plugin = PLUGINS.find((one) => one.class === config['connector.class'])
    const failed = plugin?.type === 'sink' && config['value.converter'] !== 'org.apache.kafka.connect.storage.StringConverter'
    connectors.set(name, {
      config,
      type: plugin?.type ?? 'unknown',
      failed: failed ? 'org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler' : undefined,
    })
    return info(name)
  })
  app.get<{ Params: { name: string } }>('/connectors/:name', async (request, reply) => {
    const { name } = request.params
    return info(name) ?? reply.code(404).send({ error_code: 404, message: `Connector ${name} not found` })
  })
  app.get<{ Params: { name: string } }>('/connectors/:name/status', async (request, reply) => {
    const { name } = request.params
    const found = connectors.get(name)
    if (found === undefined) return reply.code(404).send({ error_code: 404, message: `No status found for connector ${name}` })
    const task = {
      id: 0,
      state: found.failed === undefined ? 'RUNNING' : 'FAILED',
      worker_id: WORKER,
      ...(found.failed === undefined ? {} : { trace: found.failed }),
    }
    return { name, connector: { state: 'RUNNING', worker_id: WORKER }, tasks: [task], type: found.type }
  })
  app.delete<{ Params: { name: string } }>('/connectors/:name', async (request, reply) => {
    const { name } = request.params
    if (connectors.delete(name)) return reply.code(204).send()
    return reply.code(404).send({ error_code: 404, message: `Connector ${name} not found` })
  })
  const url = await app.listen({ host: '127.0.0.1', port })
  return { url, close: () => app.close() }
}
