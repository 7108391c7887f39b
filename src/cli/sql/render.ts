/** The server's answers as text: one renderer for each kind of entity, JSON for what has none. */
import { z } from 'zod'
import { formatTable } from '../output.ts'

export const entitySchema = z.looseObject({ '@type': z.string(), warnings: z.array(z.looseObject({ message: z.string() })).default([]) })
export type Entity = z.infer<typeof entitySchema>

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : [])
const cell = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))
const table = (header: readonly string[], list: unknown, keys: readonly string[]) =>
  formatTable(
    header,
    rows(list).map((row) => keys.map((key) => cell(row[key]))),
  )

const RENDERERS: Readonly<Record<string, (entity: Entity) => string>> = {
  currentStatus: (entity) => cell((entity.commandStatus as Row | undefined)?.message),
  warning_entity: (entity) => cell(entity.message),
  streams: (entity) =>
    table(['Stream', 'Topic', 'Key format', 'Value format', 'Windowed'], entity.streams, ['name', 'topic', 'keyFormat', 'valueFormat', 'isWindowed']),
  tables: (entity) =>
    table(['Table', 'Topic', 'Key format', 'Value format', 'Windowed'], entity.tables, ['name', 'topic', 'keyFormat', 'valueFormat', 'isWindowed']),
  kafka_topics: (entity) =>
    formatTable(
      ['Topic', 'Partitions', 'Replicas'],
      rows(entity.topics).map((topic) => [cell(topic.name), String(rows(topic.replicaInfo).length), cell(rows(topic.replicaInfo)[0])]),
    ),
  queries: (entity) =>
    formatTable(
      ['Query', 'Type', 'Status', 'Sink', 'Statement'],
      rows(entity.queries).map((query) => [
        cell(query.id),
        cell(query.queryType),
        statusCount(query.statusCount),
        cell((query.sinks as string[] | undefined)?.join(' ')),
        oneLine(cell(query.queryString)),
      ]),
    ),
  properties: (entity) => table(['Property', 'Scope', 'Value'], entity.properties, ['name', 'scope', 'value']),
  function_names: (entity) => table(['Function', 'Category'], entity.functions, ['name', 'category']),
  connector_list: (entity) => table(['Connector', 'Type', 'Class', 'State'], entity.connectors, ['name', 'type', 'className', 'state']),
  connector_plugins_list: (entity) => table(['Class', 'Type', 'Version'], entity.connectorsPlugins, ['className', 'type', 'version']),
  sourceDescription: (entity) => description(entity.sourceDescription as Row),
  source_descriptions: (entity) => rows(entity.sourceDescriptions).map(description).join('\n\n'),
  queryDescription: (entity) => {
    const query = entity.queryDescription as Row
    return [`Query ${cell(query.id)}, ${cell(query.state)}`, cell(query.statementText), '', cell(query.executionPlan), '', cell(query.topology)].join('\n')
  },
  connector_info: (entity) => `Connector ${cell((entity.info as Row | undefined)?.name)} created`,
  drop_connector: (entity) => `Connector ${cell(entity.connectorName)} dropped`,
}

export function renderEntity(entity: Entity): string {
  const render = RENDERERS[entity['@type']]
  const text = render ? render(entity) : JSON.stringify(entity, null, 2)
  return [text, ...entity.warnings.map(({ message }) => `Warning: ${message}`)].join('\n')
}

const statusCount = (counts: unknown) =>
  Object.entries((counts ?? {}) as Record<string, number>)
    .map(([state, number]) => `${state}:${number}`)
    .join(' ')
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

function description(source: Row): string {
  const fields = rows(source.fields).map((field) => [cell(field.name), typeText(field.schema as Row), cell(field.type)])
  const queries = (label: string, list: unknown) =>
    rows(list).map((query) => `${label} ${cell(query.id)} (${cell(query.state)}): ${oneLine(cell(query.queryString))}`)
  const offsets = rows(source.queryOffsetSummaries).flatMap((summary) =>
    rows(summary.topicSummaries).flatMap((topic) =>
      rows(topic.offsets).map((offset) => [
        cell(summary.groupId),
        cell(topic.kafkaTopic),
        cell(offset.partition),
        cell(offset.logStartOffset),
        cell(offset.logEndOffset),
        cell(offset.consumerOffset),
      ]),
    ),
  )
  return [
    `${cell(source.type)} ${cell(source.name)}${source.windowType ? `, window ${cell(source.windowType)}` : ''}${source.topic ? `, topic ${cell(source.topic)}` : ''}`,
    formatTable(['Field', 'Type', ''], fields),
    ...queries('read by', source.readQueries),
    ...queries('written by', source.writeQueries),
    ...(offsets.length > 0 ? [formatTable(['Group', 'Topic', 'Partition', 'Start', 'End', 'Consumed'], offsets)] : []),
  ].join('\n')
}

function typeText(schema: Row | null | undefined): string {
  if (!schema) return ''
  const type = cell(schema.type)
  if (type === 'ARRAY') return `ARRAY<${typeText(schema.memberSchema as Row)}>`
  if (type === 'MAP') return `MAP<STRING, ${typeText(schema.memberSchema as Row)}>`
  if (type === 'STRUCT')
    return `STRUCT<${rows(schema.fields)
      .map((field) => `${cell(field.name)} ${typeText(field.schema as Row)}`)
      .join(', ')}>`
  return type
}
