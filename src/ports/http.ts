/**
 * The one HTTP wrapper: time-outs, size caps, no redirects, answers read through a schema, faults as Failures.
 * Retrying is the caller's: a reconcile is repeated as a whole.
 */
import { Agent } from 'node:https'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import axios, { type AxiosAdapter, AxiosError, type AxiosInstance } from 'axios'
import type { z } from 'zod'
import { Failure } from './failure.ts'

export interface HttpOptions {
  readonly baseUrl: string
  /** Named in messages: `Kafka Connect`. */
  readonly service: string
  readonly headers?: Readonly<Record<string, string>>
  readonly auth?: { readonly username: string; readonly password: string }
  /** Asked before every request, so that a changed Secret is used at once: credentials and trust that are not known at start. */
  readonly connection?: (signal?: AbortSignal) => Promise<HttpConnection>
  readonly timeoutMs?: number
  readonly maxResponseBytes?: number
  /** Another transport: faults, recordings. */
  readonly adapter?: AxiosAdapter
}

export interface HttpConnection {
  readonly auth?: { readonly username: string; readonly password: string }
  readonly headers?: Readonly<Record<string, string>>
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string
}

export interface HttpRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Segments are encoded; a query goes into `query`. */
  readonly path: readonly string[]
  /** A list is sent as the name repeated: `expand=info&expand=status`. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  readonly answer: z.ZodType<T>
  /** Statuses that are an answer, not a fault, beside 2xx. */
  readonly accept?: readonly number[]
}

export interface HttpAnswer<T> {
  readonly status: number
  readonly body: T
}

export interface HttpClient {
  request<T>(request: HttpRequest<T>): Promise<HttpAnswer<T>>
  /** The lines of an answer that grows, as they come; ends with the answer. The time-out holds until the first byte. */
  lines(request: Omit<HttpRequest<unknown>, 'answer' | 'accept'>): AsyncIterable<string>
}

export function createHttpClient(options: HttpOptions): HttpClient {
  const instance: AxiosInstance = axios.create({
    baseURL: options.baseUrl.replace(/\/+$/, ''),
    timeout: options.timeoutMs ?? 10_000,
    maxRedirects: 0,
    maxContentLength: options.maxResponseBytes ?? 64 * 1024 * 1024,
    validateStatus: () => true,
    proxy: false,
    paramsSerializer: { indexes: null },
    headers: { 'user-agent': 'clickstream-operator', ...options.headers },
    ...(options.auth ? { auth: options.auth } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  })

  let trusted: { ca: string; agent: Agent } | undefined
  const agentFor = (ca: string): Agent => {
    if (trusted?.ca !== ca) trusted = { ca, agent: new Agent({ ca, keepAlive: true }) }
    return trusted.agent
  }

  const pathOf = (request: Pick<HttpRequest<unknown>, 'path'>) => `/${request.path.map(encodeURIComponent).join('/')}`
  const label = (request: Pick<HttpRequest<unknown>, 'method' | 'path'>) => `${options.service}: ${request.method} ${pathOf(request)}`

  async function send(request: Omit<HttpRequest<unknown>, 'answer'>, responseType: 'json' | 'stream') {
    const connection = options.connection ? await options.connection(request.signal) : {}
    // Without a body axios would still announce a form, which Kafka Connect refuses with 415.
    const noBody = request.body === undefined ? { 'content-type': false } : {}
    return instance
      .request({
        method: request.method,
        url: pathOf(request),
        responseType,
        ...(request.query ? { params: request.query } : {}),
        ...(request.body !== undefined ? { data: request.body } : {}),
        headers: { ...noBody, ...connection.headers, ...request.headers },
        ...(connection.auth ? { auth: connection.auth } : {}),
        ...(connection.ca !== undefined ? { httpsAgent: agentFor(connection.ca) } : {}),
        ...(request.signal ? { signal: request.signal } : {}),
        ...(request.timeoutMs !== undefined ? { timeout: request.timeoutMs } : {}),
      })
      .catch((error: unknown) => {
        throw transportFailure(label(request), error)
      })
  }

  return {
    async *lines(request) {
      const response = await send(request, 'stream')
      const stream = response.data as Readable
      if (response.status >= 300) throw statusFailure(label(request), response.status, await readJson(stream))
      try {
        yield* createInterface({ input: stream })
      } catch (error) {
        throw transportFailure(label(request), error)
      } finally {
        stream.destroy()
      }
    },

    async request<T>(request: HttpRequest<T>): Promise<HttpAnswer<T>> {
      const what = label(request)
      const response = await send(request, 'json')
      const ok = response.status >= 200 && response.status < 300
      if (!ok && !request.accept?.includes(response.status)) throw statusFailure(what, response.status, response.data)
      const parsed = request.answer.safeParse(response.data)
      if (!parsed.success) {
        const first = parsed.error.issues[0]
        throw new Failure('Retry', 'UnexpectedAnswer', `${what} answered in an unexpected form: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`, {
          status: response.status,
        })
      }
      return { status: response.status, body: parsed.data }
    },
  }
}

/** The body of a refusal that came as a stream. */
async function readJson(stream: Readable): Promise<unknown> {
  const body = await text(stream)
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function transportFailure(what: string, error: unknown): Failure {
  if (error instanceof AxiosError) {
    if (error.code === 'ERR_CANCELED') return new Failure('Retry', 'Canceled', `${what} was canceled`)
    const timedOut = error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT'
    // The AxiosError itself holds headers and credentials, so it is not kept as a cause.
    return new Failure('Retry', timedOut ? 'TimedOut' : 'Unreachable', `${what} failed: ${error.code ?? error.message}`)
  }
  return new Failure('Retry', 'Unreachable', `${what} failed: ${error instanceof Error ? error.message : String(error)}`)
}

function statusFailure(what: string, status: number, body: unknown): Failure {
  const text = messageOf(body)
  const details = { status, body }
  if (status === 401) return new Failure('Retry', 'Unauthorized', `${what}: the credentials were refused (401)`, details)
  if (status === 403) return new Failure('Retry', 'Forbidden', `${what}: not permitted (403) ${text}`, details)
  const retry = status >= 500 || status === 409 || status === 429 || status === 408
  return new Failure(retry ? 'Retry' : 'Stall', retry ? 'BackendError' : 'Refused', `${what} answered ${status}: ${text}`, details)
}

/** The backends' usual places for a message, cut to a length that fits a status. */
function messageOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 400)
  if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') return body.message.slice(0, 400)
  return ''
}
