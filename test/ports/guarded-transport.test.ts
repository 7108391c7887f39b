import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { createHttpClient, Failure } from '../../src/ports/index.ts'

describe('a request that may no longer be sent', () => {
  it('is not sent on a connection that was made too late, nor on one that is there', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(request.url ?? '')
      response.setHeader('content-type', 'application/json').end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    let questions = 0
    let allowed = Number.POSITIVE_INFINITY
    const mayWrite = () => {
      if (++questions > allowed) throw new Failure('Retry', 'NotLeader', 'another may have taken over')
    }
    const http = createHttpClient({ baseUrl, service: 'Backend', connection: async () => ({ mayWrite }) })
    const post = (path: string) => http.request({ method: 'POST', path: [path], body: { a: 1 }, answer: z.object({}) })
    // Asked when it is decided, and refused when the connection is made.
    allowed = 1
    await assert.rejects(post('late'), { name: 'Failure' })
    assert.equal(questions, 2)
    allowed = Number.POSITIVE_INFINITY
    await post('good')
    allowed = 0
    await assert.rejects(post('never'), { reason: 'NotLeader' })
    assert.deepEqual(seen, ['/good'])
    server.close()
  })
})
