/** When a write can be found, and what an index answers whose shards have not started. */
import assert from 'node:assert/strict'
import { systemClock } from '../../../src/ports/index.ts'
import type { Case } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, request, sources } from './asking.ts'

const ALLOCATION = 'cluster.routing.allocation.enable'
const NOT_AVAILABLE = { type: 'no_shard_available_action_exception', reason: null }
const allFailed = (index: string) => ({
  error: {
    root_cause: [NOT_AVAILABLE],
    type: 'search_phase_execution_exception',
    reason: 'all shards failed',
    phase: 'query',
    grouped: true,
    failed_shards: [{ shard: 0, index, node: null, reason: NOT_AVAILABLE }],
  },
  status: 503,
})

/** An index made while no shard may be allocated: as it is for a moment after every creation. */
async function withoutShards(server: HttpServer, name: string, run: () => Promise<void>): Promise<void> {
  await request(server, `DELETE /${name}`)
  await answered(server, 200, 'PUT /_cluster/settings', { persistent: { [ALLOCATION]: 'none' } })
  try {
    const made = await answered(server, 200, `PUT /${name}?timeout=100ms`, { settings: { number_of_replicas: 0 } })
    assert.equal(made.shards_acknowledged, false)
    // Under load even the name takes longer than that.
    while ((await request(server, `HEAD /${name}`)).status !== 200) await systemClock.sleep(50)
    await run()
  } finally {
    await answered(server, 200, 'PUT /_cluster/settings', { persistent: { [ALLOCATION]: null } })
  }
  await answered(server, 200, `GET /_cluster/health/${name}?wait_for_status=green&timeout=20s`)
}

