/** Statement -> text, the way the server writes `statementText`; every one ends with a semicolon. */
import type { ColumnDefinition, Property, PropertyValue, Statement } from '../ast.ts'
import { formatExpression, quoteText } from './expressions.ts'
import { formatName } from './names.ts'
import { formatDuration, formatQuery } from './queries.ts'
import { formatTypeInStatement } from './types.ts'

export function formatStatement(statement: Statement): string {
  return `${print(statement)};`
}

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

function print(statement: Statement): string {
  switch (statement.kind) {
    case 'CreateSource':
      return printCreateSource(statement)
    case 'CreateAsSelect':
      return `${createHead(statement)}${withClause(statement.properties)} AS ${formatQuery(statement.query)}`
    case 'InsertInto':
      return `INSERT INTO ${formatName(statement.target)}${withClause(statement.properties)} ${formatQuery(statement.query)}`
    case 'InsertValues': {
      const columns = statement.columns === undefined ? '' : ` (${statement.columns.map(formatName).join(', ')})`
      return `INSERT INTO ${formatName(statement.target)}${columns} VALUES (${statement.values.map((value) => formatExpression(value)).join(', ')})`
    }
    case 'Select':
      return formatQuery(statement.query)
    case 'CreateType':
      return words('CREATE TYPE', statement.ifNotExists && 'IF NOT EXISTS', formatName(statement.name), 'AS', formatTypeInStatement(statement.type))
    case 'DropType':
      return words('DROP TYPE', statement.ifExists && 'IF EXISTS', formatName(statement.name))
    case 'CreateConnector':
      return printCreateConnector(statement)
    case 'DropConnector':
      return words('DROP CONNECTOR', statement.ifExists && 'IF EXISTS', formatName(statement.name))
    case 'DropSource':
      return words('DROP', statement.sourceType, statement.ifExists && 'IF EXISTS', formatName(statement.name), statement.deleteTopic && 'DELETE TOPIC')
    case 'AlterSource':
      return words('ALTER', statement.sourceType, formatName(statement.name), statement.columns.map((column) => `ADD COLUMN ${printColumn(column)}`).join(', '))
    case 'Terminate':
    case 'Pause':
    case 'Resume':
      return words(statement.kind.toUpperCase(), statement.queryId === undefined ? 'ALL' : formatName(statement.queryId))
    case 'SetProperty':
      return `SET ${quoteText(statement.key)}=${quoteText(statement.value)}`
    case 'UnsetProperty':
      return `UNSET ${quoteText(statement.key)}`
    case 'AlterSystemProperty':
      return `ALTER SYSTEM ${quoteText(statement.key)}=${quoteText(statement.value)}`
    case 'RunScript':
      return `RUN SCRIPT ${quoteText(statement.path)}`
    case 'Define':
      return `DEFINE ${statement.name}=${quoteText(statement.value)}`
    case 'Undefine':
      return `UNDEFINE ${statement.name}`
    case 'List':
      return words('LIST', statement.all && 'ALL', statement.connectorScope, statement.what, statement.extended && 'EXTENDED')
    case 'Describe':
      return words('DESCRIBE', formatName(statement.name), statement.extended && 'EXTENDED')
    case 'DescribeAll':
      return words('DESCRIBE', statement.what, statement.extended && 'EXTENDED')
    case 'DescribeFunction':
      return words('DESCRIBE FUNCTION', formatName(statement.name))
    case 'DescribeConnector':
      return words('DESCRIBE CONNECTOR', formatName(statement.name))
    case 'Explain':
      return words('EXPLAIN', 'queryId' in statement.target ? formatName(statement.target.queryId) : print(statement.target.statement))
    case 'Print':
      return printPrint(statement)
    case 'AssertTopic':
    case 'AssertSchema':
      return printAssert(statement)
  }
}

/** The parts that are there, with blanks between. */
function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ')
}

function createHead(statement: Of<'CreateSource'> | Of<'CreateAsSelect'>): string {
  const readOnly = statement.kind === 'CreateSource' && statement.readOnly
  return words(
    'CREATE',
    statement.orReplace && 'OR REPLACE',
    readOnly && 'SOURCE',
    statement.sourceType,
    statement.ifNotExists && 'IF NOT EXISTS',
    formatName(statement.name),
  )
}

function printCreateSource(statement: Of<'CreateSource'>): string {
  const columns = statement.columns.length === 0 ? '' : ` (${statement.columns.map(printColumn).join(', ')})`
  return `${createHead(statement)}${columns}${withClause(statement.properties)}`
}

function printColumn(column: ColumnDefinition): string {
  const constraint = column.headerKey === undefined ? column.constraint : `HEADER(${quoteText(column.headerKey)})`
  return words(formatName(column.name), formatTypeInStatement(column.type), constraint)
}

/** Keys stand in the order of the alphabet, whatever order they were written in. */
function withClause(properties: readonly Property[]): string {
  if (properties.length === 0) return ''
  const sorted = properties.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return ` WITH (${sorted.map((property) => `${formatKey(property.key)}=${formatValue(property.value)}`).join(', ')})`
}

function formatKey(key: string): string {
  return /^[A-Z_][A-Z0-9_]*$/.test(key) ? formatName(key) : quoteText(key)
}

function formatValue(value: PropertyValue): string {
  return typeof value === 'string' ? quoteText(value) : String(value)
}

function printCreateConnector(statement: Of<'CreateConnector'>): string {
  const config = statement.config.map((property) => `${quoteText(property.key)}=${formatValue(property.value)}`).join(', ')
  return words('CREATE', statement.direction, 'CONNECTOR', statement.ifNotExists && 'IF NOT EXISTS', formatName(statement.name), `WITH (${config})`)
}

function printPrint(statement: Of<'Print'>): string {
  return words(
    'PRINT',
    quoteText(statement.topic),
    statement.fromBeginning && 'FROM BEGINNING',
    statement.interval !== undefined && `INTERVAL ${statement.interval}`,
    statement.limit !== undefined && `LIMIT ${statement.limit}`,
  )
}

function printAssert(statement: Of<'AssertTopic'> | Of<'AssertSchema'>): string {
  const head = words('ASSERT', !statement.exists && 'NOT EXISTS')
  const timeout = statement.timeout !== undefined && `TIMEOUT ${formatDuration(statement.timeout)}`
  if (statement.kind === 'AssertTopic') return words(`${head} TOPIC ${quoteText(statement.topic)}${withClause(statement.properties)}`, timeout)
  return words(
    `${head} SCHEMA`,
    statement.subject !== undefined && `SUBJECT ${quoteText(statement.subject)}`,
    statement.id !== undefined && `ID ${statement.id}`,
    timeout,
  )
}
