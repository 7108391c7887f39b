/** The operator's own Grafana dashboard: what its metrics say, in rows from what hurts to what explains. */

interface Panel {
  readonly title: string
  readonly description: string
  readonly type: 'stat' | 'timeseries' | 'table'
  /** Of 24. */
  readonly width: number
  readonly unit?: string
  /** Legend -> PromQL. */
  readonly queries: Readonly<Record<string, string>>
  /** A stat turns red from this value on, or below it. */
  readonly bad?: { readonly from: number } | { readonly below: number }
}

interface Row {
  readonly title: string
  readonly height: number
  readonly panels: readonly Panel[]
}

/** `$namespace` is the pipeline's. */
const OF_PIPELINES = 'namespace=~"$namespace"'

export const ROWS: readonly Row[] = [
  {
    title: 'Pipelines and backends',
    height: 5,
    panels: [
      {
        title: 'Pipelines',
        description: 'How many there are.',
        type: 'stat',
        width: 4,
        queries: { pipelines: `count(clickstream_pipeline_condition{${OF_PIPELINES}, type="Ready"})` },
      },
      {
        title: 'Not ready',
        description: 'Pipelines whose condition Ready is False or Unknown.',
        type: 'stat',
        width: 4,
        bad: { from: 1 },
        queries: { 'not ready': `count(clickstream_pipeline_condition{${OF_PIPELINES}, type="Ready"} != 1) or vector(0)` },
      },
      {
        title: 'Stalled',
        description: 'Pipelines that wait for somebody.',
        type: 'stat',
        width: 4,
        bad: { from: 1 },
        queries: { stalled: `count(clickstream_pipeline_condition{${OF_PIPELINES}, type="Stalled"} == 1) or vector(0)` },
      },
      {
        title: 'Backends down',
        description: 'Backends of platforms that cannot be used.',
        type: 'stat',
        width: 4,
        bad: { from: 1 },
        queries: { down: `count(clickstream_backend_up{${OF_PIPELINES}} == 0) or vector(0)` },
      },
      {
        title: 'Leaders',
        description: 'Operators that work. One is right.',
        type: 'stat',
        width: 4,
        bad: { below: 1 },
        queries: { leaders: 'sum(clickstream_leader) or vector(0)' },
      },
      {
        title: 'Missing permissions',
        description: 'What the Kubernetes API server has refused and not granted since.',
        type: 'stat',
        width: 4,
        bad: { from: 1 },
        queries: { missing: 'count(clickstream_permission_missing == 1) or vector(0)' },
      },
    ],
  },
  {
    title: 'What is not as it should be',
    height: 8,
    panels: [
      {
        title: 'Pipelines not ready',
        description: '0: Ready is False, -1: Unknown.',
        type: 'table',
        width: 12,
        queries: { ready: `max by (namespace, pipeline) (clickstream_pipeline_condition{${OF_PIPELINES}, type="Ready"}) != 1` },
      },
      {
        title: 'Backends',
        description: '1 when the backend of a platform can be used.',
        type: 'timeseries',
        width: 12,
        queries: { '{{namespace}}/{{platform}} {{backend}}': `clickstream_backend_up{${OF_PIPELINES}}` },
      },
    ],
  },
  {
    title: 'Work',
    height: 8,
    panels: [
      {
        title: 'Reconciles',
        description: 'By kind and result.',
        type: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: { '{{kind}} {{result}}': 'sum by (kind, result) (rate(clickstream_reconciles_total[$__rate_interval]))' },
      },
      {
        title: 'Duration of a reconcile',
        description: 'Median and 99 of 100.',
        type: 'timeseries',
        width: 8,
        unit: 's',
        queries: Object.fromEntries(
          [0.5, 0.99].map((q) => [
            `{{kind}} ${q}`,
            `histogram_quantile(${q}, sum by (kind, le) (rate(clickstream_reconcile_seconds_bucket[$__rate_interval])))`,
          ]),
        ),
      },
      {
        title: 'Queue',
        description: 'Keys that wait for a worker of the leader, and how long the oldest of them has waited.',
        type: 'timeseries',
        width: 8,
        queries: {
          waiting: 'sum(clickstream_queue_depth and on (instance) clickstream_leader == 1)',
          'oldest, seconds': 'max(clickstream_queue_oldest_seconds and on (instance) clickstream_leader == 1)',
        },
      },
      {
        title: 'Actions at backends',
        description: 'What was made, changed, mended or removed, by kind of object and result.',
        type: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: { '{{kind}} {{class}} {{result}}': 'sum by (kind, class, result) (rate(clickstream_actions_total[$__rate_interval]))' },
      },
      {
        title: 'Input not yet consumed',
        description: 'The ten statements and sinks that are furthest behind, in records.',
        type: 'timeseries',
        width: 8,
        queries: { '{{platform}} {{id}}': 'topk(10, clickstream_object_available - clickstream_object_consumed)' },
      },
      {
        title: 'Put out',
        description: 'Records and documents per second, the ten busiest objects.',
        type: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: { '{{platform}} {{id}}': 'topk(10, deriv(clickstream_object_produced[$__rate_interval]))' },
      },
    ],
  },
  {
    title: 'The operator itself',
    height: 8,
    panels: [
      {
        title: 'Memory',
        description: 'Resident.',
        type: 'timeseries',
        width: 6,
        unit: 'bytes',
        queries: { '{{pod}}': 'process_resident_memory_bytes and on (instance) clickstream_leader' },
      },
      {
        title: 'CPU',
        description: 'Cores in use.',
        type: 'timeseries',
        width: 6,
        queries: { '{{pod}}': 'rate(process_cpu_seconds_total[$__rate_interval]) and on (instance) clickstream_leader' },
      },
      {
        title: 'Watches',
        description: 'Ends of watches by cause, and objects that a list found and the watch had passed by: those must stay 0.',
        type: 'timeseries',
        width: 6,
        queries: {
          '{{resource}} {{why}}': 'sum by (resource, why) (increase(clickstream_watch_ends_total[$__rate_interval]))',
          '{{resource}} missed': 'sum by (resource) (increase(clickstream_relist_missed_total[$__rate_interval]))',
        },
      },
      {
        title: 'Lease',
        description: 'How often it has changed hands.',
        type: 'timeseries',
        width: 6,
        queries: { transitions: 'max(clickstream_lease_transitions)' },
      },
    ],
  },
]

