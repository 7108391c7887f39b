/** Requests with the answers that were recorded from a real server, as cases: the same again, but for what no two servers share. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Case } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { type Answer, ask } from './ask.ts'
import { callOfRequest } from './call.ts'
import type { RecordedRequest } from './requests.ts'

export type Compare = (request: RecordedRequest, given: Answer, recorded: Answer) => void

export function recording(version: string): Answer[] {
  return JSON.parse(gunzipSync(readFileSync(new URL(`../../../test/data/elasticsearch-${version}.json.gz`, import.meta.url))).toString())
}

/** Numbered, since many differ in their bodies alone. */
export function recordedCases(title: string, requests: readonly RecordedRequest[], answers: readonly Answer[], compare: Compare): Case<HttpServer>[] {
  assert.equal(requests.length, answers.length, `${title}: record.ts records them anew`)
  return requests.map((request, i) => ({
    call: callOfRequest(request),
    name: `${title} ${i}: ${request.path}${request.body === undefined ? '' : ` ${JSON.stringify(request.body).slice(0, 100)}`}`,
    async run({ url }) {
      compare(request, await ask(url, request), answers[i] as Answer)
    },
  }))
}

export const sameAnswer: Compare = (request, given, recorded) => {
  assert.equal(given.status, recorded.status, JSON.stringify(given.body)?.slice(0, 600))
  if (request.compare === 'status') return
  const same = request.compare === 'shape' ? shape : comparable
  assert.deepEqual(same(given.body), same(recorded.body))
}

/**
 * The same status, type of error, and shape of what was found. Parse errors below the first cause have the parser's own
 * names, and percentiles are digests whose bounds nobody promises.
 */
export const sameKind: Compare = (request, given, recorded) => {
  assert.equal(given.status, recorded.status, JSON.stringify(given.body)?.slice(0, 600))
  assert.equal(errorType(given), errorType(recorded))
  const digests = JSON.stringify(request.body)?.includes('percentiles') ?? false
  if (recorded.status < 300 && !digests && request.compare !== 'status') assert.deepEqual(shape(given.body), shape(recorded.body))
}

function errorType({ body }: Answer): unknown {
  const { error } = (body ?? {}) as { error?: { type?: string } | string }
  return typeof error === 'object' ? error.type : typeof error
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
