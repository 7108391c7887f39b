/** The query of a request, checked. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong } from './field-error.ts'
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

const MANAGER_BYTES = 128

const codeOf = (letter: string) => letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')

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
  if (Buffer.byteLength(named) > MANAGER_BYTES) errors.push(tooLong('fieldManager', MANAGER_BYTES))
  const odd = [...named].findIndex((letter) => /\p{C}/u.test(letter))
  if (odd >= 0) errors.push(invalidValue('fieldManager', named, `invalid character U+${codeOf([...named][odd]!)} (at position ${odd})`))
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    manager: named || userAgent.split('/')[0]!.slice(0, 128) || 'unknown',
    force: flag(query, 'force'),
    fieldValidation: (validation || 'Warn') as FieldValidation,
  }
}

export function listOptions(query: URLSearchParams): ListOptions {
  const options = commonOptions(query)
  const { resourceVersion, resourceVersionMatch: match } = options
  const errors: FieldError[] = []
  if (match !== '') {
    if (options.continue !== '') errors.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'))
    if (resourceVersion === '') errors.push(forbiddenMatch('resourceVersionMatch is forbidden unless resourceVersion is provided'))
    else if (resourceVersion === '0' && match === 'Exact') errors.push(forbiddenMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if (!['Exact', 'NotOlderThan'].includes(match)) errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']))
  }
  if (query.has('sendInitialEvents')) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  refuse(errors)
  return options
}

export function watchOptions(query: URLSearchParams): WatchOptions {
  const timeout = query.get('timeoutSeconds') ?? ''
  const options = {
    ...commonOptions(query),
    timeoutSeconds: timeout === '' ? undefined : wholeNumber(timeout),
    bookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    initialEvents: !query.has('sendInitialEvents') || flag(query, 'sendInitialEvents'),
  }
  const { resourceVersionMatch: match } = options
  const errors: FieldError[] = []
  if (match !== '' && !query.has('sendInitialEvents'))
    errors.push(forbiddenMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  if (query.has('sendInitialEvents') && match !== 'NotOlderThan')
    errors.push(forbiddenMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (match !== '' && match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']))
  refuse(errors)
  checkVersion(options.resourceVersion)
  return options
}

const forbiddenMatch = (detail: string) => forbiddenField('resourceVersionMatch', detail)

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
}

function commonOptions(query: URLSearchParams): ListOptions {
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: wholeNumber(query.get('limit') ?? '0'),
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
  }
}

function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Of a watch or of one object, whose version is looked at behind everything else: a fault of the server, so it seems. */
export function checkVersion(text: string): void {
  if (text !== '' && !/^\d+$/.test(text)) throw new ApiError(500, '', wrongVersion(text))
}

const wrongVersion = (text: string) =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`

/** A resourceVersion as a number; undefined when unset. */
export function parseVersion(text: string): number | undefined {
  if (text === '') return undefined
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${wrongVersion(text)}`)
  return Number(text)
}