const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' }

/** The JSON that Grafana imports. */
export function operatorDashboard(): object {
  const panels: object[] = []
  let y = 0
  for (const row of ROWS) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] })
    y++
    let x = 0
    for (const panel of row.panels) {
      if (x + panel.width > 24) {
        x = 0
        y += row.height
      }
      panels.push(panelJson(panel, panels.length + 1, { x, y, w: panel.width, h: row.height }))
      x += panel.width
    }
    y += row.height
  }
  return {
    uid: 'clickstream-operator',
    title: 'Clickstream operator',
    tags: ['clickstream', 'operator'],
    timezone: 'browser',
    schemaVersion: 41,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    annotations: { list: [] },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'namespace',
          label: 'Namespace',
          type: 'query',
          datasource: DATA_SOURCE,
          query: { query: 'label_values(clickstream_pipeline_condition, namespace)', refId: 'namespaces' },
          refresh: 2,
          sort: 1,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels,
  }
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
  const { title, description, type, unit = 'short', queries, bad } = panel
  const targets = Object.entries(queries).map(([legendFormat, expr], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: DATA_SOURCE,
    expr,
    legendFormat,
    ...(type === 'timeseries' ? {} : { instant: true, format: type === 'table' ? 'table' : 'time_series' }),
  }))
  const thresholds = bad && { mode: 'absolute', steps: stepsOf(bad) }
  return {
    id,
    type,
    title,
    description,
    datasource: DATA_SOURCE,
    gridPos,
    targets,
    fieldConfig: { defaults: { unit, ...(type === 'stat' ? { decimals: 0 } : {}), ...(thresholds ? { thresholds } : {}) }, overrides: [] },
    ...(type === 'stat' ? { options: { colorMode: bad ? 'background' : 'value', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } } } : {}),
  }
}

function stepsOf(bad: NonNullable<Panel['bad']>): object[] {
  return 'from' in bad
    ? [
        { color: 'green', value: null },
        { color: 'red', value: bad.from },
      ]
    : [
        { color: 'red', value: null },
        { color: 'green', value: bad.below },
      ]
}
