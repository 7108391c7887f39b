/**
 * The port over @elastic/elasticsearch. The client of version 9 announces itself as compatible with 9, which an 8 refuses,
 * so the server's version is read first and every request carries the media type that this version knows.
 */
import { isDeepStrictEqual } from 'node:util'
import { Client, errors, Transport } from '@elastic/elasticsearch'
import { z } from 'zod'
import { ANSWER_BYTES_MAX, Failure, type HttpConnection, mask, maskIn, secretsOf, tlsFaultOf } from '../../ports/index.ts'
import type { ElasticsearchPort, SearchRequest, ServerVersion } from './port.ts'

export interface ElasticsearchClientOptions {
  readonly url: string
  readonly connection?: (signal?: AbortSignal) => Promise<HttpConnection>
  readonly timeoutMs?: number
  /** Default: none, since a reconcile is repeated as a whole. */
  readonly maxRetries?: number
}

const DEFAULT_TIMEOUT_MS = 10_000

/** The client checks for the product's own header, which an OpenSearch lacks; the version check here tells them apart. */
class AnyProduct extends Transport {
  constructor(options: ConstructorParameters<typeof Transport>[0]) {
    super({ ...options, productCheck: null } as never)
  }
}

const rootAnswer = z.looseObject({ version: z.looseObject({ number: z.string(), distribution: z.string().optional() }) })

interface MediaTypes {
  readonly json: string
  readonly lines: string
}
const PLAIN: MediaTypes = { json: 'application/json', lines: 'application/x-ndjson' }
const vendored = (major: number): MediaTypes => ({
  json: `application/vnd.elasticsearch+json; compatible-with=${major}`,
  lines: `application/vnd.elasticsearch+x-ndjson; compatible-with=${major}`,
})

/** The client itself, which keeps its credentials as long as it lives. */
export function openElasticsearch(
  { url, timeoutMs, maxRetries = 0 }: ElasticsearchClientOptions,
  connection: HttpConnection,
  userAgent = 'clickstream-operator',
): Client {
  return new Client({
    node: url,
    Transport: AnyProduct,
    requestTimeout: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRetries,
    enableMetaHeader: false,
    maxResponseSize: ANSWER_BYTES_MAX,
    // Nobody asks for compressed answers, and what comes so is unpacked at once: at most a thousand times as much.
    maxCompressedResponseSize: ANSWER_BYTES_MAX / 1024,
    headers: { 'user-agent': userAgent, ...connection.headers },
    ...(connection.auth ? { auth: connection.auth } : {}),
    ...(connection.ca !== undefined ? { tls: { ca: connection.ca } } : {}),
  })
}

export function createElasticsearchClient(options: ElasticsearchClientOptions): ElasticsearchPort {
  let current: { connection: HttpConnection; client: Client } | undefined
  let known: { version: ServerVersion; media: MediaTypes } | undefined

  /** A changed credential makes a new client; the old one lets its requests end. */
  async function client(signal: AbortSignal | undefined): Promise<{ connection: HttpConnection; client: Client }> {
    const connection = options.connection ? await options.connection(signal) : {}
    if (current !== undefined && isDeepStrictEqual(current.connection, connection)) return current
    const old = current
    current = { connection, client: openElasticsearch(options, connection) }
    // Whether the old connections end well is nobody's trouble any more.
    old?.client.close().catch(() => undefined)
    return current
  }

  async function send<T>(request: SearchRequest<T>, media: MediaTypes): Promise<{ status: number; body: T }> {
    const what = `Elasticsearch: ${request.method} ${request.path}`
    const lines = Array.isArray(request.body)
    const { connection, client: mine } = await client(request.signal)
    // The client counts silence only: a server that sends a little all the time would keep us for ever.
    const deadline = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
    const answer = await mine.transport
      .request(
        {
          method: request.method,
          path: request.path,
          ...(request.query ? { querystring: request.query } : {}),
          ...(request.body === undefined ? {} : lines ? { bulkBody: request.body as object[] } : { body: request.body as object }),
        },
        {
          meta: true,
          signal: request.signal ? AbortSignal.any([request.signal, deadline]) : deadline,
          ...(request.accept ? { ignore: [...request.accept] } : {}),
          // Without a body the client would still announce its own type, which an older server refuses.
          headers: { accept: media.json, 'content-type': lines ? media.lines : media.json },
        },
      )
      .catch((error: unknown) => {
        if (deadline.aborted && !request.signal?.aborted) throw new Failure('Retry', 'TimedOut', `${what} did not end in time`)
        throw failureOf(what, error, secretsOf(connection))
      })
    const status = answer.statusCode ?? 0
    if (status >= 300 && status < 400) throw new Failure('Stall', 'Refused', `${what} was answered with a redirect (${status}), which is not followed`)
    const parsed = request.answer.safeParse(answer.body)
    if (!parsed.success) {
      const first = parsed.error.issues[0]
      throw new Failure('Retry', 'UnexpectedAnswer', `${what} answered in an unexpected form: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`)
    }
    return { status, body: parsed.data }
  }

  async function learn(signal: AbortSignal | undefined): Promise<{ version: ServerVersion; media: MediaTypes }> {
    if (known) return known
    const { body } = await send({ method: 'GET', path: '/', answer: rootAnswer, ...(signal ? { signal } : {}) }, PLAIN)
    const version: ServerVersion = {
      distribution: body.version.distribution === 'opensearch' ? 'opensearch' : 'elasticsearch',
      number: body.version.number,
    }
    known = { version, media: mediaTypesOf(version) }
    return known
  }

  return {
    version: async (signal) => (await learn(signal)).version,
    request: async (request) => await send(request, (await learn(request.signal)).media),
    async close() {
      await current?.client.close()
      current = undefined
    },
  }
}

