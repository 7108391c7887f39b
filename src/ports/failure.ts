/**
 * The one family of errors that the operator acts on. Code throws them; one place in the controller catches them and
 * decides about log, event, condition and retry.
 */
export type FailureClass =
  /** The world may be better soon: try again with back-off. */
  | 'Retry'
  /** Nothing is wrong, something is not there yet: look again. */
  | 'Wait'
  /** Trying again cannot help until somebody changes something. */
  | 'Stall'

export class Failure extends Error {
  readonly class: FailureClass
  /** CamelCase, as in a condition. */
  readonly reason: string
  /** HTTP status or protocol code, where there was one. */
  readonly status?: number
  /** The decoded body of a refused request, for those who know its shape. */
  readonly body?: unknown

  constructor(cls: FailureClass, reason: string, message: string, details: { status?: number; body?: unknown; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.class = cls
    this.reason = reason
    if (details.status !== undefined) this.status = details.status
    if (details.body !== undefined) this.body = details.body
  }
}

/** Any thrown value as a Failure; what is not of the family is a fault of ours and worth another try. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const message = error instanceof Error ? error.message : String(error)
  return new Failure('Retry', 'InternalError', message, { cause: error })
}
