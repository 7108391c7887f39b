/** Logins that change under the clients of the targets, and servers that repeat what they were sent. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { z } from 'zod'
import { createHttpClient, createKafkaClient, Failure, formsOf, type HttpConnection, type KafkaSecurity, systemClock } from '../../src/ports/index.ts'
import { createElasticsearchClient } from '../../src/targets/index.ts'
import { createAuthority } from '../ports/certificates.ts'

const CANARY = 'canary-of+a/"secret"'
const authority = createAuthority('A', systemClock.now())
const stranger = createAuthority('B', systemClock.now())
const ROOT = { version: { number: '9.5.3' } }

const open: Server[] = []
async function listening(server: Server): Promise<number> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const json = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(JSON.stringify(body))

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => assert.fail('it must fail'),
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof Failure, String(error))
  return error
}

describe('a backend over TLS with a login', () => {
  after(() => {
    for (const server of open) server.close()
  })

  describe('Elasticsearch', () => {
    let allowed = 'ApiKey one'
    let connection: HttpConnection = {}
    let client: ReturnType<typeof createElasticsearchClient>
    const answers: (() => void)[] = []

    before(async () => {
      const port = await listening(
        createServer({ ...authority.issue() }, (request, response) => {
          if (request.headers.authorization !== allowed)
            json(response, 401, { error: { type: 'security_exception', reason: `refused ${request.headers.authorization}` } })
          else if (request.url === '/slow') answers.push(() => json(response, 200, {}))
          else json(response, 200, ROOT)
        }),
      )
      client = createElasticsearchClient({ url: `https://localhost:${port}`, connection: async () => connection })
    })
    after(() => client.close())
    const ask = (path = '/x') => client.request({ method: 'GET', path, answer: z.unknown() })

    it('is not spoken to while its authority is not trusted', async () => {
      connection = { headers: { authorization: 'ApiKey one' } }
      const failure = await failureOf(ask())
      assert.equal(failure.reason, 'TlsFailed')
      assert.match(failure.message, /^Elasticsearch: the certificate .* not trusted .* caRef$/)
    })

    it('takes an API key, and another one as soon as there is one, while requests of before end', async () => {
      connection = { ca: authority.cert, headers: { authorization: 'ApiKey one' } }
      assert.equal((await client.version()).number, '9.5.3')
      const slow = ask('/slow')
      while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      allowed = 'ApiKey two'
      assert.equal((await failureOf(ask())).reason, 'Unauthorized')
      connection = { ca: authority.cert, headers: { authorization: 'ApiKey two' } }
      assert.equal((await ask()).status, 200)
      for (const answer of answers.splice(0)) answer()
      assert.equal((await slow).status, 200)
    })

    it('does not get its authorities mixed up', async () => {
      connection = { ...connection, ca: stranger.cert }
      assert.equal((await failureOf(ask())).reason, 'TlsFailed')
    })
  })

  describe('Kafka', () => {
    const kafka = async (port: number, security: KafkaSecurity) => {
      const client = createKafkaClient({ brokers: [`localhost:${port}`], clientId: 'x', security })
      try {
        return await failureOf(client.listTopics())
      } finally {
        await client.close()
      }
    }
    const secure = (options: object = {}) => listening(createServer({ ...authority.issue(), ...options }))

    it('says that its authority is not trusted', async () => {
      const failure = await kafka(await secure(), { tls: { ca: stranger.cert } })
      assert.equal(failure.reason, 'TlsFailed')
      assert.match(failure.message, /^Kafka: the certificate .* not trusted/)
    })
    it('says that it has another name', async () => {
      assert.match(
        (await kafka(await listening(createServer({ ...authority.issue({ names: ['kafka.example'] }) })), { tls: { ca: authority.cert } })).message,
        /kafka\.example/,
      )
    })
    it('says that a client certificate is demanded', async () => {
      const port = await secure({ requestCert: true, rejectUnauthorized: true, ca: authority.cert })
      const failure = await kafka(port, { tls: { ca: authority.cert } })
      assert.equal(failure.reason, 'TlsFailed')
      assert.match(failure.message, /client certificate/)
    })
    it('says that it does not speak TLS', async () => {
      assert.equal((await kafka(await listening(createHttp()), { tls: {} })).reason, 'TlsFailed')
    })
  })

  describe('that repeats what it was sent', () => {
    const repeat = (request: IncomingMessage, response: ServerResponse) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        const said = `${request.headers.authorization} ${Buffer.from(String(request.headers.authorization).replace('Basic ', ''), 'base64')} ${body}`
        json(response, Number(request.url?.slice(1)) || 500, { message: said, error: { type: 'x', reason: said }, [said]: [{ said }] })
      })
    }
    const connections: Record<string, HttpConnection> = {
      'a password': { auth: { username: 'u', password: CANARY } },
      'a token': { headers: { authorization: `Bearer ${CANARY}` } },
    }
    let url: string
    before(async () => {
      url = `http://127.0.0.1:${await listening(createHttp(repeat))}`
    })
    const clean = (failure: Failure) => {
      const all = JSON.stringify([failure.message, failure.stack, failure.body, failure.cause])
      for (const form of [...formsOf(CANARY), ...formsOf(JSON.stringify(CANARY)), Buffer.from(`u:${CANARY}`).toString('base64')])
        assert.ok(!all.includes(form), all)
    }

    for (const [what, connection] of Object.entries(connections)) {
      for (const status of [400, 403, 409, 500]) {
        it(`does not make ${what} known with a ${status}`, async () => {
          const http = createHttpClient({ baseUrl: url, service: 'Test', connection: async () => connection })
          clean(await failureOf(http.request({ method: 'POST', path: [String(status)], body: { config: { password: CANARY } }, answer: z.unknown() })))
          const lines = async () => {
            for await (const _ of http.lines({ method: 'POST', path: [String(status)], body: {} })) assert.fail('no line was sent')
          }
          clean(await failureOf(lines()))
        })
      }
      it(`does not make ${what} known with an error of Elasticsearch`, async () => {
        const client = createElasticsearchClient({ url, connection: async () => connection })
        clean(await failureOf(client.version()))
        await client.close()
      })
    }
  })
})
