/** A query of the Elasticsearch data source, as panels keep it. */
import { asList, asObject, type JsonObject, text } from '../json.ts'

export interface BucketAgg {
  readonly id: string
  readonly type: string
  readonly field: string
  readonly settings: JsonObject
}

export interface MetricAgg {
  readonly id: string
  readonly type: string
  readonly field: string
  readonly settings: JsonObject
  readonly meta: JsonObject
  readonly hide: boolean
}

export interface EsQuery {
  readonly refId: string
  readonly query: string
  readonly alias: string
  readonly bucketAggs: readonly BucketAgg[]
  readonly metrics: readonly MetricAgg[]
  readonly intervalMs: number
}

export class QueryError extends Error {
  override readonly name = 'QueryError'
}

const BUCKETS = new Set(['date_histogram', 'histogram', 'terms', 'filters', 'nested'])

/** Throws QueryError for what this server cannot ask. */
export function parseEsQuery(json: JsonObject): EsQuery {
  const bucketAggs = asList(json.bucketAggs)
    .map(asObject)
    .map(({ id, type, field, settings }) => ({ id: text(id), type: text(type), field: text(field), settings: asObject(settings) }))
  const metrics = asList(json.metrics)
    .map(asObject)
    .map((metric) => ({
      id: text(metric.id),
      type: text(metric.type),
      // A pipeline metric names what it reads in `pipelineAgg` in older dashboards.
      field: text(metric.field) || text(metric.pipelineAgg),
      settings: asObject(metric.settings),
      meta: asObject(metric.meta),
      hide: metric.hide === true,
    }))
  const documents = isDocuments({ metrics })
  if (metrics.length === 0 || (bucketAggs.length === 0 && !documents)) throw new QueryError('invalid query, missing metrics and aggregations')
  for (const { type } of bucketAggs) if (!BUCKETS.has(type)) throw new QueryError(`bucket aggregation ${type} is not supported by this server`)
  if (['logs', 'raw_document'].includes(metrics[0]?.type ?? '')) throw new QueryError(`queries of type ${metrics[0]?.type} are not supported by this server`)
  return { refId: text(json.refId, 'A'), query: text(json.query), alias: text(json.alias), bucketAggs, metrics, intervalMs: Number(json.intervalMs) || 1000 }
}

/** Whether documents are asked for, not numbers. */
export function isDocuments(query: Pick<EsQuery, 'metrics'>): boolean {
  return query.metrics[0]?.type === 'raw_data'
}

export const metricNames: Readonly<Record<string, string>> = {
  count: 'Count',
  avg: 'Average',
  sum: 'Sum',
  max: 'Max',
  min: 'Min',
  extended_stats: 'Extended Stats',
  percentiles: 'Percentiles',
  cardinality: 'Unique Count',
  derivative: 'Derivative',
  cumulative_sum: 'Cumulative Sum',
  top_metrics: 'Top Metrics',
  raw_data: 'Raw Data',
}

export const statNames: Readonly<Record<string, string>> = {
  avg: 'Avg',
  min: 'Min',
  max: 'Max',
  sum: 'Sum',
  count: 'Count',
  std_deviation: 'Std Dev',
  std_deviation_bounds_upper: 'Std Dev Upper',
  std_deviation_bounds_lower: 'Std Dev Lower',
}

export const pipelineTypes = new Set(['derivative', 'cumulative_sum', 'moving_avg', 'moving_fn', 'serial_diff', 'bucket_script'])
