/** Against the stand-in, or against the Elasticsearch at TEST_ELASTICSEARCH_URL, whose `events_per_min*` it deletes. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { sameSpec } from '../../src/plan/index.ts'
import { seededRandom, systemClock } from '../../src/ports/index.ts'
import { startElasticsearch } from '../../src/sandbox/elasticsearch/index.ts'
import type { SandboxServer } from '../../src/sandbox/server.ts'
import { createElasticsearchClient, createElasticsearchTarget, type ElasticsearchPort, type Target } from '../../src/targets/index.ts'
import { action, entry, never, node, owner, stranger } from './given.ts'

const template = (type = 'date', index = 'events_per_min') =>
  node('IndexTemplate', 'demo.clicks.events', {
    body: {
      index_patterns: [index, `${index}-*`],
      priority: 501,
      template: {
        settings: { number_of_shards: '1' },
        mappings: {
          date_detection: false,
          dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
          properties: { EVENT_TS: { type }, EVENTS: { type: 'long' } },
        },
      },
    },
  })

describe('The Elasticsearch target', () => {
  const real = process.env.TEST_ELASTICSEARCH_URL
  let server: SandboxServer | undefined
  let port: ElasticsearchPort
  let target: Target

  beforeEach(async () => {
    server = real ? undefined : await startElasticsearch({ clock: systemClock, random: seededRandom(1) })
    port = createElasticsearchClient({ url: real ?? server!.url })
    if (real) await clean()
    target = createElasticsearchTarget({ elasticsearch: port })
  })
  afterEach(async () => {
    await port.close()
    await server?.close()
  })

  async function clean(): Promise<void> {
    for (const path of ['/events_per_min', '/events_per_min-by-hand', '/_index_template/theirs', '/_index_template/demo.clicks.events'])
      await port.request({ method: 'DELETE', path, accept: [404], answer: z.unknown() })
  }

  const observed = async () => (await target.observe(never)).find(({ id }) => id === 'IndexTemplate/demo.clicks.events')
  const put = (path: string, body: object) => port.request({ method: 'PUT', path, body, answer: z.unknown() })

  it('makes a template that reads back as it was declared, with its owner', async () => {
    await target.apply(action(template()), owner, never)
    const seen = await observed()
    assert.deepEqual(seen?.owner, owner)
    assert.ok(sameSpec(template(), seen as never))
    assert.ok(!sameSpec(template('long'), seen as never))
  })

  it('is safe to repeat, and touches nothing of another pipeline', async () => {
    await target.apply(action(template()), owner, never)
    await target.apply(action(template()), owner, never)
    await assert.rejects(target.apply(action(template()), stranger, never), { reason: 'OwnedByAnother' })
    await target.remove(entry(template()), stranger, never)
    assert.notEqual(await observed(), undefined)
  })

  it('finds an index whose mapping contradicts the template', async () => {
    await put('/events_per_min', { mappings: { properties: { EVENT_TS: { type: 'long' } } } })
    const [finding] = await target.check([template()], never)
    assert.equal(finding?.reason, 'MappingConflict')
    assert.match(finding.message, /EVENT_TS as long/)
  })

  it('finds another template of the same priority', async () => {
    await put('/_index_template/theirs', { index_patterns: ['events_*'], priority: 501, template: {} })
    const [finding] = await target.check([template()], never)
    assert.equal(finding?.reason, 'TemplateOverlap')
  })

  it('notices that a stronger template would win', async () => {
    await put('/_index_template/theirs', { index_patterns: ['events_*'], priority: 900, template: {} })
    await assert.rejects(target.apply(action(template()), owner, never), { reason: 'TemplateOverlap', class: 'Stall' })
  })

  it('counts documents and finds the newest', async () => {
    await target.apply(action(template()), owner, never)
    assert.deepEqual(await target.progress(['IndexTemplate/demo.clicks.events'], never), [{ id: 'IndexTemplate/demo.clicks.events', produced: 0 }])
    const write = (id: string, body: object) =>
      port.request({ method: 'PUT', path: `/events_per_min/_doc/${id}`, query: { refresh: true }, body, answer: z.unknown() })
    await write('1', { EVENT_TS: 1_700_000_000_000, EVENTS: 3 })
    await write('2', { EVENT_TS: 1_700_000_060_000, EVENTS: 4 })
    const [progress] = await target.progress(['IndexTemplate/demo.clicks.events'], never)
    assert.deepEqual(progress, { id: 'IndexTemplate/demo.clicks.events', produced: 2, lastOutputAt: 1_700_000_060_000 })
  })

  it('keeps the index on removal, or deletes what was made from its template', async () => {
    await target.apply(action(template()), owner, never)
    await put('/events_per_min/_doc/1', { EVENT_TS: 1_700_000_000_000 })
    await put('/events_per_min-by-hand', { mappings: {} })
    const exists = async (index: string) => (await port.request({ method: 'HEAD', path: `/${index}`, accept: [404], answer: z.unknown() })).status === 200
    await target.remove(entry(template(), 'retain'), owner, never)
    assert.equal(await observed(), undefined)
    assert.ok(await exists('events_per_min'))
    await target.apply(action(template()), owner, never)
    await target.remove(entry(template(), 'delete'), owner, never)
    assert.equal(await exists('events_per_min'), false)
  })

  it('speaks to an 8 in its own media type', async () => {
    const eight = await startElasticsearch({ clock: systemClock, random: seededRandom(1), version: '8.19' })
    const client = createElasticsearchClient({ url: eight.url })
    const old = createElasticsearchTarget({ elasticsearch: client })
    await old.apply(action(template()), owner, never)
    assert.match((await old.probe(never)).version ?? '', /^8\./)
    await client.close()
    await eight.close()
  })
})
