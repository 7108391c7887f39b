/** The query of a request, checked. */
import { type FieldError, forbiddenField, notSupported, required } from './field-error.ts'
import { ApiError, badRequest, invalid } from './status.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface WriteOptions {
  readonly dryRun: boolean
  readonly manager: string
  readonly force: boolean
  readonly fieldValidation: FieldValidation
}

export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
}

export interface WatchOptions extends ListOptions {
  readonly timeoutSeconds: number | undefined
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean
  /** False: a watch without resourceVersion starts now, without the objects that are there. */
  readonly initialEvents: boolean
}

/** Go's strconv.ParseBool, with `?flag` meaning true. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && !['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)
}

/** `kind`: CreateOptions, UpdateOptions or PatchOptions, as refusals name it. */
export function writeOptions(query: URLSearchParams, userAgent: string, kind: string, patch?: 'apply' | 'other'): WriteOptions {
  const errors: FieldError[] = []
  const dryRun = query.getAll('dryRun')
  for (const value of dryRun) if (value !== 'All') errors.push(notSupported('dryRun', dryRun.length === 1 ? [value] : dryRun, ['All']))
  const validation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) errors.push(notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']))
  const named = query.get('fieldManager') ?? ''
  if (patch === 'apply' && named === '') errors.push(required('fieldManager', 'is required for apply patch'))
  if (patch === 'other' && query.has('force')) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'))
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    manager: named || userAgent.split('/')[0]!.slice(0, 128) || 'unknown',
    force: flag(query, 'force'),
    fieldValidation: (validation || 'Warn') as FieldValidation,
  }
}

export function listOptions(query: URLSearchParams): ListOptions {
  const limit = query.get('limit') ?? '0'
  if (!/^-?\d+$/.test(limit)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`)
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: Number(limit),
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
  }
}

export function watchOptions(query: URLSearchParams): WatchOptions {
  const timeout = query.get('timeoutSeconds')
  const options = {
    ...listOptions(query),
    timeoutSeconds: timeout === null || timeout === '' ? undefined : Number(timeout),
    bookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    initialEvents: !query.has('sendInitialEvents') || flag(query, 'sendInitialEvents'),
  }
  if (options.sendInitialEvents && options.resourceVersionMatch !== 'NotOlderThan')
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ])
  return options
}

/** A resourceVersion as a number; undefined when unset. */
export function parseVersion(text: string): number | undefined {
  if (text === '') return undefined
  if (!/^\d+$/.test(text))
    throw new ApiError(
      400,
      'BadRequest',
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
  return Number(text)
}
