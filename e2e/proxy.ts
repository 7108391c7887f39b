/** A TCP proxy between the operator and one backend that can misbehave in the ways that backends do. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * `refuse`: nobody listens, as while a server is down; `hang`: connections are taken and nothing is ever answered; `reset`: the
 * answer ends in the middle with a reset, although the request was carried out; `garbage`: an answer of no known form; `error`: HTTP
 * status 503; `conflict`: 409, as Kafka Connect while it rebalances; `slow`: every answer comes late.
 */
export type Mode = 'pass' | 'refuse' | 'hang' | 'reset' | 'garbage' | 'error' | 'conflict' | 'slow'

export interface BackendProxy {
  readonly port: number
  /** Requests, or for other protocols than HTTP pieces of them, that clients have sent so far. */
  readonly seen: () => number
  /** `only`: of the misbehaving, requests whose text it matches; others pass. */
  set(mode: Mode, only?: RegExp): Promise<void>
  close(): Promise<void>
}

export interface ProxyOptions {
  readonly host?: string
  readonly port: number
  /** What a garbled answer is. Default: a web page with status 200. */
  readonly garbage?: Buffer
  /** Answers name the server's own address, and clients would go round the proxy: it is replaced where it stands. */
  readonly advertised?: (port: number) => Buffer
}

const PAGE = '<html><body>Welcome to the router</body></html>'
const refusal = (status: number, phrase: string, message: string) => {
  const body = JSON.stringify({ error_code: status, message })
  return Buffer.from(`HTTP/1.1 ${status} ${phrase}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}
const UNAVAILABLE = refusal(503, 'Service Unavailable', 'down for maintenance')
const CONFLICT = refusal(409, 'Conflict', 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)')
const SLOW_MS = 700
const WEB_PAGE = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PAGE.length}\r\n\r\n${PAGE}`)

export async function startProxy(options: ProxyOptions): Promise<BackendProxy> {
  const host = options.host ?? '127.0.0.1'
  const sockets = new Set<Socket>()
  let mode: Mode = 'pass'
  let only: RegExp | undefined
  let seen = 0
  let port = 0
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A cut connection is what this is for.
    socket.on('error', () => socket.destroy())
  }

  const server = createServer((client) => {
    keep(client)
    const upstream = connect({ host, port: options.port })
    keep(upstream)
    let cutting = false
    client.on('data', (chunk: Buffer) => {
      seen++
      const hit = mode !== 'pass' && (only === undefined || only.test(chunk.toString('latin1')))
      if (hit && mode === 'hang') return
      if (hit && mode === 'error') return void client.write(UNAVAILABLE)
      if (hit && mode === 'conflict') return void client.write(CONFLICT)
      if (hit && mode === 'garbage') return void client.write(options.garbage ?? WEB_PAGE)
      cutting = hit && mode === 'reset'
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (cutting) {
        client.write(chunk.subarray(0, chunk.length / 2), () => client.resetAndDestroy())
        upstream.destroy()
        return
      }
      const answer = options.advertised ? replaced(chunk, options.advertised(options.port), options.advertised(port)) : chunk
      if (mode === 'slow') setTimeout(() => void (client.writable && client.write(answer)), SLOW_MS)
      else client.write(answer)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => (mode === 'slow' ? setTimeout(() => client.end(), SLOW_MS) : client.end()))
  })
  const listen = async () => {
    server.listen(port, host)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const unlisten = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen()

  return {
    get port() {
      return port
    },
    seen: () => seen,
    async set(next, filter) {
      if (next === 'refuse') await unlisten()
      else if (!server.listening) await listen()
      // As after a restart: what hung or was half done is gone.
      if (mode === 'hang' && next !== 'hang') for (const socket of sockets) socket.destroy()
      mode = next
      only = filter
    },
    close: unlisten,
  }
}

function replaced(chunk: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = chunk.indexOf(from); at >= 0; at = chunk.indexOf(from, at + to.length)) to.copy(chunk, at)
  return chunk
}
