/** Data and a dashboard that both Grafana tests use. */
import type { SandboxServer } from '../../../src/sandbox/server.ts'

export const T0 = 1_700_000_040_000
/** Basic authentication of the default user. */
export const AUTH = { authorization: `Basic ${Buffer.from('user:user').toString('base64')}`, 'content-type': 'application/json' }

export interface Answer<T> {
  readonly status: number
  readonly body: T
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions
export async function call<T = any>(
  server: SandboxServer,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = AUTH,
): Promise<Answer<T>> {
  const response = await fetch(server.url + path, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text) as T }
}

/** 15 minutes of events of four users, one document per user and minute. */
export async function fillElasticsearch(es: SandboxServer): Promise<void> {
  const mappings = {
    dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: { type: 'keyword' } } }],
    properties: { EVENT_TS: { type: 'date' } },
  }
  await call(es, 'PUT', '/events_per_min', { mappings, settings: { number_of_replicas: 0 } }, { 'content-type': 'application/json' })
  const users = ['akatz1022', 'bobk_43', 'Ferd88', 'Oriana_1987']
  const lines: string[] = []
  for (let minute = 0; minute < 15; minute++) {
    users.forEach((USERNAME, i) => {
      lines.push(JSON.stringify({ index: { _id: `${USERNAME}|${minute}` } }))
      lines.push(
        JSON.stringify({
          USERNAME,
          USERID: i,
          CITY: ['London', 'Raleigh'][i % 2],
          EVENT_TS: T0 + minute * 60_000,
          EVENTS: 40 + 12 * i + ((minute * (7 + i)) % 19),
          BYTES: 9000 * (i + 1) + 700 * minute,
        }),
      )
    })
  }
  await fetch(`${es.url}/events_per_min/_bulk?refresh=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  })
}

export const dataSource = (es: SandboxServer) => ({
  uid: 'ds-events',
  name: 'demo.clicks.events_per_min',
  type: 'elasticsearch',
  access: 'proxy',
  url: es.url,
  basicAuth: true,
  basicAuthUser: 'elastic',
  secureJsonData: { basicAuthPassword: 'secret-word' },
  jsonData: { index: 'events_per_min', timeField: 'EVENT_TS', maxConcurrentShardRequests: 5 },
})

const source = { type: 'elasticsearch', uid: 'ds-events' }
const perMinute = { id: '2', type: 'date_histogram', field: 'EVENT_TS', settings: { interval: '1m', min_doc_count: '0' } }
const byUser = { id: '3', type: 'terms', field: 'USERNAME', settings: { size: '10', order: 'asc', orderBy: '_term', min_doc_count: '1' } }
export const target = (refId: string, over: object = {}) => ({
  refId,
  datasource: source,
  query: '*',
  timeField: 'EVENT_TS',
  metrics: [{ id: '1', type: 'sum', field: 'EVENTS' }],
  bucketAggs: [byUser, perMinute],
  ...over,
})
const total = { bucketAggs: [perMinute], alias: 'all' }
const table = {
  bucketAggs: [byUser],
  metrics: [
    { id: '1', type: 'sum', field: 'EVENTS' },
    { id: '4', type: 'max', field: 'BYTES' },
  ],
}
const thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 60, color: 'yellow' },
    { value: 85, color: 'red' },
  ],
}
const panel = (id: number, type: string, title: string, x: number, y: number, w: number, h: number, over: object = {}) => ({
  id,
  type,
  title,
  datasource: source,
  gridPos: { x, y, w, h },
  fieldConfig: { defaults: { unit: 'short', thresholds, custom: { fillOpacity: 12, lineWidth: 2, thresholdsStyle: { mode: 'line' } } }, overrides: [] },
  options: {},
  targets: [target('A')],
  ...over,
})

export const dashboard = {
  uid: 'clicks-events',
  title: 'Clickstream Analysis',
  tags: ['demo'],
  timezone: 'utc',
  time: { from: String(T0), to: String(T0 + 15 * 60_000 - 1) },
  refresh: '',
  schemaVersion: 42,
  panels: [
    panel(1, 'timeseries', 'Events per minute', 0, 0, 16, 9),
    panel(2, 'stat', 'Events now', 16, 0, 8, 4, {
      targets: [target('A', total)],
      options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
    }),
    panel(3, 'gauge', 'Busiest minute', 16, 4, 8, 5, {
      targets: [target('A', total)],
      fieldConfig: {
        defaults: {
          min: 0,
          max: 400,
          thresholds: {
            mode: 'absolute',
            steps: [
              { value: null, color: 'green' },
              { value: 260, color: 'red' },
            ],
          },
        },
        overrides: [],
      },
      options: { reduceOptions: { calcs: ['max'] } },
    }),
    panel(4, 'table', 'Users', 0, 9, 10, 8, {
      targets: [target('A', table)],
      fieldConfig: {
        defaults: { unit: 'short', thresholds },
        overrides: [
          {
            matcher: { id: 'byName', options: 'Max' },
            properties: [
              { id: 'unit', value: 'bytes' },
              { id: 'displayName', value: 'Most bytes' },
            ],
          },
        ],
      },
    }),
    panel(5, 'barchart', 'Events by user', 10, 9, 8, 8, { targets: [target('A', { bucketAggs: [byUser] })], fieldConfig: { defaults: {}, overrides: [] } }),
    panel(6, 'text', 'About', 18, 9, 6, 8, {
      targets: [],
      options: { mode: 'markdown', content: '# Clicks\n\nNumbers of **one** demo, see [the list](/dashboards).\n\n- one\n- two' },
    }),
    panel(7, 'timeseries', 'Bars, stacked', 0, 17, 12, 7, {
      fieldConfig: { defaults: { unit: 'short', custom: { drawStyle: 'bars', stacking: { mode: 'normal' } } }, overrides: [] },
      options: { legend: { showLegend: true, placement: 'right', displayMode: 'table', calcs: ['max', 'mean'] } },
    }),
    panel(8, 'timeseries', 'Wrong query', 12, 17, 6, 7, { targets: [target('A', { query: 'USERNAME:(' })] }),
    panel(9, 'timeseries', 'Nothing there', 18, 17, 6, 7, { targets: [target('A', { query: 'USERNAME:nobody' })] }),
  ],
}
