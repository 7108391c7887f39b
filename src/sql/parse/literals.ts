import type { Literal } from '../ast.ts'
import { SqlError } from '../error.ts'
import { at, type Cursor } from './cursor.ts'

const INT_MAX = 2n ** 31n - 1n
const LONG_MAX = 2n ** 63n - 1n

/** A number, with the minus sign that may stand before it; `undefined`: none stands here. */
function tryNumber(cursor: Cursor): Literal | undefined {
  const negative = cursor.is('-')
  const { kind, text } = cursor.peek(negative ? 1 : 0)
  if (kind !== 'integer' && kind !== 'decimal' && kind !== 'float') return undefined
  const start = cursor.start
  if (negative) cursor.next()
  const token = cursor.next()
  const span = cursor.spanFrom(start)
  const sign = negative ? '-' : ''
  if (kind === 'float') return { kind: 'DoubleLiteral', value: Number(sign + text), span }
  if (kind === 'decimal') return { kind: 'DecimalLiteral', text: sign + plainDecimal(text), span }
  const value = BigInt(text) * (negative ? -1n : 1n)
  if (value >= -INT_MAX - 1n && value <= INT_MAX) return { kind: 'IntegerLiteral', value: Number(value), span }
  if (value < -LONG_MAX - 1n || value > LONG_MAX) {
    // The server counts this one column from 2.
    const { line, column } = token.span.start
    throw new SqlError('syntax', `Failed to prepare statement: line ${line}:${column + 1}: Invalid numeric literal: ${text}`, span)
  }
  return { kind: 'LongLiteral', value, span }
}

/** `.5` is `0.5` and `5.` is `5`: the digits after the point are the scale, as written. */
function plainDecimal(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  const digits = whole.replace(/^0+(?=\d)/, '') || '0'
  return fraction === '' ? digits : `${digits}.${fraction}`
}

/** Any literal; `undefined`: none stands here. */
export function tryLiteral(cursor: Cursor): Literal | undefined {
  const start = cursor.start
  if (cursor.token.kind === 'variable') throw new SqlError('syntax', 'Failed to prepare statement: not yet implemented', cursor.token.span)
  if (cursor.accept('NULL')) return { kind: 'NullLiteral', span: cursor.spanFrom(start) }
  if (cursor.accept('TRUE')) return { kind: 'BooleanLiteral', value: true, span: cursor.spanFrom(start) }
  if (cursor.accept('FALSE')) return { kind: 'BooleanLiteral', value: false, span: cursor.spanFrom(start) }
  if (cursor.token.kind === 'string') {
    const value = cursor.next().value
    return { kind: 'StringLiteral', value, span: cursor.spanFrom(start) }
  }
  return tryNumber(cursor)
}

/** A whole number where the grammar wants one: sizes, limits, precisions. */
export function wholeNumber(cursor: Cursor): number {
  const { span } = cursor.token
  const literal = tryNumber(cursor)
  if (literal === undefined) cursor.fail()
  if (literal.kind !== 'IntegerLiteral' && literal.kind !== 'LongLiteral') {
    throw new SqlError('syntax', `${at({ span })}: Value must be integer for command: ${literal.kind === 'DecimalLiteral' ? literal.text : ''}`, span)
  }
  return Number(literal.value)
}
