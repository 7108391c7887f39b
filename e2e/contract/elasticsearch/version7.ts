/** What 7.17 answered to the recorded requests, and what only it can be asked for. */
import assert from 'node:assert/strict'
import type { Case, Difference } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, type Json, request } from './asking.ts'
import { recordedCases, recording, sameKind } from './recorded.ts'
import { type RecordedRequest, requests } from './requests.ts'

export const differences7: readonly Difference[] = [
  {
    id: 'by-query',
    real: 'Copies documents from index to index, and updates and deletes by query.',
    standIn: 'Has no handler for them.',
    reason: 'The operator changes indices by templates and aliases; what it reports as needing a reindex is left to people.',
    refused: true,
  },
  {
    id: 'document-types',
    real: 'Takes any second segment of a path for a type of documents.',
    standIn: 'Has no handler for such a path, as no version after it.',
    reason: 'Types of documents are gone; no client made since 2019 sends them.',
  },
  {
    id: 'strict-ranges',
    real: 'Refuses the bound 8.5 in a range of a field of whole numbers.',
    standIn: 'Takes it, as the versions after it do.',
    reason: 'Only the door is that of 7.17: its searches are those of the current version.',
  },
  {
    id: 'unhandled-fault',
    real: 'Answers 500 to a sum with aggregations below it.',
    standIn: 'Answers 400 with the words of the current version.',
    reason: 'The request is wrong either way, and 500 was mended since.',
  },
  {
    id: 'unknown-actions',
    real: 'Skips a line of a bulk whose action it does not know.',
    standIn: 'Refuses the bulk, as the versions after it do.',
    reason: 'Skipping lost data without a word, and was mended since.',
  },
  {
    id: 'emptied-objects',
    real: 'Leaves an empty object where a filter of the source takes all of its fields.',
    standIn: 'Leaves it out, as the versions after it do.',
    reason: 'Only the door is that of 7.17: its answers are those of the current version.',
  },
]

/** The recorded requests that the stand-in answers otherwise. */
function differenceOf({ method, path, body }: RecordedRequest): string | undefined {
  const text = JSON.stringify(body) ?? ''
  if (`${method} ${path}` === 'POST /clicks/_delete_everything') return 'document-types'
  if (text.includes('"to":8.5')) return 'strict-ranges'
  if (text.includes('{"t":{"sum":{"field":"n"},"aggs"')) return 'unhandled-fault'
  if (text.includes('"frob":{"_index"')) return 'unknown-actions'
  return text.includes('nested.deep') ? 'emptied-objects' : undefined
}

const STATUS: Readonly<Record<string, number>> = {
  'document-types': 400,
  'strict-ranges': 200,
  'unhandled-fault': 400,
  'unknown-actions': 400,
  'emptied-objects': 200,
}

export const followed: readonly Case<HttpServer>[] = recordedCases('recorded', requests, recording('7.17'), sameKind).map((recorded, i) => {
  const asked = requests[i] as RecordedRequest
  const id = differenceOf(asked)
  if (id === undefined) return recorded
  return {
    ...recorded,
    differs: {
      id,
      async instead(server) {
        const body = await answered(server, STATUS[id] ?? 200, `${asked.method} ${asked.path}`, asked.body)
        // The status is the same here.
        if (id === 'emptied-objects') assert.ok(body.hits.hits.every(({ _source }: Json) => !('nested' in _source)))
        if (id === 'document-types') assert.match(body.error, /^no handler found/)
        if (id === 'unknown-actions') assert.equal(body.error.type, 'illegal_argument_exception')
      },
    },
  }
})

async function twoNumbers(server: HttpServer): Promise<void> {
  await request(server, 'DELETE /numbers-copy')
  await freshIndex(server, 'numbers')
  await answered(server, 200, 'POST /numbers/_bulk?refresh=true', [{ index: {} }, { n: 1 }, { index: {} }, { n: 2 }])
}

function byQuery(question: string, body: unknown, holds: (server: HttpServer) => Promise<void>): Case<HttpServer> {
  return {
    call: question.split('?')[0]!.replace('numbers', '{index}'),
    name: 'does as it is told',
    async run(server) {
      await twoNumbers(server)
      await answered(server, 200, question, body)
      await holds(server)
    },
    differs: {
      id: 'by-query',
      async instead(server) {
        await twoNumbers(server)
        const { status, body: answer } = await request(server, question, body)
        assert.ok([400, 405].includes(status), String(status))
        assert.match(JSON.stringify(answer), /no handler found|Incorrect HTTP method/)
      },
    },
  }
}

const counts = (index: string, count: number) => async (server: HttpServer) =>
  assert.equal((await answered(server, 200, `POST /${index}/_count`, {})).count, count)

export const differing7: readonly Case<HttpServer>[] = [
  byQuery('POST /_reindex?refresh=true', { source: { index: 'numbers' }, dest: { index: 'numbers-copy' } }, counts('numbers-copy', 2)),
  byQuery('POST /numbers/_delete_by_query?refresh=true', { query: { term: { n: 1 } } }, counts('numbers', 1)),
  byQuery('POST /numbers/_update_by_query?refresh=true', { query: { term: { n: 1 } } }, counts('numbers', 2)),
  {
    call: 'aggregation derivative',
    name: 'is the change from bucket to bucket',
    async run(server) {
      await twoNumbers(server)
      const aggs = { h: { histogram: { field: 'n', interval: 1 }, aggs: { s: { sum: { field: 'n' } }, d: { derivative: { buckets_path: 's' } } } } }
      const { aggregations } = await answered(server, 200, 'POST /numbers/_search', { size: 0, aggs })
      assert.equal(aggregations.h.buckets[1].d.value, 1)
    },
  },
]
