import assert from 'node:assert/strict'
import fc from 'fast-check'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'

const T0 = 1_700_000_040_000
interface Click {
  user: string
  at: number
  bytes: number
}
const click = fc.record({
  user: fc.constantFrom('ann', 'bob', 'cyd', 'dan'),
  at: fc.integer({ min: T0, max: T0 + 600_000 }),
  bytes: fc.integer({ min: 0, max: 1_000_000 }),
})

describe('Elasticsearch stand-in, counted again in another way', () => {
  let server: SandboxServer
  before(async () => {
    server = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(1) })
  })
  after(() => server.close())

  const send = async (method: string, path: string, body: string) => {
    const response = await fetch(server.url + path, { method, headers: { 'content-type': 'application/json' }, body })
    return (await response.json()) as {
      hits: { total: { value: number } }
      aggregations: {
        users: { buckets: { key: string; doc_count: number; minutes: { buckets: { key: number; doc_count: number; sum: { value: number } }[] } }[] }
      }
    }
  }

  it('sums per user and minute what a loop sums, after upserts and deletes', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.option(click)), { maxLength: 60 }),
        fc.integer({ min: 0, max: 500_000 }),
        async (writes, least) => {
          const index = `clicks-${run++}`
          await send(
            'PUT',
            `/${index}`,
            JSON.stringify({ mappings: { properties: { user: { type: 'keyword' }, at: { type: 'date' }, bytes: { type: 'long' } } } }),
          )
          const kept = new Map<number, Click>()
          const lines = writes.flatMap<object>(([id, click]) => {
            if (click) kept.set(id, click)
            else kept.delete(id)
            return click ? [{ index: { _id: String(id) } }, click] : [{ delete: { _id: String(id) } }]
          })
          if (lines.length > 0) await send('POST', `/${index}/_bulk?refresh=true`, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
          const answer = await send(
            'POST',
            `/${index}/_search`,
            JSON.stringify({
              size: 0,
              query: { query_string: { query: `bytes:>=${least} AND NOT user:dan` } },
              aggs: {
                users: {
                  terms: { field: 'user' },
                  aggs: { minutes: { date_histogram: { field: 'at', fixed_interval: '1m', min_doc_count: 1 }, aggs: { sum: { sum: { field: 'bytes' } } } } },
                },
              },
            }),
          )
          const expected = new Map<string, { count: number; sum: number }>()
          let total = 0
          for (const { user, at, bytes } of kept.values()) {
            if (bytes < least || user === 'dan') continue
            total++
            const key = `${user}@${at - (at % 60_000)}`
            const before = expected.get(key) ?? { count: 0, sum: 0 }
            expected.set(key, { count: before.count + 1, sum: before.sum + bytes })
          }
          assert.equal(answer.hits.total.value, total)
          const found = answer.aggregations.users.buckets.flatMap(({ key, minutes }) =>
            minutes.buckets.map((bucket) => [`${key}@${bucket.key}`, { count: bucket.doc_count, sum: bucket.sum.value }] as const),
          )
          assert.deepEqual(new Map(found.sort()), new Map([...expected].sort()))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('finds by time what a loop finds as of the last refresh, in an index of many blocks with documents replaced and deleted', async () => {
    const random = seededRandom(5)
    const some = (count: number) => Math.floor(random.next() * count)
    const kept = new Map<number, number>()
    let refreshed = new Map<number, number>()
    await send('PUT', '/long', JSON.stringify({ mappings: { properties: { at: { type: 'date' } } } }))
    for (let batch = 0; batch < 14; batch++) {
      const lines: object[] = []
      for (let i = 0; i < 800; i++) {
        const id = random.next() < 0.6 ? kept.size : some(kept.size + 1)
        if (random.next() < 0.05) {
          kept.delete(id)
          lines.push({ delete: { _id: String(id) } })
          continue
        }
        // Time goes on, with stragglers.
        const at = T0 + batch * 60_000 + some(60_000) - (random.next() < 0.02 ? some(600_000) : 0)
        kept.set(id, at)
        lines.push({ index: { _id: String(id) } }, { at })
      }
      const refresh = random.next() < 0.5
      if (refresh) refreshed = new Map(kept)
      await send('POST', `/long/_bulk?refresh=${refresh}`, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
      for (let i = 0; i < 5; i++) {
        const low = T0 - 600_000 + some(1_500_000)
        const high = low + some(300_000)
        const query = { bool: { filter: [{ range: { at: { gte: low, lt: high } } }, { query_string: { query: '*' } }] } }
        const { hits } = await send('POST', '/long/_search', JSON.stringify({ size: 0, track_total_hits: true, query }))
        assert.equal(hits.total.value, [...refreshed.values()].filter((at) => at >= low && at < high).length, `${low} to ${high}`)
      }
    }
  })
})
