import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { type Answer, ask } from './ask.ts'
import { type RecordedRequest, requests } from './requests.ts'

const recorded: Answer[] = JSON.parse(gunzipSync(readFileSync(new URL('../../data/elasticsearch-9.5.json.gz', import.meta.url))).toString())

/** Parts that no two servers share: times, ids, places in the JSON text, and the parser's own words deep inside a cause. */
const OWN = new Set(['took', 'index_uuid', 'node', 'created_date_millis', 'modified_date_millis', 'line', 'col', 'uuid'])

function comparable(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, depth))
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(12))
  if (typeof value === 'string') return value.replaceAll(/\[\d+:\d+\] ?/g, '').replace(/\/[\w-]{22}\]/g, '/uuid]')
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => !OWN.has(key) && !(key === 'caused_by' && depth > 0))
  return Object.fromEntries(
    kept.map(([key, item]) => [key, key === 'caused_by' ? { type: (item as { type: string }).type } : comparable(item, key === 'reason' ? depth : depth)]),
  )
}

function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape).slice(0, 1)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]))
}

describe('Elasticsearch stand-in against the recorded 9.5.3', () => {
  let server: SandboxServer
  const answers: Answer[] = []

  before(async () => {
    server = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(1) })
    for (const request of requests) answers.push(await ask(server.url, request))
  })
  after(() => server.close())

  requests.forEach((request: RecordedRequest, i) => {
    const body = request.body === undefined ? '' : ` ${JSON.stringify(request.body).slice(0, 120)}`
    it(`#${i} ${request.method} ${request.path}${body}`, () => {
      const [ours, real] = [answers[i] as Answer, recorded[i] as Answer]
      assert.equal(ours.status, real.status, JSON.stringify(ours.body).slice(0, 600))
      if (request.compare === 'status') return
      const same = request.compare === 'shape' ? shape : comparable
      assert.deepEqual(same(ours.body), same(real.body))
    })
  })
})
