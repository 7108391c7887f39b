/** SELECT: https://docs.confluent.io/platform/current/ksqldb/reference/sql/select-push-query.html */
import type { Duration, Expression, JoinClause, Query, SelectItem, SourceReference, WindowClause } from '../ast.ts'
import { SqlError } from '../error.ts'
import type { Cursor, Name } from './cursor.ts'
import { parseExpression, parseList, parseValue } from './expressions.ts'
import { wholeNumber } from './literals.ts'
import { parseDuration } from './units.ts'

export function parseQuery(cursor: Cursor): Query {
  const start = cursor.start
  cursor.expect('SELECT')
  const select = [parseSelectItem(cursor)]
  while (!cursor.is('FROM')) {
    if (!cursor.accept(',')) cursor.failExpecting([',', 'FROM'])
    select.push(parseSelectItem(cursor))
  }
  cursor.expect('FROM')
  const from = parseSourceReference(cursor)
  const joins: JoinClause[] = []
  for (let join = tryJoin(cursor); join !== undefined; join = tryJoin(cursor)) joins.push(join)
  const window = cursor.accept('WINDOW') ? { window: parseWindow(cursor) } : {}
  const where = cursor.accept('WHERE') ? { where: parseExpression(cursor) } : {}
  const groupBy = cursor.accept('GROUP', 'BY') ? { groupBy: parseKeys(cursor) } : {}
  const partitionBy = cursor.accept('PARTITION', 'BY') ? { partitionBy: parseKeys(cursor) } : {}
  const having = cursor.accept('HAVING') ? { having: parseExpression(cursor) } : {}
  const emit = cursor.accept('EMIT') ? { emit: parseEmit(cursor) } : {}
  const limit = cursor.accept('LIMIT') ? { limit: wholeNumber(cursor) } : {}
  return { select, from, joins, ...window, ...where, ...groupBy, ...partitionBy, ...having, ...emit, ...limit, span: cursor.spanFrom(start) }
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const start = cursor.start
  if (cursor.accept('*')) return { kind: 'All', span: cursor.spanFrom(start) }
  if (cursor.isName() && isSymbol(cursor, 1, '.') && isSymbol(cursor, 2, '*')) {
    const qualifier = cursor.name().value
    cursor.expect('.', '*')
    return { kind: 'All', qualifier, span: cursor.spanFrom(start) }
  }
  const expression = parseExpression(cursor)
  if (cursor.accept('->', '*')) return { kind: 'AllFields', base: expression, span: cursor.spanFrom(start) }
  const alias = parseAlias(cursor)
  return { kind: 'Item', expression, ...(alias === undefined ? {} : { alias: alias.value }), span: cursor.spanFrom(start) }
}

/** `AS name`, or `name` alone where it cannot be the begin of the next clause. */
function parseAlias(cursor: Cursor): Name | undefined {
  if (cursor.accept('AS')) return cursor.name()
  const startsClause = cursor.is('EMIT', 'CHANGES') || cursor.is('EMIT', 'FINAL') || cursor.is('PARTITION', 'BY')
  return cursor.isName() && !startsClause ? cursor.name() : undefined
}

function parseSourceReference(cursor: Cursor): SourceReference {
  const start = cursor.start
  const name = sourceName(cursor)
  const alias = parseAlias(cursor)
  return { name: name.value, alias: alias?.value ?? name.value, span: cursor.spanFrom(start) }
}

export function sourceName(cursor: Cursor): Name {
  const name = cursor.name()
  if (!/^[\p{L}\p{Nd}_-]*$/u.test(name.value)) {
    const { line, column } = name.span.start
    throw new SqlError(
      'syntax',
      `Illegal argument at Line: ${line}, Col: ${column}. Source names may only contain alphanumeric values, '_' or '-'. Got: '${name.value}'`,
      name.span,
    )
  }
  return name
}

/** https://docs.confluent.io/platform/current/ksqldb/developer-guide/joins/join-streams-and-tables.html */
function tryJoin(cursor: Cursor): JoinClause | undefined {
  const start = cursor.start
  const type = tryJoinType(cursor)
  if (type === undefined) return undefined
  const source = parseSourceReference(cursor)
  const within = cursor.accept('WITHIN') ? { within: parseWithin(cursor) } : {}
  cursor.expect('ON')
  const on = parseExpression(cursor)
  return { type, source, on, ...within, span: cursor.spanFrom(start) }
}

