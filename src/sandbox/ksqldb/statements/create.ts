/** CREATE STREAM / TABLE, with and without a query, and INSERT INTO ... SELECT. */

import { compileQuery } from '../../../engine/index.ts'
import {
  type AnalysedQuery,
  analyse,
  analyseSelect,
  type Catalogue,
  type CreateAsSelect,
  type CreateSource,
  completeStatement,
  createCatalogue,
  formatStatement,
  type InsertInto,
  type Property,
  type PropertyValue,
  parseStatement,
  type Source,
} from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'
import type { StartOffsets } from '../run/partitions.ts'
import type { PersistentQuery, SourceEntry, State } from '../store/state.ts'
import { topicMissing } from '../store/topics.ts'
import type { Change } from './change.ts'
import { toRestError } from './faults.ts'
import { checkQueryUpgrade, checkSourceUpgrade } from './upgrade.ts'
import { analysisOptions, type Entity, type Parsed, type World } from './world.ts'

type Creation = CreateSource | CreateAsSelect | InsertInto

/** What of the world the planning of a command needs; the same when commands are read back from the command topic. */
export type PlanningWorld = Pick<World, 'state' | 'topics' | 'session'>

export interface Planned {
  readonly change: Extract<Change, { kind: 'putSource' | 'insert' }>
  readonly statementText: string
  readonly query?: AnalysedQuery
}

export const catalogueOf = (state: State): Catalogue =>
  createCatalogue(
    state.entries().map((entry) => entry.source),
    state.types(),
  )

export async function create(parsed: Parsed, statement: Creation, world: World): Promise<Entity> {
  const existing = statement.kind === 'InsertInto' ? undefined : world.state.entry(statement.name)
  if (statement.kind !== 'InsertInto' && existing !== undefined && statement.ifNotExists && !statement.orReplace) {
    const kind = existing.source.sourceType.toLowerCase()
    return {
      '@type': 'warning_entity',
      statementText: parsed.text,
      message: `Cannot add ${statement.sourceType.toLowerCase()} \`${statement.name}\`: A ${kind} with the same name already exists.`,
      warnings: [],
    }
  }
  let completedText: string | undefined
  try {
    const completed = await complete(statement, world)
    completedText = statement.kind === 'InsertInto' ? parsed.text : formatStatement(completed)
    const planned = await plan(completed, completedText, world, { ensureTopics: true })
    if (world.sandbox) checkRunnable(planned)
    const { status, sequence } = await world.submit({ id: commandId(statement, planned), statement: parsed.text, text: completedText, change: planned.change })
    return {
      '@type': 'currentStatus',
      statementText: completedText,
      commandId: commandId(statement, planned),
      commandStatus: status,
      commandSequenceNumber: sequence,
      warnings: [],
    }
  } catch (error) {
    throw toRestError(error, parsed.text, completedText)
  }
}

/** What is analysed can still hold something that the engine does not run: that is refused before anything is written. */
function checkRunnable({ change }: Planned): void {
  const { query } = change
  if (query === undefined) return
  try {
    compileQuery({ query: query.query, ...(query.sink === undefined ? {} : { sink: query.sink }), onError: () => {}, random: () => 0, now: () => 0 })
  } catch (error) {
    throw new StatementFault(`This server cannot run the query: ${error instanceof Error ? error.message : String(error)}`, 40001, 'completed')
  }
}

function commandId(statement: Creation, planned: Planned): string {
  const source = planned.change.kind === 'insert' ? planned.change.query.sink : planned.change.entry.source
  const type = source?.sourceType.toLowerCase() ?? 'stream'
  return `${type}/\`${statement.kind === 'InsertInto' ? statement.target : statement.name}\`/create`
}

/** Fills in what the statement leaves open; what depends on topics comes from those of the source. */
export async function complete<S extends Creation>(statement: S, world: PlanningWorld): Promise<S> {
  const completed = completeStatement(statement, catalogueOf(world.state), analysisOptions(world)) as S
  if (completed.kind !== 'CreateAsSelect') return completed
  const topic = world.state.entry(completed.query.from.name)?.source.topic
  const shape = topic === undefined ? undefined : world.topics.shape(topic)
  if (topic === undefined || shape === undefined) return completed
  const given = new Set(statement.kind === 'CreateAsSelect' ? statement.properties.map((property) => property.key) : [])
  const retention = await world.topics.retentionMs(topic)
  const properties = completed.properties.map((property): Property => {
    if (given.has(property.key)) return property
    if (property.key === 'REPLICAS') return { ...property, value: shape.replicas }
    if (property.key === 'RETENTION_MS') return { ...property, value: retention }
    return property
  })
  return { ...completed, properties }
}

export interface PlanOptions {
  readonly ensureTopics: boolean
  /** Of a command that is read back. */
  readonly queryId?: string
  readonly startsAt?: StartOffsets
}

/** The change that a completed statement makes, checked against the state. */
export async function plan(statement: Creation, statementText: string, world: PlanningWorld, options: PlanOptions): Promise<Planned> {
  if (statement.kind === 'InsertInto') return planInsert(statement, statementText, world, options)
  const existing = world.state.entry(statement.name)
  if (options.ensureTopics) await ensureTopic(statement, world)
  if (statement.kind === 'CreateSource') return planSource(statement, statementText, world, options, existing)
  return planAsSelect(statement, statementText, world, options, existing)
}

