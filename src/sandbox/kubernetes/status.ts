/** The Status objects of refused requests: code, reason, message and details as the real server words them. */
import { aggregate, type FieldError, fieldErrorBody } from './field-error.ts'

export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Record<string, unknown>
  readonly status: 'Failure' | 'Success'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

export class ApiError extends Error {
  readonly status: Status & { readonly code: number }

  constructor(code: number, reason: string, message: string, details?: StatusDetails, metadata: Record<string, unknown> = {}) {
    super(message)
    this.name = 'ApiError'
    const kept = details && Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined && value !== ''))
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason ? { reason } : {}),
      ...(kept ? { details: kept } : {}),
      code,
    }
  }
}

/** A resource as errors name it: `plural.group`, or `plural` alone in the core group. */
export interface Named {
  readonly group: string
  readonly plural: string
  readonly kind: string
}

export function qualified(resource: Pick<Named, 'group' | 'plural'>): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural
}

const of = (resource: Named, name: string): StatusDetails => ({ name, group: resource.group, kind: resource.plural })

export const notFound = (resource: Named, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, of(resource, name))

export const noSuchPath = (): ApiError => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (resource: Named, name: string, beingDeleted: boolean): ApiError =>
  new ApiError(409, 'AlreadyExists', `${beingDeleted ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`, of(resource, name))

export const generatedNameExists = (resource: Named, name: string): ApiError =>
  new ApiError(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    of(resource, name),
  )

export const conflict = (resource: Named, name: string, why: string): ApiError =>
  new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, of(resource, name))

export const staleVersion = (resource: Named, name: string): ApiError =>
  conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again')

export const forbidden = (resource: Named, name: string, why: string, causes?: readonly StatusCause[]): ApiError =>
  new ApiError(403, 'Forbidden', `${qualified(resource)}${name ? ` "${name}"` : ''} is forbidden: ${why}`, {
    ...of(resource, name),
    ...(causes ? { causes } : {}),
  })

export function invalid(resource: Pick<Named, 'group' | 'kind'>, name: string, errors: readonly FieldError[]): ApiError {
  const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${aggregate(errors)}`, {
    name,
    group: resource.group,
    kind: resource.kind,
    causes: errors.map((error) => ({ reason: error.type, message: fieldErrorBody(error), field: error.field })),
  })
}

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message)

export const methodNotAllowed = (resource?: Named, action?: string): ApiError =>
  resource && action
    ? new ApiError(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${qualified(resource)}"`, {
        group: resource.group,
        kind: resource.plural,
      })
    : new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const definitionTerminating = (resource: Named): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'create not allowed while custom resource definition is terminating', { group: resource.group, kind: resource.plural })

export const notAcceptable = (accepted: readonly string[]): ApiError =>
  new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`)

/** `continueToken`: how a client may go on with what is there now. */
export const expired = (message: string, continueToken?: string): ApiError =>
  new ApiError(410, 'Expired', message, undefined, continueToken ? { continue: continueToken } : {})

export const tooLarge = (limit: number): ApiError => new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)

export const internal = (error: unknown): ApiError => {
  const message = error instanceof Error ? error.message : String(error)
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}