function mediaTypesOf({ distribution, number }: ServerVersion): MediaTypes {
  const [major = 0, minor = 0] = number.split('.').map(Number)
  if (distribution === 'opensearch' && major >= 1) return PLAIN
  if (distribution === 'elasticsearch') {
    if (major === 7 && minor === 17) return PLAIN
    if (major === 8 && minor >= 19) return vendored(8)
    if (major === 9) return vendored(9)
  }
  throw new Failure('Stall', 'UnsupportedVersion', `Elasticsearch ${number} is not supported: 7.17, 8.19 and later 8, 9 and OpenSearch are`)
}

const refusalBody = z.looseObject({ error: z.union([z.string(), z.looseObject({ type: z.string().optional(), reason: z.string().nullish() })]) })

function failureOf(what: string, error: unknown, secrets: readonly string[]): Failure {
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? 0
    const body = maskIn(error.body, secrets)
    const parsed = refusalBody.safeParse(body)
    const detail = !parsed.success
      ? ''
      : typeof parsed.data.error === 'string'
        ? parsed.data.error
        : `${parsed.data.error.type ?? ''}: ${parsed.data.error.reason ?? ''}`
    const details = { status, body }
    if (status === 401) {
      const why = secrets.length > 0 ? 'the credentials were refused' : 'credentials are demanded, and none are known: name a Secret in secretRef'
      return new Failure('Retry', 'Unauthorized', `${what}: ${why} (401)`, details)
    }
    if (status === 403) return new Failure('Retry', 'Forbidden', `${what}: not permitted (403) ${detail}`.slice(0, 500), details)
    const retry = status >= 500 || status === 429 || status === 408
    return new Failure(retry ? 'Retry' : 'Stall', retry ? 'BackendError' : 'Refused', `${what} answered ${status}: ${detail}`.slice(0, 500), details)
  }
  if (error instanceof errors.TimeoutError) return new Failure('Retry', 'TimedOut', `${what} did not answer in time`)
  if (error instanceof errors.RequestAbortedError && /content length/i.test(error.message))
    return new Failure('Retry', 'UnexpectedAnswer', `${what} answered with more than is read: ${error.message}`)
  if (error instanceof errors.RequestAbortedError) return new Failure('Retry', 'Canceled', `${what} was canceled`)
  if (error instanceof errors.DeserializationError) return new Failure('Retry', 'UnexpectedAnswer', `${what} answered no JSON`)
  const tls = tlsFaultOf(error)
  if (tls !== undefined) return new Failure('Retry', 'TlsFailed', `Elasticsearch: ${tls}`)
  // The client's errors hold the request with its credentials, so they are not kept as a cause.
  return new Failure('Retry', 'Unreachable', `${what} failed: ${mask(error instanceof Error ? error.message : String(error), secrets)}`)
}
