/**
 * The one place that uses @kubernetes/client-node: its kubeconfig, credentials, TLS and transport. Its typed clients,
 * watch and informers are left alone: they drop lines they cannot parse and do not name the patch type.
 */
import { type Cluster, type HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext, type ResponseContext } from '@kubernetes/client-node'
import { z } from 'zod'
import { boundedLines, boundedText } from './bounded.ts'
import { Failure } from './failure.ts'
import { segmentText } from './http.ts'
import type { KubeApi, KubeList, KubeObject, KubeResource, WatchEvent } from './kube.ts'
import { type TokenFile, tlsStamp, tokenFileOf } from './kube-files.ts'
import { permissionIn, permissionText } from './kube-permission.ts'

export interface KubeClientOptions {
  /** Path of a kubeconfig; without it and without `server`: KUBECONFIG, ~/.kube/config, or the service account of the pod. */
  readonly kubeconfig?: string
  readonly context?: string
  /** An address, in place of a kubeconfig; http is allowed. */
  readonly server?: string
  readonly token?: string
  readonly userAgent?: string
  /** Of one request, watches excepted. */
  readonly timeoutMs?: number
}

const kubeObject: z.ZodType<KubeObject> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
}) as unknown as z.ZodType<KubeObject>
const listAnswer = z.looseObject({
  apiVersion: z.string(),
  metadata: z.looseObject({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  /** Objects of a list carry no kind of their own. */
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).nullish(),
})
const statusAnswer = z.looseObject({ code: z.number().optional(), reason: z.string().optional(), message: z.string().optional() })
const watchLine = z.looseObject({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']), object: z.looseObject({}) })
const groupAnswer = z.looseObject({
  preferredVersion: z.looseObject({ version: z.string() }).optional(),
  versions: z.array(z.looseObject({ version: z.string() })),
})

const PATCH_TYPES = { merge: 'application/merge-patch+json', apply: 'application/apply-patch+yaml' } as const

export function createKubeApi(options: KubeClientOptions = {}): KubeApi {
  return new KubeClient(options)
}

function loadConfig(options: KubeClientOptions): KubeConfig {
  const config = new KubeConfig()
  if (options.server !== undefined) {
    // The library refuses http unless told to skip the check of certificates, of which http has none.
    const skipTLSVerify = options.server.startsWith('http:')
    const user = { name: 'user', ...(options.token === undefined ? {} : { token: options.token }) }
    config.loadFromClusterAndUser({ name: 'cluster', server: options.server, skipTLSVerify }, user)
  } else if (options.kubeconfig === undefined) {
    config.loadFromDefault()
  } else {
    config.loadFromFile(options.kubeconfig)
  }
  if (options.context !== undefined) config.setCurrentContext(options.context)
  // A kubeconfig may name an http address (kubectl proxy), which is for its writer to judge.
  config.clusters = config.clusters.map((cluster) => (cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster))
  return config
}

interface Call {
  readonly method: HttpMethod
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
  /** A watch lasts as long as the server lets it. */
  readonly endless?: boolean
}

class KubeClient implements KubeApi {
  readonly #config: KubeConfig
  readonly #cluster: Cluster
  readonly #server: string
  readonly #userAgent: string
  readonly #timeoutMs: number
  readonly #transport = new IsomorphicFetchHttpLibrary()
  readonly #token: TokenFile | undefined
  /** One connection pool for all requests, until its certificates change: the library would make one for each. */
  #pool: { readonly stamp: string; readonly dispatcher: ReturnType<RequestContext['getDispatcher']> } | undefined

  constructor(options: KubeClientOptions) {
    this.#config = loadConfig(options)
    const cluster = this.#config.getCurrentCluster()
    if (!cluster) throw new Failure('Stall', 'KubeconfigInvalid', 'the kubeconfig names no current cluster')
    this.#cluster = cluster
    this.#token = options.server === undefined ? tokenFileOf(this.#config, options.kubeconfig) : undefined
    this.#server = cluster.server.replace(/\/+$/, '')
    this.#userAgent = options.userAgent ?? 'clickstream-operator'
    this.#timeoutMs = options.timeoutMs ?? 30_000
  }

  async list(resource: KubeResource, options: Parameters<KubeApi['list']>[1], signal?: AbortSignal): Promise<KubeList> {
    const query = { labelSelector: options.labelSelector, limit: options.limit, continue: options.continue }
    const answer = await this.#json({ method: 'GET', path: pathOf(resource, options.namespace), query, signal }, listAnswer)
    const apiVersion = answer.apiVersion
    return {
      items: (answer.items ?? []).map((item) => ({ apiVersion, kind: resource.kind, ...item }) as KubeObject),
      resourceVersion: answer.metadata.resourceVersion ?? '',
      ...(answer.metadata.continue ? { continue: answer.metadata.continue } : {}),
    }
  }

  async *watch(resource: KubeResource, options: Parameters<KubeApi['watch']>[1], signal: AbortSignal): AsyncIterable<WatchEvent> {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds,
      labelSelector: options.labelSelector,
    }
    const call: Call = { method: 'GET', path: pathOf(resource, options.namespace), query, signal, endless: true }
    const response = await this.#send(call)
    if (response.httpStatusCode === 410) return yield { type: 'ERROR', code: 410, message: 'the resourceVersion is too old' }
    if (response.httpStatusCode !== 200) throw refusal(call, response.httpStatusCode, await textOf(response, call))
    options.opened?.()
    const stream = response.body.stream()
    if (stream === null) return
    for await (const line of lines(stream, call)) yield watchEvent(line)
  }

  async get(resource: KubeResource, namespace: string, name: string, signal?: AbortSignal): Promise<KubeObject | undefined> {
    return this.#orAbsent(this.#json({ method: 'GET', path: pathOf(resource, namespace, name), signal }, kubeObject), undefined)
  }

  async create(resource: KubeResource, object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    return this.#json({ method: 'POST', path: pathOf(resource, object.metadata.namespace), body: object, signal }, kubeObject)
  }

  async replace(resource: KubeResource, object: KubeObject, options: { subresource?: 'status' } = {}, signal?: AbortSignal): Promise<KubeObject> {
    const path = pathOf(resource, object.metadata.namespace, object.metadata.name, options.subresource)
    return this.#json({ method: 'PUT', path, body: object, signal }, kubeObject)
  }

  async patch(resource: KubeResource, namespace: string, name: string, patch: Parameters<KubeApi['patch']>[3], signal?: AbortSignal): Promise<KubeObject> {
    const call: Call = {
      method: 'PATCH',
      path: pathOf(resource, namespace, name, patch.subresource),
      query: { fieldManager: patch.fieldManager, force: patch.force },
      body: patch.body,
      contentType: PATCH_TYPES[patch.type],
      signal,
    }
    return this.#json(call, kubeObject)
  }

  async delete(resource: KubeResource, namespace: string, name: string, options: { uid?: string } = {}, signal?: AbortSignal): Promise<boolean> {
    const preconditions = options.uid === undefined ? {} : { preconditions: { uid: options.uid } }
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', ...preconditions }
    const call: Call = { method: 'DELETE', path: pathOf(resource, namespace, name), body, signal }
    return this.#orAbsent(
      this.#json(call, z.unknown()).then(() => true),
      false,
    )
  }

  async groupVersions(group: string, signal?: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#orAbsent(this.#json({ method: 'GET', path: `/apis/${encodeURIComponent(group)}`, signal }, groupAnswer), undefined)
    if (answer === undefined) return []
    const preferred = answer.preferredVersion?.version
    const all = answer.versions.map(({ version }) => version)
    return preferred === undefined ? all : [preferred, ...all.filter((version) => version !== preferred)]
  }

  async #orAbsent<T, A>(answer: Promise<T>, absent: A): Promise<T | A> {
    try {
      return await answer
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return absent
      throw error
    }
  }

  async #json<T>(call: Call, answer: z.ZodType<T>): Promise<T> {
    const response = await this.#send(call)
    const text = await textOf(response, call)
    if (response.httpStatusCode < 200 || response.httpStatusCode > 299) throw refusal(call, response.httpStatusCode, text)
    const parsed = answer.safeParse(parseJson(text, call))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw new Failure('Retry', 'UnexpectedAnswer', `${what(call)} answered in an unexpected form: ${issue?.path.join('.')} ${issue?.message}`)
  }

  async #send(call: Call): Promise<ResponseContext> {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(key, String(value))
    const context = new RequestContext(`${this.#server}${call.path}${query.size ? `?${query}` : ''}`, call.method)
    const limit = call.endless ? [] : [AbortSignal.timeout(this.#timeoutMs)]
    context.setSignal(AbortSignal.any([...(call.signal ? [call.signal] : []), ...limit]))
    context.setHeaderParam('User-Agent', this.#userAgent)
    context.setHeaderParam('Accept', 'application/json')
    if (call.body !== undefined) {
      context.setHeaderParam('Content-Type', call.contentType ?? 'application/json')
      context.setBody(JSON.stringify(call.body))
    }
    try {
      const stamp = tlsStamp(this.#cluster, this.#config.getCurrentUser())
      await this.#config.applySecurityAuthentication(context)
      if (this.#token) context.setHeaderParam('Authorization', `Bearer ${this.#token.read()}`)
      // Requests under way, watches above all, end on the connections of the old one.
      if (this.#pool?.stamp !== stamp) this.#pool = { stamp, dispatcher: context.getDispatcher() }
      const dispatcher = this.#pool.dispatcher ?? (globalThis as { [GLOBAL_DISPATCHER]?: Dispatcher })[GLOBAL_DISPATCHER]
      if (dispatcher) context.setDispatcher(once(dispatcher, call))
      return await this.#transport.send(context).toPromise()
    } catch (error) {
      throw transportFailure(call, error)
    }
  }
}

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>
/** Where undici keeps the one that it uses when none is given. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')

/** The transport follows redirects and cannot be told not to: the second request of a call is one, and is not sent. */
function once(dispatcher: Dispatcher, call: Call): Dispatcher {
  let sent = false
  const dispatch: Dispatcher['dispatch'] = (options, handler) => {
    if (sent) throw new Failure('Stall', 'Refused', `${what(call)} was answered with a redirect, which is not followed`)
    sent = true
    return dispatcher.dispatch(options, handler)
  }
  return new Proxy(dispatcher, { get: (target, key) => (key === 'dispatch' ? dispatch : Reflect.get(target, key, target)) })
}

function pathOf(resource: KubeResource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version]
  const parts = [...root, ...(namespace ? ['namespaces', namespace] : []), resource.plural, ...(name ? [name] : []), ...(subresource ? [subresource] : [])]
  return `/${parts.map(segmentText).join('/')}`
}

const what = (call: Call) => `Kubernetes API: ${call.method} ${call.path}`

async function textOf(response: ResponseContext, call: Call): Promise<string> {
  try {
    return await boundedText(response.body.stream() ?? NO_BODY, what(call))
  } catch (error) {
    throw transportFailure(call, error)
  }
}

const NO_BODY = (async function* () {})()

/** The lines of a body that grows; a last line without its end is what a broken connection left, and is not an event. */
async function* lines(stream: ReadableStream<Uint8Array>, call: Call): AsyncIterable<unknown> {
  try {
    for await (const { text, ended } of boundedLines(stream, what(call))) if (ended && text.trim() !== '') yield parseJson(text, call)
  } catch (error) {
    throw transportFailure(call, error)
  }
}

function watchEvent(line: unknown): WatchEvent {
  const parsed = watchLine.safeParse(line)
  if (!parsed.success) throw new Failure('Retry', 'UnexpectedAnswer', 'Kubernetes API: a watch sent a line that is no event')
  const { type, object } = parsed.data
  if (type !== 'ERROR') return { type, object: object as unknown as KubeObject }
  const status = statusAnswer.safeParse(object)
  return { type: 'ERROR', code: status.data?.code ?? 500, message: status.data?.message ?? 'the watch failed' }
}

function parseJson(text: string, call: Call): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('Retry', 'UnexpectedAnswer', `${what(call)} answered with what is not JSON: ${text.slice(0, 100)}`)
  }
}

function transportFailure(call: Call, error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof Error && error.cause instanceof Failure) return error.cause
  if (call.signal?.aborted) return new Failure('Retry', 'Canceled', `${what(call)} was canceled`)
  const timedOut = error instanceof Error && error.name === 'TimeoutError'
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const text = cause instanceof Error ? cause.message : String(cause)
  return new Failure('Retry', timedOut ? 'TimedOut' : 'Unreachable', `${what(call)} failed: ${text}`)
}

/** For an answer without a reason, as proxies give it. */
function reasonOf(status: number, retry: boolean): string {
  if (status === 401) return 'Unauthorized'
  if (status === 403) return 'Forbidden'
  return retry ? 'BackendError' : 'Refused'
}

function refusal(call: Call, status: number, text: string): Failure {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = text
  }
  const parsed = statusAnswer.safeParse(body)
  const permission = status === 403 ? permissionIn(parsed.data?.message ?? '') : undefined
  const message = permission
    ? `Kubernetes API: not permitted (403): ${permissionText(permission)}`
    : `${what(call)} answered ${status}: ${(parsed.data?.message ?? text).slice(0, 400)}`
  const retry = status >= 500 || [401, 403, 404, 408, 409, 410, 429].includes(status)
  return new Failure(retry ? 'Retry' : 'Stall', parsed.data?.reason ?? reasonOf(status, retry), message, { status, body })
}
