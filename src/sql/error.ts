import type { Position, Span } from './ast.ts'

/** What the server answers in `error_code`: 40001 names the statement, 40000 does not, 50000 comes with status 500. */
export type SqlErrorCode = 40000 | 40001 | 42801 | 50000

/**
 * A fault of the text (`syntax`) or of its meaning (`analysis`). `message` is what a ksqlDB server says of it; `span` is
 * where it stands in the text that was parsed. Where the server names no place, the span is that of the nearest node.
 */
export class SqlError extends Error {
  readonly kind: 'syntax' | 'analysis'
  readonly span: Span
  readonly errorCode: SqlErrorCode

  constructor(kind: 'syntax' | 'analysis', message: string, span: Span, errorCode: SqlErrorCode = 40001) {
    super(message)
    this.name = 'SqlError'
    this.kind = kind
    this.span = span
    this.errorCode = errorCode
  }

  /** From 1. */
  get line(): number {
    return this.span.start.line
  }

  /** From 1. */
  get column(): number {
    return this.span.start.column
  }
}

/** A fault of meaning at `span`. */
export function refuse(message: string, span: Span, errorCode: SqlErrorCode = 40001): never {
  throw new SqlError('analysis', message, span, errorCode)
}

const START: Position = { line: 1, column: 1, offset: 0 }

/** Of nodes that no text stands behind. */
export const NOWHERE: Span = { start: START, end: START }
