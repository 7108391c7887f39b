/**
 * Expressions, by the strength of their operators: OR, AND, NOT, one predicate, `||`, `+ -`, `* / %`, sign, primary.
 * https://docs.confluent.io/platform/current/ksqldb/reference/sql/operators.html
 */
import type { ArithmeticOperator, ComparisonOperator, Expression, TimeUnit } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { tryLiteral } from './literals.ts'
import { parseType } from './types.ts'
import { tryTimeUnit } from './units.ts'

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>

export function parseExpression(cursor: Cursor): Expression {
  return parseOr(cursor)
}

function parseOr(cursor: Cursor): Expression {
  const start = cursor.start
  let left = parseAnd(cursor)
  while (cursor.accept('OR')) {
    const right = parseAnd(cursor)
    left = { kind: 'Logical', operator: 'OR', left, right, span: cursor.spanFrom(start) }
  }
  return left
}

function parseAnd(cursor: Cursor): Expression {
  const start = cursor.start
  let left = parseNot(cursor)
  while (cursor.accept('AND')) {
    const right = parseNot(cursor)
    left = { kind: 'Logical', operator: 'AND', left, right, span: cursor.spanFrom(start) }
  }
  return left
}

function parseNot(cursor: Cursor): Expression {
  const start = cursor.start
  if (!cursor.accept('NOT')) return parsePredicate(cursor)
  const operand = parseNot(cursor)
  return { kind: 'Not', operand, span: cursor.spanFrom(start) }
}

const COMPARISONS: readonly ComparisonOperator[] = ['=', '<>', '<', '<=', '>', '>=']

function parsePredicate(cursor: Cursor): Expression {
  const start = cursor.start
  const operand = parseValue(cursor)
  const comparison = COMPARISONS.find((operator) => cursor.is(operator))
  if (comparison !== undefined) {
    cursor.next()
    const right = parseValue(cursor)
    return { kind: 'Comparison', operator: comparison, left: operand, right, span: cursor.spanFrom(start) }
  }
  if (cursor.accept('IS')) {
    const negated = cursor.accept('NOT')
    if (cursor.accept('NULL')) return { kind: 'IsNull', negated, operand, span: cursor.spanFrom(start) }
    if (!cursor.is('DISTINCT')) cursor.failHere()
    cursor.expect('DISTINCT', 'FROM')
    const right = parseValue(cursor)
    return {
      kind: 'Comparison',
      operator: negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM',
      left: operand,
      right,
      span: cursor.spanFrom(start),
    }
  }
  const negated = cursor.accept('NOT')
  if (cursor.accept('BETWEEN')) {
    const low = parseValue(cursor)
    cursor.expect('AND')
    const high = parseValue(cursor)
    return { kind: 'Between', negated, operand, low, high, span: cursor.spanFrom(start) }
  }
  if (cursor.accept('IN')) {
    cursor.expect('(')
    const list = parseList(cursor, parseExpression)
    cursor.expect(')')
    return { kind: 'In', negated, operand, list, span: cursor.spanFrom(start) }
  }
  if (cursor.accept('LIKE')) {
    const pattern = parseValue(cursor)
    const escaped = cursor.accept('ESCAPE') ? { escape: cursor.string() } : {}
    return { kind: 'Like', negated, operand, pattern, ...escaped, span: cursor.spanFrom(start) }
  }
  if (negated) cursor.failHere()
  return operand
}

/** What may stand on either side of a comparison. */
export function parseValue(cursor: Cursor): Expression {
  const start = cursor.start
  let left = parseSum(cursor)
  while (cursor.accept('||')) {
    const right = parseSum(cursor)
    left = { kind: 'Concat', left, right, span: cursor.spanFrom(start) }
  }
  return left
}

function parseSum(cursor: Cursor): Expression {
  return parseArithmetic(cursor, ['+', '-'], parseProduct)
}

function parseProduct(cursor: Cursor): Expression {
  return parseArithmetic(cursor, ['*', '/', '%'], parseSigned)
}

