import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, errors } from '@elastic/elasticsearch'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { type EsVersion, startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'

const T0 = 1_700_000_040_000

describe('Elasticsearch stand-in with the stock client', () => {
  let server: SandboxServer
  let client: Client
  const clock = new VirtualClock(T0)

  before(async () => {
    server = await startElasticsearch({ clock, random: seededRandom(7) })
    client = new Client({ node: server.url, maxRetries: 0 })
  })
  after(async () => {
    await client.close()
    await server.close()
  })

  it('says which version it is', async () => {
    assert.equal((await client.info()).version.number.split('.')[0], '9')
  })

  it('takes a template, verifies it by simulation, and makes an index by it with the first bulk', async () => {
    await client.indices.putIndexTemplate({
      name: 'events_per_min',
      index_patterns: ['events_per_min', 'events_per_min-*'],
      priority: 501,
      template: {
        mappings: {
          dynamic_templates: [
            { dates: { match: 'EVENT_TS', mapping: { type: 'date' } } },
            { strings: { match: '*', match_mapping_type: 'string', mapping: { type: 'keyword' } } },
          ],
        },
      },
    })
    const simulated = await client.indices.simulateIndexTemplate({ name: 'events_per_min' })
    assert.equal(simulated.template.mappings.dynamic_templates?.length, 2)
    const documents = Array.from({ length: 30 }, (_, i) => ({ DOC_ID: `${i % 5}|${i}`, USERID: i % 5, EVENT_TS: T0 + i * 10_000, EVENTS: i }))
    const answer = await client.helpers.bulk({
      datasource: documents,
      refreshOnCompletion: true,
      onDocument: (doc) => ({ index: { _index: 'events_per_min', _id: doc.DOC_ID } }),
    })
    assert.equal(answer.successful, 30)
    const mapping = await client.indices.getMapping({ index: 'events_per_min' })
    assert.deepEqual(mapping.events_per_min?.mappings.properties, {
      DOC_ID: { type: 'keyword' },
      EVENTS: { type: 'long' },
      EVENT_TS: { type: 'date' },
      USERID: { type: 'long' },
    })
  })

  it('takes compressed bodies', async () => {
    const compressing = new Client({ node: server.url, maxRetries: 0, compression: true })
    assert.equal((await compressing.count({ index: 'events_per_min', query: { term: { USERID: 3 } } })).count, 6)
    await compressing.close()
  })

  it('upserts: the same id again is an update, and the count stays', async () => {
    const again = await client.index({
      index: 'events_per_min',
      id: '0|0',
      document: { DOC_ID: '0|0', USERID: 0, EVENT_TS: T0, EVENTS: 100 },
      refresh: 'wait_for',
    })
    assert.equal(again.result, 'updated')
    assert.equal((await client.count({ index: 'events_per_min' })).count, 30)
  })

  it('sums per minute and user', async () => {
    const answer = await client.search({
      index: 'events_per_min',
      size: 0,
      aggs: {
        users: {
          terms: { field: 'USERID', size: 2, order: { _key: 'asc' } },
          aggs: { minutes: { date_histogram: { field: 'EVENT_TS', fixed_interval: '1m' }, aggs: { sum: { sum: { field: 'EVENTS' } } } } },
        },
      },
    })
    const users = answer.aggregations?.users as unknown as { buckets: { key: number; minutes: { buckets: { key: number; sum: { value: number } }[] } }[] }
    assert.deepEqual(
      users.buckets.map(({ key, minutes }) => [key, minutes.buckets.map(({ sum }) => sum.value)]),
      [
        [0, [105, 10, 15, 20, 25]],
        [1, [1, 6 + 11, 16, 21, 26]],
      ],
    )
  })

  it('pages with search_after to the end', async () => {
    const seen: number[] = []
    let after: (string | number)[] | undefined
    for (;;) {
      const page = await client.search<{ EVENTS: number }>({
        index: 'events_per_min',
        size: 7,
        sort: [{ EVENT_TS: 'asc' }, { _doc: { order: 'asc' } }],
        ...(after ? { search_after: after } : {}),
      })
      if (page.hits.hits.length === 0) break
      seen.push(...page.hits.hits.map((hit) => hit._source?.EVENTS ?? -1))
      after = page.hits.hits.at(-1)?.sort as (string | number)[]
    }
    assert.deepEqual(seen, [100, ...Array.from({ length: 29 }, (_, i) => i + 1)])
  })

  it('scrolls and reads a point in time as it was, whatever is written meanwhile', async () => {
    await client.indices.create({ index: 'frozen' })
    await client.helpers.bulk({
      datasource: Array.from({ length: 25 }, (_, n) => ({ n })),
      onDocument: ({ n }) => ({ index: { _index: 'frozen', _id: String(n) } }),
      refreshOnCompletion: true,
    })
    const { id } = await client.openPointInTime({ index: 'frozen', keep_alive: '1m' })
    const seen: number[] = []
    for await (const document of client.helpers.scrollDocuments<{ n: number }>({ index: 'frozen', size: 4, sort: [{ n: 'asc' }] })) {
      if (seen.length === 0) await client.index({ index: 'frozen', id: '7', document: { n: 700 }, refresh: true })
      seen.push(document.n)
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, n) => n),
    )
    const page = await client.search({ pit: { id, keep_alive: '1m' }, sort: [{ n: 'desc' }], size: 1 })
    assert.deepEqual([page.hits.hits[0]?._source, page.hits.hits[0]?.sort?.length], [{ n: 24 }, 2])
    assert.equal((await client.closePointInTime({ id })).num_freed, 1)
    await assert.rejects(client.search({ pit: { id } }), /search_context_missing/)
    assert.equal((await client.search({ index: 'frozen', query: { term: { n: 700 } } })).hits.hits.length, 1)
  })

  it('refuses writes to an index that is blocked, and to one that may not be made', async () => {
    await client.indices.create({ index: 'blocked' })
    await client.indices.putSettings({ index: 'blocked', settings: { 'blocks.write': true } as object })
    await assert.rejects(client.index({ index: 'blocked', document: {} }), /cluster_block_exception.*FORBIDDEN\/8\/index write/s)
    const bulk = await client.bulk({ operations: [{ index: { _index: 'blocked' } }, {}] })
    assert.deepEqual([bulk.errors, bulk.items[0]?.index?.status], [true, 403])
    await client.cluster.putSettings({ persistent: { 'action.auto_create_index': 'false' } })
    await assert.rejects(client.index({ index: 'unmade', document: {} }), /no such index \[unmade\] and \[action.auto_create_index\] is \[false\]/)
    await client.cluster.putSettings({ persistent: { 'action.auto_create_index': null } as object })
    assert.equal((await client.index({ index: 'unmade', document: {} })).result, 'created')
    await assert.rejects(client.cluster.putSettings({ persistent: { nosuch: 1 } as object }), /persistent setting \[nosuch\], not recognized/)
  })

  it('answers a bad template with the client’s ResponseError', async () => {
    await assert.rejects(client.indices.putIndexTemplate({ name: 'clash', index_patterns: ['events*'], priority: 501 }), (error: unknown) => {
      assert.ok(error instanceof errors.ResponseError)
      assert.equal(error.statusCode, 400)
      assert.match(error.message, /have the same priority \[501\]/)
      return true
    })
  })

  it('rings when the metadata changes, and says so when it does not', async () => {
    // Nothing says which version the metadata has: it is found by asking without patience.
    let next = 1
    while (!(await client.cluster.state({ metric: 'version', wait_for_metadata_version: next, wait_for_timeout: '0s' })).wait_for_timed_out) next++
    const waiting = client.cluster.state({ metric: 'metadata', wait_for_metadata_version: next, wait_for_timeout: '30s' })
    await client.indices.putAlias({ index: 'events_per_min', name: 'bell' })
    assert.equal((await waiting).wait_for_timed_out, false)
    const late = client.cluster.state({ metric: 'metadata', wait_for_metadata_version: 10_000, wait_for_timeout: '30s' })
    for (let i = 0; i < 200 && !server.requests.since(0).some(({ path }) => path.includes('10000')); i++) await clock.advance(1_000)
    assert.equal((await late).wait_for_timed_out, true)
  })

  it('logs searches as reading and writes as mutating', () => {
    const of = (part: string) => server.requests.since(0).filter(({ path }) => path.includes(part))
    assert.ok(of('_search').every(({ mutating }) => !mutating))
    assert.ok(of('_simulate_index').every(({ mutating }) => !mutating))
    assert.ok(of('_bulk').every(({ mutating }) => mutating))
  })
})

