/** What the clients of the operator do with a backend that means harm: they give up, with bounded memory, and go nowhere else. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { createHttpClient, createKubeApi, Failure } from '../../src/ports/index.ts'
import { createElasticsearchClient } from '../../src/targets/index.ts'
import { type Harm, type HostileServer, startHostile } from './hostile-server.ts'

const PODS = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' }
const never = new AbortController().signal
const MB = 1024 * 1024

type Ask = (url: string, timeoutMs: number) => Promise<unknown>

/** `cap`: after so many bytes it must have given up, what lies in buffers on the way included. */
const CLIENTS: Readonly<Record<string, { readonly ask: Ask; readonly cap: number }>> = {
  'the HTTP client': {
    ask: (url, timeoutMs) => createHttpClient({ baseUrl: url, service: 'X', timeoutMs }).request({ method: 'GET', path: ['a'], answer: z.unknown() }),
    cap: 90 * MB,
  },
  'the HTTP client, line by line': {
    ask: async (url, timeoutMs) => {
      const lines = []
      for await (const line of createHttpClient({ baseUrl: url, service: 'X', timeoutMs }).lines({ method: 'GET', path: ['a'] })) lines.push(line)
      return lines
    },
    cap: 90 * MB,
  },
  'the Elasticsearch client': {
    ask: (url, timeoutMs) => createElasticsearchClient({ url, timeoutMs }).request({ method: 'GET', path: '/', answer: z.unknown() }),
    cap: 90 * MB,
  },
  'the Kubernetes client': { ask: (url, timeoutMs) => createKubeApi({ server: url, timeoutMs }).get(PODS, 'a', 'b'), cap: 160 * MB },
  'the Kubernetes client, watching': {
    ask: async (url, timeoutMs) => {
      for await (const _ of createKubeApi({ server: url, timeoutMs }).watch(PODS, { resourceVersion: '1', timeoutSeconds: 60 }, never));
    },
    cap: 90 * MB,
  },
}

const HARMS: readonly Harm[] = ['endless', 'huge', 'bomb', 'endless refusal', 'no end of line']

describe('A backend that means harm', () => {
  let hostile: HostileServer
  let elsewhere: HostileServer

  beforeEach(async () => {
    elsewhere = await startHostile()
    hostile = await startHostile(elsewhere.url)
  })
  afterEach(async () => {
    await hostile.close()
    await elsewhere.close()
  })

  for (const [name, { ask, cap }] of Object.entries(CLIENTS)) {
    for (const harm of HARMS) {
      it(`is given up by ${name}: ${harm}`, async () => {
        hostile.harm = harm
        const start = process.memoryUsage.rss()
        let peak = start
        const timer = setInterval(() => {
          peak = Math.max(peak, process.memoryUsage.rss())
        }, 20)
        await assert.rejects(ask(hostile.url, 5_000), Failure)
        clearInterval(timer)
        // Compressed a thousand times, so that more of it may be on its way.
        const allowed = harm === 'bomb' ? cap * 3 : cap
        assert.ok(hostile.written <= allowed, `${Math.round(hostile.written / MB)} MB were taken`)
        assert.ok(peak - start < 700 * MB, `${Math.round((peak - start) / MB)} MB of memory`)
      })
    }

    for (const harm of ['redirect', 'redirect home'] as const) {
      it(`is not followed by ${name}: ${harm}`, async () => {
        hostile.harm = harm
        await assert.rejects(ask(hostile.url, 5_000), Failure)
        assert.deepEqual(elsewhere.paths, [])
        assert.equal(hostile.paths.length, 1, hostile.paths.join())
      })
    }
  }

  for (const name of ['the HTTP client', 'the Elasticsearch client', 'the Kubernetes client']) {
    it(`does not keep ${name} by sending a little all the time`, async () => {
      hostile.harm = 'drip'
      const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'still waiting').unref())
      const outcome = await Promise.race([CLIENTS[name]!.ask(hostile.url, 500).catch((error: unknown) => error), late])
      assert.ok(outcome instanceof Failure, String(outcome))
      assert.equal(outcome.reason, 'TimedOut')
    }).timeout(20_000)
  }
})
