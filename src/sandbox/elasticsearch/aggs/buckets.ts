/** Buckets by value and by query. https://www.elastic.co/docs/reference/aggregations/bucket */
import { contentError } from '../errors.ts'
import type { Doc } from '../index-state.ts'
import { asList, asObject, isObject, type Json, type JsonObject } from '../json.ts'
import { isNumeric, type Value } from '../mapping/field.ts'
import { parseQuery } from '../query/index.ts'
import { type Agg, type AggParser, asNumber, docTest, docValueField, formatted, onlyKeys, requiredField, valuesOf } from './agg.ts'
import { orderBuckets } from './order.ts'

const TERMS_KEYS = [
  'field',
  'size',
  'shard_size',
  'order',
  'min_doc_count',
  'shard_min_doc_count',
  'missing',
  'include',
  'exclude',
  'format',
  'execution_hint',
  'collect_mode',
  'show_term_doc_count_error',
  'value_type',
  'script',
]

const terms: AggParser = ({ name, body, sub }) => {
  onlyKeys('terms', body, TERMS_KEYS)
  const path = requiredField(name, body)
  const size = typeof body.size === 'number' ? body.size : 10
  if (size < 1) {
    throw contentError('[1:1] [terms] failed to parse field [size]', {
      type: 'illegal_argument_exception',
      reason: `[size] must be greater than 0. Found [${size}] in [${name}]`,
    })
  }
  const minimum = typeof body.min_doc_count === 'number' ? body.min_doc_count : 1
  const wanted = termFilter(body.include, body.exclude)
  return (docs, context) => {
    const field = docValueField(context, path)
    const groups = new Map<Value, Doc[]>()
    for (const doc of docs) {
      const values = valuesOf(doc, path)
      const given = values.length > 0 || body.missing === undefined || body.missing === null ? values : [missingValue(body.missing, field?.type)]
      for (const value of new Set(given)) {
        if (!wanted(String(value))) continue
        const group = groups.get(value)
        if (group) group.push(doc)
        else groups.set(value, [doc])
      }
    }
    const buckets: JsonObject[] = []
    for (const [value, group] of groups) {
      const key = typeof value === 'boolean' ? asNumber(value) : value
      const text = typeof key === 'number' ? formatted(field, key, body.format) : undefined
      buckets.push({ key, ...(text === undefined ? {} : { key_as_string: text }), doc_count: group.length, ...sub(group, context) })
    }
    const count = (list: readonly JsonObject[]) => list.reduce((sum, bucket) => sum + Number(bucket.doc_count), 0)
    // A shard sends its best buckets, and only then are those with too few documents left out.
    const limit = shardSize(body, size)
    const sent = orderBuckets(buckets, body.order, { _count: 'desc' }).slice(0, limit)
    const kept = sent.filter((bucket) => Number(bucket.doc_count) >= minimum).slice(0, size)
    const dropped = sent.filter((bucket) => Number(bucket.doc_count) < minimum)
    const other = count(buckets) - count(kept) - count(dropped)
    // With an order that says nothing of what was left out, the error is unknown.
    const certain = sent.length < limit || body.order === undefined || ordersBy(body.order, ['_key', '_term']) || ordersBy(body.order, ['_count'], 'desc')
    return { doc_count_error_upper_bound: certain ? 0 : -1, sum_other_doc_count: other, buckets: kept }
  }
}

/** How many buckets a shard sends: enough that those left out hardly matter, unless the order is that of the keys. */
function shardSize(body: JsonObject, size: number): number {
  return ordersBy(body.order, ['_key', '_term']) ? size : Math.max(size, Number(body.shard_size ?? Math.floor(size * 1.5 + 10)))
}

function ordersBy(order: Json | undefined, names: readonly string[], direction?: string): boolean {
  const [first] = asList(order).flatMap((rule) => Object.entries(asObject(rule)))
  return first !== undefined && names.includes(first[0]) && (direction === undefined || String(first[1]).toLowerCase() === direction)
}

