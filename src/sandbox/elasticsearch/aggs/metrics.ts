/** Aggregations to one value or a few. https://www.elastic.co/docs/reference/aggregations/metrics */
import { ShardFailure } from '../errors.ts'
import type { Doc } from '../index-state.ts'
import { asList, type Json, type JsonObject } from '../json.ts'
import { type Field, isDate, isNumeric } from '../mapping/field.ts'
import { type Agg, type AggContext, type AggParser, asNumber, docValueField, formatted, onlyKeys, requiredField, unsupportedField, valuesOf } from './agg.ts'

const COMMON = ['field', 'missing', 'format', 'script', 'value_type']

interface Numbers {
  readonly values: number[]
  readonly field: Field | undefined
}

function numbers(type: string, path: string, missing: Json | undefined, docs: readonly Doc[], context: AggContext): Numbers {
  const field = docValueField(context, path)
  if (field && !isNumeric(field.type) && !isDate(field.type) && field.type !== 'boolean') throw unsupportedField(field, type)
  const values: number[] = []
  for (const doc of docs) {
    const own = valuesOf(doc, path)
    if (own.length > 0) for (const value of own) values.push(asNumber(value))
    else if (missing !== undefined && missing !== null) values.push(Number(missing))
  }
  return { values, field }
}

/** Neumaier's sum: as exact as the real server's Kahan summation. */
function sumOf(values: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

function single(type: string, compute: (values: number[]) => number | null, asText = true): AggParser {
  return ({ name, body }) => {
    onlyKeys(type, body, COMMON)
    const path = requiredField(name, body)
    return (docs, context) => {
      const { values, field } = numbers(type, path, body.missing, docs, context)
      const value = compute(values)
      return { value, ...(value !== null && asText ? stringOf('value', field, value, body.format) : {}) }
    }
  }
}

function stringOf(key: string, field: Field | undefined, value: number, format?: Json): JsonObject {
  const text = formatted(field, value, format)
  return text === undefined ? {} : { [`${key}_as_string`]: text }
}

const valueCount: AggParser = ({ name, body }) => {
  onlyKeys('value_count', body, COMMON)
  const path = requiredField(name, body)
  return (docs, context) => {
    docValueField(context, path)
    return { value: docs.reduce((count, doc) => count + valuesOf(doc, path).length, 0) }
  }
}

const cardinality: AggParser = ({ name, body }) => {
  onlyKeys('cardinality', body, [...COMMON, 'precision_threshold', 'rehash', 'execution_hint'])
  const path = requiredField(name, body)
  return (docs, context) => {
    docValueField(context, path)
    const seen = new Set<unknown>()
    for (const doc of docs) for (const value of valuesOf(doc, path)) seen.add(value)
    return { value: seen.size }
  }
}

const stats: AggParser = ({ name, body }) => {
  onlyKeys('stats', body, COMMON)
  const path = requiredField(name, body)
  return (docs, context) => basicStats(numbers('stats', path, body.missing, docs, context), body.format)
}

function basicStats({ values, field }: Numbers, format?: Json): JsonObject {
  const count = values.length
  const sum = sumOf(values)
  if (count === 0) return { count, min: null, max: null, avg: null, sum }
  const known = { min: least(values), max: most(values), avg: sum / count, sum }
  const texts = Object.assign({}, ...Object.entries(known).map(([key, value]) => stringOf(key, field, value, format)))
  return { count, ...known, ...texts }
}

const extendedStats: AggParser = ({ name, body }) => {
  onlyKeys('extended_stats', body, [...COMMON, 'sigma'])
  const path = requiredField(name, body)
  const sigma = typeof body.sigma === 'number' ? body.sigma : 2
  return (docs, context) => {
    const found = numbers('extended_stats', path, body.missing, docs, context)
    return { ...basicStats(found, body.format), ...spread(found.values, sigma) }
  }
}

function spread(values: readonly number[], sigma: number): JsonObject {
  const n = values.length
  const bounds = (avg: number | null, population: number | null, sampling: number | null): JsonObject => {
    const at = (deviation: number | null, sign: number) => (avg === null || deviation === null ? null : written(avg + sign * sigma * deviation))
    return {
      upper: at(population, 1),
      lower: at(population, -1),
      upper_population: at(population, 1),
      lower_population: at(population, -1),
      upper_sampling: at(sampling, 1),
      lower_sampling: at(sampling, -1),
    }
  }
  if (n === 0) {
    const none = { sum_of_squares: null, variance: null, variance_population: null, variance_sampling: null }
    return { ...none, std_deviation: null, std_deviation_population: null, std_deviation_sampling: null, std_deviation_bounds: bounds(null, null, null) }
  }
  const sum = sumOf(values)
  const squares = sumOf(values.map((value) => value * value))
  const population = Math.max(0, (squares - (sum * sum) / n) / n)
  const sampling = n < 2 ? Number.NaN : Math.max(0, (squares - (sum * sum) / n) / (n - 1))
  const [deviation, sampled] = [Math.sqrt(population), Math.sqrt(sampling)]
  return {
    sum_of_squares: squares,
    variance: population,
    variance_population: population,
    variance_sampling: written(sampling),
    std_deviation: deviation,
    std_deviation_population: deviation,
    std_deviation_sampling: written(sampled),
    std_deviation_bounds: bounds(sum / n, deviation, sampled),
  }
}

/** A number that JSON has no form for is written as text. */
function written(value: number): Json {
  return Number.isNaN(value) ? 'NaN' : value
}

/** Exact, by linear interpolation: what the real server's digest gives while it is small. */
const percentiles: AggParser = ({ name, body }) => {
  onlyKeys('percentiles', body, [...COMMON, 'percents', 'keyed', 'tdigest', 'hdr', 'compression'])
  const path = requiredField(name, body)
  const percents = body.percents === undefined ? [1, 5, 25, 50, 75, 95, 99] : asList(body.percents).map(Number)
  return (docs, context) => {
    const { values, field } = numbers('percentiles', path, body.missing, docs, context)
    values.sort((a, b) => a - b)
    const entries = percents.map((percent) => [percent, values.length === 0 ? null : quantile(values, percent / 100)] as const)
    if (body.keyed === false) return { values: entries.map(([key, value]) => ({ key, value })) }
    const shown: JsonObject = {}
    for (const [percent, value] of entries) {
      const key = Number.isInteger(percent) ? `${percent}.0` : String(percent)
      shown[key] = value
      if (value !== null) Object.assign(shown, stringOf(key, field, value, body.format))
    }
    return { values: shown }
  }
}

function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

const topMetrics: AggParser = ({ body }) => {
  onlyKeys('top_metrics', body, ['metrics', 'sort', 'size', 'missing'])
  const paths = asList(body.metrics).map((metric) => String((metric as JsonObject).field))
  const [[sortPath, order] = ['_doc', 'asc']] = sortOf(body.sort)
  const size = typeof body.size === 'number' ? body.size : 1
  const run: Agg = (docs, context) => {
    const field = docValueField(context, sortPath)
    if (!field && docs.length > 0) throw new ShardFailure({ type: 'query_shard_exception', reason: `No mapping found for [${sortPath}] in order to sort on` })
    const direction = order === 'desc' ? -1 : 1
    const ranked = docs
      .flatMap((doc) => {
        const [value] = valuesOf(doc, sortPath)
        return value === undefined ? [] : [{ doc, value }]
      })
      .sort((a, b) => (a.value === b.value ? 0 : a.value < b.value ? -direction : direction))
    const shown = (path: string, doc: Doc): Json => {
      const [value] = valuesOf(doc, path)
      const own = docValueField(context, path)
      return value === undefined ? null : typeof value === 'number' ? (formatted(own, value) ?? value) : value
    }
    return {
      top: ranked.slice(0, size).map(({ doc, value }) => ({
        sort: [typeof value === 'number' ? (formatted(field, value) ?? value) : value],
        metrics: Object.fromEntries(paths.map((path) => [path, shown(path, doc)])),
      })),
    }
  }
  return run
}

function sortOf(sort: Json | undefined): [string, string][] {
  return asList(sort).flatMap((entry) => {
    if (typeof entry === 'string') return [[entry, 'asc'] as [string, string]]
    return Object.entries(entry as JsonObject).map(
      ([key, value]) => [key, typeof value === 'string' ? value : String((value as JsonObject).order ?? 'asc')] as [string, string],
    )
  })
}

export const metricAggs: Readonly<Record<string, AggParser>> = {
  max: single('max', (values) => (values.length === 0 ? null : most(values))),
  min: single('min', (values) => (values.length === 0 ? null : least(values))),
  avg: single('avg', (values) => (values.length === 0 ? null : sumOf(values) / values.length)),
  sum: single('sum', sumOf),
  value_count: valueCount,
  cardinality,
  stats,
  extended_stats: extendedStats,
  percentiles,
  top_metrics: topMetrics,
}