async function planSource(
  statement: CreateSource,
  statementText: string,
  world: PlanningWorld,
  options: PlanOptions,
  existing: SourceEntry | undefined,
): Promise<Planned> {
  const catalogue = catalogueOf(world.state)
  const { sink: source } = analyse(statement, catalogue.without(statement.name), analysisOptions(world))
  checkExisting(existing, source, statement.orReplace, '')
  const entry = { source, statementText, fromQuery: false, parents: [] }
  if (!source.readOnly || source.sourceType === 'STREAM') return { change: { kind: 'putSource', entry }, statementText }
  const select = parseStatement(`SELECT * FROM \`${source.name}\` EMIT CHANGES;`)
  if (select.kind !== 'Select') throw new Error('a SELECT was read as something else')
  const analysed = analyseSelect(select.query, catalogue.with(source), analysisOptions(world))
  const query = persistent(world, options, { kind: 'CREATE_SOURCE', prefix: `CST_${source.name}`, query: analysed, statementText })
  return { change: { kind: 'putSource', entry, query }, statementText, query: analysed }
}

async function planAsSelect(
  statement: CreateAsSelect,
  statementText: string,
  world: PlanningWorld,
  options: PlanOptions,
  existing: SourceEntry | undefined,
): Promise<Planned> {
  const analysed = analyse(statement, catalogueOf(world.state).without(statement.name), analysisOptions(world))
  if (analysed.kind !== 'query') throw new Error('a query was analysed as a source')
  const { sink, query } = analysed
  checkExisting(existing, sink, statement.orReplace, 'Could not determine output schema for query due to error: ')
  const running = world.state.queryOf(statement.name)
  if (existing !== undefined && running !== undefined && options.queryId === undefined) checkQueryUpgrade(running.query, query)
  const made = persistent(world, options, {
    kind: 'CREATE_AS',
    prefix: `${statement.sourceType === 'STREAM' ? 'CSAS' : 'CTAS'}_${statement.name}`,
    query,
    sink,
    statementText,
    ...(running === undefined ? {} : { id: running.id, startsAt: running.startsAt }),
  })
  const entry = { source: sink, statementText, fromQuery: true, parents: made.sources }
  return { change: { kind: 'putSource', entry, query: made }, statementText, query }
}

async function planInsert(statement: InsertInto, statementText: string, world: PlanningWorld, options: PlanOptions): Promise<Planned> {
  const analysed = analyse(statement, catalogueOf(world.state), analysisOptions(world))
  if (analysed.kind !== 'query') throw new Error('a query was analysed as a source')
  const id = statement.properties.find((property) => property.key === 'QUERY_ID')?.value
  const query = persistent(world, options, {
    kind: 'INSERT',
    prefix: 'INSERTQUERY',
    query: analysed.query,
    sink: analysed.sink,
    statementText,
    ...(typeof id === 'string' ? { id: id.toUpperCase() } : {}),
  })
  return { change: { kind: 'insert', query }, statementText, query: analysed.query }
}

function checkExisting(existing: SourceEntry | undefined, source: Source, orReplace: boolean, prefix: string): void {
  if (existing === undefined) return
  if (orReplace) {
    checkSourceUpgrade(existing.source, source)
    return
  }
  const kind = existing.source.sourceType.toLowerCase()
  throw new StatementFault(
    `${prefix}Cannot add ${source.sourceType.toLowerCase()} '${source.name}': A ${kind} with the same name already exists`,
    40001,
    'completed',
  )
}

function persistent(
  world: PlanningWorld,
  options: PlanOptions,
  made: { kind: PersistentQuery['kind']; prefix: string; query: AnalysedQuery; statementText: string; sink?: Source; id?: string; startsAt?: StartOffsets },
): PersistentQuery {
  return {
    id: options.queryId ?? made.id ?? `${made.prefix}_${world.state.nextQueryNumber}`,
    kind: made.kind,
    statementText: made.statementText,
    query: made.query,
    sources: sourcesOf(made.query),
    ...(made.sink === undefined ? {} : { sink: made.sink }),
    properties: { ...world.session.properties },
    startsAt: options.startsAt ?? made.startsAt ?? {},
    paused: false,
  }
}

export function sourcesOf(query: AnalysedQuery): string[] {
  return [...new Set([query.from.source.name, ...query.joins.map((join) => join.right.source.name)])]
}

/** The topic of a source must be there, or be asked for; that of a query is made. */
async function ensureTopic(statement: CreateSource | CreateAsSelect, world: PlanningWorld): Promise<void> {
  const get = (key: string): PropertyValue | undefined => statement.properties.find((property) => property.key === key)?.value
  const number = (key: string) => (get(key) === undefined ? undefined : Number(get(key)))
  const name = String(get('KAFKA_TOPIC') ?? statement.name)
  const partitions = number('PARTITIONS')
  // Without a topic the statement is refused for that.
  if (statement.kind === 'CreateSource' && get('KAFKA_TOPIC') === undefined) return
  if (partitions === undefined) {
    if (world.topics.shape(name) === undefined && statement.kind === 'CreateSource') throw topicMissing(name, formatStatement(withPartitions(statement)))
    if (world.topics.shape(name) !== undefined) return
  }
  const replicas = number('REPLICAS')
  const retentionMs = number('RETENTION_MS')
  await world.topics.ensure({
    name,
    partitions: partitions ?? 1,
    cleanupPolicy: String(get('CLEANUP_POLICY') ?? (statement.sourceType === 'STREAM' ? 'delete' : 'compact')),
    ...(replicas === undefined ? {} : { replicas }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
  })
}

/** The example that the server gives: the statement with a number of partitions. */
function withPartitions(statement: CreateSource): CreateSource {
  const properties = statement.properties.filter((property) => property.key !== 'CLEANUP_POLICY' && property.key !== 'PARTITIONS')
  const example: Property = { key: 'PARTITIONS', value: 2, span: statement.span }
  return { ...statement, properties: [...properties, example].sort((a, b) => (a.key < b.key ? -1 : 1)) }
}
