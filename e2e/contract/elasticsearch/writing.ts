/** Versions, conflicts, partial failures, and searches that go on over several requests. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, type Json, request, sources } from './asking.ts'

const STRICT = { mappings: { dynamic: 'strict', properties: { n: { type: 'long' } } } }
const numbers = (count: number) => Array.from({ length: count }, (_, n) => [{ index: { _id: String(n) } }, { n }]).flat()

export const writing: readonly Case<HttpServer>[] = [
  {
    call: 'PUT /{index}/_doc/{id}',
    name: 'with if_seq_no only where nobody wrote in between',
    async run(server) {
      await freshIndex(server, 'versions')
      const first = await answered(server, 201, 'PUT /versions/_doc/1', { n: 1 })
      const at = `if_seq_no=${first._seq_no}&if_primary_term=${first._primary_term}`
      assert.equal((await answered(server, 200, `PUT /versions/_doc/1?${at}`, { n: 2 }))._version, 2)
      const { error } = await answered(server, 409, `PUT /versions/_doc/1?${at}`, { n: 3 })
      assert.equal(error.type, 'version_conflict_engine_exception')
      assert.equal(error.reason, '[1]: version conflict, required seqNo [0], primary term [1]. current document has seqNo [1] and primary term [1]')
    },
  },
  {
    call: 'PUT /{index}/_doc/{id}',
    name: 'with a version of its own only if that is higher, as sinks use offsets',
    async run(server) {
      await freshIndex(server, 'versions')
      const put = (version: number) => request(server, `PUT /versions/_doc/1?version=${version}&version_type=external`, { n: version })
      assert.deepEqual([(await put(5)).status, (await put(4)).status, (await put(5)).status, (await put(6)).status], [201, 409, 409, 200])
      assert.deepEqual((await answered(server, 200, 'GET /versions/_doc/1'))._source, { n: 6 })
    },
  },
  {
    call: 'DELETE /{index}/_doc/{id}',
    name: 'an older write does not bring back what a newer delete took',
    async run(server) {
      await freshIndex(server, 'versions')
      await answered(server, 404, 'DELETE /versions/_doc/1?version=9&version_type=external')
      await answered(server, 409, 'PUT /versions/_doc/1?version=8&version_type=external', { n: 1 })
      await answered(server, 201, 'PUT /versions/_doc/1?version=10&version_type=external', { n: 1 })
    },
  },
  {
    call: 'PUT /{index}/_create/{id}',
    name: 'refuses what is there already, and leaves it as it is',
    async run(server) {
      await freshIndex(server, 'versions')
      await answered(server, 201, 'PUT /versions/_create/1', { n: 1 })
      const { error } = await answered(server, 409, 'PUT /versions/_create/1', { n: 2 })
      assert.equal(error.reason, '[1]: version conflict, document already exists (current version [1])')
      assert.deepEqual((await answered(server, 200, 'GET /versions/_source/1')).n, 1)
    },
  },
  {
    call: 'POST /{index}/_update/{id}',
    name: 'merges a part, upserts with doc_as_upsert, and notices when nothing changes',
    async run(server) {
      await freshIndex(server, 'versions')
      await answered(server, 404, 'POST /versions/_update/1', { doc: { a: 1 } })
      assert.equal((await answered(server, 201, 'POST /versions/_update/1', { doc: { a: 1, o: { x: 1 } }, doc_as_upsert: true })).result, 'created')
      assert.equal((await answered(server, 200, 'POST /versions/_update/1', { doc: { o: { y: 2 } } })).result, 'updated')
      assert.equal((await answered(server, 200, 'POST /versions/_update/1', { doc: { a: 1 } })).result, 'noop')
      assert.deepEqual(await answered(server, 200, 'GET /versions/_source/1'), { a: 1, o: { x: 1, y: 2 } })
    },
  },
  {
    call: 'POST /_bulk',
    name: 'one bad item does not keep the others, and each is told its own fault',
    async run(server) {
      await freshIndex(server, 'parts', {}, STRICT)
      const body = await answered(server, 200, 'POST /_bulk?refresh=true', [
        { index: { _index: 'parts', _id: 'a' } },
        { n: 1 },
        { index: { _index: 'parts', _id: 'b' } },
        { n: 'many' },
        { index: { _index: 'parts', _id: 'c' } },
        { other: 1 },
        { create: { _index: 'parts', _id: 'a' } },
        { n: 2 },
        { update: { _index: 'parts', _id: 'z' } },
        { doc: { n: 1 } },
        { delete: { _index: 'parts', _id: 'z' } },
        { index: { _index: 'parts', _id: 'd' } },
        { n: 4 },
      ])
      const items = body.items.map((item: Json) => Object.values(item)[0]) as Json[]
      assert.equal(body.errors, true)
      assert.deepEqual(
        items.map(({ status, error }) => [status, error?.type]),
        [
          [201, undefined],
          [400, 'document_parsing_exception'],
          [400, 'strict_dynamic_mapping_exception'],
          [409, 'version_conflict_engine_exception'],
          [404, 'document_missing_exception'],
          [404, undefined],
          [201, undefined],
        ],
      )
      assert.equal((await answered(server, 200, 'POST /parts/_count', {})).count, 2)
    },
  },
  {
    call: 'POST /_bulk',
    name: 'makes an index by its template with the first write to it',
    async run(server) {
      await request(server, 'DELETE /made-1')
      await answered(server, 200, 'PUT /_index_template/made', {
        index_patterns: ['made-*'],
        priority: 501,
        template: { settings: { number_of_replicas: 0 }, mappings: { properties: { at: { type: 'date' } } } },
      })
      await answered(server, 200, 'POST /_bulk', [{ index: { _index: 'made-1' } }, { at: 1_700_000_000_000, name: 'x' }])
      const { mappings } = (await answered(server, 200, 'GET /made-1/_mapping'))['made-1']
      assert.deepEqual(mappings.properties.at, { type: 'date' })
      assert.deepEqual(mappings.properties.name, { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } })
      await answered(server, 200, 'DELETE /_index_template/made')
    },
  },
  {
    call: 'PUT /{index}/_mapping',
    name: 'adds fields, and refuses to change the type of one',
    async run(server) {
      await freshIndex(server, 'parts', {}, STRICT)
      await answered(server, 200, 'PUT /parts/_mapping', { properties: { more: { type: 'keyword' } } })
      const { error } = await answered(server, 400, 'PUT /parts/_mapping', { properties: { n: { type: 'keyword' } } })
      assert.equal(error.reason, 'mapper [n] cannot be changed from type [long] to [keyword]')
    },
  },
  {
    call: 'POST /_search/scroll',
    name: 'goes through everything that was there at its start, page by page',
    async run(server) {
      await freshIndex(server, 'pages')
      await answered(server, 200, 'POST /pages/_bulk?refresh=true', numbers(25))
      const seen: number[] = []
      let page = await answered(server, 200, 'POST /pages/_search?scroll=1m', { size: 10, sort: ['n'] })
      await answered(server, 201, 'PUT /pages/_doc/new?refresh=true', { n: -1 })
      while (page.hits.hits.length > 0) {
        seen.push(...sources(page).map(({ n }) => n))
        page = await answered(server, 200, 'POST /_search/scroll', { scroll: '1m', scroll_id: page._scroll_id })
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 25 }, (_, n) => n),
      )
      assert.deepEqual(await answered(server, 200, 'DELETE /_search/scroll', { scroll_id: page._scroll_id }), { succeeded: true, num_freed: 1 })
      const { error } = await answered(server, 404, 'POST /_search/scroll', { scroll_id: page._scroll_id })
      assert.equal(error.root_cause[0].type, 'search_context_missing_exception')
    },
  },
  {
    call: 'DELETE /_search/scroll',
    name: 'frees nothing where there is nothing',
    async run(server) {
      await freshIndex(server, 'pages')
      const { _scroll_id: id } = await answered(server, 200, 'POST /pages/_search?scroll=1m', {})
      await answered(server, 200, 'DELETE /_search/scroll', { scroll_id: [id] })
      assert.deepEqual(await answered(server, 404, 'DELETE /_search/scroll', { scroll_id: [id] }), { succeeded: true, num_freed: 0 })
    },
  },
  {
    call: 'POST /{index}/_pit',
    name: 'a point in time does not see what is written later',
    async run(server) {
      await freshIndex(server, 'pages')
      await answered(server, 200, 'POST /pages/_bulk?refresh=true', numbers(5))
      const { id } = await answered(server, 200, 'POST /pages/_pit?keep_alive=1m')
      await answered(server, 201, 'PUT /pages/_doc/new?refresh=true', { n: 99 })
      const first = await answered(server, 200, 'POST /_search', { pit: { id, keep_alive: '1m' }, sort: [{ n: 'desc' }], size: 2 })
      assert.deepEqual(sources(first), [{ n: 4 }, { n: 3 }])
      const after = first.hits.hits.at(-1).sort
      assert.equal(after.length, 2)
      const second = await answered(server, 200, 'POST /_search', { pit: { id: first.pit_id }, sort: [{ n: 'desc' }], size: 2, search_after: after })
      assert.deepEqual(sources(second), [{ n: 2 }, { n: 1 }])
      assert.deepEqual(await answered(server, 200, 'DELETE /_pit', { id }), { succeeded: true, num_freed: 1 })
      await answered(server, 404, 'POST /_search', { pit: { id } })
    },
  },
  {
    call: 'DELETE /_pit',
    name: 'closes a point in time once',
    async run(server) {
      await freshIndex(server, 'pages')
      const { id } = await answered(server, 200, 'POST /pages/_pit?keep_alive=1m')
      await answered(server, 200, 'DELETE /_pit', { id })
      assert.deepEqual(await answered(server, 404, 'DELETE /_pit', { id }), { succeeded: false, num_freed: 0 })
    },
  },
]
