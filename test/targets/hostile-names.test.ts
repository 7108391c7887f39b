/** Hostile names through the requests of the clients: a path has exactly the segments that it was given, and nothing else changes. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { z } from 'zod'
import { createHttpClient, createKubeApi, Failure } from '../../src/ports/index.ts'
import { createElasticsearchClient, segment } from '../../src/targets/elasticsearch/index.ts'

const PIECES = [
  "'",
  '"',
  '`',
  ';',
  '\n',
  '\r\n',
  '../',
  '..',
  '/',
  '%2e%2e',
  '%2F',
  '%',
  '\\',
  '?',
  '#',
  '&',
  '=',
  '*',
  ',',
  ' ',
  'é',
  '\u{1f600}',
  '\u0000',
  '<b>',
  'a',
  'B',
  ':',
  '@',
  '{}',
  '{"a":1}\n',
]
const hostile = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

describe('A hostile name', () => {
  let server: Server
  let url: string
  const seen: { url: string; body: string }[] = []

  before(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        seen.push({ url: request.url ?? '', body })
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ version: { number: '9.0.0' }, apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** The segments as a server would read them. */
  const segments = () => new URL(`http://x${seen.at(-1)!.url}`).pathname.slice(1).split('/').map(decodeURIComponent)

  it('is one segment of a path, and one value of a body, over HTTP', async () => {
    const http = createHttpClient({ baseUrl: url, service: 'X' })
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const asked = http.request({ method: 'POST', path: ['connectors', name, 'config'], query: { q: name }, body: { [name]: name }, answer: z.unknown() })
        if (name === '..' || name === '.') {
          await assert.rejects(asked, Failure)
          return
        }
        await asked
        assert.deepEqual(segments(), ['connectors', name, 'config'])
        assert.equal(new URL(`http://x${seen.at(-1)!.url}`).searchParams.get('q'), name)
        assert.deepEqual(JSON.parse(seen.at(-1)!.body), { [name]: name })
      }),
      { numRuns: 100 },
    )
  })

  it('is one segment for Elasticsearch, where a star would be all indices, and one line of NDJSON', async () => {
    const elasticsearch = createElasticsearchClient({ url })
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        if (name === '..' || name === '.') {
          assert.throws(() => segment(name), Failure)
          return
        }
        await elasticsearch.request({ method: 'POST', path: `/${segment(name)}/_msearch`, body: [{ index: name }, { size: 0 }], answer: z.unknown() })
        assert.deepEqual(segments(), [name, '_msearch'])
        assert.ok(!seen.at(-1)!.url.includes('*'))
        assert.deepEqual(
          seen
            .at(-1)!
            .body.trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line)),
          [{ index: name }, { size: 0 }],
        )
      }),
      { numRuns: 100 },
    )
    await elasticsearch.close()
  })

  it('is one segment for Kubernetes', async () => {
    const kube = createKubeApi({ server: url })
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const asked = kube.get({ group: '', version: 'v1', plural: 'pods', kind: 'Pod' }, 'a', name)
        if (name === '..' || name === '.') {
          await assert.rejects(asked, Failure)
          return
        }
        await asked
        assert.deepEqual(segments(), ['api', 'v1', 'namespaces', 'a', 'pods', name])
      }),
      { numRuns: 60 },
    )
  })
})
