/** Aliases, rollover, and which template an index is made by. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import type { HttpServer } from '../http.ts'
import { answered, freshIndex, type Json, request, sources } from './asking.ts'

const NO_REPLICAS = { number_of_replicas: 0 }

async function rolling(server: HttpServer): Promise<void> {
  for (const name of ['roll-000001', 'roll-000002', 'roll-000003', 'roll-own']) await request(server, `DELETE /${name}`)
  await answered(server, 200, 'PUT /roll-000001', { settings: NO_REPLICAS, aliases: { roll: { is_write_index: true } } })
}

export const naming: readonly Case<HttpServer>[] = [
  {
    call: 'POST /_aliases',
    name: 'moves an alias in one step',
    async run(server) {
      await freshIndex(server, 'blue')
      await freshIndex(server, 'green')
      await answered(server, 201, 'PUT /blue/_doc/1?refresh=true', { c: 'blue' })
      await answered(server, 201, 'PUT /green/_doc/1?refresh=true', { c: 'green' })
      await answered(server, 200, 'PUT /blue/_alias/current')
      assert.deepEqual(sources(await answered(server, 200, 'POST /current/_search', {})), [{ c: 'blue' }])
      const actions = [{ remove: { index: 'blue', alias: 'current' } }, { add: { index: 'green', alias: 'current' } }]
      await answered(server, 200, 'POST /_aliases', { actions })
      assert.deepEqual(sources(await answered(server, 200, 'POST /current/_search', {})), [{ c: 'green' }])
      assert.deepEqual(await answered(server, 200, 'GET /_alias/current'), { green: { aliases: { current: {} } } })
    },
  },
  {
    call: 'POST /_aliases',
    name: 'does the other steps where one has nothing to remove, and says which',
    async run(server) {
      await freshIndex(server, 'blue')
      const actions = [{ add: { index: 'blue', alias: 'half' } }, { remove: { index: 'blue', alias: 'none-of-that-name' } }]
      const body = await answered(server, 200, 'POST /_aliases', { actions })
      assert.equal(body.errors, true)
      assert.deepEqual(
        body.action_results.map(({ status, error }: Json) => [status, error?.reason]),
        [
          [200, undefined],
          [404, 'aliases [none-of-that-name] missing'],
        ],
      )
      await answered(server, 200, 'GET /_alias/half')
    },
  },
  {
    call: 'POST /_aliases',
    name: 'changes nothing when one of its steps cannot be',
    async run(server) {
      await freshIndex(server, 'blue')
      const actions = [{ add: { index: 'blue', alias: 'other' } }, { add: { index: 'no-such-index', alias: 'other' } }]
      await answered(server, 404, 'POST /_aliases', { actions })
      await answered(server, 404, 'GET /_alias/other')
    },
  },
  {
    call: 'PUT /{index}/_alias/{name}',
    name: 'writes go to the write index, and nowhere when there are several without one',
    async run(server) {
      await freshIndex(server, 'blue')
      await freshIndex(server, 'green')
      for (const index of ['blue', 'green']) await answered(server, 200, `PUT /${index}/_alias/both`)
      const { error } = await answered(server, 400, 'PUT /both/_doc/1', {})
      assert.match(error.reason, /^no write index is defined for alias \[both\]/)
      await answered(server, 200, 'PUT /green/_alias/both', { is_write_index: true })
      assert.equal((await answered(server, 201, 'PUT /both/_doc/1', {}))._index, 'green')
    },
  },
  {
    call: 'PUT /{index}/_alias/{name}',
    name: 'a filter of the alias narrows searches by it',
    async run(server) {
      await freshIndex(server, 'blue')
      await answered(server, 200, 'POST /blue/_bulk?refresh=true', [{ index: {} }, { n: 1 }, { index: {} }, { n: 2 }])
      await answered(server, 200, 'PUT /blue/_alias/ones', { filter: { term: { n: 1 } } })
      assert.deepEqual(sources(await answered(server, 200, 'POST /ones/_search', {})), [{ n: 1 }])
      assert.equal((await answered(server, 200, 'POST /blue/_count', {})).count, 2)
    },
  },
  {
    call: 'DELETE /{index}',
    name: 'does not take an alias for an index',
    async run(server) {
      await freshIndex(server, 'blue')
      await answered(server, 200, 'PUT /blue/_alias/name')
      const { error } = await answered(server, 400, 'DELETE /name')
      assert.equal(error.reason, 'The provided expression [name] matches an alias, specify the corresponding concrete indices instead.')
    },
  },
  {
    call: 'POST /{index}/_rollover',
    name: 'makes the next index and moves the writes to it',
    async run(server) {
      await rolling(server)
      assert.deepEqual(await answered(server, 200, 'POST /roll/_rollover', { settings: NO_REPLICAS }), {
        acknowledged: true,
        shards_acknowledged: true,
        old_index: 'roll-000001',
        new_index: 'roll-000002',
        rolled_over: true,
        dry_run: false,
        lazy: false,
        conditions: {},
      })
      assert.deepEqual(await answered(server, 200, 'GET /_alias/roll'), {
        'roll-000001': { aliases: { roll: { is_write_index: false } } },
        'roll-000002': { aliases: { roll: { is_write_index: true } } },
      })
      assert.equal((await answered(server, 201, 'POST /roll/_doc', {}))._index, 'roll-000002')
    },
  },
  {
    call: 'POST /{index}/_rollover',
    name: 'only when a condition is met',
    async run(server) {
      await rolling(server)
      const not = await answered(server, 200, 'POST /roll/_rollover', { conditions: { max_docs: 1, max_age: '7d' } })
      assert.deepEqual([not.acknowledged, not.rolled_over, not.conditions], [false, false, { '[max_docs: 1]': false, '[max_age: 7d]': false }])
      await answered(server, 201, 'PUT /roll/_doc/1?refresh=true', {})
      const met = await answered(server, 200, 'POST /roll/_rollover', { conditions: { max_docs: 1, max_age: '7d' } })
      assert.deepEqual([met.rolled_over, met.new_index, met.conditions], [true, 'roll-000002', { '[max_docs: 1]': true, '[max_age: 7d]': false }])
    },
  },
  {
    call: 'POST /{index}/_rollover',
    name: 'tells what it would do',
    async run(server) {
      await rolling(server)
      const body = await answered(server, 200, 'POST /roll/_rollover?dry_run=true', {})
      assert.deepEqual([body.new_index, body.rolled_over, body.dry_run], ['roll-000002', false, true])
      assert.equal((await request(server, 'HEAD /roll-000002')).status, 404)
    },
  },
  {
    call: 'POST /{index}/_rollover/{new_index}',
    name: 'takes a name of one’s own',
    async run(server) {
      await rolling(server)
      assert.equal((await answered(server, 200, 'POST /roll/_rollover/roll-own', { settings: NO_REPLICAS })).new_index, 'roll-own')
    },
  },
  {
    call: 'POST /{index}/_rollover',
    name: 'refuses what is no alias, and options that there are not',
    async run(server) {
      await rolling(server)
      assert.equal((await answered(server, 404, 'POST /none/_rollover', {})).error.reason, 'rollover target [none] does not exist')
      const { error } = await answered(server, 400, 'POST /roll-000001/_rollover', {})
      assert.equal(error.reason, 'rollover target is a [concrete index] but one of [alias,data_stream] was expected')
      assert.match((await answered(server, 400, 'POST /roll/_rollover', { nosuch: 1 })).error.reason, /\[rollover\] unknown field \[nosuch\]$/)
    },
  },
  {
    call: 'PUT /{index}/_clone/{target}',
    name: 'copies an index that is closed to writes',
    async run(server) {
      await request(server, 'DELETE /copy')
      await freshIndex(server, 'blue')
      await answered(server, 201, 'PUT /blue/_doc/1?refresh=true', { n: 1 })
      const { error } = await answered(server, 500, 'PUT /blue/_clone/copy')
      assert.match(JSON.stringify(error), /must be read-only to resize index/)
      await answered(server, 200, 'PUT /blue/_settings', { 'index.blocks.write': true })
      const made = await answered(server, 200, 'PUT /blue/_clone/copy', { settings: { 'index.blocks.write': null } })
      assert.deepEqual(made, { acknowledged: true, shards_acknowledged: true, index: 'copy' })
      assert.deepEqual(sources(await answered(server, 200, 'POST /copy/_search', {})), [{ n: 1 }])
    },
  },
  {
    call: 'GET /_index_template',
    name: 'gives every template by name, as the one of its name is given',
    async run(server) {
      const template = { index_patterns: ['listed-*'], priority: 778, template: { settings: { index: { number_of_replicas: '0' } } }, _meta: { by: 'me' } }
      for (const name of ['listed-a', 'listed-b']) {
        await answered(server, 200, `PUT /_index_template/${name}`, { ...template, index_patterns: [`${name}-*`] })
      }
      const { index_templates: all, ...rest } = await answered(server, 200, 'GET /_index_template')
      assert.deepEqual(rest, {})
      for (const name of ['listed-a', 'listed-b']) {
        const own = all.filter((one: Json) => one.name === name)
        assert.deepEqual(own, (await answered(server, 200, `GET /_index_template/${name}`)).index_templates)
        assert.deepEqual(own[0].index_template.index_patterns, [`${name}-*`])
        assert.deepEqual(own[0].index_template._meta, template._meta)
        await answered(server, 200, `DELETE /_index_template/${name}`)
      }
      const left = (await answered(server, 200, 'GET /_index_template')).index_templates
      assert.deepEqual(
        left.filter(({ name }: Json) => name.startsWith('listed-')),
        [],
      )
    },
  },
  {
    call: 'PUT /_index_template/{name}',
    name: 'of several that match the one with the highest priority holds, with its components in order',
    async run(server) {
      await request(server, 'DELETE /prior-1')
      const component = (shards: string) => ({ template: { settings: { number_of_replicas: 0, refresh_interval: shards } } })
      await answered(server, 200, 'PUT /_component_template/prior-a', component('11s'))
      await answered(server, 200, 'PUT /_component_template/prior-b', component('22s'))
      await answered(server, 200, 'PUT /_index_template/prior-low', {
        index_patterns: ['prior-*'],
        priority: 600,
        template: { mappings: { properties: { low: { type: 'long' } } } },
      })
      await answered(server, 200, 'PUT /_index_template/prior-high', {
        index_patterns: ['prior-*'],
        priority: 601,
        composed_of: ['prior-b', 'prior-a'],
        template: { mappings: { properties: { high: { type: 'long' } } } },
      })
      const simulated = await answered(server, 200, 'POST /_index_template/_simulate_index/prior-1')
      assert.deepEqual(simulated.overlapping, [{ name: 'prior-low', index_patterns: ['prior-*'] }])
      await answered(server, 200, 'PUT /prior-1')
      const { mappings, settings } = (await answered(server, 200, 'GET /prior-1'))['prior-1']
      assert.deepEqual([mappings, settings.index.refresh_interval], [{ properties: { high: { type: 'long' } } }, '11s'])
      assert.equal(simulated.template.settings.index.refresh_interval, '11s')
      for (const name of ['prior-low', 'prior-high']) await answered(server, 200, `DELETE /_index_template/${name}`)
    },
  },
  {
    call: 'DELETE /_component_template/{name}',
    name: 'refuses while a template is composed of it',
    async run(server) {
      await answered(server, 200, 'PUT /_component_template/used', { template: {} })
      await answered(server, 200, 'PUT /_index_template/user', { index_patterns: ['user-*'], priority: 777, composed_of: ['used'] })
      const { error } = await answered(server, 400, 'DELETE /_component_template/used')
      assert.match(error.reason, /^component templates \[used\] cannot be removed as they are still in use by index templates \[user\]/)
      await answered(server, 200, 'DELETE /_index_template/user')
      await answered(server, 200, 'DELETE /_component_template/used')
    },
  },
]
