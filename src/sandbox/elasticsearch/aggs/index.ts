import { EsError, illegalArgument, parsingError } from '../errors.ts'
import { asObject, isObject, type Json, type JsonObject } from '../json.ts'
import type { Agg, AggParser } from './agg.ts'
import { bucketAggs } from './buckets.ts'
import { dateHistogram, histogram } from './histograms.ts'
import { metricAggs } from './metrics.ts'
import { type Pipeline, pipelineAggs } from './pipelines.ts'
import { topHits } from './top-hits.ts'

export type { Agg, AggContext } from './agg.ts'

const parsers: Readonly<Record<string, AggParser>> = { ...metricAggs, ...bucketAggs, date_histogram: dateHistogram, histogram, top_hits: topHits }
const NOT_TYPES = ['aggs', 'aggregations', 'meta']

/** All aggregations of one level as one. Throws parsing_exception. */
export function parseAggs(json: Json | undefined): Agg {
  const found: { name: string; run: Agg; meta: Json | undefined }[] = []
  const pipelines: { name: string; pipeline: Pipeline }[] = []
  for (const [name, body] of Object.entries(asObject(json))) {
    const [type, options] = typeOf(name, body)
    const pipeline = pipelineAggs[type]
    if (pipeline) pipelines.push({ name, pipeline: pipeline(name, options) })
    else found.push({ name, run: parseOne(name, type, options, asObject(body)), meta: asObject(body).meta })
  }
  return (docs, context) => {
    const answers: JsonObject = {}
    for (const { name, run, meta } of found) answers[name] = { ...(meta === undefined ? {} : { meta }), ...run(docs, context) }
    for (const { name, pipeline } of pipelines) if ('sibling' in pipeline) answers[name] = pipeline.sibling(answers)
    return answers
  }
}

function typeOf(name: string, body: Json | undefined): [string, JsonObject] {
  if (!isObject(body)) throw parsingError(`Found two aggregation type definitions in [${name}]`)
  const types = Object.keys(body).filter((key) => !NOT_TYPES.includes(key))
  const [type] = types
  if (type === undefined) throw parsingError(`Missing definition for aggregation [${name}]`)
  if (types.length > 1) throw parsingError(`Found two aggregation type definitions in [${name}]: [${type}] and [${types[1]}]`)
  if (!parsers[type] && !pipelineAggs[type]) {
    throw new EsError(400, {
      type: 'parsing_exception',
      reason: `Unknown aggregation type [${type}]`,
      extra: { line: 1, col: 1 },
      causedBy: { type: 'named_object_not_found_exception', reason: `[1:1] unknown field [${type}]` },
    })
  }
  return [type, asObject(body[type])]
}

function parseOne(name: string, type: string, body: JsonObject, outer: JsonObject): Agg {
  const inner = outer.aggs ?? outer.aggregations
  const hasSub = isObject(inner) && Object.keys(inner).length > 0
  if (hasSub && type in metricAggs) {
    throw illegalArgument(`Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`)
  }
  const parser = parsers[type] as AggParser
  const run = parser({ name, body, sub: parseAggs(inner), hasSub })
  const parents = parentsOf(inner)
  if (parents.length === 0) return run
  return (docs, context) => {
    const answer = run(docs, context)
    if (!Array.isArray(answer.buckets)) return answer
    const buckets = answer.buckets.map(asObject)
    for (const [key, compute] of parents) {
      compute(buckets).forEach((value, i) => {
        const bucket = buckets[i]
        if (bucket && value !== undefined) bucket[key] = value
      })
    }
    return { ...answer, buckets }
  }
}

function parentsOf(inner: Json | undefined) {
  return Object.entries(asObject(inner)).flatMap(([name, body]) => {
    const [type, options] = typeOf(name, body)
    const pipeline = pipelineAggs[type]?.(name, options)
    return pipeline && 'parent' in pipeline ? [[name, pipeline.parent] as const] : []
  })
}
