/** Requests to an API server as permissions: from an audit log, or from the paths that a stand-in has seen. */
import { nameOf, type Permission, scopeOf } from '../../scripts/permissions.ts'

export type AskedFor = Omit<Permission, 'verbs'> & {
  readonly verb: string
  /** Empty: over all namespaces. */
  readonly namespace: string
}

export function askedFor(request: { verb: string; path: string } | { verb: string; group: string; resource: string; namespace: string }): AskedFor {
  if ('path' in request) return { scope: 'discovery', path: request.path, verb: request.verb, namespace: '' }
  return { scope: scopeOf(request.group, request.resource), ...request }
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** As the authorizer of an API server reads a request line. */
export function readRequest(method: string, url: string): AskedFor {
  const { pathname, searchParams } = new URL(url, 'http://kubernetes')
  const [, api, ...rest] = pathname.split('/')
  const isResource = api === 'api' ? rest.length > 1 : api === 'apis' && rest.length > 2
  if (!isResource) return askedFor({ verb: method.toLowerCase(), path: pathname })
  const group = api === 'api' ? '' : rest.shift()!
  rest.shift()
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest.splice(0, 2)[1]! : ''
  const [plural = '', name, subresource] = rest
  const reading = searchParams.get('watch') === 'true' ? 'watch' : name === undefined ? 'list' : 'get'
  const verb = method === 'GET' ? reading : method === 'DELETE' && name === undefined ? 'deletecollection' : VERBS[method]!
  return askedFor({ verb, group, resource: subresource === undefined ? plural : `${plural}/${subresource}`, namespace })
}

/** Each permission once, with its verbs. */
export function permissionsOf(requests: readonly AskedFor[]): Permission[] {
  const found = new Map<string, Permission & { verbs: string[] }>()
  for (const { verb, namespace: _, ...what } of requests) {
    const name = nameOf(what)
    const one = found.get(name) ?? { ...what, verbs: [] }
    found.set(name, one)
    if (!one.verbs.includes(verb)) one.verbs = [...one.verbs, verb].sort()
  }
  return [...found.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}
