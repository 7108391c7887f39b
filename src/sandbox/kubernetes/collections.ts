/** Lists: selectors, consistent snapshots and pages. */
import type { KubeObject } from '../../ports/index.ts'
import { type ListOptions, parseVersion } from './options.ts'
import type { ResourceType } from './resources.ts'
import { fieldSelector, labelSelector, type Predicate } from './selectors.ts'
import { ApiError, badRequest, expired } from './status.ts'
import type { Store } from './store.ts'

export interface Page {
  /** As stored. */
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

interface Token {
  readonly v: 'meta.k8s.io/v1'
  /** -1: go on with whatever is there now. */
  readonly rv: number
  readonly start: string
}

const encode = (token: Token) => Buffer.from(JSON.stringify(token)).toString('base64url')

function decode(text: string): Token {
  const wrong = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const illegal = text.search(/[^A-Za-z0-9_-]/)
  if (illegal >= 0 || text.length % 4 === 1) throw wrong(`illegal base64 data at input byte ${illegal >= 0 ? illegal : text.length - 1}`)
  const bytes = Buffer.from(text, 'base64url')
  try {
    const token = JSON.parse(bytes.toString()) as Token
    if (token.v === 'meta.k8s.io/v1' && typeof token.rv === 'number' && typeof token.start === 'string') return token
  } catch {
    // Go looks at bytes, and shows each as a character.
    const first = bytes[0] ?? 0
    throw wrong(first === 0x7b ? 'unexpected end of JSON input' : `invalid character '${String.fromCharCode(first)}' looking for beginning of value`)
  }
  throw wrong('encoded continue token is not valid')
}

/** Which objects a request is about. */
export function scopeOf(resource: ResourceType, namespace: string, options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>): Predicate {
  const labels = labelSelector(options.labelSelector)
  const fields = fieldSelector(options.fieldSelector, resource)
  return (object) => (namespace === '' || object.metadata.namespace === namespace) && labels(object) && fields(object)
}

export function listPage(store: Store, resource: ResourceType, namespace: string, options: ListOptions): Page {
  const predicate = scopeOf(resource, namespace, options)
  const token = options.continue ? decode(options.continue) : undefined
  if (token && options.resourceVersion && options.resourceVersion !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  const at = token ? snapshotOf(store, token) : snapshotVersion(store, options)
  const matching = store.list(resource.storage, at).filter(([key, object]) => (!token || key >= token.start) && predicate(object))
  const page = options.limit > 0 ? matching.slice(0, options.limit) : matching
  const rest = matching.length - page.length
  const selective = options.labelSelector !== '' || options.fieldSelector !== ''
  return {
    items: page.map(([, object]) => object),
    resourceVersion: String(at),
    ...(rest > 0 ? { continue: encode({ v: 'meta.k8s.io/v1', rv: at, start: `${page.at(-1)![0]}\u0000` }) } : {}),
    ...(rest > 0 && !selective ? { remainingItemCount: rest } : {}),
  }
}

function snapshotOf(store: Store, token: Token): number {
  if (token.rv === -1) return store.version
  if (token.rv >= store.oldest) return token.rv
  throw expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    encode({ ...token, rv: -1 }),
  )
}

function snapshotVersion(store: Store, options: ListOptions): number {
  const wanted = parseVersion(options.resourceVersion)
  if (wanted === undefined || wanted === 0) return store.version
  if (wanted > store.version) throw tooNew(wanted, store.version)
  if (options.resourceVersionMatch !== 'Exact') return store.version
  if (wanted < store.oldest) throw expired('The resourceVersion for the provided list is too old.')
  return wanted
}

/** The real server waits a little for the version to come, then says this. */
function tooNew(wanted: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}