function missingValue(missing: Json, type: string | undefined): Value {
  return type !== undefined && isNumeric(type) ? Number(missing) : (missing as Value)
}

function termFilter(include: Json | undefined, exclude: Json | undefined): (text: string) => boolean {
  const test = (given: Json | undefined) => {
    if (given === undefined) return undefined
    if (Array.isArray(given)) {
      const set = new Set(given.map(String))
      return (text: string) => set.has(text)
    }
    const regex = new RegExp(`^(?:${String(given)})$`)
    return (text: string) => regex.test(text)
  }
  const [inside, outside] = [test(include), test(exclude)]
  return (text) => (inside?.(text) ?? true) && !(outside?.(text) ?? false)
}

const filter: AggParser = ({ body, sub }) => {
  const query = parseQuery(body)
  return (docs, context) => {
    const test = docTest(query, context)
    const inside = docs.filter(test)
    return { doc_count: inside.length, ...sub(inside, context) }
  }
}

const filters: AggParser = ({ body, sub }) => {
  onlyKeys('filters', body, ['filters', 'other_bucket', 'other_bucket_key', 'keyed'])
  const named = isObject(body.filters)
  const queries = named ? Object.entries(asObject(body.filters)) : asList(body.filters).map((query, i) => [String(i), query] as const)
  const parsed = queries.map(([key, query]) => [key, parseQuery(query)] as const)
  const other = body.other_bucket === true || body.other_bucket_key !== undefined
  return (docs, context) => {
    const buckets: [string, JsonObject][] = []
    const rest = new Set(docs)
    for (const [key, query] of parsed) {
      const inside = docs.filter(docTest(query, context))
      for (const doc of inside) rest.delete(doc)
      buckets.push([key, { doc_count: inside.length, ...sub(inside, context) }])
    }
    if (other) buckets.push([String(body.other_bucket_key ?? '_other_'), { doc_count: rest.size, ...sub([...rest], context) }])
    return { buckets: named ? Object.fromEntries(buckets) : buckets.map(([, bucket]) => bucket) }
  }
}

const missing: AggParser = ({ name, body, sub }) => {
  const path = requiredField(name, body)
  return (docs, context) => {
    const inside = docs.filter((doc) => valuesOf(doc, path).length === 0)
    return { doc_count: inside.length, ...sub(inside, context) }
  }
}

const range: AggParser = ({ name, body, sub }) => {
  onlyKeys('range', body, ['field', 'ranges', 'keyed', 'missing', 'format'])
  const path = requiredField(name, body)
  const ranges = asList(body.ranges).map(asObject)
  return (docs, context) => {
    docValueField(context, path)
    const number = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value))
    const buckets = ranges.map(({ key, from, to }): [string, JsonObject] => {
      const [low, high] = [from === undefined ? undefined : Number(from), to === undefined ? undefined : Number(to)]
      const inside = docs.filter((doc) =>
        valuesOf(doc, path).some((value) => (low === undefined || asNumber(value) >= low) && (high === undefined || asNumber(value) < high)),
      )
      const label = typeof key === 'string' ? key : `${low === undefined ? '*' : number(low)}-${high === undefined ? '*' : number(high)}`
      return [
        label,
        {
          key: label,
          ...(low === undefined ? {} : { from: low }),
          ...(high === undefined ? {} : { to: high }),
          doc_count: inside.length,
          ...sub(inside, context),
        },
      ]
    })
    return { buckets: body.keyed === true ? Object.fromEntries(buckets) : buckets.map(([, bucket]) => bucket) }
  }
}

/** Objects inside a document are not kept apart here, so a nested aggregation sees each document once. */
const nested: AggParser = ({ body, sub }) => {
  onlyKeys('nested', body, ['path'])
  const prefix = `${String(body.path)}.`
  const run: Agg = (docs, context) => {
    const inside = docs.filter((doc) => doc.fields.names().some((key) => key.startsWith(prefix)))
    return { doc_count: inside.length, ...sub(inside, context) }
  }
  return run
}

export const bucketAggs: Readonly<Record<string, AggParser>> = { terms, filter, filters, missing, range, nested }