describe('Elasticsearch stand-in as another version', () => {
  const closing: { close(): Promise<void> }[] = []
  const opened = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.unshift(one)
    return one
  }
  const start = async (version: EsVersion) => opened(await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(3), version }))
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close()
  })

  it('8.19 refuses what announces itself as 9, as an 8 does', async () => {
    const server = await start('8.19')
    const client = opened(new Client({ node: server.url, maxRetries: 0 }))
    await assert.rejects(client.count({ index: 'x' }), /media_type_header_exception/)
    const eight = opened(
      new Client({
        node: server.url,
        maxRetries: 0,
        headers: { accept: 'application/vnd.elasticsearch+json;compatible-with=8', 'content-type': 'application/vnd.elasticsearch+json;compatible-with=8' },
      }),
    )
    assert.match((await eight.info()).version.number, /^8\.19/)
  })

  it('7.17 takes clients of any version', async () => {
    const server = await start('7.17')
    const client = opened(new Client({ node: server.url, maxRetries: 0 }))
    assert.equal((await client.info()).version.number, '7.17.29')
    assert.equal((await client.cluster.health()).status, 'green')
  })

  it('7.17 answers documents with their type and parse errors by their old name', async () => {
    const server = await start('7.17')
    const put = async (body: object) => {
      const response = await fetch(`${server.url}/a/_doc/1`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
      return (await response.json()) as { _type?: string; error?: { type: string; reason: string } }
    }
    assert.equal((await put({ n: 1 }))._type, '_doc')
    const { error } = await put({ n: 'x' })
    assert.equal(error?.type, 'mapper_parsing_exception')
    assert.match(error?.reason ?? '', /^failed to parse field \[n\] of type \[long\]/)
  })
})

describe('Elasticsearch stand-in on a file', () => {
  it('has everything again after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'es-'))
    const path = join(folder, 'store.db')
    const first = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(1), path })
    let client = new Client({ node: first.url, maxRetries: 0 })
    await client.indices.putIndexTemplate({ name: 't', index_patterns: ['a'], template: { mappings: { properties: { n: { type: 'long' } } } } })
    await client.index({ index: 'a', id: '1', document: { n: '5' } })
    const { cluster_uuid } = await client.info()
    await client.close()
    await first.close()
    const second = await startElasticsearch({ clock: new VirtualClock(), random: seededRandom(2), path })
    client = new Client({ node: second.url, maxRetries: 0 })
    assert.equal((await client.info()).cluster_uuid, cluster_uuid)
    assert.ok(await client.indices.existsIndexTemplate({ name: 't' }))
    assert.deepEqual((await client.get({ index: 'a', id: '1' }))._source, { n: '5' })
    assert.equal((await client.count({ index: 'a', query: { range: { n: { gt: 4 } } } })).count, 1)
    assert.equal((await client.index({ index: 'a', id: '1', document: { n: 6 } }))._version, 2)
    await client.close()
    await second.close()
    await rm(folder, { recursive: true })
  })
})
