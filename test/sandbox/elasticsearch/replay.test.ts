import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { type Answer, ask } from './ask.ts'
import { randomRequests } from './random-requests.ts'
import { type RecordedRequest, requests } from './requests.ts'

function recording(version: string): Answer[] {
  return JSON.parse(gunzipSync(readFileSync(new URL(`../../data/elasticsearch-${version}.json.gz`, import.meta.url))).toString())
}

/** Parts that no two servers share: times, ids, places in the JSON text, and the parser's own words deep inside a cause. */
const OWN = new Set(['took', 'index_uuid', 'node', 'created_date_millis', 'modified_date_millis', 'line', 'col', 'uuid'])

/** Of a cause below an error only the type is compared. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(12))
  if (typeof value === 'string') return value.replaceAll(/\[\d+:\d+\] ?/g, '').replace(/\/[\w-]{22}\]/g, '/uuid]')
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => !OWN.has(key))
  return Object.fromEntries(kept.map(([key, item]) => [key, key === 'caused_by' ? { type: item.type } : comparable(item)]))
}

function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape).slice(0, 1)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]))
}

describe('Elasticsearch stand-in against the recorded 9.5.3', () => {
  let server: SandboxServer
  const recorded = recording('9.5')
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

describe('Elasticsearch stand-in against 9.5.3 with requests made up', () => {
  let server: SandboxServer
  before(async () => {
    server = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(1) })
  })
  after(() => server.close())

  it('finds, counts and sums the same, and refuses the same', async () => {
    const recorded = recording('9.5-random')
    for (const [i, request] of randomRequests().entries()) {
      const [ours, real] = [await ask(server.url, request), recorded[i] as Answer]
      const name = `#${i} ${request.method} ${request.path} ${JSON.stringify(request.body)?.slice(0, 2000)}`
      assert.equal(ours.status, real.status, name)
      assert.deepEqual(comparable(ours.body), comparable(real.body), name)
    }
  })
})

/** Requests that 7.17.29 answered otherwise, and the stand-in does not follow: for what reason. */
const NOT_FOLLOWED: Readonly<Record<string, string>> = {
  'POST /clicks/_delete_everything': 'any second segment was still a document type',
  'range 8.5': 'a range of a whole-number field had to be whole',
  'sum with sub-aggregations': '500 instead of 400',
  'bulk frob': 'an unknown action was skipped',
  'emptied object': 'an object that _source filtering empties was left in place',
}

function reasonFor({ method, path, body }: RecordedRequest): string | undefined {
  const text = JSON.stringify(body) ?? ''
  const name = text.includes('"to":8.5')
    ? 'range 8.5'
    : text.includes('{"t":{"sum":{"field":"n"},"aggs"')
      ? 'sum with sub-aggregations'
      : text.includes('nested.deep')
        ? 'emptied object'
        : text.includes('"frob":{"_index"')
          ? 'bulk frob'
          : `${method} ${path}`
  return NOT_FOLLOWED[name]
}

/** Parse errors below the first cause have the parser's own names, which changed between the versions. */
function errorType({ body }: Answer): unknown {
  const { error } = (body ?? {}) as { error?: { type?: string } | string }
  return typeof error === 'object' ? error.type : typeof error
}

describe('Elasticsearch stand-in as 7.17 against the recorded 7.17.29', () => {
  let server: SandboxServer
  before(async () => {
    server = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(1), version: '7.17' })
  })
  after(() => server.close())

  it('answers every request with the same status, type of error, and shape of what was found', async () => {
    const recorded = recording('7.17')
    for (const [i, request] of requests.entries()) {
      const [ours, real] = [await ask(server.url, request), recorded[i] as Answer]
      if (reasonFor(request) !== undefined) continue
      const name = `#${i} ${request.method} ${request.path} ${JSON.stringify(request.body)?.slice(0, 120)}`
      assert.equal(ours.status, real.status, name)
      assert.equal(errorType(ours), errorType(real), name)
      const digests = JSON.stringify(request.body)?.includes('percentiles') ?? false
      if (real.status < 300 && !digests && request.compare !== 'status') assert.deepEqual(shape(ours.body), shape(real.body), name)
    }
  })
})
