import type { Position, Span } from './ast.ts'

/** What the server answers in `error_code`: 40001 names the statement, 40000 does not, 42801 misses a schema registry, 50000 comes with status 500. */
export type SqlErrorCode = 40000 | 40001 | 42801 | 50000

/**
 * When the server finds the fault: while it reads the text, while it prepares a statement (names of sources, WITH), while it
 * works out the schema of a query's result, or while it builds the query.
 */
export type SqlStage = 'parse' | 'prepare' | 'schema' | 'build'

export interface SqlErrorOptions {
  readonly code?: SqlErrorCode
  readonly stage?: SqlStage
}

/**
 * A fault of the text (`syntax`) or of its meaning (`analysis`). `message` is what a ksqlDB server says of it; `span` is
 * where it stands in the text that was parsed. Where the server names no place, the span is that of the nearest node.
 */
export class SqlError extends Error {
  readonly kind: 'syntax' | 'analysis'
  readonly span: Span
  readonly errorCode: SqlErrorCode
  readonly stage: SqlStage

  constructor(kind: 'syntax' | 'analysis', message: string, span: Span, options: SqlErrorOptions = {}) {
    super(message)
    this.name = 'SqlError'
    this.kind = kind
    this.span = span
    this.errorCode = options.code ?? 40001
    this.stage = options.stage ?? (kind === 'syntax' ? 'parse' : 'schema')
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
export function refuse(message: string, span: Span, options: SqlErrorOptions = {}): never {
  throw new SqlError('analysis', message, span, options)
}

/** What `body` refuses at `stage` is told with `prefix` before it. */
export function withPrefix<T>(prefix: string, stage: SqlStage, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof SqlError) || error.stage !== stage || error.errorCode !== 40001) throw error
    throw new SqlError(error.kind, prefix + error.message, error.span, { code: error.errorCode, stage })
  }
}

const START: Position = { line: 1, column: 1, offset: 0 }

/** Of nodes that no text stands behind. */
export const NOWHERE: Span = { start: START, end: START }

/** `Line: 1, Col: 30`, as messages of the analysis begin. */
export function place(span: Span): string {
  return `Line: ${span.start.line}, Col: ${span.start.column}`
}
