/** Sees what a real server is asked: an HTTP proxy before it that changes nothing, and a reader of the API server's audit log. */
import { once } from 'node:events'
import { closeSync, openSync, readSync } from 'node:fs'
import { Agent, createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/ports/index.ts'
import { type LoggedRequest, RequestLog } from '../../src/sandbox/index.ts'

export interface Recorder {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly requests: RequestLog
  stop(): Promise<void>
}

/** Requests that change nothing although they are no GET. */
const READING: Readonly<Record<'connect' | 'elasticsearch', RegExp>> = {
  connect: /\/config\/validate\b/,
  elasticsearch: /\/(_search|_msearch|_mget|_count|_simulate|_simulate_index|_analyze|_field_caps|_validate|_pit|scroll)\b/,
}

/** `url`: of a server that is reached without TLS. While that is away, connections are cut. */
export async function recorded(kind: keyof typeof READING, url: string): Promise<Recorder> {
  const requests = new RequestLog()
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true })
  const log = (request: IncomingMessage, status: number) => {
    const { method = '', url: path = '', headers } = request
    const mutating = !['GET', 'HEAD'].includes(method) && !READING[kind].test(path)
    requests.add({ at: systemClock.now(), method, path, client: headers['user-agent'] ?? '', status, mutating })
  }
  const server = createServer((request, response) => {
    const upstream = forward({ agent, hostname, port, method: request.method, path: request.url, headers: request.headers })
    upstream.on('response', (answer) => {
      log(request, answer.statusCode ?? 0)
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      agent.destroy()
    },
  }
}

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETE' }

interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly userAgent?: string
  readonly stageTimestamp: string
  readonly responseStatus?: { readonly code?: number }
}

/** The file grows; what service accounts, the operator among them, ask for stands there once it was answered. What is new in it is read whenever somebody asks. */
export class AuditLog extends RequestLog {
  readonly #path: string
  #read = 0
  #rest = ''

  constructor(path: string) {
    super()
    this.#path = path
  }

  override get total(): number {
    this.#catchUp()
    return super.total
  }

  override since(at: number, filter: Partial<Pick<LoggedRequest, 'mutating' | 'client'>> = {}): LoggedRequest[] {
    this.#catchUp()
    return super.since(at, filter)
  }

  #catchUp(): void {
    const file = openSync(this.#path, 'r')
    try {
      const buffer = Buffer.alloc(1024 * 1024)
      for (let length = readSync(file, buffer, 0, buffer.length, this.#read); length > 0; length = readSync(file, buffer, 0, buffer.length, this.#read)) {
        this.#read += length
        const lines = (this.#rest + buffer.toString('latin1', 0, length)).split('\n')
        this.#rest = lines.pop() ?? ''
        for (const line of lines) this.#note(JSON.parse(line) as AuditEvent)
      }
    } finally {
      closeSync(file)
    }
  }

  #note({ verb, requestURI, userAgent = '', stageTimestamp, responseStatus }: AuditEvent): void {
    this.add({
      at: Date.parse(stageTimestamp),
      method: METHODS[verb] ?? 'GET',
      path: requestURI,
      client: userAgent,
      status: responseStatus?.code ?? 0,
      mutating: verb in METHODS,
    })
  }
}
