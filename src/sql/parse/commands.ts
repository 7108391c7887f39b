/** Statements that ask, set or steer: LIST, DESCRIBE, EXPLAIN, PRINT, TERMINATE, SET, DEFINE, ASSERT, RUN. */
import type { ListTarget, Statement } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { wholeNumber } from './literals.ts'
import { parseProperties } from './properties.ts'
import { sourceName } from './queries.ts'
import { parseDuration } from './units.ts'

/** Which of them take EXTENDED. */
const LISTS: readonly (readonly [words: readonly string[], what: ListTarget, extended: boolean])[] = [
  [['TOPICS'], 'TOPICS', true],
  [['STREAMS'], 'STREAMS', true],
  [['TABLES'], 'TABLES', true],
  [['QUERIES'], 'QUERIES', true],
  [['PROPERTIES'], 'PROPERTIES', false],
  [['FUNCTIONS'], 'FUNCTIONS', false],
  [['TYPES'], 'TYPES', false],
  [['VARIABLES'], 'VARIABLES', false],
  [['CONNECTORS'], 'CONNECTORS', false],
  [['CONNECTOR', 'PLUGINS'], 'CONNECTOR PLUGINS', false],
]

export function parseList(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.next()
  const all = cursor.accept('ALL')
  if (all && !cursor.is('TOPICS')) cursor.failExpecting(['TOPICS'])
  const scope = cursor.accept('SOURCE') ? 'SOURCE' : cursor.accept('SINK') ? 'SINK' : undefined
  if (scope !== undefined && !cursor.is('CONNECTORS')) cursor.failExpecting(['CONNECTORS'])
  const found = LISTS.find(([words]) => cursor.is(...words))
  if (found === undefined) cursor.failHere()
  const [words, what, mayBeExtended] = found
  cursor.expect(...words)
  const extended = mayBeExtended && cursor.accept('EXTENDED')
  return { kind: 'List', what, all, extended, ...(scope === undefined ? {} : { connectorScope: scope }), span: cursor.spanFrom(start) }
}

export function parseDescribe(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('DESCRIBE')
  if (cursor.is('FUNCTION') && cursor.isName(1)) {
    cursor.next()
    return { kind: 'DescribeFunction', name: cursor.name().value, span: cursor.spanFrom(start) }
  }
  if (cursor.accept('CONNECTOR')) return { kind: 'DescribeConnector', name: cursor.name().value, span: cursor.spanFrom(start) }
  for (const what of ['STREAMS', 'TABLES'] as const) {
    if (!cursor.accept(what)) continue
    const extended = cursor.accept('EXTENDED')
    return { kind: 'DescribeAll', what, extended, span: cursor.spanFrom(start) }
  }
  const name = sourceName(cursor).value
  const extended = cursor.accept('EXTENDED')
  return { kind: 'Describe', name, extended, span: cursor.spanFrom(start) }
}

export function parsePrint(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('PRINT')
  const topic = resourceName(cursor)
  const fromBeginning = cursor.accept('FROM')
  if (fromBeginning) cursor.expect('BEGINNING')
  const interval = cursor.accept('INTERVAL') || cursor.accept('SAMPLE') ? { interval: wholeNumber(cursor) } : {}
  const limit = cursor.accept('LIMIT') ? { limit: wholeNumber(cursor) } : {}
  return { kind: 'Print', topic, fromBeginning, ...interval, ...limit, span: cursor.spanFrom(start) }
}

/** A topic or subject: a name keeps its case here, quoted or not. */
function resourceName(cursor: Cursor): string {
  return cursor.token.kind === 'string' ? cursor.string() : cursor.name().text
}

export function parseQueryControl(cursor: Cursor): Statement {
  const start = cursor.start
  const kind = ({ TERMINATE: 'Terminate', PAUSE: 'Pause', RESUME: 'Resume' } as const)[cursor.next().value as 'TERMINATE' | 'PAUSE' | 'RESUME']
  if (cursor.accept('ALL')) return { kind, span: cursor.spanFrom(start) }
  return { kind, queryId: cursor.name().value.toUpperCase(), span: cursor.spanFrom(start) }
}

export function parseSet(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('SET')
  const key = cursor.string()
  cursor.expect('=')
  return { kind: 'SetProperty', key, value: cursor.string(), span: cursor.spanFrom(start) }
}

export function parseUnset(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('UNSET')
  return { kind: 'UnsetProperty', key: cursor.string(), span: cursor.spanFrom(start) }
}

/** Variable names are unquoted words; their case does not count. */
export function parseDefine(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('DEFINE')
  const name = cursor.name().text
  cursor.expect('=')
  return { kind: 'Define', name, value: cursor.string(), span: cursor.spanFrom(start) }
}

export function parseUndefine(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('UNDEFINE')
  return { kind: 'Undefine', name: cursor.name().text, span: cursor.spanFrom(start) }
}

export function parseAssert(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('ASSERT')
  const exists = !cursor.accept('NOT', 'EXISTS')
  if (cursor.accept('TOPIC')) {
    const topic = resourceName(cursor)
    const properties = parseProperties(cursor)
    const timeout = cursor.accept('TIMEOUT') ? { timeout: parseDuration(cursor) } : {}
    return { kind: 'AssertTopic', topic, exists, properties, ...timeout, span: cursor.spanFrom(start) }
  }
  if (!cursor.accept('SCHEMA')) cursor.failHere()
  const subject = cursor.accept('SUBJECT') ? { subject: resourceName(cursor) } : {}
  const id = cursor.accept('ID') ? { id: wholeNumber(cursor) } : {}
  const timeout = cursor.accept('TIMEOUT') ? { timeout: parseDuration(cursor) } : {}
  return { kind: 'AssertSchema', exists, ...subject, ...id, ...timeout, span: cursor.spanFrom(start) }
}

export function parseRunScript(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('RUN', 'SCRIPT')
  return { kind: 'RunScript', path: cursor.string(), span: cursor.spanFrom(start) }
}
