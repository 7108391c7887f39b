/** What a URL path asks for. */
export type Target =
  | { readonly kind: 'root' | 'core-versions' | 'groups' | 'version' | 'health' | 'openapi-v2' | 'openapi-v3-index' }
  | { readonly kind: 'openapi-v3'; readonly group: string; readonly version: string }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'resources'; readonly group: string; readonly version: string }
  | {
      readonly kind: 'resource'
      readonly group: string
      readonly version: string
      readonly plural: string
      readonly namespace: string
      readonly name: string
      readonly subresource: string
    }

const FIXED: Readonly<Record<string, Target>> = {
  '': { kind: 'root' },
  api: { kind: 'core-versions' },
  apis: { kind: 'groups' },
  version: { kind: 'version' },
  healthz: { kind: 'health' },
  readyz: { kind: 'health' },
  livez: { kind: 'health' },
  'openapi/v2': { kind: 'openapi-v2' },
  'openapi/v3': { kind: 'openapi-v3-index' },
}

/** Undefined: nothing can be there. */
export function parsePath(pathname: string): Target | undefined {
  const segments = pathname.split('/').filter((segment) => segment !== '')
  const fixed = FIXED[segments.join('/')]
  if (fixed) return fixed
  const decoded = decodeAll(segments)
  if (!decoded) return undefined
  if (/^(healthz|readyz|livez)$/.test(decoded[0]!)) return { kind: 'health' }
  if (decoded[0] === 'openapi' && decoded[1] === 'v3') return openApi(decoded.slice(2))
  if (decoded[0] === 'api' && decoded[1]) return resource('', decoded[1], decoded.slice(2))
  if (decoded[0] !== 'apis') return undefined
  const [, group = '', version] = decoded
  return version === undefined ? { kind: 'group', group } : resource(group, version, decoded.slice(3))
}

/** Undefined: not every segment is well encoded. */
function decodeAll(segments: readonly string[]): string[] | undefined {
  try {
    return segments.map(decodeURIComponent)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function openApi(rest: readonly string[]): Target | undefined {
  if (rest[0] === 'api' && rest.length === 2) return { kind: 'openapi-v3', group: '', version: rest[1]! }
  if (rest[0] === 'apis' && rest.length === 3) return { kind: 'openapi-v3', group: rest[1]!, version: rest[2]! }
  return undefined
}

function resource(group: string, version: string, rest: readonly string[]): Target | undefined {
  if (rest.length === 0) return { kind: 'resources', group, version }
  // `namespaces/NAME` and its own subresources are the namespace itself; anything else behind it is in the namespace.
  const inNamespace = rest[0] === 'namespaces' && rest.length >= 3 && !(rest.length === 3 && ['status', 'finalize'].includes(rest[2]!))
  const [plural = '', name = '', subresource = '', ...more] = inNamespace ? rest.slice(2) : rest
  if (more.length > 0) return undefined
  return { kind: 'resource', group, version, plural, namespace: inNamespace ? rest[1]! : '', name, subresource }
}
