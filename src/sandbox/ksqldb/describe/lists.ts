/** LIST and SHOW. */
import { functionNames, functionSignature, type Statement } from '../../../sql/index.ts'
import { genericError, StatementFault } from '../rest/errors.ts'
import { listConnectorPlugins, listConnectors } from '../statements/connectors.ts'
import { SERVER_PROPERTIES } from '../statements/server-properties.ts'
import type { Entity, Parsed, World } from '../statements/world.ts'
import { describeQueries } from './queries.ts'
import { schemaInfo } from './schema.ts'
import { describeSource, queryLine, sourceLine } from './sources.ts'

type List = Extract<Statement, { kind: 'List' }>

export async function list(parsed: Parsed, statement: List, world: World): Promise<Entity> {
  const entity = (type: string, fields: object): Entity => ({ '@type': type, statementText: parsed.text, ...fields, warnings: [] })
  switch (statement.what) {
    case 'STREAMS':
    case 'TABLES': {
      const type = statement.what === 'STREAMS' ? 'STREAM' : 'TABLE'
      if (statement.extended) return describeAll(parsed, type, true, world)
      const lines = world.state
        .entries()
        .filter((entry) => entry.source.sourceType === type)
        .map(sourceLine)
      return entity(statement.what.toLowerCase(), { [statement.what.toLowerCase()]: lines })
    }
    case 'TOPICS':
      return topics(parsed, statement, world)
    case 'QUERIES':
      if (statement.extended) {
        return entity('query_descriptions', { queryDescriptions: await describeQueries(world.state.queries(), world) })
      }
      return entity('queries', { queries: [...world.state.queries().map(queryLine), ...world.server.transients().map(transientLine)] })
    case 'TYPES':
      return entity('type_list', { types: Object.fromEntries([...world.state.types()].map(([name, type]) => [name, schemaInfo(type)])) })
    case 'VARIABLES':
      return entity('variables', { variables: Object.entries(world.session.variables).map(([name, value]) => ({ name, value })) })
    case 'PROPERTIES':
      return entity('properties', properties(world))
    case 'FUNCTIONS':
      return entity('function_names', { functions: functionNames().map(functionLine) })
    case 'CONNECTORS':
      return listConnectors(parsed, statement.connectorScope, world)
    case 'CONNECTOR PLUGINS':
      return listConnectorPlugins(parsed, world)
  }
}

export async function describeAll(parsed: Parsed, type: 'STREAM' | 'TABLE', extended: boolean, world: World): Promise<Entity> {
  const found = await Promise.all(
    world.state
      .entries()
      .filter((entry) => entry.source.sourceType === type)
      .map((entry) => describeSource(entry, extended, world)),
  )
  return {
    '@type': 'source_descriptions',
    statementText: parsed.text,
    sourceDescriptions: found.map(({ description }) => description),
    warnings: found.flatMap(({ warnings }) => warnings),
  }
}

const transientLine = (query: { id: string; statementText: string }) => ({
  queryString: query.statementText,
  sinks: [],
  sinkKafkaTopics: [],
  id: query.id,
  statusCount: { RUNNING: 1 },
  queryType: 'PUSH',
  state: 'RUNNING',
})

/** Topics of ksqlDB, Connect and the registry are hidden unless ALL are asked for. */
const HIDDEN =
  /^(?:_confluent.*|__confluent.*|_schemas|__consumer_offsets|__transaction_state|connect-configs|connect-offsets|connect-status|connect-statuses)$/

