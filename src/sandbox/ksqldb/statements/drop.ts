/** DROP STREAM / TABLE, ALTER, CREATE and DROP TYPE. */
import { type ColumnDefinition, completeStatement, formatName, formatType, type SqlType, type Statement } from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'
import type { State } from '../store/state.ts'
import type { Change } from './change.ts'
import { catalogueOf } from './create.ts'
import { toRestError } from './faults.ts'
import { analysisOptions, type Entity, type Parsed, type World } from './world.ts'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

export async function dropSource(parsed: Parsed, statement: Of<'DropSource'>, world: World): Promise<Entity> {
  if (statement.deleteTopic) await deleteTopicOf(parsed, statement, world)
  const text = statement.deleteTopic ? `DROP ${statement.sourceType} ${statement.ifExists ? 'IF EXISTS ' : ''}${formatName(statement.name)};` : parsed.text
  try {
    checkDrop(statement, world.state)
  } catch (error) {
    throw toRestError(error, text, text)
  }
  const id = `${statement.sourceType.toLowerCase()}/${statement.name}/drop`
  return submitted(text, id, await world.submit({ id, statement: text, text, change: dropChange(statement, world.state) }))
}

export function dropChange(statement: Of<'DropSource'>, state: State): Change {
  const topic = state.entry(statement.name)?.source.topic
  return { kind: 'dropSource', name: statement.name, ...(topic === undefined ? {} : { topic }) }
}

/** Done while the statement is being checked, before it is known whether the source may be dropped: so is the real one. */
async function deleteTopicOf(parsed: Parsed, statement: Of<'DropSource'>, world: World): Promise<void> {
  const entry = world.state.entry(statement.name)
  if (entry === undefined) {
    if (statement.ifExists) return
    throw new StatementFault(
      `Could not find source to delete topic for: ConfiguredStatement{statement=${parsed.text}, config=SessionConfig{overrides={}, systemConfig=io.confluent.ksql.util.KsqlConfig@0}}`,
      40000,
    )
  }
  if (entry.source.readOnly) throw new StatementFault(`Cannot delete topic for read-only source: ${statement.name}`, 40000)
  const { topic } = entry.source
  const others = world.state.entries().filter((other) => other.source.topic === topic && other.source.name !== statement.name)
  if (others.length > 0) {
    throw new StatementFault(
      `Refusing to delete topic. Found other data sources (${others.map((other) => other.source.name).join(', ')}) using topic ${topic}`,
      50000,
    )
  }
  await world.topics.delete(topic)
}

function checkDrop(statement: Of<'DropSource'>, state: State): void {
  const entry = state.entry(statement.name)
  const type = statement.sourceType.toLowerCase()
  if (entry === undefined) {
    if (statement.ifExists) return
    throw new StatementFault(`${statement.sourceType === 'STREAM' ? 'Stream' : 'Table'} ${statement.name} does not exist.`)
  }
  const { name, sourceType } = entry.source
  if (sourceType !== statement.sourceType)
    throw new StatementFault(`Incompatible data source type is ${sourceType.toLowerCase()}, but statement was DROP ${type}`)
  const own = state.queryOf(name)?.id
  // The queries of CREATE ... AS SELECT count as the streams and tables that they make.
  const inserts = (ids: readonly { id: string; kind: string }[]) => ids.filter((query) => query.kind === 'INSERT' && query.id !== own).map((query) => query.id)
  const [readers, writers] = [inserts(state.readersOf(name)), inserts(state.writersOf(name))]
  if (readers.length > 0 || writers.length > 0) {
    throw new StatementFault(
      `Cannot drop ${name}.\nThe following queries read from this source: [${readers.sort().join(', ')}].\nThe following queries write into this source: [${writers.sort().join(', ')}].\nYou need to terminate them before dropping ${name}.`,
    )
  }
  const children = [...state.childrenOf(name)].sort()
  if (children.length > 0) {
    throw new StatementFault(
      `Cannot drop ${name}.\nThe following streams and/or tables read from this source: [${children.join(', ')}].\nYou need to drop them before dropping ${name}.`,
    )
  }
}

