/** A panel of the spec as a panel of Grafana, with queries for its Elasticsearch data source. */
import * as barchart from '@grafana/grafana-foundation-sdk/barchart'
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as elasticsearch from '@grafana/grafana-foundation-sdk/elasticsearch'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { durationMs, type MetricPanel, type Panel, type PanelQuery } from '../api/index.ts'

export interface PanelPlace {
  readonly x: number
  readonly y: number
}

export interface QueryTarget {
  readonly query: PanelQuery
  /** Of its data source. */
  readonly uid: string
  readonly timeField: string
  /** Names of the fields as the index has them. */
  readonly field: (name: string) => string
  /** Width of the buckets when the query names none; absent: as Grafana finds fit. */
  readonly interval?: string
}

type Look = Panel | (MetricPanel & { readonly name: string })

const TYPE = 'elasticsearch'

export function buildPanel(panel: Look, targets: readonly QueryTarget[], id: number, place: PanelPlace): cog.Builder<dashboard.Panel> {
  const uids = [...new Set(targets.map(({ uid }) => uid))]
  const builder = emptyPanel(panel)
    .id(id)
    .title(panel.title ?? panel.name)
    .datasource(uids.length === 1 ? { type: TYPE, uid: uids[0]! } : { type: 'datasource', uid: '-- Mixed --' })
    .gridPos({ x: place.x, y: place.y, w: panel.width, h: panel.height })
    .targets(targets.map((target, at) => buildQuery(panel, target, String.fromCharCode(65 + at))))
  if (panel.description !== undefined) builder.description(panel.description)
  return builder
}

function emptyPanel(panel: Look) {
  const thresholds = thresholdsOf(panel)
  switch (panel.type) {
    case 'timeseries': {
      const builder = new timeseries.PanelBuilder()
        .unit(panel.unit)
        .drawStyle(common.GraphDrawStyle.Line)
        .lineWidth(1)
        .fillOpacity(10)
        .showPoints(common.VisibilityMode.Auto)
        .spanNulls(false)
        .legend(legend())
        .thresholds(thresholds)
      if (panel.thresholds.length > 0) builder.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Line))
      return builder
    }
    case 'table':
      return new table.PanelBuilder().unit(panel.unit).thresholds(thresholds)
    case 'stat':
      return new stat.PanelBuilder().unit(panel.unit).thresholds(thresholds)
    case 'barchart':
      return new barchart.PanelBuilder().unit(panel.unit).thresholds(thresholds)
  }
}

const legend = () =>
  new common.VizLegendOptionsBuilder().showLegend(true).displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).calcs([])

function thresholdsOf(panel: Look) {
  const steps = panel.thresholds.toSorted((a, b) => a.value - b.value).map(({ value, color }) => ({ value, color }))
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([{ value: null, color: 'green' }, ...steps])
}

function buildQuery(panel: Look, target: QueryTarget, refId: string) {
  const { query, uid, timeField, field } = target
  const builder = new elasticsearch.DataqueryBuilder()
    .refId(refId)
    .datasource({ type: TYPE, uid })
    .query(query.where ?? '')
    .timeField(timeField)
    .metrics([metricOf(query, field)])
    .bucketAggs(query.function === 'raw' ? [] : bucketsOf(panel, target))
  // Grouped series are named by their group; the query's name would hide it.
  if (query.by.length === 0) builder.alias(query.name)
  return builder
}

/** The builders leave `type` as `unknown` for most metrics. */
function typed(type: string, builder: cog.Builder<elasticsearch.MetricAggregation>): cog.Builder<elasticsearch.MetricAggregation> {
  return { build: () => ({ ...builder.build(), type }) as elasticsearch.MetricAggregation }
}

function metricOf(query: PanelQuery, field: (name: string) => string) {
  const name = field(query.field ?? '')
  switch (query.function) {
    case 'count':
      return typed('count', new elasticsearch.CountBuilder().id('1'))
    case 'sum':
      return typed('sum', new elasticsearch.SumBuilder().id('1').field(name))
    case 'avg':
      return typed('avg', new elasticsearch.AverageBuilder().id('1').field(name))
    case 'min':
      return typed('min', new elasticsearch.MinBuilder().id('1').field(name))
    case 'max':
      return typed('max', new elasticsearch.MaxBuilder().id('1').field(name))
    case 'cardinality':
      return typed('cardinality', new elasticsearch.UniqueCountBuilder().id('1').field(name))
    case 'raw':
      return typed('raw_data', new elasticsearch.RawDataBuilder().id('1').settings({ size: String(query.limit) }))
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** `1h30m` as `90m`: Grafana and Elasticsearch take one unit. */
export function singleUnit(duration: string): string {
  const ms = durationMs(duration)
  const [unit, size] = UNITS.find(([, length]) => ms % length === 0)!
  return `${ms / size}${unit}`
}

/** Groups first and time last, as Grafana makes series of them; tables and bar charts have no time axis. */
function bucketsOf(panel: Look, { query, timeField, field, interval }: QueryTarget) {
  const terms = query.by.map((name, at) =>
    new elasticsearch.TermsBuilder()
      .id(String(at + 2))
      .field(field(name))
      .settings({ order: elasticsearch.TermsOrder.Desc, orderBy: '_count', size: String(query.limit), min_doc_count: '1' }),
  )
  const overTime = panel.type === 'timeseries' || panel.type === 'stat' || terms.length === 0
  if (!overTime) return terms
  const width = query.interval ?? interval
  const time = new elasticsearch.DateHistogramBuilder()
    .id(String(query.by.length + 2))
    .field(timeField)
    .settings({ interval: width === undefined ? 'auto' : singleUnit(width), min_doc_count: '0', trimEdges: '0' })
  return [...terms, time]
}