async function topics(parsed: Parsed, statement: List, world: World): Promise<Entity> {
  const names = world.topics
    .names()
    .filter((name) => (statement.all ? !name.startsWith('__') : !HIDDEN.test(name)))
    .sort()
  const line = (name: string) => {
    const shape = world.topics.shape(name)
    return { name, replicaInfo: Array.from({ length: shape?.partitions ?? 0 }, () => shape?.replicas ?? 0) }
  }
  if (!statement.extended) return { '@type': 'kafka_topics', statementText: parsed.text, topics: names.map(line), warnings: [] }
  const consumers = new Map<string, number>()
  for (const query of world.state.queries()) {
    for (const topic of new Set([query.query.from.source.topic, ...query.query.joins.map((join) => join.right.source.topic)])) {
      consumers.set(topic, (consumers.get(topic) ?? 0) + 1)
    }
  }
  return {
    '@type': 'kafka_topics_extended',
    statementText: parsed.text,
    // Groups of this server only: the Kafka port does not describe groups of others.
    topics: names.map((name) => ({ ...line(name), consumerCount: consumers.get(name) ?? 0, consumerGroupCount: consumers.get(name) ?? 0 })),
    warnings: [],
  }
}

function properties(world: World) {
  const { server, session } = world
  const running: Readonly<Record<string, string>> = {
    'ksql.service.id': server.serviceId,
    'ksql.streams.bootstrap.servers': 'localhost:9092',
    'ksql.streams.application.server': `http://${server.host}`,
    'ksql.connect.url': server.connectUrl ?? 'http://localhost:8083',
  }
  // Properties of Kafka Streams stand under the server's name for them.
  const known = new Set(SERVER_PROPERTIES.map((property) => property.name))
  const overrides = new Map(
    Object.entries(session.properties).map(([name, value]) => [known.has(name) || name.startsWith('ksql.') ? name : `ksql.streams.${name}`, String(value)]),
  )
  const overridden = [...overrides.keys()]
  const lines = SERVER_PROPERTIES.map(({ name, value, editable, level }) => ({
    name,
    scope: 'KSQL',
    value: overrides.get(name) ?? server.properties[name] ?? running[name] ?? value,
    editable: editable ?? false,
    level: level ?? 'SERVER',
  }))
  for (const [name, value] of overrides) {
    if (!known.has(name)) lines.push({ name, scope: 'KSQL', value, editable: true, level: 'SERVER' })
  }
  const fixed = SERVER_PROPERTIES.filter(({ name, set }) => set !== true && server.properties[name] === undefined && !overridden.includes(name))
  return { properties: lines, overwrittenProperties: overridden, defaultProperties: fixed.map(({ name }) => name) }
}

const KINDS = { scalar: 'SCALAR', table: 'TABLE', aggregate: 'AGGREGATE' } as const

function functionLine(name: string) {
  const signature = functionSignature(name)
  return { name, type: signature === undefined ? 'SCALAR' : KINDS[signature.kind], category: signature?.category ?? '' }
}

export function describeFunction(parsed: Parsed, name: string): Entity {
  const signature = functionSignature(name.toUpperCase())
  if (signature === undefined) throw genericError(40000, `Can't find any functions with the name '${name}'`)
  return {
    '@type': 'describe_function',
    statementText: parsed.text,
    name: signature.name,
    description: '',
    author: 'Confluent',
    version: '',
    path: 'internal',
    functions: signature.variations.map((variation) => ({
      arguments: variation.parameters.map((parameter) => ({ name: parameter.name, type: parameter.type, description: '', isVariadic: parameter.variadic })),
      returnType: variation.returns,
      description: '',
      argumentTypes: variation.parameters.map((parameter) => parameter.type),
    })),
    type: KINDS[signature.kind],
    warnings: [],
  }
}

export async function describe(parsed: Parsed, name: string, extended: boolean, world: World): Promise<Entity> {
  const entry = world.state.entry(name)
  if (entry === undefined) {
    const similar = world.state.entries().find((known) => known.source.name.toUpperCase() === name.toUpperCase())?.source.name
    const hint = similar === undefined ? '' : `\nDid you mean ${similar}? Hint: try removing double quotes from the source name.`
    throw new StatementFault(`Could not find STREAM/TABLE '${name}' in the Metastore${hint}`)
  }
  if (world.sandbox) return { '@type': 'sourceDescription', statementText: parsed.text }
  const { description, warnings } = await describeSource(entry, extended, world)
  return { '@type': 'sourceDescription', statementText: parsed.text, sourceDescription: description, warnings }
}
