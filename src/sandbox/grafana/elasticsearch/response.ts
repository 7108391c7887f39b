/** The answer of one search as data frames: series when the innermost bucket is a date histogram, else a table. */
import { asList, asObject, isObject, type Json, type JsonObject, text } from '../json.ts'
import { type Frame, type FrameField, seriesFrame } from './frames.ts'
import { type BucketAgg, type EsQuery, isDocuments, type MetricAgg, metricNames, pipelineTypes, statNames } from './model.ts'

export function framesOf(query: EsQuery, answer: JsonObject, timeField: string): Frame[] {
  if (isDocuments(query)) return [documentFrame(query, answer, timeField)]
  const collector = new Collector(query)
  collector.walk(asObject(answer.aggregations), 0, {})
  return collector.frames()
}

/** Values of the outer buckets, by field. */
type Labels = Readonly<Record<string, string>>

interface Series {
  readonly labels: Labels
  readonly metric: string
  readonly field: string
  readonly metricId: string
  readonly times: number[]
  readonly values: (number | null)[]
}

class Collector {
  readonly #query: EsQuery
  readonly #series: Series[] = []
  readonly #rows: Map<string, Json>[] = []

  constructor(query: EsQuery) {
    this.#query = query
  }

  walk(aggs: JsonObject, depth: number, labels: Labels): void {
    const bucketAgg = this.#query.bucketAggs[depth]
    if (!bucketAgg) return
    const answer = asObject(aggs[bucketAgg.id])
    if (bucketAgg.type === 'nested') {
      this.walk(answer, depth + 1, labels)
      return
    }
    const innermost = depth === this.#query.bucketAggs.length - 1
    if (innermost && bucketAgg.type === 'date_histogram') {
      this.#addSeries(asList(answer.buckets).map(asObject), labels)
      return
    }
    for (const [label, bucket] of bucketsOf(answer)) {
      const key = label ?? bucket.key ?? null
      if (innermost) this.#addRow(bucketAgg, key, bucket, labels)
      else {
        const shown = label ?? (typeof bucket.key_as_string === 'string' ? bucket.key_as_string : String(bucket.key))
        this.walk(bucket, depth + 1, { ...labels, [label === undefined ? bucketAgg.field : 'filter']: shown })
      }
    }
  }

  #addSeries(buckets: readonly JsonObject[], labels: Labels): void {
    const times = buckets.map((bucket) => Number(bucket.key))
    const edges = trimmed(this.#query, times.length)
    for (const metric of this.#query.metrics) {
      if (metric.hide) continue
      for (const part of partsOf(metric, buckets)) {
        this.#series.push({
          labels,
          metric: part.metric,
          field: part.field,
          metricId: metric.id,
          times: times.slice(...edges),
          values: buckets.map(part.read).slice(...edges),
        })
      }
    }
  }

  #addRow(bucketAgg: BucketAgg, key: Json, bucket: JsonObject, labels: Labels): void {
    const row = new Map<string, Json>()
    for (const name of Object.keys(labels).sort()) row.set(name, labels[name] ?? null)
    row.set(bucketAgg.field || 'filter', key)
    for (const metric of this.#query.metrics) {
      if (metric.hide) continue
      for (const part of partsOf(metric, [bucket])) {
        const name = part.column ?? metricNames[metric.type] ?? metric.type
        row.set(row.has(name) || this.#repeated(metric) ? `${name} ${metric.field}`.trim() : name, part.read(bucket))
      }
    }
    this.#rows.push(row)
  }

  /** Two metrics of one type are told apart by their field. */
  #repeated(metric: MetricAgg): boolean {
    return this.#query.metrics.filter(({ type }) => type === metric.type).length > 1 && metric.type !== 'count'
  }

  frames(): Frame[] {
    if (this.#rows.length > 0) return [tableFrame(this.#query.refId, this.#rows)]
    const types = new Set(this.#series.map(({ metric }) => metric)).size
    return this.#series.map((series) => seriesFrame(this.#query.refId, seriesName(this.#query, series, types), series.times, series.values))
  }
}

/** `trimEdges`: how many buckets at either end may be incomplete and are left out. */
function trimmed(query: EsQuery, length: number): [number, number] {
  const edges = Number(query.bucketAggs.find(({ type }) => type === 'date_histogram')?.settings.trimEdges ?? 0) || 0
  return length > edges * 2 ? [edges, length - edges] : [0, length]
}

function bucketsOf(answer: JsonObject): [string | undefined, JsonObject][] {
  if (Array.isArray(answer.buckets)) return answer.buckets.map((bucket) => [undefined, asObject(bucket)])
  return Object.entries(asObject(answer.buckets))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, bucket]) => [label, asObject(bucket)])
}

interface Part {
  readonly metric: string
  readonly field: string
  /** Name in a table, where it is not the metric's. */
  readonly column?: string
  read(bucket: JsonObject): number | null
}

