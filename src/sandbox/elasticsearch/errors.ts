/** Elasticsearch's errors: a type, a reason, a status, and causes. */
import type { JsonObject } from './json.ts'

export interface ErrorCause {
  readonly type: string
  readonly reason: string | null
  readonly extra?: JsonObject
  readonly causedBy?: ErrorCause
}

export class EsError extends Error {
  readonly status: number
  readonly cause1: ErrorCause
  /** Where the reported error differs from its root. */
  readonly roots: readonly ErrorCause[] | undefined

  constructor(status: number, cause: ErrorCause, roots?: readonly ErrorCause[]) {
    super(cause.reason ?? cause.type)
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

const noShard: ErrorCause = { type: 'no_shard_available_action_exception', reason: null }

/** A shard that does not answer yet, among the failures of a search. */
export const missingShard = (index: string): JsonObject => ({ shard: 0, index, node: null, reason: causeBody(noShard) })

export function noShardAvailable(reason: string): EsError {
  return new EsError(503, { ...noShard, reason })
}

/** A search none of whose shards answers yet. */
export function allShardsMissing(indices: readonly string[]): EsError {
  const extra = { phase: 'query', grouped: true, failed_shards: indices.map(missingShard) }
  return new EsError(503, { type: 'search_phase_execution_exception', reason: 'all shards failed', extra }, [noShard])
}

/** A search that must not do without any shard. */
export function someShardsMissing(indices: readonly string[], phase: string): EsError {
  const type = 'search_phase_execution_exception'
  const extra = { phase, grouped: true, failed_shards: [] }
  const reason = `Search rejected due to missing shards [${indices.map((index) => `[${index}][0]`).join(', ')}]. Consider using \`allow_partial_search_results\` setting to bypass this error.`
  return new EsError(503, { type, reason: '', extra, causedBy: { type, reason, extra } }, [])
}

/** A fault that a shard finds while it runs the search: reported as one failure of all shards. */
export class ShardFailure extends Error {
  readonly failure: ErrorCause
  /** Whether the search failure repeats the cause, as it does for illegal arguments. */
  readonly repeated: boolean

  constructor(failure: ErrorCause, repeated = false) {
    super(failure.reason ?? failure.type)
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
