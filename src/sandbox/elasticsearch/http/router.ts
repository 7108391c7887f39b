/** Routes by method and path, with Elasticsearch's own answers for what is not there. */
import { EsError, illegalArgument, parsingError } from '../errors.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

export interface EsRequest {
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly text: string
}

export interface EsAnswer {
  readonly status?: number
  readonly body?: Json
  /** Instead of JSON: plain text, as the cat APIs answer. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Handler = (request: EsRequest) => EsAnswer | Promise<EsAnswer>

interface Route {
  readonly method: string
  readonly segments: readonly string[]
  readonly allowed: ReadonlySet<string>
  readonly handler: Handler
}

const COMMON = ['pretty', 'human', 'error_trace', 'filter_path', 'source', 'source_content_type', 'master_timeout', 'timeout', 'local', 'format']

export class Router {
  readonly #routes: Route[] = []

  /** `path` as `/:index/_doc/:id`; `parameters`: names of the query, separated by blanks. */
  add(methods: string, paths: string, parameters: string, handler: Handler): void {
    const allowed = new Set([...COMMON, ...parameters.split(' ').filter((name) => name !== '')])
    for (const path of paths.split(' ')) {
      for (const method of methods.split(' ')) this.#routes.push({ method, segments: segmentsOf(path), allowed, handler })
    }
  }

  /** Throws EsError; answers 400 and 405 for what has no handler. */
  async handle(method: string, path: string, query: Readonly<Record<string, string>>, text: string): Promise<EsAnswer> {
    const segments = segmentsOf(path).map(decodeURIComponent)
    const matching = this.#routes.map((route) => ({ route, params: match(route.segments, segments) })).filter(({ params }) => params !== undefined)
    // A literal segment beats a parameter, from left to right.
    matching.sort((a, b) => rank(a.route.segments).localeCompare(rank(b.route.segments)))
    const best = matching.length > 0 ? rank(matching[0]?.route.segments ?? []) : ''
    const found = matching.find(({ route }) => route.method === method)
    if (!found) {
      const allowed = [...new Set(matching.filter(({ route }) => rank(route.segments) === best).map(({ route }) => route.method))]
      if (allowed.length === 0) return { status: 400, body: { error: `no handler found for uri [${path}] and method [${method}]` } }
      const error = `Incorrect HTTP method for uri [${path}] and method [${method}], allowed: [${allowed.join(', ')}]`
      return { status: 405, body: { error, status: 405 }, headers: { allow: allowed.join(',') } }
    }
    const unknown = Object.keys(query).filter((key) => !found.route.allowed.has(key))
    if (unknown.length > 0) {
      throw illegalArgument(`request [${path}] contains unrecognized parameter${unknown.length > 1 ? 's' : ''}: ${unknown.map((key) => `[${key}]`).join(', ')}`)
    }
    return found.route.handler({ method, path, params: found.params ?? {}, query, text })
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? ''
    if (part.startsWith(':')) {
      // `/_cluster/...` is never an index called `_cluster` when more follows.
      if (i === 0 && pattern.length > 1 && segment.startsWith('_') && segment !== '_all') return undefined
      params[part.slice(1)] = segment
    } else if (part !== segment) return undefined
  }
  return params
}

function rank(segments: readonly string[]): string {
  return segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('')
}

/** The body as an object; `{}` when there is none. */
export function jsonBody(request: EsRequest): JsonObject {
  if (request.text.trim() === '') return {}
  let json: Json
  try {
    json = JSON.parse(request.text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw parsingError('Failed to parse', { type: 'x_content_parse_exception', reason: error.message })
  }
  if (!isObject(json)) throw parsingError(`Expected [START_OBJECT] but found [${Array.isArray(json) ? 'START_ARRAY' : 'VALUE'}]`)
  return json
}

export function requireBody(request: EsRequest): JsonObject {
  if (request.text.trim() === '') throw new EsError(400, { type: 'parse_exception', reason: 'request body is required' })
  return jsonBody(request)
}

export function flag(request: EsRequest, name: string): boolean {
  const value = request.query[name]
  return value === '' || value === 'true'
}
