/** Elasticsearch's errors: a type, a reason, a status, and causes. */
import type { JsonObject } from './json.ts'

export interface ErrorCause {
  readonly type: string
  readonly reason: string
  readonly extra?: JsonObject
  readonly causedBy?: ErrorCause
}

export class EsError extends Error {
  readonly status: number
  readonly cause1: ErrorCause
  /** Where the reported error differs from its root. */
  readonly roots: readonly ErrorCause[] | undefined

  constructor(status: number, cause: ErrorCause, roots?: readonly ErrorCause[]) {
    super(cause.reason)
    this.name = 'EsError'
    this.status = status
    this.cause1 = cause
    this.roots = roots
  }

  body(): JsonObject {
    const roots = (this.roots ?? [this.cause1]).map(({ causedBy: _, ...root }) => causeBody(root))
    return { error: { root_cause: roots, ...causeBody(this.cause1) }, status: this.status }
  }
}

export function causeBody(cause: ErrorCause): JsonObject {
  return { type: cause.type, reason: cause.reason, ...cause.extra, ...(cause.causedBy ? { caused_by: causeBody(cause.causedBy) } : {}) }
}

export function illegalArgument(reason: string, causedBy?: ErrorCause): EsError {
  return new EsError(400, { type: 'illegal_argument_exception', reason, ...(causedBy ? { causedBy } : {}) })
}

export function parsingError(reason: string, causedBy?: ErrorCause): EsError {
  return new EsError(400, { type: 'parsing_exception', reason, extra: { line: 1, col: 1 }, ...(causedBy ? { causedBy } : {}) })
}

export function contentError(reason: string, causedBy?: ErrorCause): EsError {
  return new EsError(400, { type: 'x_content_parse_exception', reason, ...(causedBy ? { causedBy } : {}) })
}

export function indexNotFound(index: string): EsError {
  return new EsError(404, {
    type: 'index_not_found_exception',
    reason: `no such index [${index}]`,
    extra: { 'resource.type': 'index_or_alias', 'resource.id': index, index_uuid: '_na_', index },
  })
}

/** A fault that a shard finds while it runs the search: reported as one failure of all shards. */
export class ShardFailure extends Error {
  readonly failure: ErrorCause
  /** Whether the search failure repeats the cause, as it does for illegal arguments. */
  readonly repeated: boolean

  constructor(failure: ErrorCause, repeated = false) {
    super(failure.reason)
    this.name = 'ShardFailure'
    this.failure = failure
    this.repeated = repeated
  }

  /** One failure for every index: those that name one are of that index alone. */
  toEsError(indices: readonly string[], node: string): EsError {
    const own = this.failure.extra?.index
    const failed = typeof own === 'string' ? [own] : indices
    return new EsError(
      400,
      {
        type: 'search_phase_execution_exception',
        reason: 'all shards failed',
        extra: { phase: 'query', grouped: true, failed_shards: failed.map((index) => ({ shard: 0, index, node, reason: causeBody(this.failure) })) },
        ...(this.repeated ? { causedBy: { ...this.failure, causedBy: this.failure } } : {}),
      },
      failed.map(() => this.failure),
    )
  }
}
