/** A panel's query as the search that Grafana's Elasticsearch plugin sends to `_msearch`. */
import { asList, asObject, isObject, type Json, type JsonObject, text } from '../json.ts'
import { type BucketAgg, type EsQuery, isDocuments, type MetricAgg, pipelineTypes, QueryError } from './model.ts'

export interface TimeRange {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
}

const DEFAULT_SIZE = 500

export function searchBody(query: EsQuery, timeField: string, range: TimeRange): JsonObject {
  const filter: JsonObject[] = [{ range: { [timeField]: { format: 'epoch_millis', gte: range.from, lte: range.to } } }]
  if (query.query !== '') filter.push({ query_string: { analyze_wildcard: true, query: query.query } })
  const base = { query: { bool: { filter } } }
  if (isDocuments(query)) {
    return {
      ...base,
      size: positive(query.metrics[0]?.settings.size, DEFAULT_SIZE),
      sort: [{ [timeField]: { order: 'desc', unmapped_type: 'boolean' } }, { _doc: { order: 'desc' } }],
      docvalue_fields: [timeField],
      fields: [{ field: timeField, format: 'strict_date_optional_time_nanos' }],
      script_fields: {},
    }
  }
  const aggs = aggregations(query, 0, timeField, range)
  const json = JSON.stringify({ ...base, size: 0, aggs })
  return JSON.parse(json.replaceAll('$__interval_ms', String(query.intervalMs)).replaceAll('$__interval', interval(query.intervalMs)))
}

/** Level by level: each bucket aggregation holds the next, the innermost holds the metrics. */
function aggregations(query: EsQuery, depth: number, timeField: string, range: TimeRange): JsonObject {
  const bucket = query.bucketAggs[depth]
  if (!bucket) return metricAggs(query)
  const inner = { ...orderMetric(bucket, query), ...aggregations(query, depth + 1, timeField, range) }
  return { [bucket.id]: { ...bucketAgg(bucket, query, timeField, range), ...(Object.keys(inner).length > 0 ? { aggs: inner } : {}) } }
}

function bucketAgg(bucket: BucketAgg, query: EsQuery, timeField: string, range: TimeRange): JsonObject {
  const { settings } = bucket
  const field = bucket.field || timeField
  const minimum = settings.min_doc_count === undefined ? {} : { min_doc_count: whole(settings.min_doc_count) ?? 0 }
  switch (bucket.type) {
    case 'date_histogram': {
      const given = text(settings.interval, 'auto')
      const zone = text(settings.timeZone)
      return {
        date_histogram: {
          field,
          fixed_interval: given === 'auto' ? '$__interval_msms' : given,
          min_doc_count: whole(settings.min_doc_count) ?? 0,
          extended_bounds: { min: range.from, max: range.to },
          format: text(settings.format, 'epoch_millis'),
          ...(settings.offset === undefined || settings.offset === '' ? {} : { offset: settings.offset }),
          ...(settings.missing === undefined || settings.missing === '' ? {} : { missing: settings.missing }),
          ...(zone === '' || zone === 'utc' ? {} : { time_zone: zone }),
        },
      }
    }
    case 'histogram':
      return { histogram: { field: bucket.field, interval: positive(settings.interval, 1000), min_doc_count: whole(settings.min_doc_count) ?? 0 } }
    case 'filters': {
      const named = asList(settings.filters)
        .map(asObject)
        .map(({ label, query: lucene }) => [text(label) || text(lucene), { query_string: { query: text(lucene), analyze_wildcard: true } }])
      return { filters: { filters: Object.fromEntries(named) } }
    }
    case 'nested':
      return { nested: { path: bucket.field } }
    default: {
      const missing = settings.missing === undefined || settings.missing === '' ? {} : { missing: settings.missing }
      return { terms: { field: bucket.field, size: positive(settings.size, DEFAULT_SIZE), order: termsOrder(settings, query), ...minimum, ...missing } }
    }
  }
}

function termsOrder(settings: JsonObject, query: EsQuery): JsonObject {
  const by = text(settings.orderBy)
  const direction = text(settings.order, 'desc')
  if (by === '' || by === '_count') return { _count: direction }
  if (by === '_term' || by === '_key') return { _key: direction }
  const metric = orderedMetric(by, query)
  return metric?.type === 'count' ? { _count: direction } : { [by]: direction }
}

function orderedMetric(by: string, query: EsQuery): MetricAgg | undefined {
  const id = /^\d+/.exec(by)?.[0]
  return id === undefined ? undefined : query.metrics.find((metric) => metric.id === id)
}

/** A terms aggregation that orders by a metric needs that metric beside its next level. */
function orderMetric(bucket: BucketAgg, query: EsQuery): JsonObject {
  if (bucket.type !== 'terms') return {}
  const metric = orderedMetric(text(bucket.settings.orderBy), query)
  return metric && metric.type !== 'count' && !pipelineTypes.has(metric.type) ? { [metric.id]: metricAgg(metric) } : {}
}

function metricAggs(query: EsQuery): JsonObject {
  const aggs: JsonObject = {}
  for (const metric of query.metrics) {
    if (metric.type === 'count') continue
    if (pipelineTypes.has(metric.type)) {
      const read = query.metrics.find(({ id }) => id === metric.field)
      if (!read) continue
      if (metric.type !== 'derivative' && metric.type !== 'cumulative_sum') throw new QueryError(`metric ${metric.type} is not supported by this server`)
      aggs[metric.id] = { [metric.type]: { buckets_path: read.type === 'count' ? '_count' : read.id } }
    } else aggs[metric.id] = metricAgg(metric)
  }
  return aggs
}

function metricAgg(metric: MetricAgg): JsonObject {
  const { settings } = metric
  if (metric.type === 'top_metrics') {
    const sort = text(settings.orderBy)
    return {
      top_metrics: {
        metrics: asList(settings.metrics).map((field) => ({ field })),
        size: '1',
        ...(sort ? { sort: [{ [sort]: text(settings.order, 'desc') }] } : {}),
      },
    }
  }
  const options = Object.fromEntries(Object.entries(settings).filter(([key, value]) => value !== '' && value !== null && key !== 'script')) as JsonObject
  const percents = isObject(options) && options.percents !== undefined ? { percents: asList(options.percents).map(Number) } : {}
  return { [metric.type]: { ...options, ...percents, field: metric.field } }
}

function whole(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}

/** 0 and what is no number mean the default, as in Grafana. */
function positive(value: Json | undefined, fallback: number): number {
  return whole(value) || fallback
}

function interval(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}
