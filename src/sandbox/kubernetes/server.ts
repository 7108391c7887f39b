/** HTTP: requests in, answers, watches and Status objects out. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../ports/index.ts'
import type { RequestLog } from '../server.ts'
import { encode, negotiate } from './accept.ts'
import { type Answer, presentBookmark, watchPresenter } from './answer.ts'
import { aggregated, aggregatedVersion, coreVersions, groupList, groupOf, paths, resourceList, VERSION } from './discovery.ts'
import type { Handlers, ResourceRequest } from './handlers.ts'
import { emptyOpenApiV2, OPENAPI_V2_PROTOBUF, openApiV2, openApiV3, openApiV3Index } from './openapi.ts'
import { flag, watchOptions } from './options.ts'
import { parsePath, type Target } from './request-path.ts'
import type { ResourceRegistry } from './resources.ts'
import { ApiError, badRequest, internal, methodNotAllowed, noSuchPath } from './status.ts'
import type { IncludeObject } from './table.ts'
import type { Watches } from './watches.ts'

export interface ServerParts {
  readonly registry: ResourceRegistry
  readonly handlers: Handlers
  readonly watches: Watches
  readonly clock: Clock
  readonly requests: RequestLog
  readonly url: () => string
}

export class KubernetesHttp {
  readonly #parts: ServerParts

  constructor(parts: ServerParts) {
    this.#parts = parts
  }

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    reply.header('cache-control', 'no-cache, private')
    const warnings: string[] = []
    try {
      return this.#route(request, reply, warnings)
    } catch (error) {
      const failure = error instanceof ApiError ? error : internal(error)
      warn(reply, warnings)
      return this.#sendStatus(request, reply, failure)
    }
  }

  #route(request: FastifyRequest, reply: FastifyReply, warnings: string[]): unknown {
    const url = new URL(`http://sandbox${request.url}`)
    const target = parsePath(url.pathname)
    if (!target) return notFoundPage(reply)
    if (target.kind === 'resource') return this.#resource(request, reply, target, url.searchParams, warnings)
    if (request.method !== 'GET') throw methodNotAllowed()
    if (target.kind === 'health') return reply.type('text/plain; charset=utf-8').send('ok')
    const document = this.#document(target, request.headers.accept)
    if (document === undefined) return notFoundPage(reply)
    const bytes = Buffer.isBuffer(document.body) ? document.body : Buffer.from(JSON.stringify(document.body))
    const discovery = document.type?.includes('as=APIGroupDiscoveryList') === true
    if (!discovery) return reply.type(document.type ?? 'application/json').send(bytes)
    const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`
    const unchanged = request.headers['if-none-match'] === etag
    // The framework would write the parameters of the type in another way, which clients that compare texts do not know.
    reply.hijack()
    reply.raw.writeHead(unchanged ? 304 : 200, {
      'cache-control': 'public',
      etag,
      vary: 'Accept',
      ...(unchanged ? {} : { 'content-type': document.type, 'content-length': bytes.length }),
    })
    reply.raw.end(unchanged ? undefined : bytes)
    this.#parts.requests.add({
      at: this.#parts.clock.now(),
      method: request.method,
      path: request.url,
      client: request.headers['user-agent'] ?? '',
      status: unchanged ? 304 : 200,
      mutating: false,
    })
    return reply
  }

  /** Everything that is not a resource. */
  #document(target: Target, accept: string | undefined): { body: unknown; type?: string } | undefined {
    const { registry } = this.#parts
    switch (target.kind) {
      case 'root':
        return { body: paths(registry) }
      case 'version':
        return { body: VERSION }
      case 'core-versions':
      case 'groups': {
        const version = aggregatedVersion(accept)
        const core = target.kind === 'core-versions'
        if (!version) return { body: core ? coreVersions(this.#parts.url().replace('http://', '')) : groupList(registry) }
        return { body: aggregated(registry, version, core), type: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList` }
      }
      case 'group':
        return found(groupOf(registry, target.group))
      case 'resources': {
        const list = resourceList(registry, target.group, target.version)
        // A group of the server itself says so in its own words.
        if (list === undefined && registry.all().some(({ group, custom }) => group === target.group && !custom)) throw noSuchPath()
        return found(list)
      }
      case 'openapi-v3-index':
        return { body: openApiV3Index(registry), type: 'text/plain; charset=utf-8' }
      case 'openapi-v3':
        return found(openApiV3(registry, target.group, target.version))
      case 'openapi-v2':
        if (accept?.startsWith(OPENAPI_V2_PROTOBUF)) return { body: emptyOpenApiV2(), type: OPENAPI_V2_PROTOBUF }
        return { body: openApiV2(registry) }
      default:
        return undefined
    }
  }

  #resource(request: FastifyRequest, reply: FastifyReply, target: Target & { kind: 'resource' }, query: URLSearchParams, warnings: string[]): unknown {
    const resource = this.#parts.registry.find(target.group, target.version, target.plural)
    if (!resource || (target.namespace !== '' && !resource.namespaced)) return notFoundPage(reply)
    const accepted = negotiate(request.headers.accept)
    const include = includeOf(query)
    const resourceRequest: ResourceRequest = {
      method: request.method,
      resource,
      namespace: target.namespace,
      name: target.name,
      subresource: target.subresource,
      query,
      body: Buffer.isBuffer(request.body) ? request.body : undefined,
      contentType: request.headers['content-type'],
      userAgent: request.headers['user-agent'] ?? '',
      presentation: { accepted, include, nowMs: this.#parts.clock.now() },
      warnings,
    }
    if (request.method === 'GET' && flag(query, 'watch')) return this.#watch(request, reply, resourceRequest)
    const answer = this.#parts.handlers.handle(resourceRequest)
    warn(reply, warnings)
    return this.#send(reply, answer, accepted.yaml)
  }

  #send(reply: FastifyReply, answer: Answer, yaml: boolean): unknown {
    const { text, contentType } = encode(answer.body, yaml)
    return reply.code(answer.code).type(contentType).send(text)
  }

  #sendStatus(request: FastifyRequest, reply: FastifyReply, failure: ApiError): unknown {
    const yaml = request.headers.accept?.startsWith('application/yaml') ?? false
    const { text, contentType } = encode(failure.status, yaml)
    if (failure.status.details?.retryAfterSeconds) reply.header('retry-after', String(failure.status.details.retryAfterSeconds))
    return reply.code(failure.status.code).type(contentType).send(text)
  }

  /** A stream of JSON lines until the client goes, the time is up or the server ends it. */
  #watch(request: FastifyRequest, reply: FastifyReply, { resource, namespace, name, query, presentation }: ResourceRequest): unknown {
    if (!resource.verbs.includes('watch')) throw methodNotAllowed(resource, 'watch')
    const given = watchOptions(query)
    const options = name === '' ? given : { ...given, fieldSelector: `metadata.name=${name}` }
    const show = watchPresenter(resource, presentation, () => this.#parts.clock.now())
    const { raw } = reply
    const lines: string[] = []
    let started = false
    const write = (line: string) => {
      if (started) raw.write(line)
      else lines.push(line)
    }
    let ended = false
    const stop = this.#parts.watches.open(resource, namespace, options, {
      send: (type, object) => {
        const shown =
          type === 'ERROR'
            ? object
            : type === 'BOOKMARK'
              ? presentBookmark(resource, (object as { metadata: unknown }).metadata, presentation)
              : show(object as never)
        write(`${JSON.stringify({ type, object: shown })}\n`)
      },
      end: () => {
        ended = true
        if (started) raw.end()
      },
    })
    reply.hijack()
    raw.on('close', stop)
    raw.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private', 'transfer-encoding': 'chunked' })
    raw.flushHeaders()
    started = true
    for (const line of lines) raw.write(line)
    if (ended) raw.end()
    this.#parts.requests.add({
      at: this.#parts.clock.now(),
      method: request.method,
      path: request.url,
      client: request.headers['user-agent'] ?? '',
      status: 200,
      mutating: false,
    })
    return reply
  }
}

function includeOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') || 'Metadata'
  if (include === 'Metadata' || include === 'Object' || include === 'None') return include
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

function warn(reply: FastifyReply, warnings: readonly string[]): void {
  const headers = [...new Set(warnings)].map((warning) => `299 - ${JSON.stringify(warning)}`)
  if (headers.length > 0) reply.header('warning', headers)
}

function found(body: unknown): { body: unknown } | undefined {
  return body === undefined ? undefined : { body }
}

/** Paths that nothing serves get no Status, as in the real server. */
function notFoundPage(reply: FastifyReply): unknown {
  return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n')
}
