/**
 * The one HTTP wrapper: time-outs, size caps, no redirects, answers read through a schema, faults as Failures.
 * Retrying is the caller's: a reconcile is repeated as a whole.
 */
import type { Readable } from 'node:stream'
import axios, { type AxiosAdapter, AxiosError, type AxiosInstance, type AxiosResponse } from 'axios'
import type { z } from 'zod'
import { TrustingAgents } from './agents.ts'
import { ANSWER_BYTES_MAX, boundedLines, boundedText } from './bounded.ts'
import { Failure } from './failure.ts'
import { guardedTransport } from './guarded-transport.ts'
import { mask, maskIn } from './masking.ts'
import { tlsFaultOf } from './tls-faults.ts'

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
  /** Asked just before anything is sent: throws a Failure when this process must not write any more. */
  readonly mayWrite?: () => void
}

export interface HttpRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  /** Segments are encoded; a query goes into `query`. */
  readonly path: readonly string[]
  /** A list is sent as the name repeated: `expand=info&expand=status`. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Values in the body that must not come back in a message, however short they are. */
  readonly secrets?: readonly string[]
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
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRedirects: 0,
    validateStatus: () => true,
    proxy: false,
    paramsSerializer: { indexes: null },
    headers: { 'user-agent': 'clickstream-operator', ...options.headers },
    ...(options.auth ? { auth: options.auth } : {}),
    ...(options.adapter ? { adapter: options.adapter } : {}),
  })

  const agents = new TrustingAgents()
  const pathOf = (request: Pick<HttpRequest<unknown>, 'path'>) => `/${request.path.map(segmentText).join('/')}`
  const label = (request: Pick<HttpRequest<unknown>, 'method' | 'path'>) => `${options.service}: ${request.method} ${pathOf(request)}`

  /** `done`: whoever has read the answer says so. */
  async function send(request: Omit<HttpRequest<unknown>, 'answer'>, responseType: 'json' | 'stream'): Promise<Sent> {
    const connection: HttpConnection = { ...(options.auth ? { auth: options.auth } : {}), ...(await options.connection?.(request.signal)) }
    connection.mayWrite?.()
    const lease = connection.ca === undefined ? undefined : agents.lease(connection.ca)
    const secrets = { login: secretsOf(connection), body: request.secrets ?? [] }
    const done = () => lease?.done()
    // Without a body axios would still announce a form, which Kafka Connect refuses with 415.
    const noBody = request.body === undefined ? { 'content-type': false } : {}
    const answerMax = options.maxResponseBytes ?? ANSWER_BYTES_MAX
    const deadline = responseType === 'json' ? deadlineOf(request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS) : undefined
    const signals = [request.signal, deadline].filter((signal) => signal !== undefined)
    const response = await instance
      .request({
        method: request.method,
        url: pathOf(request),
        responseType,
        ...(request.query ? { params: request.query } : {}),
        ...(request.body !== undefined ? { data: request.body } : {}),
        headers: { ...noBody, ...connection.headers, ...request.headers },
        ...(connection.auth ? { auth: connection.auth } : {}),
        ...(lease ? { httpsAgent: lease.agent } : {}),
        // What grows is read line by line, each with a bound of its own.
        maxContentLength: responseType === 'json' ? answerMax : -1,
        ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
        ...(connection.mayWrite ? { transport: guardedTransport(connection.mayWrite) } : {}),
        ...(request.timeoutMs !== undefined ? { timeout: request.timeoutMs } : {}),
      })
      .catch((error: unknown) => {
        done()
        if (deadline?.aborted && !request.signal?.aborted) throw new Failure('Retry', 'TimedOut', `${label(request)} did not end in time`)
        throw transportFailure(options, label(request), error, secrets)
      })
    return { response, secrets, done }
  }

  return {
    async *lines(request) {
      const { response, secrets, done } = await send(request, 'stream')
      const stream = response.data as Readable
      try {
        if (response.status >= 300) throw statusFailure(label(request), response.status, await readJson(stream, label(request)), secrets)
        for await (const { text } of boundedLines(stream, label(request))) yield text
      } catch (error) {
        throw error instanceof Failure ? error : transportFailure(options, label(request), error, secrets)
      } finally {
        stream.destroy()
        done()
      }
    },

    async request<T>(request: HttpRequest<T>): Promise<HttpAnswer<T>> {
      const what = label(request)
      const { response, secrets, done } = await send(request, 'json')
      done()
      const ok = response.status >= 200 && response.status < 300
      if (!ok && !request.accept?.includes(response.status)) throw statusFailure(what, response.status, response.data, secrets)
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

/** `.` and `..` cannot be encoded: whatever is sent, the path is another one then. */
export function segmentText(segment: string): string {
  if (segment === '.' || segment === '..') throw new Failure('Stall', 'InvalidSpec', `"${segment}" is no name: it cannot stand in an address`)
  return encodeURIComponent(segment)
}

const DEFAULT_TIMEOUT_MS = 10_000
const REFUSAL_BYTES_MAX = 1024 * 1024

/** axios counts silence only: a server that sends a little all the time would keep us for ever. */
const deadlineOf = (timeoutMs: number): AbortSignal | undefined => (timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined)

/** The body of a refusal that came as a stream. */
async function readJson(stream: Readable, what: string): Promise<unknown> {
  const body = await boundedText(stream, what, REFUSAL_BYTES_MAX)
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

interface Sent {
  readonly response: AxiosResponse
  /** What was sent and must not come back to anybody. */
  readonly secrets: Secrets
  done(): void
}

interface Secrets {
  readonly login: readonly string[]
  readonly body: readonly string[]
}

const masked = (text: string, { login, body }: Secrets): string => mask(mask(text, login), body, 1)

/** The credentials of a connection, as they are sent. */
export function secretsOf({ auth, headers }: HttpConnection): readonly string[] {
  const authorization = Object.entries(headers ?? {}).flatMap(([name, value]) => (/^authorization$/i.test(name) ? [value.slice(value.indexOf(' ') + 1)] : []))
  return auth ? [auth.password, Buffer.from(`${auth.username}:${auth.password}`).toString('base64'), ...authorization] : authorization
}

function transportFailure({ service, baseUrl }: HttpOptions, what: string, error: unknown, secrets: Secrets): Failure {
  if (error instanceof AxiosError && error.code === 'ERR_CANCELED') return new Failure('Retry', 'Canceled', `${what} was canceled`)
  const tls = tlsFaultOf(error)
  if (tls !== undefined) return new Failure('Retry', 'TlsFailed', `${service}: ${tls}`)
  if (error instanceof AxiosError) {
    const timedOut = error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT'
    const hint =
      error.code === 'ECONNRESET' && baseUrl.startsWith('http:') ? ' (closed without an answer; a server that speaks TLS wants https:// in its url)' : ''
    // The AxiosError itself holds headers and credentials, so it is not kept as a cause.
    return new Failure('Retry', timedOut ? 'TimedOut' : 'Unreachable', `${what} failed: ${error.code ?? masked(error.message, secrets)}${hint}`)
  }
  return new Failure('Retry', 'Unreachable', `${what} failed: ${masked(error instanceof Error ? error.message : String(error), secrets)}`)
}

function statusFailure(what: string, status: number, sent: unknown, secrets: Secrets): Failure {
  const body = maskIn(maskIn(sent, secrets.login), secrets.body, 1)
  const text = messageOf(body)
  const details = { status, body }
  if (status === 401) {
    const why = secrets.login.length > 0 ? 'the credentials were refused' : 'credentials are demanded, and none are known: name a Secret in secretRef'
    return new Failure('Retry', 'Unauthorized', `${what}: ${why} (401)`, details)
  }
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
