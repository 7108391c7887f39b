/** INSERT INTO ... VALUES: one record, written as a query over the source would read it. */
import { compileExpression, compileWriter, formatValue, partitionFor, type Value } from '../../../engine/index.ts'
import { KafkaFault } from '../../../ports/index.ts'
import { type Column, type Expression, formatType, type Source, type SqlType, type Statement, typeOf } from '../../../sql/index.ts'
import { genericError, StatementFault, statementError } from '../rest/errors.ts'
import type { World } from './world.ts'

type InsertValues = Extract<Statement, { kind: 'InsertValues' }>

export async function insertValues(statement: InsertValues, world: World): Promise<void> {
  const source = targetOf(statement, world)
  const refuse = (message: string) => statementError(`Failed to insert values into '${source.name}'. ${message}`, maskedText(statement))
  const given = assign(statement, source, refuse)
  const scope = { columns: [], random: () => Number(`0.${world.server.randomId()}`), now: () => world.server.now() }
  const evaluate = (column: Column): Value => {
    const expression = given.get(column.name)
    return expression === undefined ? null : compileExpression({ expression, type: column.type }, scope)([])
  }
  for (const [name, expression] of given) {
    const column = [...source.key, ...source.value, ROWTIME].find((one) => one.name === name)
    const type = typeOf(expression, [])
    if (column !== undefined && type !== undefined && !accepts(column.type, type)) {
      const value = compileExpression({ expression, type }, scope)([])
      throw refuse(`Expected type ${formatType(column.type)} for field \`${name}\` but got ${formatType(type)}(${formatValue(value, type)})`)
    }
  }
  const key = source.key.map(evaluate)
  if (source.sourceType === 'TABLE' && key.some((part) => part === null)) {
    throw refuse(`Value for primary key column(s) ${source.key.map((column) => column.name).join(', ')} is required for tables`)
  }
  if (world.sandbox) return
  const rowtime = evaluate(ROWTIME)
  await writeRow(source, key, source.value.map(evaluate), rowtime === null ? world.server.now() : Number(rowtime as bigint), world)
}

const ROWTIME: Column = { name: 'ROWTIME', type: { kind: 'BIGINT' } }

export async function writeRow(
  source: Source,
  key: readonly Value[],
  value: readonly Value[],
  timestamp: number,
  world: Pick<World, 'kafka' | 'server' | 'topics'>,
): Promise<void> {
  const keyed = source.key.length > 0 && key.some((part) => part !== null)
  const record = compileWriter(source)({ key: keyed ? key : null, value, timestamp })
  const partitions = world.topics.shape(source.topic)?.partitions
  const missing = genericError(
    40000,
    `Failed to insert values into '${source.name}'.\nCaused by: Topic ${source.topic} not present in metadata after 60000 ms.\nCaused by: This server does not host this topic-partition.`,
  )
  if (partitions === undefined) throw missing
  const bytes = record.key === null ? null : Buffer.from(record.key)
  try {
    await world.kafka.produce(source.topic, [
      {
        partition: bytes === null ? Number(world.server.randomId().slice(-6)) % partitions : partitionFor(bytes, partitions),
        timestamp,
        key: bytes,
        value: record.value === null ? null : Buffer.from(record.value),
      },
    ])
  } catch (error) {
    throw error instanceof KafkaFault && error.type === 'UNKNOWN_TOPIC_OR_PARTITION' ? missing : error
  }
}

export function targetOf(statement: { readonly target: string }, world: Pick<World, 'state'>): Source {
  const source = world.state.entry(statement.target)?.source
  if (source === undefined) throw new StatementFault(`Cannot insert values into an unknown stream/table: \`${statement.target}\``, 40000)
  if (source.readOnly) throw new StatementFault(`Cannot insert values into read-only ${source.sourceType.toLowerCase()}: ${source.name}`, 40000)
  if (source.window !== undefined) throw new StatementFault('Cannot insert values into windowed stream/table!', 40000)
  return source
}

function assign(statement: InsertValues, source: Source, refuse: (message: string) => Error): Map<string, Expression> {
  if (statement.columns !== undefined && statement.columns.length !== statement.values.length) {
    throw statementError(
      `Failed to prepare statement: Expected number columns and values to match: ${statement.columns.length}, ${statement.values.length}`,
      maskedText(statement),
    )
  }
  if (statement.columns === undefined) {
    const all = [...source.key, ...source.value]
    if (all.length !== statement.values.length) {
      throw refuse(`Expected a value for each column. Expected Columns: []. Got [${statement.values.map(plainText).join(', ')}]`)
    }
    return new Map(all.map((column, index) => [column.name, statement.values[index] as Expression]))
  }
  for (const name of statement.columns) {
    if (source.headers.some((header) => header.name === name)) throw refuse(`Cannot insert into HEADER columns: ${name}`)
    if (name !== ROWTIME.name && ![...source.key, ...source.value].some((column) => column.name === name)) {
      throw refuse(`Column name \`${name}\` does not exist.`)
    }
  }
  return new Map(statement.columns.map((name, index) => [name, statement.values[index] as Expression]))
}

function plainText(expression: Expression): string {
  return 'value' in expression && typeof expression.value !== 'object'
    ? String(expression.value)
    : expression.kind === 'DecimalLiteral'
      ? expression.text
      : expression.kind
}

/** Values never stand in an answer: they may be private. */
function maskedText(statement: InsertValues): string {
  const columns = statement.columns === undefined ? '' : ` (${statement.columns.map((name) => `\`${name}\``).join(', ')})`
  return `INSERT INTO \`${statement.target}\`${columns} VALUES (${statement.values.map(() => "'[value]'").join(', ')});`
}

const NUMBERS = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']

/** Numbers widen, text becomes a time; nothing else is converted. */
function accepts(column: SqlType, value: SqlType): boolean {
  if (column.kind === value.kind) {
    if (column.kind === 'ARRAY' && value.kind === 'ARRAY') return accepts(column.element, value.element)
    if (column.kind === 'MAP' && value.kind === 'MAP') return accepts(column.key, value.key) && accepts(column.value, value.value)
    return true
  }
  if (NUMBERS.includes(column.kind) && NUMBERS.includes(value.kind)) return NUMBERS.indexOf(column.kind) >= NUMBERS.indexOf(value.kind)
  return value.kind === 'STRING' && ['DATE', 'TIME', 'TIMESTAMP', 'BYTES'].includes(column.kind)
}