function parseArithmetic(cursor: Cursor, operators: readonly ArithmeticOperator[], parseOperand: (cursor: Cursor) => Expression): Expression {
  const start = cursor.start
  let left = parseOperand(cursor)
  for (;;) {
    const operator = operators.find((candidate) => cursor.is(candidate))
    if (operator === undefined) return left
    cursor.next()
    const right = parseOperand(cursor)
    left = { kind: 'Arithmetic', operator, left, right, span: cursor.spanFrom(start) }
  }
}

function parseSigned(cursor: Cursor): Expression {
  const start = cursor.start
  const literal = tryLiteral(cursor)
  if (literal !== undefined) return parsePostfix(cursor, literal)
  const operator = cursor.is('-') ? '-' : cursor.is('+') ? '+' : undefined
  if (operator === undefined) return parsePrimary(cursor)
  cursor.next()
  const operand = parseSigned(cursor)
  return { kind: 'Sign', operator, operand, span: cursor.spanFrom(start) }
}

/** Something with any number of `[index]` and `->field` behind it. */
function parsePrimary(cursor: Cursor): Expression {
  return parsePostfix(cursor, parseAtom(cursor))
}

function parsePostfix(cursor: Cursor, atom: Expression): Expression {
  const start = atom.span.start
  let base = atom
  for (;;) {
    if (cursor.accept('[')) {
      const index = parseValue(cursor)
      cursor.expect(']')
      base = { kind: 'Subscript', base, index, span: cursor.spanFrom(start) }
    } else if (cursor.is('->') && !cursor.is('->', '*')) {
      cursor.next()
      const field = cursor.name().value
      base = { kind: 'FieldAccess', base, field, span: cursor.spanFrom(start) }
    } else {
      return base
    }
  }
}

function parseAtom(cursor: Cursor): Expression {
  const start = cursor.start
  const literal = tryLiteral(cursor)
  if (literal !== undefined) return literal
  if (cursor.accept('(')) {
    const inner = parseExpression(cursor)
    cursor.expect(')')
    return inner
  }
  if (cursor.accept('CASE')) return parseCase(cursor, start)
  if (cursor.accept('CAST')) return parseCast(cursor, start)
  if (cursor.accept('ARRAY', '[')) return parseArray(cursor, start)
  if (cursor.accept('MAP', '(')) return parseMap(cursor, start)
  if (cursor.accept('STRUCT', '(')) return parseStruct(cursor, start)
  if (!cursor.isName()) {
    if (cursor.token.kind === 'word' && cursor.isName(1)) cursor.failReserved()
    cursor.fail()
  }
  const name = cursor.name()
  if (cursor.accept('(')) return parseCall(cursor, name.value, start)
  if (cursor.is('.')) {
    cursor.next()
    const column = cursor.name()
    return { kind: 'ColumnReference', qualifier: name.value, name: column.value, span: cursor.spanFrom(start) }
  }
  return { kind: 'ColumnReference', name: name.value, span: name.span }
}

type Start = Cursor['start']

function parseCase(cursor: Cursor, start: Start): Of<'Case'> {
  const operand = cursor.is('WHEN') ? {} : { operand: parseValue(cursor) }
  const branches: { when: Expression; then: Expression }[] = []
  while (cursor.is('WHEN') || branches.length === 0) {
    cursor.expect('WHEN')
    const when = parseExpression(cursor)
    cursor.expect('THEN')
    // biome-ignore lint/suspicious/noThenProperty: the tree is never awaited, and THEN is the word of the language.
    branches.push({ when, then: parseExpression(cursor) })
  }
  const otherwise = cursor.accept('ELSE') ? { otherwise: parseExpression(cursor) } : {}
  if (!cursor.is('END')) cursor.failExpecting(['otherwise' in otherwise ? 'END' : 'WHEN'])
  cursor.next()
  return { kind: 'Case', ...operand, branches, ...otherwise, span: cursor.spanFrom(start) }
}

function parseCast(cursor: Cursor, start: Start): Of<'Cast'> {
  cursor.expect('(')
  const operand = parseExpression(cursor)
  cursor.expect('AS')
  const type = parseType(cursor)
  cursor.expect(')')
  return { kind: 'Cast', operand, type, span: cursor.spanFrom(start) }
}

