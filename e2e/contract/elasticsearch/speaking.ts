/** What clients say of themselves, and the plain forms of answers. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, request } from './asking.ts'

const compatible = (version: number) => `application/vnd.elasticsearch+json;compatible-with=${version}`

export const speaking: readonly Case<HttpServer>[] = [
  {
    call: 'POST /{index}/_search',
    name: 'takes a client of this version and of the one before, and answers in its media type',
    async run(server) {
      await freshIndex(server, 'media')
      for (const version of [9, 8]) {
        const { status, headers } = await request(server, 'POST /media/_search', {}, { 'content-type': compatible(version), accept: compatible(version) })
        assert.deepEqual([status, headers['content-type'], headers['x-elastic-product']], [200, compatible(version), 'Elasticsearch'])
      }
    },
  },
  {
    call: 'POST /{index}/_search',
    name: 'refuses a client of another version',
    async run(server) {
      await freshIndex(server, 'media')
      const { status, body } = await request(server, 'POST /media/_search', {}, { 'content-type': compatible(7), accept: compatible(7) })
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(body.error.type, 'media_type_header_exception')
    },
  },
  {
    call: 'POST /{index}/_search',
    name: 'refuses a body that is no JSON by its type',
    async run(server) {
      await freshIndex(server, 'media')
      const { status, body } = await request(server, 'POST /media/_search', '{}', { 'content-type': 'text/plain' })
      assert.deepEqual([status, body], [406, { error: 'Content-Type header [text/plain] is not supported', status: 406 }])
    },
  },
  {
    call: 'HEAD /{index}',
    name: 'says by its status alone what is there',
    async run(server) {
      await freshIndex(server, 'media')
      const [there, missing] = [await request(server, 'HEAD /media'), await request(server, 'HEAD /media-none')]
      assert.deepEqual([there.status, there.body, missing.status, missing.body], [200, '', 404, ''])
    },
  },
  {
    call: 'HEAD /{index}/_doc/{id}',
    name: 'says by its status alone what is there',
    async run(server) {
      await freshIndex(server, 'media')
      await answered(server, 201, 'PUT /media/_doc/1', {})
      assert.equal((await request(server, 'HEAD /media/_doc/1')).status, 200)
      assert.equal((await request(server, 'HEAD /media/_doc/2')).status, 404)
    },
  },
  {
    call: 'GET /_cat/indices',
    name: 'is a table of words unless it is asked for JSON',
    async run(server) {
      await freshIndex(server, 'media')
      const { headers, body } = await request(server, 'GET /_cat/indices/media?h=health,index,docs.count&v=true', undefined, { accept: '*/*' })
      assert.match(headers['content-type'] ?? '', /^text\/plain/)
      assert.match(body, /^health index docs\.count\ngreen +media +0\n$/)
    },
  },
  {
    call: 'GET /_cluster/settings',
    name: 'shows what was set, flat where asked, and takes it back',
    async run(server) {
      await answered(server, 200, 'PUT /_cluster/settings', { persistent: { 'action.auto_create_index': 'true' } })
      assert.deepEqual((await answered(server, 200, 'GET /_cluster/settings?flat_settings=true')).persistent, { 'action.auto_create_index': 'true' })
      await answered(server, 200, 'PUT /_cluster/settings', { persistent: { 'action.auto_create_index': null } })
      assert.deepEqual((await answered(server, 200, 'GET /_cluster/settings')).persistent, {})
    },
  },
  {
    call: 'PUT /_cluster/settings',
    name: 'refuses a setting that there is not',
    async run(server) {
      const { error } = await answered(server, 400, 'PUT /_cluster/settings', { persistent: { nosuch: 1 } })
      assert.equal(error.reason, 'persistent setting [nosuch], not recognized')
    },
  },
  {
    call: 'GET /_cluster/state/{metric}/{index}',
    name: 'rings when the metadata changes',
    async run(server) {
      await freshIndex(server, 'media')
      const { version } = await answered(server, 200, 'GET /_cluster/state/version')
      const waiting = answered(server, 200, `GET /_cluster/state/metadata?wait_for_metadata_version=${version + 1000}&wait_for_timeout=100ms`)
      assert.equal((await waiting).wait_for_timed_out, true)
      const seen = await answered(server, 200, 'GET /_cluster/state/metadata/media?filter_path=metadata.indices.*.state')
      assert.deepEqual(seen, { metadata: { indices: { media: { state: 'open' } } } })
    },
  },
  {
    call: 'GET /_cat/aliases',
    name: 'lists aliases with their indices',
    async run(server) {
      await freshIndex(server, 'media')
      await answered(server, 200, 'PUT /media/_alias/listed', { is_write_index: true })
      const [row] = await answered(server, 200, 'GET /_cat/aliases/listed?format=json')
      assert.deepEqual([row.alias, row.index, row.is_write_index], ['listed', 'media', 'true'])
    },
  },
  {
    call: 'GET /_cat/templates',
    name: 'lists index templates',
    async run(server) {
      await answered(server, 200, 'PUT /_index_template/listed', { index_patterns: ['listed-*'], priority: 3 })
      const rows = await answered(server, 200, 'GET /_cat/templates/listed?format=json')
      assert.deepEqual(rows, [{ name: 'listed', index_patterns: '[listed-*]', order: '3', version: null, composed_of: '[]' }])
      await answered(server, 200, 'DELETE /_index_template/listed')
    },
  },
  {
    call: 'GET /_cat/health',
    name: 'tells the health in a row',
    async run(server) {
      const [row] = await answered(server, 200, 'GET /_cat/health?format=json')
      assert.deepEqual([row['node.total'], row.relo], ['1', '0'])
    },
  },
  {
    call: 'GET /{index}/_stats',
    name: 'counts documents',
    async run(server) {
      await freshIndex(server, 'media')
      await answered(server, 201, 'PUT /media/_doc/1?refresh=true', {})
      assert.equal((await answered(server, 200, 'GET /media/_stats')).indices.media.primaries.docs.count, 1)
    },
  },
]
