/** Requests whose answers were recorded from a real Elasticsearch 9.5.3 (record.ts); replay.test.ts asks the stand-in the same. In order: they build on each other. */

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  /** An array becomes NDJSON. */
  readonly body?: unknown
  /** What to compare: the whole body (default), or only its shape where values cannot be equal. */
  readonly compare?: 'body' | 'shape' | 'status'
}

const T0 = 1_700_000_040_000
const clicks = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ USERID: i % 3, USERNAME: ['ann', 'bob', 'cyd'][i % 3], EVENT_TS: T0 + i * 20_000, HITS: i + 1, RATE: i / 4 }))

const template = (patterns: string[], priority: number, extra: object = {}) => ({
  index_patterns: patterns,
  priority,
  _meta: { owner: 'a.b' },
  template: {
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '1s' },
    mappings: {
      dynamic_templates: [
        { dates: { match: 'EVENT_TS', mapping: { type: 'date' } } },
        { strings: { match: '*', match_mapping_type: 'string', mapping: { type: 'keyword' } } },
      ],
    },
    ...extra,
  },
})

/** The shape of what a dashboard sends for one panel. */
const panel = (aggs: object, query = '*') => [
  { ignore_unavailable: true, index: 'clicks', search_type: 'query_then_fetch' },
  {
    size: 0,
    query: {
      bool: {
        filter: [{ range: { EVENT_TS: { format: 'epoch_millis', gte: T0, lte: T0 + 300_000 } } }, { query_string: { analyze_wildcard: true, query } }],
      },
    },
    aggs,
  },
]
const perMinute = { field: 'EVENT_TS', fixed_interval: '60000ms', min_doc_count: 0, extended_bounds: { min: T0, max: T0 + 300_000 }, format: 'epoch_millis' }
const search = (body: object, path = '/clicks/_search'): RecordedRequest => ({ method: 'POST', path, body })
const doc = (path: string, body: unknown, method = 'PUT'): RecordedRequest => ({ method, path, body })

