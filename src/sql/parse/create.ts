/** CREATE, INSERT, ALTER and DROP. */
import type { ColumnDefinition, SourceType, Statement } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { parseList, parseValue } from './expressions.ts'
import { parseProperties } from './properties.ts'
import { parseQuery, sourceName } from './queries.ts'
import { parseType } from './types.ts'

type Start = Cursor['start']

export function parseCreate(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('CREATE')
  if (cursor.is('TYPE')) return parseCreateType(cursor, start)
  if (cursor.is('SINK') || cursor.is('SOURCE', 'CONNECTOR')) return parseCreateConnector(cursor, start)
  const orReplace = cursor.accept('OR', 'REPLACE')
  const readOnly = cursor.accept('SOURCE')
  const sourceType = tryRelationWord(cursor)
  if (sourceType === undefined) cursor.failHere()
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = sourceName(cursor).value
  const columns = cursor.is('(') ? parseColumns(cursor) : []
  const properties = parseProperties(cursor)
  if (cursor.is('AS') && columns.length === 0 && !readOnly) {
    cursor.next()
    const query = parseQuery(cursor)
    return { kind: 'CreateAsSelect', sourceType, name, orReplace, ifNotExists, properties, query, span: cursor.spanFrom(start) }
  }
  return { kind: 'CreateSource', sourceType, name, orReplace, ifNotExists, readOnly, columns, properties, span: cursor.spanFrom(start) }
}

function tryRelationWord(cursor: Cursor): SourceType | undefined {
  if (cursor.accept('STREAM')) return 'STREAM'
  if (cursor.accept('TABLE')) return 'TABLE'
  return undefined
}

function parseColumns(cursor: Cursor): ColumnDefinition[] {
  cursor.expect('(')
  const columns = parseList(cursor, parseColumn)
  cursor.expect(')')
  return columns
}

function parseColumn(cursor: Cursor): ColumnDefinition {
  const start = cursor.start
  const name = cursor.name().value
  const type = parseType(cursor)
  const constraint = parseConstraint(cursor)
  return { name, type, ...constraint, span: cursor.spanFrom(start) }
}

function parseConstraint(cursor: Cursor): Pick<ColumnDefinition, 'constraint' | 'headerKey'> {
  if (cursor.accept('PRIMARY')) {
    cursor.expect('KEY')
    return { constraint: 'PRIMARY KEY' }
  }
  if (cursor.accept('KEY')) return { constraint: 'KEY' }
  if (cursor.accept('HEADERS')) return { constraint: 'HEADERS' }
  if (cursor.accept('HEADER')) {
    cursor.expect('(')
    const headerKey = cursor.string()
    cursor.expect(')')
    return { constraint: 'HEADERS', headerKey }
  }
  return {}
}

function parseCreateType(cursor: Cursor, start: Start): Statement {
  cursor.expect('TYPE')
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = cursor.name().value
  cursor.expect('AS')
  const type = parseType(cursor)
  return { kind: 'CreateType', name, ifNotExists, type, span: cursor.spanFrom(start) }
}

function parseCreateConnector(cursor: Cursor, start: Start): Statement {
  const direction = cursor.accept('SINK') ? 'SINK' : 'SOURCE'
  if (direction === 'SOURCE') cursor.expect('SOURCE')
  cursor.expect('CONNECTOR')
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = cursor.name().value
  if (!cursor.is('WITH')) cursor.failExpecting(['WITH'])
  const config = parseProperties(cursor, 'as-written')
  return { kind: 'CreateConnector', direction, name, ifNotExists, config, span: cursor.spanFrom(start) }
}

export function parseInsert(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('INSERT', 'INTO')
  const target = sourceName(cursor)
  if (cursor.is('WITH') || cursor.is('SELECT')) {
    const properties = parseProperties(cursor)
    const query = parseQuery(cursor)
    return { kind: 'InsertInto', target: target.value, targetSpan: target.span, properties, query, span: cursor.spanFrom(start) }
  }
  let columns: { columns?: string[] } = {}
  if (cursor.accept('(')) {
    columns = { columns: parseList(cursor, () => cursor.name().value) }
    cursor.expect(')')
  }
  if (!cursor.is('VALUES')) cursor.failHere()
  cursor.expect('VALUES', '(')
  const values = cursor.is(')') ? [] : parseList(cursor, parseValue)
  cursor.expect(')')
  return { kind: 'InsertValues', target: target.value, targetSpan: target.span, ...columns, values, span: cursor.spanFrom(start) }
}

export function parseAlter(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('ALTER')
  if (cursor.accept('SYSTEM')) {
    const key = cursor.string()
    cursor.expect('=')
    const value = cursor.string()
    return { kind: 'AlterSystemProperty', key, value, span: cursor.spanFrom(start) }
  }
  const sourceType = tryRelationWord(cursor)
  if (sourceType === undefined) cursor.failHere()
  const name = sourceName(cursor).value
  const columns = parseList(cursor, parseAddition)
  return { kind: 'AlterSource', sourceType, name, columns, span: cursor.spanFrom(start) }
}

function parseAddition(cursor: Cursor): ColumnDefinition {
  cursor.expect('ADD')
  if (cursor.is('COLUMN') && cursor.isName(1)) cursor.next()
  const start = cursor.start
  const name = cursor.name().value
  const type = parseType(cursor)
  return { name, type, span: cursor.spanFrom(start) }
}

export function parseDrop(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('DROP')
  const ifExists = (): boolean => cursor.accept('IF', 'EXISTS')
  if (cursor.accept('CONNECTOR')) {
    const exists = ifExists()
    return { kind: 'DropConnector', ifExists: exists, name: cursor.name().value, span: cursor.spanFrom(start) }
  }
  if (cursor.accept('TYPE')) {
    const exists = ifExists()
    return { kind: 'DropType', ifExists: exists, name: cursor.name().value, span: cursor.spanFrom(start) }
  }
  const sourceType = tryRelationWord(cursor)
  if (sourceType === undefined) cursor.failHere()
  const exists = ifExists()
  const name = sourceName(cursor).value
  const deleteTopic = cursor.accept('DELETE')
  if (deleteTopic) cursor.expect('TOPIC')
  return { kind: 'DropSource', sourceType, name, ifExists: exists, deleteTopic, span: cursor.spanFrom(start) }
}
