/** Text -> statements. Every statement ends with a semicolon, as the server wants it. */
import type { Expression, Statement } from '../ast.ts'
import { similarWord } from '../similar.ts'
import {
  parseAssert,
  parseDefine,
  parseDescribe,
  parseList,
  parsePrint,
  parseQueryControl,
  parseRunScript,
  parseSet,
  parseUndefine,
  parseUnset,
} from './commands.ts'
import { parseAlter, parseCreate, parseDrop, parseInsert } from './create.ts'
import { Cursor } from './cursor.ts'
import { parseExpression as parseWholeExpression } from './expressions.ts'
import { STATEMENT_WORDS } from './keywords.ts'
import { tokenize } from './lexer.ts'
import { parseQuery } from './queries.ts'
import { substituteTokens } from './variables.ts'

export interface ParseOptions {
  /** Values of `${name}`; DEFINE and UNDEFINE in the text change them for what follows. */
  readonly variables?: Readonly<Record<string, string>>
}

/** @throws SqlError */
export function parseStatements(text: string, options: ParseOptions = {}): Statement[] {
  const cursor = new Cursor(substituteTokens(tokenize(text), options.variables ?? {}))
  const statements: Statement[] = []
  while (!cursor.isAtEnd) {
    const statement = readStatement(cursor)
    statements.push(statement)
    // A query can go on in so many ways that the server does not list them.
    if ('query' in statement && !cursor.is(';') && !cursor.isAtEnd) cursor.fail()
    cursor.expect(';')
  }
  return statements
}

/** Exactly one; the semicolon at its end may be missing. @throws SqlError */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  const cursor = new Cursor(substituteTokens(tokenize(text), options.variables ?? {}))
  const statement = readStatement(cursor)
  cursor.accept(';')
  if (!cursor.isAtEnd) cursor.failExpecting([';'])
  return statement
}

/** @throws SqlError */
export function parseExpression(text: string): Expression {
  const cursor = new Cursor(tokenize(text))
  const expression = parseWholeExpression(cursor)
  if (!cursor.isAtEnd) cursor.fail()
  return expression
}

const READERS: Readonly<Record<string, (cursor: Cursor) => Statement>> = {
  ALTER: parseAlter,
  ASSERT: parseAssert,
  CREATE: parseCreate,
  DEFINE: parseDefine,
  DESCRIBE: parseDescribe,
  DROP: parseDrop,
  EXPLAIN: parseExplain,
  INSERT: parseInsert,
  LIST: parseList,
  PAUSE: parseQueryControl,
  PRINT: parsePrint,
  RESUME: parseQueryControl,
  RUN: parseRunScript,
  SELECT: parseSelect,
  SET: parseSet,
  SHOW: parseList,
  TERMINATE: parseQueryControl,
  UNDEFINE: parseUndefine,
  UNSET: parseUnset,
}

function readStatement(cursor: Cursor): Statement {
  const { kind, value } = cursor.token
  const reader = kind === 'word' ? READERS[value] : undefined
  if (reader !== undefined) return reader(cursor)
  return cursor.failUnknownStatement(kind === 'word' ? similarWord(value, STATEMENT_WORDS) : undefined)
}

function parseSelect(cursor: Cursor): Statement {
  const query = parseQuery(cursor)
  return { kind: 'Select', query, span: query.span }
}

/** EXPLAIN takes a statement or the id of a query, which may be one of the words that begin a statement. */
function parseExplain(cursor: Cursor): Statement {
  const start = cursor.start
  cursor.expect('EXPLAIN')
  const endsAfterName = cursor.peek(1).kind === 'end' || (cursor.peek(1).kind === 'symbol' && cursor.peek(1).value === ';')
  if (cursor.isName() && endsAfterName) {
    return { kind: 'Explain', target: { queryId: cursor.name().value.toUpperCase() }, span: cursor.spanFrom(start) }
  }
  const statement = readStatement(cursor)
  return { kind: 'Explain', target: { statement }, span: cursor.spanFrom(start) }
}
