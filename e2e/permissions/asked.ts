/** Requests to an API server as permissions: from an audit log, or from the paths that a stand-in has seen. */
import { nameOf, type Permission, scopeOf } from '../../scripts/permissions.ts'

export type AskedFor = Pick<Permission, 'path' | 'group' | 'resource'> & {
  readonly verb: string
  /** Empty: over all namespaces. */
  readonly namespace: string
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** As the authorizer of an API server reads a request line. `status`: of the answer. */
export function readRequest(method: string, url: string, status: number): AskedFor[] {
  const { pathname, searchParams } = new URL(url, 'http://kubernetes')
  const [, api, ...rest] = pathname.split('/')
  const isResource = api === 'api' ? rest.length > 1 : api === 'apis' && rest.length > 2
  if (!isResource) return [{ verb: method.toLowerCase(), path: pathname, namespace: '' }]
  const group = api === 'api' ? '' : rest.shift()!
  rest.shift()
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest.splice(0, 2)[1]! : ''
  const [plural = '', name, subresource] = rest
  const reading = searchParams.get('watch') === 'true' ? 'watch' : name === undefined ? 'list' : 'get'
  const verb = method === 'GET' ? reading : method === 'DELETE' && name === undefined ? 'deletecollection' : VERBS[method]!
  return withCreation({ verb, group, resource: subresource === undefined ? plural : `${plural}/${subresource}`, namespace }, status)
}

/** A patch that makes its object, as server-side apply does, needs both verbs. */
export function withCreation(asked: AskedFor, status: number | undefined): AskedFor[] {
  return asked.verb === 'patch' && status === 201 ? [asked, { ...asked, verb: 'create' }] : [asked]
}

/** Each permission once, with its verbs. */
export function permissionsOf(requests: readonly AskedFor[], operatorNamespace: string): Permission[] {
  const found = new Map<string, Permission & { verbs: string[] }>()
  for (const { verb, namespace, ...what } of requests) {
    const scope = what.path === undefined ? scopeOf(what.group!, what.resource!, namespace, operatorNamespace) : 'discovery'
    const key = `${scope} ${nameOf(what)}`
    const one = found.get(key) ?? { scope, ...what, verbs: [] }
    found.set(key, one)
    if (!one.verbs.includes(verb)) one.verbs = [...one.verbs, verb].sort()
  }
  return [...found.values()]
}
