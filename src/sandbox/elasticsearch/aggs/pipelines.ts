/** Aggregations over the answers of others. https://www.elastic.co/docs/reference/aggregations/pipeline */
import { illegalArgument } from '../errors.ts'
import { asObject, isObject, type Json, type JsonObject } from '../json.ts'
import { valueAt } from './order.ts'

/** Beside the aggregation it reads: one value from its buckets. */
export type SiblingPipeline = (answers: JsonObject) => JsonObject
/** Inside a histogram: one more value per bucket. */
export type ParentPipeline = (buckets: readonly JsonObject[]) => (JsonObject | undefined)[]

export type Pipeline = { readonly sibling: SiblingPipeline } | { readonly parent: ParentPipeline }
export type PipelineParser = (name: string, body: JsonObject) => Pipeline

function pathOf(name: string, body: JsonObject): string {
  if (typeof body.buckets_path === 'string') return body.buckets_path
  throw illegalArgument(`Required [buckets_path] for [${name}]`)
}

interface Point {
  readonly key: string
  readonly value: number
}

function points(answers: JsonObject, path: string): Point[] {
  // `h._count` is the count of the buckets of `h`.
  const [first = '', ...rest] = path.replace(/^([^>]+)\._count$/, '$1>_count').split('>')
  const agg = answers[first]
  if (!isObject(agg)) throw illegalArgument(`No aggregation found for path [${path}]`)
  const buckets = Array.isArray(agg.buckets) ? agg.buckets.map(asObject) : Object.values(asObject(agg.buckets)).map(asObject)
  const found: Point[] = []
  for (const bucket of buckets) {
    const value = valueAt(bucket, rest.join('>') || '_count')
    // Gaps are skipped, the default policy; an empty bucket is a gap unless its count is what is asked for.
    if (typeof value === 'number' && (rest.join('>') === '_count' || bucket.doc_count !== 0))
      found.push({ key: String(bucket.key_as_string ?? bucket.key), value })
  }
  return found
}

function sibling(compute: (found: Point[]) => JsonObject): PipelineParser {
  return (name, body) => {
    const path = pathOf(name, body)
    return { sibling: (answers) => compute(points(answers, path)) }
  }
}

function extreme(better: (a: number, b: number) => boolean): PipelineParser {
  return sibling((found) => {
    let best: number | null = null
    for (const { value } of found) if (best === null || better(value, best)) best = value
    return { value: best, keys: found.filter(({ value }) => value === best).map(({ key }) => key) }
  })
}

const total = (found: Point[]): number => found.reduce((sum, { value }) => sum + value, 0)

function parent(compute: (values: (number | null)[]) => (Json | undefined)[]): PipelineParser {
  return (name, body) => {
    const path = pathOf(name, body)
    return {
      parent: (buckets) => {
        const values = buckets.map((bucket) => valueAt(bucket, path)).map((value) => (typeof value === 'number' ? value : null))
        return compute(values).map((value) => (value === undefined ? undefined : { value }))
      },
    }
  }
}

export const pipelineAggs: Readonly<Record<string, PipelineParser>> = {
  max_bucket: extreme((a, b) => a > b),
  min_bucket: extreme((a, b) => a < b),
  sum_bucket: sibling((found) => ({ value: total(found) })),
  avg_bucket: sibling((found) => ({ value: found.length === 0 ? null : total(found) / found.length })),
  derivative: parent((values) => {
    let before: number | null = null
    return values.map((value) => {
      const step = value === null || before === null ? undefined : value - before
      if (value !== null) before = value
      return step
    })
  }),
  cumulative_sum: parent((values) => {
    let sum = 0
    return values.map((value) => {
      sum += value ?? 0
      return sum
    })
  }),
}