function parseArray(cursor: Cursor, start: Start): Of<'ArrayConstructor'> {
  const elements = cursor.is(']') ? [] : parseList(cursor, parseExpression)
  cursor.expect(']')
  return { kind: 'ArrayConstructor', elements, span: cursor.spanFrom(start) }
}

function parseMap(cursor: Cursor, start: Start): Of<'MapConstructor'> {
  const entry = (): { key: Expression; value: Expression } => {
    const key = parseExpression(cursor)
    cursor.expect(':=')
    return { key, value: parseExpression(cursor) }
  }
  const entries = cursor.is(')') ? [] : parseList(cursor, entry)
  cursor.expect(')')
  return { kind: 'MapConstructor', entries, span: cursor.spanFrom(start) }
}

function parseStruct(cursor: Cursor, start: Start): Of<'StructConstructor'> {
  const field = (): { name: string; value: Expression } => {
    const name = cursor.name().value
    cursor.expect(':=')
    return { name, value: parseExpression(cursor) }
  }
  const fields = cursor.is(')') ? [] : parseList(cursor, field)
  cursor.expect(')')
  return { kind: 'StructConstructor', fields, span: cursor.spanFrom(start) }
}

function parseCall(cursor: Cursor, name: string, start: Start): Of<'FunctionCall'> {
  if (cursor.accept('*')) {
    cursor.expect(')')
    return { kind: 'FunctionCall', name, args: [], star: true, span: cursor.spanFrom(start) }
  }
  const args = cursor.is(')') ? [] : parseList(cursor, parseArgument)
  cursor.expect(')')
  // COUNT() is COUNT(*).
  return { kind: 'FunctionCall', name, args, star: name === 'COUNT' && args.length === 0, span: cursor.spanFrom(start) }
}

function parseArgument(cursor: Cursor): Expression {
  const start = cursor.start
  const parameters = tryLambdaHead(cursor)
  if (parameters !== undefined) {
    const body = parseExpression(cursor)
    return { kind: 'Lambda', parameters, body, span: cursor.spanFrom(start) }
  }
  // Units that are also names (DAY, HOUR, ...) read as columns, as they do on the server.
  const unit: TimeUnit | undefined = cursor.isName() ? undefined : tryTimeUnit(cursor)
  if (unit !== undefined) return { kind: 'IntervalUnit', unit, span: cursor.spanFrom(start) }
  if (cursor.token.kind === 'word' && !cursor.isName() && !cursor.isAnyOf(['CASE', 'CAST', 'NOT', 'NULL', 'TRUE', 'FALSE'])) cursor.failHere()
  return parseExpression(cursor)
}

/** `x =>` or `(x, y) =>`; reads nothing if what stands here is no lambda. */
function tryLambdaHead(cursor: Cursor): string[] | undefined {
  if (cursor.isName() && isSymbol(cursor, 1, '=>')) {
    const parameter = cursor.name().value
    cursor.next()
    return [parameter]
  }
  if (!cursor.is('(') || !cursor.isName(1)) return undefined
  let ahead = 1
  while (cursor.isName(ahead) && isSymbol(cursor, ahead + 1, ',')) ahead += 2
  if (!cursor.isName(ahead) || !isSymbol(cursor, ahead + 1, ')') || !isSymbol(cursor, ahead + 2, '=>')) return undefined
  cursor.next()
  const parameters = parseList(cursor, () => cursor.name().value)
  cursor.expect(')', '=>')
  return parameters
}

function isSymbol(cursor: Cursor, ahead: number, symbol: string): boolean {
  const token = cursor.peek(ahead)
  return token.kind === 'symbol' && token.value === symbol
}

/** One or more, with commas between them. */
export function parseList<T>(cursor: Cursor, parseOne: (cursor: Cursor) => T): T[] {
  const items = [parseOne(cursor)]
  while (cursor.accept(',')) items.push(parseOne(cursor))
  return items
}