export async function alterSource(parsed: Parsed, statement: Of<'AlterSource'>, world: World): Promise<Entity> {
  const id = `${statement.sourceType.toLowerCase()}/${statement.name}/alter`
  return submitted(
    parsed.text,
    id,
    await world.submit({ id, statement: parsed.text, text: parsed.text, change: alterChange(statement, parsed.text, world.state) }),
  )
}

export function alterChange(statement: Of<'AlterSource'>, text: string, state: State): Change {
  const entry = state.entry(statement.name)
  if (entry === undefined) throw new StatementFault(`Source ${statement.name} does not exist.`)
  const { source } = entry
  if (source.sourceType !== statement.sourceType) {
    throw new StatementFault(`Incompatible data source type is ${source.sourceType}, but statement was ALTER ${statement.sourceType}`)
  }
  if (entry.fromQuery) throw new StatementFault('ALTER command is not supported for CREATE ... AS statements.')
  const value = [...source.value]
  for (const column of statement.columns) {
    if ([...source.key, ...value].some((known) => known.name === column.name)) {
      throw new StatementFault(`Cannot add column \`${column.name}\` to schema. A column with the same name already exists.`)
    }
    value.push({ name: column.name, type: resolved(column, state) })
  }
  return { kind: 'alterSource', entry: { ...entry, source: { ...source, value }, statementText: `${entry.statementText}\n${text}` } }
}

function resolved(column: ColumnDefinition, state: State): SqlType {
  if (column.type.kind !== 'NAMED') return column.type
  const type = state.type(column.type.name)
  if (type === undefined) throw new StatementFault(`Failed to prepare statement: Cannot resolve unknown type: ${column.type.name}`)
  return type
}

export async function createType(parsed: Parsed, statement: Of<'CreateType'>, world: World): Promise<Entity> {
  const id = `type/${statement.name}/create`
  return submitted(parsed.text, id, await world.submit({ id, statement: parsed.text, text: parsed.text, change: createTypeChange(statement, world) }))
}

export function createTypeChange(statement: Of<'CreateType'>, world: Pick<World, 'state' | 'topics' | 'session'>): Change {
  const completed = completeStatement(statement, catalogueOf(world.state), analysisOptions(world))
  const type = completed.kind === 'CreateType' ? completed.type : statement.type
  const known = world.state.type(statement.name)
  if (known !== undefined) {
    if (statement.ifNotExists)
      return { kind: 'putType', name: statement.name, type: known, message: `${statement.name} is already registered with type ${formatType(known)}` }
    throw new StatementFault(`Cannot register custom type '${statement.name}' since it is already registered with type: ${formatType(known)}`)
  }
  return { kind: 'putType', name: statement.name, type, message: `Registered custom type with name '${statement.name}' and SQL type ${formatType(type)}` }
}

export async function dropType(parsed: Parsed, statement: Of<'DropType'>, world: World): Promise<Entity> {
  const id = `type/${statement.name}/drop`
  return submitted(parsed.text, id, await world.submit({ id, statement: parsed.text, text: parsed.text, change: dropTypeChange(statement, world.state) }))
}

export function dropTypeChange(statement: Of<'DropType'>, state: State): Change {
  const known = state.type(statement.name) !== undefined
  if (!known && !statement.ifExists) throw new StatementFault(`Type ${statement.name} does not exist.`)
  return { kind: 'dropType', name: statement.name, message: known ? `Dropped type '${statement.name}'` : `Type '${statement.name}' does not exist` }
}

export function submitted(statementText: string, commandId: string, answer: Awaited<ReturnType<World['submit']>>): Entity {
  return { '@type': 'currentStatus', statementText, commandId, commandStatus: answer.status, commandSequenceNumber: answer.sequence, warnings: [] }
}
