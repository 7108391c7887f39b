/**
 * One client connection: length-prefixed requests in, answers out in the order of the requests.
 *
 * Request header:  api_key: int16, api_version: int16, correlation_id: int32, client_id: nullable string (never compact),
 *                  and tagged fields when the request is flexible.
 * Response header: correlation_id: int32, and tagged fields when the answer is flexible, ApiVersions excepted.
 */
import type { Socket } from 'node:net'
import type { Logger } from '../../ports/index.ts'
import type { RequestLog } from '../server.ts'
import type { Api, RequestContext } from './api/api.ts'
import { API_VERSIONS_KEY, writeUnsupportedApiVersions } from './api/api-versions.ts'
import { apiOf, apis } from './api/registry.ts'
import type { Broker } from './broker.ts'
import { ErrorCode, Refusal } from './errors.ts'
import { Reader, WireError } from './wire/reader.ts'
import { Writer } from './wire/writer.ts'

/** socket.request.max.bytes of the real broker. */
const MAX_REQUEST_BYTES = 104_857_600
const LENGTH_BYTES = 4

export interface ConnectionOptions {
  readonly broker: Broker
  readonly requests: RequestLog
  readonly log?: Logger
}

interface RequestHeader {
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  readonly clientId: string
  readonly body: Reader
}

export function serveConnection(socket: Socket, options: ConnectionOptions): void {
  const gone = new AbortController()
  let received: Buffer[] = []
  let receivedBytes = 0
  /** The next request is taken up when the one before is answered. */
  let turn: Promise<void> = Promise.resolve()

  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => gone.abort())
  socket.on('data', (chunk: Buffer) => {
    received.push(chunk)
    receivedBytes += chunk.length
    while (receivedBytes >= LENGTH_BYTES) {
      if (received[0]!.length < LENGTH_BYTES) received = [Buffer.concat(received)]
      const length = received[0]!.readInt32BE(0)
      if (length < 0 || length > MAX_REQUEST_BYTES) return socket.destroy()
      if (receivedBytes < LENGTH_BYTES + length) return
      const all = received.length === 1 ? received[0]! : Buffer.concat(received)
      const request = all.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
      received = [all.subarray(LENGTH_BYTES + length)]
      receivedBytes -= LENGTH_BYTES + length
      turn = turn.then(() => answer(request))
    }
  })

  async function answer(bytes: Buffer): Promise<void> {
    if (gone.signal.aborted) return
    try {
      const response = await respond(bytes)
      if (response && !socket.destroyed) socket.write(response)
    } catch (error) {
      // What cannot be read or is not spoken here ends the connection, as at the real broker.
      const expected = error instanceof WireError || error instanceof Refusal
      options.log?.[expected ? 'info' : 'error']({ err: error }, 'kafka: a request closed its connection')
      socket.destroy()
    }
  }

  async function respond(bytes: Buffer): Promise<Buffer | undefined> {
    const head = readHeader(bytes)
    if ('unsupported' in head) return head.unsupported
    const { api, version, correlationId, clientId, body } = head
    const context: RequestContext = { version, clientId, clientHost: `/${socket.remoteAddress ?? ''}`, signal: gone.signal }
    const result = await api.run(options.broker, body, context)
    options.requests.add({
      at: options.broker.clock.now(),
      method: api.name,
      path: result.path,
      client: clientId,
      status: result.status,
      mutating: result.mutating,
    })
    if (!result.write) return undefined
    const writer = new Writer(version >= api.flexibleFrom, 1024).int32(0).int32(correlationId)
    if (api.key !== API_VERSIONS_KEY) writer.tags()
    result.write(writer)
    return framed(writer)
  }

  function readHeader(bytes: Buffer): RequestHeader | { readonly unsupported: Buffer } {
    const header = new Reader(bytes)
    const key = header.int16()
    const version = header.int16()
    const correlationId = header.int32()
    const api = apiOf(key)
    if (!api) throw new WireError(`unknown API key ${key}`)
    if (version < api.minVersion || version > api.maxVersion) {
      if (key !== API_VERSIONS_KEY) throw new WireError(`${api.name} is not spoken in version ${version}`)
      const writer = new Writer().int32(0).int32(correlationId)
      writeUnsupportedApiVersions(writer, apis)
      options.requests.add({
        at: options.broker.clock.now(),
        method: api.name,
        path: '',
        client: '',
        status: ErrorCode.UNSUPPORTED_VERSION,
        mutating: false,
      })
      return { unsupported: framed(writer) }
    }
    const clientId = header.nullableString() ?? ''
    const flexible = version >= api.flexibleFrom
    const body = header.rest(flexible)
    body.tags()
    return { api, version, correlationId, clientId, body }
  }
}

function framed(writer: Writer): Buffer {
  const response = writer.finish()
  response.writeInt32BE(response.length - LENGTH_BYTES, 0)
  return response
}