function tryJoinType(cursor: Cursor): JoinClause['type'] | undefined {
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'INNER'
  for (const [word, type] of [
    ['LEFT', 'LEFT'],
    ['RIGHT', 'RIGHT'],
    ['FULL', 'OUTER'],
  ] as const) {
    if (!cursor.accept(word)) continue
    cursor.accept('OUTER')
    cursor.expect('JOIN')
    return type
  }
  return undefined
}

function parseWithin(cursor: Cursor): NonNullable<JoinClause['within']> {
  let before: Duration
  let after: Duration
  if (cursor.accept('(')) {
    before = parseDuration(cursor)
    cursor.expect(',')
    after = parseDuration(cursor)
    cursor.expect(')')
  } else {
    before = parseDuration(cursor)
    after = before
  }
  const grace = cursor.accept('GRACE', 'PERIOD') ? { grace: parseDuration(cursor) } : {}
  return { before, after, ...grace }
}

/** https://docs.confluent.io/platform/current/ksqldb/concepts/time-and-windows-in-ksqldb-queries.html */
function parseWindow(cursor: Cursor): WindowClause {
  const types = ['TUMBLING', 'HOPPING', 'SESSION'] as const
  // A window may be named; the name means nothing. SESSION is also a word that may be a name.
  if (cursor.isName() && !cursor.is('SESSION', '(')) cursor.next()
  const start = cursor.start
  const type = types.find((candidate) => cursor.is(candidate))
  if (type === undefined) cursor.failHere()
  cursor.next()
  cursor.expect('(')
  if (type !== 'SESSION') cursor.expect('SIZE')
  const size = parseDuration(cursor)
  let advance: Duration | undefined
  if (type === 'HOPPING') {
    cursor.expect(',', 'ADVANCE', 'BY')
    advance = parseDuration(cursor)
  }
  const retention = cursor.accept(',', 'RETENTION') ? { retention: parseDuration(cursor) } : {}
  const grace = cursor.accept(',', 'GRACE', 'PERIOD') ? { grace: parseDuration(cursor) } : {}
  if (!cursor.is(')')) cursor.failExpecting([...('grace' in grace ? [] : [',']), ')'])
  cursor.next()
  return { type, size, ...(advance === undefined ? {} : { advance }), ...retention, ...grace, span: cursor.spanFrom(start) }
}

/** What GROUP BY and PARTITION BY take: values with commas between, with or without brackets round all of them. */
function parseKeys(cursor: Cursor): readonly Expression[] {
  if (cursor.accept('(', ')')) return []
  if (!cursor.is('(') || !bracketsHoldAll(cursor)) return parseList(cursor, parseValue)
  cursor.expect('(')
  const keys = parseList(cursor, parseValue)
  cursor.expect(')')
  return keys
}

/** `(A, B)` is a list, `(A + B) * 2` and `(A), B` are values that begin with a bracket. */
function bracketsHoldAll(cursor: Cursor): boolean {
  let depth = 0
  for (let ahead = 0; ; ahead++) {
    const token = cursor.peek(ahead)
    if (token.kind === 'end') return false
    if (token.kind !== 'symbol') continue
    if (token.value === '(') depth += 1
    if (token.value === ')') depth -= 1
    if (depth > 0) continue
    const after = cursor.peek(ahead + 1)
    return after.kind === 'end' || (after.kind === 'symbol' && after.value === ';') || (after.kind === 'word' && !isOperatorWord(after.value))
  }
}

function isOperatorWord(word: string): boolean {
  return ['IS', 'AND', 'OR', 'LIKE', 'IN', 'BETWEEN', 'NOT'].includes(word)
}

function parseEmit(cursor: Cursor): 'CHANGES' | 'FINAL' {
  if (cursor.accept('CHANGES')) return 'CHANGES'
  if (cursor.accept('FINAL')) return 'FINAL'
  return cursor.failExpecting(['CHANGES', 'FINAL'])
}

function isSymbol(cursor: Cursor, ahead: number, symbol: string): boolean {
  const token = cursor.peek(ahead)
  return token.kind === 'symbol' && token.value === symbol
}
