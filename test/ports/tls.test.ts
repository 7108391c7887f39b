import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { z } from 'zod'
import { createHttpClient, Failure, type HttpConnection, systemClock } from '../../src/ports/index.ts'
import { type Authority, createAuthority, type Identity } from './certificates.ts'

const DAY_MS = 86_400_000
const now = systemClock.now()
const authority = createAuthority('An authority', now)
/** As after a rotation: the name is the same and the key is another. */
const successor = createAuthority('An authority', now)
const stranger = createAuthority('Somebody else', now)
const good = authority.issue()

const open: Server[] = []
async function listening(server: Server): Promise<number> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const secure = (identity: Identity, options: TlsOptions = {}) =>
  listening(createServer({ ...identity, ...options }, (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')))

async function failureOf(url: string, connection: HttpConnection = { ca: authority.cert }): Promise<Failure> {
  const http = createHttpClient({ baseUrl: url, service: 'Test', connection: async () => connection, timeoutMs: 20_000 })
  const error = await http.request({ method: 'GET', path: ['x'], answer: z.object({}) }).then(
    () => assert.fail('it must fail'),
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof Failure, String(error))
  return error
}

describe('HTTP over TLS', () => {
  after(() => {
    for (const server of open) server.close()
  })

  it('trusts the authority that it is told', async () => {
    const http = createHttpClient({ baseUrl: `https://localhost:${await secure(good)}`, service: 'Test', connection: async () => ({ ca: authority.cert }) })
    assert.equal((await http.request({ method: 'GET', path: ['x'], answer: z.object({}) })).status, 200)
  })

  const faults: Record<string, [server: () => Promise<number>, connection: HttpConnection | undefined, message: RegExp, scheme?: string]> = {
    'an authority that nobody told of': [() => secure(good), {}, /authority that is not trusted .*name that authority in caRef/],
    'another authority': [() => secure(good), { ca: stranger.cert }, /authority that is not trusted/],
    'an authority that was renewed': [() => secure(good), { ca: successor.cert }, /authority that is not trusted/],
    'a certificate for another host': [
      () => secure(authority.issue({ names: ['elsewhere.example'] })),
      undefined,
      /for other names \(.*elsewhere\.example.*use an address that it has/,
    ],
    'a certificate that has expired': [
      () => secure(authority.issue({ from: new Date(now - 3 * DAY_MS), until: new Date(now - DAY_MS) })),
      undefined,
      /has expired: renew it/,
    ],
    'a certificate of tomorrow': [() => secure(authority.issue({ from: new Date(now + DAY_MS) })), undefined, /not valid yet/],
    'a server that demands a client certificate': [
      () => secure(good, { requestCert: true, rejectUnauthorized: true, ca: authority.cert }),
      undefined,
      /demands a client certificate/,
    ],
    'a server that does not speak TLS': [() => listening(createHttp((_, response) => response.end('{}'))), undefined, /does not speak TLS on this port/],
    'a server that answers in the clear at once': [
      () => listening(createHttp().on('connection', (socket) => socket.end('SSH-2.0-Server\r\n'))),
      undefined,
      /does not speak TLS on this port/,
    ],
    'a server that answers who speaks in the clear with an alert': [
      () => listening(createHttp().on('connection', (socket) => socket.end(Buffer.from('15030300020250', 'hex')))),
      {},
      /speaks TLS on this port: let the url begin with https/,
      'http',
    ],
  }
  for (const [sentence, [server, connection, message, scheme = 'https']] of Object.entries(faults)) {
    it(`says what is wrong with ${sentence}`, async () => {
      const failure = await failureOf(`${scheme}://localhost:${await server()}`, connection)
      assert.match(failure.message, message)
      assert.equal(failure.reason, 'TlsFailed', failure.message)
      assert.equal(failure.class, 'Retry')
    })
  }

  it('guesses that a server which hangs up speaks TLS', async () => {
    const failure = await failureOf(`http://localhost:${await secure(good)}`, {})
    assert.equal(failure.reason, 'Unreachable')
    assert.match(failure.message, /wants https:\/\//)
  })

  describe('when the authority changes', () => {
    let server: ReturnType<typeof createServer>
    let port: number
    let release: (() => void) | undefined
    const sockets = new Set<unknown>()
    let current: Authority = authority

    before(async () => {
      server = createServer(good, (request, response) => {
        const answer = () => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
        if (request.url === '/slow') release = answer
        else answer()
      })
      server.on('secureConnection', (socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
      port = await listening(server)
    })

    it('keeps connections, lets what is under way end on the old ones, and closes those after', async () => {
      const http = createHttpClient({
        baseUrl: `https://localhost:${port}`,
        service: 'Test',
        connection: async () => ({ ca: current.cert }),
        timeoutMs: 20_000,
      })
      const ask = (path: string) => http.request({ method: 'GET', path: [path], answer: z.object({}) })
      await ask('quick')
      await ask('quick')
      assert.equal(sockets.size, 1)
      const slow = ask('slow')
      while (!release) await new Promise((resolve) => setTimeout(resolve, 5))
      const [old] = sockets

      current = successor
      await assert.rejects(ask('quick'), /not trusted/)
      server.setSecureContext(successor.issue())
      await ask('quick')
      assert.ok(sockets.has(old), 'the old connection still waits for its answer')
      release()
      assert.equal((await slow).status, 200)
      while (sockets.has(old)) await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(sockets.size, 1)
    })
  })
})
