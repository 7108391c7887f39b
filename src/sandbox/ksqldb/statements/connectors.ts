/** Statements about connectors: passed on to Kafka Connect. */
import { formatName, type PropertyValue, type Statement } from '../../../sql/index.ts'
import type { ConnectAnswer } from '../connect/client.ts'
import { genericError, StatementFault } from '../rest/errors.ts'
import { toRestError } from './faults.ts'
import type { Entity, Parsed, World } from './world.ts'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

interface ConnectorStatus {
  readonly name: string
  readonly connector: { readonly state: string; readonly worker_id: string; readonly trace?: string }
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly worker_id: string; readonly trace?: string }[]
  readonly type: string
}

export async function createConnector(parsed: Parsed, statement: Of<'CreateConnector'>, world: World): Promise<Entity> {
  const text = maskedText(statement, parsed.text)
  try {
    return await createMasked(text, statement, world)
  } catch (error) {
    throw toRestError(error, text, text)
  }
}

async function createMasked(text: string, statement: Of<'CreateConnector'>, world: World): Promise<Entity> {
  const config: Record<string, string> = {}
  for (const { key, value } of statement.config) config[key] = textOf(value)
  const full = { ...config, name: statement.name }
  const found = await world.connect.request('GET', ['connectors', statement.name])
  if (found.status === 200) {
    if (statement.ifNotExists) return { '@type': 'warning_entity', statementText: text, message: `Connector ${statement.name} already exists`, warnings: [] }
    throw genericError(40900, `Connector ${statement.name} already exists`)
  }
  await validate(full, world)
  if (world.sandbox) return { '@type': 'connector_info', statementText: text, warnings: [] }
  const made = await world.connect.request('POST', ['connectors'], { name: statement.name, config })
  if (made.status === 409) throw genericError(40900, `Failed to create connector: ${made.text}`)
  if (made.status >= 300) throw genericError(made.status >= 500 ? 50000 : made.status * 100, `Failed to create connector: ${made.text}`)
  return { '@type': 'connector_info', statementText: text, info: made.body, warnings: [] }
}

/** As stored and shown: the name as it was written, values masked, since they may be secrets. */
function maskedText(statement: Of<'CreateConnector'>, text: string): string {
  const config = statement.config.map(({ key, value }) => `'${key}'='${key === 'connector.class' ? textOf(value) : '[string]'}'`).join(', ')
  const name = /\bCONNECTOR\s+(?:IF\s+NOT\s+EXISTS\s+)?(`(?:[^`]|``)+`|"(?:[^"]|"")+"|[^\s(]+)/i.exec(text)?.[1] ?? formatName(statement.name)
  return `CREATE ${statement.direction} CONNECTOR ${statement.ifNotExists ? 'IF NOT EXISTS ' : ''}${name} WITH (${config});`
}

function textOf(value: PropertyValue): string {
  return String(value)
}

async function validate(config: Readonly<Record<string, string>>, world: World): Promise<void> {
  const type = config['connector.class']
  if (type === undefined) {
    const shown = Object.entries({ name: config.name, ...config }).map(([key, value]) => `${key}=${value}`)
    throw genericError(40000, `Validation error: Connector config {${shown.join(', ')}} contains no connector type`)
  }
  const answer = await world.connect.request('PUT', ['connector-plugins', type, 'config', 'validate'], config)
  if (answer.status >= 300) throw genericError(40000, `Validation error: ${answer.text}`)
  const { configs } = answer.body as { configs: readonly { value: { name: string; errors: readonly string[] } }[] }
  const faults = configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => `${value.name} - ${value.errors.join('. ')}`)
  if (faults.length > 0) throw genericError(40000, `Validation error: ${faults.join('\n')}`)
}

export async function dropConnector(parsed: Parsed, statement: Of<'DropConnector'>, world: World): Promise<Entity | undefined> {
  if (world.sandbox) {
    await ok(await world.connect.request('GET', ['connectors']), 'Failed to list connectors')
    return undefined
  }
  const answer = await world.connect.request('DELETE', ['connectors', statement.name])
  if (answer.status === 404) {
    if (statement.ifExists) {
      return { '@type': 'warning_entity', statementText: parsed.text, message: `Connector '${statement.name}' does not exist.`, warnings: [] }
    }
    throw genericError(40400, `Failed to drop connector: ${answer.text}`)
  }
  await ok(answer, 'Failed to drop connector')
  return { '@type': 'drop_connector', statementText: parsed.text, connectorName: statement.name, warnings: [] }
}

export async function listConnectors(parsed: Parsed, scope: 'SOURCE' | 'SINK' | undefined, world: World): Promise<Entity> {
  const names = (await ok(await world.connect.request('GET', ['connectors']), 'Failed to list connectors')).body as readonly string[]
  const connectors: { name: string; type: string; className: string; state: string }[] = []
  for (const name of names) {
    const [info, status] = await Promise.all([world.connect.request('GET', ['connectors', name]), world.connect.request('GET', ['connectors', name, 'status'])])
    // One that goes away meanwhile is left out.
    if (info.status !== 200 || status.status !== 200) continue
    const { config, type } = info.body as { config: Record<string, string>; type: string }
    if (scope !== undefined && type !== scope.toLowerCase()) continue
    connectors.push({ name, type, className: config['connector.class'] ?? '', state: summary(status.body as ConnectorStatus) })
  }
  return { '@type': 'connector_list', statementText: parsed.text, warnings: [], connectors }
}

function summary(status: ConnectorStatus): string {
  const running = status.tasks.filter((task) => task.state === 'RUNNING').length
  if (status.connector.state !== 'RUNNING') return status.connector.state
  const tasks = `(${running}/${status.tasks.length} tasks RUNNING)`
  return running === status.tasks.length && running > 0 ? `RUNNING ${tasks}` : `WARNING ${tasks}`
}

export async function listConnectorPlugins(parsed: Parsed, world: World): Promise<Entity> {
  const plugins = (await ok(await world.connect.request('GET', ['connector-plugins']), 'Failed to list connector plugins')).body as readonly {
    class: string
    type: string
    version: string
  }[]
  return {
    '@type': 'connector_plugins_list',
    statementText: parsed.text,
    warnings: [],
    connectorsPlugins: plugins.map((plugin) => ({ className: plugin.class, type: plugin.type, version: plugin.version })),
  }
}

export async function describeConnector(parsed: Parsed, name: string, world: World): Promise<Entity> {
  const status = await ok(await world.connect.request('GET', ['connectors', name, 'status']), 'Failed to query connector status')
  const info = await ok(await world.connect.request('GET', ['connectors', name]), 'Failed to query connector')
  const { config } = info.body as { config: Record<string, string> }
  return {
    '@type': 'connector_description',
    statementText: parsed.text,
    connectorClass: config['connector.class'],
    status: status.body,
    sources: [],
    topics: [],
    warnings: [],
  }
}

async function ok(answer: ConnectAnswer, what: string): Promise<ConnectAnswer> {
  if (answer.status < 300) return answer
  if (answer.status === 404) throw genericError(40400, `${what}: ${answer.text}`)
  throw new StatementFault(`${what}: ${answer.text}`, 50000)
}