/** The numbers that one metric gives: several for statistics, percentiles and top metrics. */
function partsOf(metric: MetricAgg, buckets: readonly JsonObject[]): Part[] {
  const { id, type, field } = metric
  switch (type) {
    case 'count':
      return [{ metric: 'count', field: '', read: (bucket) => numberOf(bucket.doc_count) }]
    case 'percentiles': {
      const keys = Object.keys(asObject(asObject(buckets[0]?.[id]).values)).filter((key) => !key.endsWith('_as_string'))
      return keys
        .sort()
        .map((key) => ({ metric: `p${key}`, field, column: `p${key} ${field}`, read: (bucket) => numberOf(asObject(asObject(bucket[id]).values)[key]) }))
    }
    case 'extended_stats': {
      const wanted = Object.keys(metric.meta).filter((key) => metric.meta[key] === true)
      return wanted.sort().map((stat) => ({ metric: stat, field, column: statNames[stat] ?? stat, read: (bucket) => statOf(asObject(bucket[id]), stat) }))
    }
    case 'top_metrics':
      return asList(metric.settings.metrics)
        .map(String)
        .map((name) => ({
          metric: 'top_metrics',
          field: name,
          column: `Top Metrics ${name}`,
          read: (bucket) => numberOf(asObject(asObject(asList(asObject(bucket[id]).top)[0]).metrics)[name]),
        }))
    default:
      return [
        {
          metric: type,
          field,
          read: (bucket) => {
            const value = asObject(bucket[id])
            return numberOf(value.normalized_value ?? value.value)
          },
        },
      ]
  }
}

function statOf(stats: JsonObject, stat: string): number | null {
  const bound = /^std_deviation_bounds_(upper|lower)$/.exec(stat)?.[1]
  return numberOf(bound === undefined ? stats[stat] : asObject(stats.std_deviation_bounds)[bound])
}

function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : null
}

function seriesName(query: EsQuery, series: Series, metricTypes: number): string {
  const metric = metricNames[series.metric] ?? statNames[series.metric] ?? series.metric
  if (query.alias !== '') return aliasName(query.alias, series, metric)
  let described = metric
  if (pipelineTypes.has(series.metric)) {
    const read = query.metrics.find(({ id }) => id === series.field)
    described = read ? `${metric} ${metricNames[read.type] ?? read.type} ${read.field}`.trim() : 'Unset'
  } else if (series.field !== '') described = `${metric} ${series.field}`
  const keys = Object.keys(series.labels).sort()
  if (keys.length === 0) return described
  const joined = keys.map((key) => series.labels[key]).join(' ')
  return metricTypes === 1 ? joined : `${joined} ${described}`
}

/** `{{term NAME}}`, `{{NAME}}`, `{{metric}}`, `{{field}}`. */
function aliasName(alias: string, series: Series, metric: string): string {
  return alias.replace(/\{\{([\s\S]+?)\}\}/g, (whole, inner: string) => {
    if (inner.startsWith('term ')) return series.labels[inner.slice(5)] ?? ''
    if (inner in series.labels) return series.labels[inner] ?? ''
    if (inner === 'metric') return metric
    return inner === 'field' ? series.field : whole
  })
}

function tableFrame(refId: string, rows: readonly Map<string, Json>[]): Frame {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  return {
    refId,
    fields: names.map((name) =>
      column(
        name,
        rows.map((row) => row.get(name) ?? null),
      ),
    ),
  }
}

function column(name: string, values: Json[]): FrameField {
  const first = values.find((value) => value !== null)
  const type = typeof first === 'number' ? 'number' : typeof first === 'object' ? 'other' : 'string'
  return { name, type, values: type === 'string' ? values.map((value) => (value === null ? null : String(value))) : values, config: { filterable: true } }
}

/** Documents as rows: the time field first, then the others by name. */
function documentFrame(query: EsQuery, answer: JsonObject, timeField: string): Frame {
  const rows = asList(asObject(answer.hits).hits)
    .map(asObject)
    .map((hit) => {
      const row: JsonObject = { _id: hit._id ?? null, _index: hit._index ?? null, ...flatten(asObject(hit._source)) }
      const [time] = asList(asObject(hit.fields)[timeField])
      if (time !== undefined) row[timeField] = Date.parse(String(time))
      return row
    })
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort((a, b) => (a === timeField ? -1 : b === timeField ? 1 : a < b ? -1 : 1))
  const fields = names.map((name): FrameField => {
    const values = rows.map((row) => row[name] ?? null)
    return name === timeField ? { name, type: 'time', values, config: { filterable: true } } : column(name, values)
  })
  return { refId: query.refId, fields }
}

function flatten(source: JsonObject, prefix = ''): JsonObject {
  const flat: JsonObject = {}
  for (const [key, value] of Object.entries(source)) {
    if (isObject(value)) Object.assign(flat, flatten(value, `${prefix}${key}.`))
    else flat[prefix + key] = value
  }
  return flat
}

/** What Grafana shows of a failed search. */
export function searchError(answer: JsonObject): string | undefined {
  if (answer.error === undefined) return undefined
  const error = asObject(answer.error)
  const [root] = asList(error.root_cause).map(asObject)
  return text(root?.reason) || text(error.reason) || 'Unknown elasticsearch error response'
}
