import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { createHttpClient, Failure, type HttpClient } from '../../src/ports/index.ts'

describe('the HTTP wrapper', () => {
  let server: Server
  let http: HttpClient

  before(async () => {
    server = createServer((request, response) => {
      const routes: Record<string, () => void> = {
        '/lines': () => {
          response.write('one\ntw')
          setImmediate(() => response.end('o\n'))
        },
        '/refused': () => response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"line 1:8: no"}'),
        '/busy': () => response.writeHead(503).end('later'),
        '/login': () => response.writeHead(401).end(),
        '/moved': () => response.writeHead(302, { location: '/lines' }).end(),
        '/hang': () => undefined,
        '/reset': () => request.socket.destroy(),
        '/other': () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":"text"}'),
        '/large': () => response.writeHead(200).end('x'.repeat(200_000)),
      }
      ;(routes[request.url ?? ''] ?? (() => response.writeHead(404).end()))()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    http = createHttpClient({ baseUrl, service: 'Test', auth: { username: 'u', password: 'canary' }, timeoutMs: 20_000, maxResponseBytes: 100_000 })
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  it('hands on lines as they come, also those cut in two', async () => {
    const lines: string[] = []
    for await (const line of http.lines({ method: 'GET', path: ['lines'] })) lines.push(line)
    assert.deepEqual(lines, ['one', 'two'])
  })

  it('reads the refusal of a stream', async () => {
    const ask = async () => {
      for await (const _ of http.lines({ method: 'GET', path: ['refused'] })) assert.fail('no line was sent')
    }
    await assert.rejects(ask, (error: Failure) => error.class === 'Stall' && error.status === 400 && /line 1:8: no/.test(error.message))
  })

  for (const [path, cls, reason] of [
    ['refused', 'Stall', 'Refused'],
    ['busy', 'Retry', 'BackendError'],
    ['login', 'Retry', 'Unauthorized'],
    ['moved', 'Stall', 'Refused'],
    ['hang', 'Retry', 'TimedOut'],
    ['reset', 'Retry', 'Unreachable'],
    ['other', 'Retry', 'UnexpectedAnswer'],
    ['large', 'Retry', 'Unreachable'],
  ] as const) {
    it(`makes ${reason} of ${path}, and shows no credential`, async () => {
      const error = await http
        .request({ method: 'GET', path: [path], answer: z.object({ a: z.number() }), ...(path === 'hang' ? { timeoutMs: 100 } : {}) })
        .then(
          () => assert.fail('it must fail'),
          (failure: unknown) => failure as Failure,
        )
      assert.ok(error instanceof Failure, String(error))
      assert.equal(`${error.class} ${error.reason}`, `${cls} ${reason}`)
      assert.ok(!JSON.stringify([error.message, error.stack, error.cause, error.body]).includes('canary'))
    })
  }
})