export const visibility: readonly Case<HttpServer>[] = [
  {
    call: 'POST /{index}/_search',
    name: 'a new document is found only once the index is refreshed',
    async run(server) {
      await freshIndex(server, 'seen', { refresh_interval: '-1' })
      await answered(server, 201, 'PUT /seen/_doc/1', { a: 1 })
      assert.deepEqual(sources(await answered(server, 200, 'POST /seen/_search', {})), [])
      await answered(server, 200, 'POST /seen/_refresh')
      assert.deepEqual(sources(await answered(server, 200, 'POST /seen/_search', {})), [{ a: 1 }])
    },
  },
  {
    call: 'POST /{index}/_search',
    name: 'until the refresh an overwritten document is found as it was, a deleted one too',
    async run(server) {
      await freshIndex(server, 'seen', { refresh_interval: '-1' })
      await answered(server, 200, 'POST /seen/_bulk?refresh=true', [{ index: { _id: 1 } }, { a: 1 }, { index: { _id: 2 } }, { a: 2 }])
      await answered(server, 200, 'PUT /seen/_doc/1', { a: 10 })
      await answered(server, 200, 'DELETE /seen/_doc/2')
      const search = { query: { range: { a: { lt: 5 } } }, sort: ['a'], aggs: { sum: { sum: { field: 'a' } } } }
      const before = await answered(server, 200, 'POST /seen/_search', search)
      assert.deepEqual([sources(before), before.aggregations.sum.value], [[{ a: 1 }, { a: 2 }], 3])
      await answered(server, 200, 'POST /seen/_refresh')
      const after = await answered(server, 200, 'POST /seen/_search', search)
      assert.deepEqual([sources(after), after.aggregations.sum.value], [[], 0])
    },
  },
  {
    call: 'POST /{index}/_search',
    name: 'a write is found by itself after the refresh interval',
    async run(server) {
      await freshIndex(server, 'soon', { refresh_interval: '100ms' })
      await answered(server, 201, 'PUT /soon/_doc/1', { a: 1 })
      for (let tries = 0; ; tries++) {
        if (sources(await answered(server, 200, 'POST /soon/_search', {})).length === 1) return
        assert.ok(tries < 100, 'it is not found')
        await systemClock.sleep(50)
      }
    },
  },
  {
    call: 'POST /{index}/_count',
    name: 'counts what a search would find',
    async run(server) {
      await freshIndex(server, 'seen', { refresh_interval: '-1' })
      await answered(server, 201, 'PUT /seen/_doc/1', { a: 1 })
      assert.equal((await answered(server, 200, 'POST /seen/_count', {})).count, 0)
      await answered(server, 201, 'PUT /seen/_doc/2?refresh=true', { a: 1 })
      assert.equal((await answered(server, 200, 'POST /seen/_count', {})).count, 2)
      assert.equal((await answered(server, 200, 'GET /_cat/count/seen?format=json'))[0].count, '2')
    },
  },
  {
    call: 'GET /{index}/_doc/{id}',
    name: 'is not behind the writes, unless it is asked to be',
    async run(server) {
      await freshIndex(server, 'seen', { refresh_interval: '-1' })
      await answered(server, 201, 'PUT /seen/_doc/1', { a: 1 })
      assert.equal((await answered(server, 200, 'GET /seen/_doc/1')).found, true)
      assert.deepEqual(await answered(server, 404, 'GET /seen/_doc/1?realtime=false'), { _index: 'seen', _id: '1', found: false })
    },
  },
  {
    call: 'PUT /{index}/_doc/{id}',
    name: 'refresh=wait_for answers when the document can be found, and does not claim to have forced it',
    async run(server) {
      await freshIndex(server, 'seen', { refresh_interval: '100ms' })
      const made = await answered(server, 201, 'PUT /seen/_doc/1?refresh=wait_for', { a: 1 })
      assert.equal(made.forced_refresh, undefined)
      assert.equal(sources(await answered(server, 200, 'POST /seen/_search', {})).length, 1)
    },
  },
  {
    call: 'POST /{index}/_search',
    name: 'answers 503 while the shard of a new index has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        assert.deepEqual(await answered(server, 503, 'POST /starting/_search', {}), allFailed('starting'))
      }),
  },
  {
    call: 'POST /{index}/_count',
    name: 'answers 503 while the shard of a new index has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        assert.deepEqual(await answered(server, 503, 'POST /starting/_count', {}), allFailed('starting'))
      }),
  },
  {
    call: 'POST /_msearch',
    name: 'answers 503 in the place of the search whose shard has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const body = await answered(server, 200, 'POST /_msearch', [{ index: 'starting' }, {}])
        assert.deepEqual(body.responses, [allFailed('starting')])
      }),
  },
  {
    call: 'POST /{index}/_search',
    name: 'answers with what the other indices have, and counts the shard that failed',
    async run(server) {
      await freshIndex(server, 'there')
      await answered(server, 201, 'PUT /there/_doc/1?refresh=true', { a: 1 })
      await withoutShards(server, 'starting', async () => {
        const body = await answered(server, 200, 'POST /there,starting/_search', {})
        assert.deepEqual(body._shards, {
          total: 2,
          successful: 1,
          skipped: 0,
          failed: 1,
          failures: [{ shard: 0, index: 'starting', node: null, reason: NOT_AVAILABLE }],
        })
        assert.deepEqual(sources(body), [{ a: 1 }])
        const refused = await answered(server, 503, 'POST /there,starting/_search?allow_partial_search_results=false', {})
        assert.match(refused.error.caused_by.reason, /^Search rejected due to missing shards \[\[starting\]\[0\]\]/)
      })
    },
  },
  {
    call: 'GET /{index}/_doc/{id}',
    name: 'answers 503 while the shard has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const body = await answered(server, 503, 'GET /starting/_doc/1')
        const reason = 'No shard available for [get [starting][1]: routing [null]]'
        const cause = { type: 'no_shard_available_action_exception', reason }
        assert.deepEqual(body, { error: { root_cause: [cause], ...cause }, status: 503 })
      }),
  },
  {
    call: 'PUT /{index}/_doc/{id}',
    name: 'waits for the shard, then answers 503',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const { error } = await answered(server, 503, 'PUT /starting/_doc/1?timeout=100ms', { a: 1 })
        assert.equal(error.type, 'unavailable_shards_exception')
        assert.match(error.reason, /^\[starting\]\[0\] primary shard is not active Timeout: \[100ms\], request: /)
      }),
  },
  {
    call: 'POST /_bulk',
    name: 'waits for the shard, then answers 503 for each of its items',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const body = await answered(server, 200, 'POST /_bulk?timeout=100ms', [{ index: { _index: 'starting', _id: '1' } }, { a: 1 }])
        assert.deepEqual([body.errors, body.items[0].index.status, body.items[0].index.error.type], [true, 503, 'unavailable_shards_exception'])
      }),
  },
  {
    call: 'POST /_bulk',
    name: 'goes through once the shard starts',
    async run(server) {
      let writing: Promise<unknown> = Promise.resolve()
      await withoutShards(server, 'starting', async () => {
        writing = answered(server, 200, 'POST /_bulk?refresh=true', [{ index: { _index: 'starting', _id: '1' } }, { a: 1 }])
        await systemClock.sleep(50)
      })
      assert.equal(((await writing) as { errors: boolean }).errors, false)
      assert.equal((await answered(server, 200, 'POST /starting/_count', {})).count, 1)
    },
  },
  {
    call: 'GET /_cluster/health',
    name: 'is red while a shard has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const health = await answered(server, 200, 'GET /_cluster/health')
        assert.deepEqual([health.status, health.unassigned_primary_shards], ['red', 1])
        const own = await answered(server, 408, 'GET /_cluster/health/starting?wait_for_status=yellow&timeout=100ms')
        assert.deepEqual([own.status, own.timed_out, own.active_shards, own.unassigned_shards], ['red', true, 0, 1])
      }),
  },
  {
    call: 'POST /{index}/_pit',
    name: 'answers 503 while the shard has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const { error } = await answered(server, 503, 'POST /starting/_pit?keep_alive=1m')
        assert.match(error.caused_by.reason, /^Search rejected due to missing shards \[\[starting\]\[0\]\]/)
      }),
  },
  {
    call: 'POST /{index}/_field_caps',
    name: 'answers 503 while the shard has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        const { error } = await answered(server, 503, 'GET /starting/_field_caps?fields=*')
        assert.deepEqual([error.type, error.reason], [NOT_AVAILABLE.type, 'index [starting] has no active shard copy'])
      }),
  },
  {
    call: 'POST /{index}/_refresh',
    name: 'leaves out a shard that has not started',
    run: (server) =>
      withoutShards(server, 'starting', async () => {
        assert.deepEqual(await answered(server, 200, 'POST /starting/_refresh'), { _shards: { total: 1, successful: 0, failed: 0 } })
      }),
  },
]
