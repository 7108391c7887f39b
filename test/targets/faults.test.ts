/** A backend that is down, hangs, resets, answers garbage or refuses the login: each target says which, and that it may pass. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type KafkaClient, systemClock } from '../../src/ports/index.ts'
import {
  createConnectTarget,
  createElasticsearchClient,
  createElasticsearchTarget,
  createGrafanaTarget,
  createKsqldbTarget,
  type Target,
} from '../../src/targets/index.ts'
import { never, noReferences } from './given.ts'

const kafka = {} as KafkaClient
const timeoutMs = 2_000
const targets: Record<string, (url: string) => Target> = {
  ksqlDB: (url) => createKsqldbTarget({ url, timeoutMs, kafka, clock: systemClock }),
  Connect: (url) => createConnectTarget({ url, timeoutMs, references: noReferences, kafka, clock: systemClock }),
  Elasticsearch: (url) => createElasticsearchTarget({ elasticsearch: createElasticsearchClient({ url, timeoutMs }) }),
  Grafana: (url) => createGrafanaTarget({ url, timeoutMs, folder: 'x', references: noReferences }),
}

const says =
  (status: number, type: string, text: string): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type, 'x-elastic-product': 'Elasticsearch' }).end(text)
  }

const faults: Record<string, [RequestListener | undefined, string]> = {
  'is down': [undefined, 'Unreachable'],
  hangs: [() => {}, 'TimedOut'],
  resets: [(request) => request.socket.destroy(), 'Unreachable'],
  'answers a page': [says(200, 'text/html', '<html>It works!</html>'), 'UnexpectedAnswer'],
  'answers other JSON': [says(200, 'application/json', '{"hello":["world"]}'), 'UnexpectedAnswer'],
  'answers cut JSON': [says(200, 'application/json', '{"version":'), 'UnexpectedAnswer'],
  'refuses the login': [says(401, 'application/json', '{"message":"Unauthorized","error":{"type":"security_exception","reason":"no"}}'), 'Unauthorized'],
  'permits nothing': [says(403, 'application/json', '{"message":"Forbidden","error":{"type":"security_exception","reason":"no"}}'), 'Forbidden'],
  'is overloaded': [says(503, 'application/json', '{"message":"later","error":{"type":"x","reason":"later"}}'), 'BackendError'],
}

describe('A backend', () => {
  for (const [fault, [listener, reason]] of Object.entries(faults)) {
    for (const [name, create] of Object.entries(targets)) {
      it(`that ${fault} is ${reason}: ${name}`, async () => {
        const server: Server = createServer(listener ?? (() => {}))
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        const { port } = server.address() as AddressInfo
        const close = async () => {
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
        }
        if (listener === undefined) await close()
        const target = create(`http://127.0.0.1:${port}`)
        for (const call of [target.probe(never), target.observe(never)]) await assert.rejects(call, { name: 'Failure', class: 'Retry', reason })
        if (listener !== undefined) await close()
      })
    }
  }

  it('that is no more asked for is Canceled', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    for (const create of Object.values(targets)) {
      const stop = new AbortController()
      const call = create(`http://127.0.0.1:${port}`).observe(stop.signal)
      stop.abort()
      await assert.rejects(call, { reason: 'Canceled', class: 'Retry' })
    }
    server.closeAllConnections()
    server.close()
  })
})