export const requests: readonly RecordedRequest[] = [
  { method: 'GET', path: '/', compare: 'shape' },
  { method: 'HEAD', path: '/', compare: 'status' },
  { method: 'GET', path: '/_cluster/health', compare: 'shape' },

  // Templates.
  doc('/_index_template/clicks', template(['clicks', 'clicks-*'], 501)),
  { method: 'HEAD', path: '/_index_template/clicks', compare: 'status' },
  { method: 'HEAD', path: '/_index_template/none', compare: 'status' },
  { method: 'GET', path: '/_index_template/clicks' },
  { method: 'GET', path: '/_index_template/none' },
  { method: 'GET', path: '/_index_template/cl*' },
  doc('/_index_template/clash', template(['clicks-2*'], 501)),
  doc('/_index_template/lower', template(['cl*'], 100, { aliases: { all_clicks: {} } })),
  { method: 'POST', path: '/_index_template/_simulate_index/clicks-2024' },
  { method: 'POST', path: '/_index_template/_simulate_index/nothing' },
  { method: 'POST', path: '/_index_template/_simulate', body: template(['other-*'], 7) },
  { method: 'POST', path: '/_index_template/_simulate/clicks' },
  { method: 'POST', path: '/_index_template/_simulate/none' },
  doc('/_index_template/bad', { template: {} }),
  doc('/_index_template/bad', { index_patterns: ['x'], template: { mappings: { properties: { a: { type: 'nosuch' } } } } }),
  doc('/_index_template/bad', { index_patterns: ['x'], unknown_thing: 1 }),
  doc('/_component_template/common', { template: { mappings: { properties: { shared: { type: 'long' } } } } }),
  { method: 'GET', path: '/_component_template/common' },
  doc('/_index_template/composed', {
    index_patterns: ['composed-*'],
    composed_of: ['common'],
    priority: 600,
    template: { mappings: { properties: { own: { type: 'ip' } } } },
  }),
  { method: 'POST', path: '/_index_template/_simulate_index/composed-1' },
  doc('/_index_template/composed2', { index_patterns: ['c2-*'], composed_of: ['missing'] }),
  { method: 'DELETE', path: '/_component_template/common' },

  // Documents, and the mapping that they make.
  {
    method: 'POST',
    path: '/_bulk?refresh=true',
    body: clicks(12).flatMap((source, i) => [{ index: { _index: 'clicks', _id: `d${i}` } }, source]),
    compare: 'body',
  },
  { method: 'GET', path: '/clicks/_mapping' },
  { method: 'GET', path: '/clicks/_settings', compare: 'shape' },
  { method: 'GET', path: '/clicks', compare: 'shape' },
  { method: 'HEAD', path: '/clicks', compare: 'status' },
  { method: 'HEAD', path: '/nothing', compare: 'status' },
  { method: 'GET', path: '/nothing' },
  { method: 'GET', path: '/nothing/_mapping' },
  { method: 'GET', path: '/nothing*/_mapping' },
  { method: 'GET', path: '/_cat/indices?format=json', compare: 'shape' },
  { method: 'GET', path: '/_cat/indices/nothing?format=json' },
  doc('/clicks/_doc/one?refresh=true', { USERID: 9, USERNAME: 'zed', EVENT_TS: T0 + 1000, HITS: 100 }),
  { method: 'GET', path: '/clicks/_doc/one' },
  { method: 'GET', path: '/clicks/_source/one' },
  { method: 'GET', path: '/clicks/_doc/none' },
  { method: 'GET', path: '/nothing/_doc/1' },
  doc('/clicks/_create/one', { HITS: 1 }),
  doc('/clicks/_doc/one?op_type=create', { HITS: 1 }),
  doc('/clicks/_doc/one?if_seq_no=500&if_primary_term=1', { HITS: 1 }),
  doc('/clicks/_doc/v?version=7&version_type=external', { HITS: 1 }),
  doc('/clicks/_doc/v?version=7&version_type=external', { HITS: 1 }),
  doc('/clicks/_doc/v?version=6&version_type=external', { HITS: 1 }),
  { method: 'POST', path: '/clicks/_update/one', body: { doc: { HITS: 101 } } },
  { method: 'POST', path: '/clicks/_update/one', body: { doc: { HITS: 101 } } },
  { method: 'POST', path: '/clicks/_update/none', body: { doc: { HITS: 101 } } },
  { method: 'POST', path: '/clicks/_update/up', body: { doc: { HITS: 5 }, doc_as_upsert: true } },
  { method: 'DELETE', path: '/clicks/_doc/up' },
  { method: 'DELETE', path: '/clicks/_doc/up' },
  { method: 'DELETE', path: '/clicks/_doc/v?refresh=true' },
  doc('/clicks/_doc/bad', { HITS: 'many' }),
  doc('/clicks/_doc/bad', { EVENT_TS: 'yesterday' }),
  doc('/clicks/_doc/bad', { HITS: { a: 1 } }),
  doc('/clicks/_doc/bad', { USERNAME: { first: 'x' } }),
  { method: 'PUT', path: '/clicks/_doc/bad', body: '{"a": ' },
  {
    method: 'POST',
    path: '/_bulk?refresh=true',
    body: [
      { index: { _index: 'clicks', _id: 'one' } },
      { USERID: 9, USERNAME: 'zed', EVENT_TS: T0 + 1000, HITS: 100 },
      { create: { _index: 'clicks', _id: 'one' } },
      { HITS: 1 },
      { update: { _index: 'clicks', _id: 'absent' } },
      { doc: { HITS: 1 } },
      { delete: { _index: 'clicks', _id: 'absent' } },
      { index: { _index: 'clicks', _id: 'x' } },
      { HITS: 'many' },
      { index: { _index: 'Upper', _id: 'x' } },
      { HITS: 1 },
      { index: { _index: 'clicks', _id: 'ext', version: 3, version_type: 'external' } },
      { HITS: 1 },
      { index: { _index: 'clicks', _id: 'ext', version: 2, version_type: 'external' } },
      { HITS: 1 },
      { delete: { _index: 'clicks', _id: 'ext', version: 4, version_type: 'external' } },
    ],
  },
  { method: 'POST', path: '/_bulk', body: [{ frob: { _index: 'clicks' } }, {}] },
  { method: 'POST', path: '/_bulk', body: '' },
  { method: 'POST', path: '/_bulk', body: '{"index":{"_index":"clicks"}}' },

  // Counting and searching.
  { method: 'GET', path: '/clicks/_count' },
  { method: 'GET', path: '/nothing/_count' },
  { method: 'POST', path: '/clicks/_count', body: { query: { term: { USERNAME: 'bob' } } } },
  search({ size: 2, sort: [{ EVENT_TS: 'asc' }], query: { match_all: {} } }),
  search({ size: 2, sort: [{ EVENT_TS: { order: 'desc', unmapped_type: 'boolean' } }], search_after: [T0 + 100_000], _source: ['HITS'] }),
  search({
    size: 1,
    sort: ['HITS'],
    track_total_hits: false,
    fields: ['EVENT_TS', { field: 'EVENT_TS', format: 'strict_date_optional_time_nanos' }],
    docvalue_fields: ['USERID'],
    _source: false,
  }),
  search({ size: 1, sort: [{ HITS: 'desc' }], track_total_hits: 5 }),
  search({
    size: 3,
    query: {
      bool: { must: [{ range: { HITS: { gt: 2, lte: 6 } } }], must_not: [{ term: { USERNAME: { value: 'ann' } } }], filter: { exists: { field: 'USERID' } } },
    },
    sort: [{ HITS: 'asc' }],
    _source: { excludes: ['RATE'] },
  }),
  search({ size: 0, query: { terms: { USERNAME: ['ann', 'bob'] } } }),
  search({ size: 0, query: { ids: { values: ['d1', 'd2', 'nope'] } } }),
  search({ size: 0, query: { query_string: { query: 'USERNAME:bob AND HITS:>3' } } }),
  search({ size: 0, query: { query_string: { query: 'USERNAME:(ann OR cyd) AND NOT HITS:[1 TO 3]' } } }),
  search({ size: 0, query: { query_string: { query: 'USERNAME:b* -HITS:2', analyze_wildcard: true } } }),
  search({ size: 0, query: { query_string: { query: '_exists_:RATE' } } }),
  search({ size: 0, query: { query_string: { query: 'HITS:(' } } }),
  search({ size: 0, query: { bool: { should: [{ term: { USERID: 0 } }, { term: { USERID: 1 } }], minimum_should_match: 1 } } }),
  search({ size: 0, query: { range: { EVENT_TS: { gte: '2023-11-14T22:14:00Z', lt: '2023-11-14T22:14:00Z||+1m' } } } }),
  search({ size: 0, query: { nosuch: {} } }),
  search({ size: 0, query: { range: { EVENT_TS: { gte: 'rubbish' } } } }),
  search({ size: 0, query: { term: { HITS: 'abc' } } }),
  search({ nosuch: 1 }),
  search({ size: -5 }),
  search({ size: 20_000 }),
  search({ query: { match_all: {} } }, '/nothing/_search'),
  search({ query: { match_all: {} } }, '/nothing/_search?ignore_unavailable=true'),
  search({ query: { match_all: {} } }, '/nothing*/_search'),
  search({ sort: [{ NOSUCH: 'asc' }] }),

  // Aggregations.
  search({
    size: 0,
    aggs: {
      m: { max: { field: 'HITS' } },
      n: { min: { field: 'HITS' } },
      s: { sum: { field: 'HITS' } },
      a: { avg: { field: 'HITS' } },
      c: { value_count: { field: 'HITS' } },
      u: { cardinality: { field: 'USERNAME' } },
    },
  }),
  search({ size: 0, aggs: { s: { stats: { field: 'HITS' } }, e: { extended_stats: { field: 'RATE' } }, d: { max: { field: 'EVENT_TS' } } } }),
  search({
    size: 0,
    query: { term: { USERID: 77 } },
    aggs: {
      m: { max: { field: 'HITS' } },
      s: { sum: { field: 'HITS' } },
      a: { avg: { field: 'HITS' } },
      st: { stats: { field: 'HITS' } },
      t: { terms: { field: 'USERNAME' } },
    },
  }),
  search({ size: 0, aggs: { t: { terms: { field: 'USERNAME' }, aggs: { h: { sum: { field: 'HITS' } } } } } }),
  search({ size: 0, aggs: { t: { terms: { field: 'USERID', size: 2, order: { h: 'desc' } }, aggs: { h: { sum: { field: 'HITS' } } } } } }),
  search({ size: 0, aggs: { t: { terms: { field: 'USERNAME', order: { _key: 'desc' }, size: 2, min_doc_count: 2 } } } }),
  search({ size: 0, aggs: { t: { terms: { field: 'RATE', missing: -1, order: { _key: 'asc' }, size: 3 } } } }),
  search({ size: 0, aggs: { t: { terms: { field: 'NOSUCH' } } } }),
  search({ size: 0, aggs: { h: { date_histogram: { field: 'EVENT_TS', fixed_interval: '1m' } } } }),
  search({ size: 0, aggs: { h: { date_histogram: { field: 'EVENT_TS', calendar_interval: 'hour', time_zone: '+05:30', format: 'yyyy-MM-dd HH:mm' } } } }),
  search({ size: 0, aggs: { h: { date_histogram: { field: 'EVENT_TS', calendar_interval: 'day', time_zone: 'Europe/Berlin' } } } }),
  search({ size: 0, aggs: { h: { date_histogram: { field: 'EVENT_TS', fixed_interval: '2m', offset: '+30s', min_doc_count: 1 } } } }),
  search({ size: 0, aggs: { h: { date_histogram: { field: 'EVENT_TS', fixed_interval: '1M' } } } }),
  search({ size: 0, aggs: { h: { histogram: { field: 'HITS', interval: 5, min_doc_count: 0 } } } }),
  search({
    size: 0,
    aggs: {
      f: { filters: { filters: { bob: { term: { USERNAME: 'bob' } }, rest: { query_string: { query: 'NOT USERNAME:bob' } } } } },
      one: { filter: { term: { USERID: 1 } }, aggs: { h: { max: { field: 'HITS' } } } },
    },
  }),
  search({ size: 0, aggs: { p: { percentiles: { field: 'HITS', percents: [50, 95] } } } }),
  search({
    size: 0,
    aggs: { t: { terms: { field: 'USERNAME', size: 1 }, aggs: { top: { top_hits: { size: 1, sort: [{ HITS: 'desc' }], _source: ['HITS'] } } } } },
  }),
  search({
    size: 0,
    aggs: {
      h: { date_histogram: { field: 'EVENT_TS', fixed_interval: '1m' }, aggs: { s: { sum: { field: 'HITS' } } } },
      best: { max_bucket: { buckets_path: 'h>s' } },
    },
  }),
  search({ size: 0, aggs: { x: { nosuch: { field: 'HITS' } } } }),
  search({ size: 0, aggs: { x: { sum: { field: 'USERNAME' } } } }),
  search({ size: 0, aggs: { x: { sum: { field: 'HITS', frob: 1 } } } }),
  {
    method: 'POST',
    path: '/_msearch?max_concurrent_shard_requests=5',
    body: panel({ 2: { date_histogram: perMinute, aggs: { 1: { max: { field: 'HITS' } } } } }),
  },
  {
    method: 'POST',
    path: '/_msearch',
    body: [
      ...panel(
        {
          3: {
            terms: { field: 'USERNAME', size: 10, order: { _key: 'desc' }, min_doc_count: 1 },
            aggs: { 2: { date_histogram: perMinute, aggs: { 1: { sum: { field: 'HITS' } } } } },
          },
        },
        'HITS:>2',
      ),
      { index: 'nothing' },
      { query: { match_all: {} } },
      { index: 'clicks' },
      { size: 0, query: { nosuch: {} } },
    ],
  },
  { method: 'POST', path: '/_msearch', body: '' },
  { method: 'GET', path: '/clicks/_field_caps?fields=HITS,USERNAME,EVENT_TS' },
  { method: 'GET', path: '/clicks/_search?q=USERNAME:bob&size=1&sort=HITS:desc&_source_includes=HITS' },
  { method: 'GET', path: '/clicks/_search?size=0&track_total_hits=true&frob=1' },

  // Indices, settings and aliases.
  doc('/typed', {
    settings: { number_of_replicas: 0 },
    mappings: {
      dynamic: 'strict',
      properties: {
        when: { type: 'date', format: 'yyyy-MM-dd HH:mm:ss||epoch_millis' },
        name: { type: 'text', fields: { raw: { type: 'keyword', ignore_above: 256 } } },
        ok: { type: 'boolean' },
        addr: { type: 'ip' },
        n: { type: 'integer' },
        d: { type: 'double' },
        o: { properties: { x: { type: 'keyword' } } },
      },
    },
  }),
  doc('/typed', {}),
  doc('/typed/_doc/1?refresh=true', {
    when: '2024-02-29 10:11:12',
    name: 'The Quick-Brown fox',
    ok: 'true',
    addr: '10.1.2.3',
    n: '7',
    d: 1.5,
    o: { x: ['a', 'b'] },
  }),
  doc('/typed/_doc/2', { extra: 1 }),
  doc('/typed/_doc/2', { when: '29.02.2024' }),
  doc('/typed/_doc/2', { ok: 'maybe' }),
  doc('/typed/_doc/2', { addr: '10.1.2.300' }),
  doc('/typed/_doc/2', { n: 3_000_000_000 }),
  doc('/typed/_doc/2', { o: 5 }),
  search({ query: { match: { name: 'QUICK' } } }, '/typed/_search?filter_path=hits.total,hits.hits._id'),
  search(
    {
      size: 0,
      aggs: {
        a: { terms: { field: 'o.x' } },
        b: { terms: { field: 'ok' } },
        c: { terms: { field: 'addr' } },
        d: { date_histogram: { field: 'when', calendar_interval: 'month' } },
      },
    },
    '/typed/_search',
  ),
  search({ size: 0, aggs: { a: { terms: { field: 'name' } } } }, '/typed/_search'),
  { method: 'PUT', path: '/typed/_mapping', body: { properties: { n: { type: 'keyword' } } } },
  { method: 'PUT', path: '/typed/_mapping', body: { properties: { more: { type: 'long' } } } },
  { method: 'PUT', path: '/typed/_settings', body: { index: { refresh_interval: '5s' } } },
  { method: 'PUT', path: '/typed/_settings', body: { number_of_shards: 3 } },
  { method: 'PUT', path: '/typed/_settings', body: { 'index.nosuch': 3 } },
  doc('/BAD', {}),
  doc('/_bad', {}),
  doc('/ok-but', { mappings: { properties: { a: { type: 'nosuch' } } } }),
  doc('/ok-but', { nosuch: {} }),
  {
    method: 'POST',
    path: '/_aliases',
    body: { actions: [{ add: { index: 'clicks', alias: 'latest', is_write_index: true } }, { add: { index: 'typed', alias: 'latest' } }] },
  },
  { method: 'GET', path: '/_alias/latest' },
  { method: 'GET', path: '/_alias/none' },
  { method: 'HEAD', path: '/_alias/latest', compare: 'status' },
  { method: 'GET', path: '/latest/_count' },
  { method: 'POST', path: '/_aliases', body: { actions: [{ remove: { index: 'clicks', alias: 'none' } }] } },
  { method: 'POST', path: '/_aliases', body: { actions: [{ remove: { index: 'typed', alias: 'latest' } }] } },
  { method: 'GET', path: '/_resolve/index/clicks', compare: 'shape' },
  { method: 'POST', path: '/clicks/_refresh' },
  { method: 'POST', path: '/clicks/_delete_everything' },
  { method: 'POST', path: '/' },
  { method: 'PATCH', path: '/clicks' },
  { method: 'GET', path: '/a/b/c/d/e' },
  { method: 'GET', path: '/_cluster/health?frob=1' },
  { method: 'GET', path: '/_nodes', compare: 'status' },
  { method: 'GET', path: '/_cluster/state/metadata?filter_path=metadata.templates,metadata.indices.clicks.state' },
  { method: 'DELETE', path: '/nothing' },
  { method: 'DELETE', path: '/cl*' },
  { method: 'DELETE', path: '/typed' },
  { method: 'DELETE', path: '/_index_template/none' },
  { method: 'DELETE', path: '/_index_template/clicks' },
]
