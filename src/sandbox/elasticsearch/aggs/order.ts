/** Order of buckets: `_count`, `_key`, or a path to a number of a sub-aggregation. */
import { EsError } from '../errors.ts'
import { asList, asObject, isObject, type Json, type JsonObject } from '../json.ts'

export function orderBuckets(buckets: JsonObject[], order: Json | undefined, fallback: JsonObject): JsonObject[] {
  const rules = asList(order ?? fallback).flatMap((entry) => Object.entries(asObject(entry)))
  // The real server breaks ties by key.
  if (!rules.some(([path]) => path === '_key' || path === '_term')) rules.push(['_key', 'asc'])
  return buckets.toSorted((a, b) => {
    for (const [path, direction] of rules) {
      const [x, y] = [sortValue(a, path), sortValue(b, path)]
      if (x === y) continue
      // A bucket without a value comes last either way.
      if (x === null) return 1
      if (y === null) return -1
      return (x < y ? -1 : 1) * (String(direction).toLowerCase() === 'desc' ? -1 : 1)
    }
    return 0
  })
}

function sortValue(bucket: JsonObject, path: string): number | string | null {
  if (path === '_count') return Number(bucket.doc_count)
  if (path === '_key' || path === '_term' || path === '_time') return bucket.key as number | string
  return valueAt(bucket, path) as number | null
}

/** `name`, `name.avg`, `name[95]`, `outer>inner`, `_count`. */
export function valueAt(bucket: JsonObject, path: string): Json {
  if (path === '_count') return bucket.doc_count ?? null
  const step = /^([^>.[]+)(?:\[([^\]]+)\]|\.([^>.[]+))?(?:>(.*))?$/.exec(path)
  const inner = step ? bucket[step[1] ?? ''] : undefined
  if (!step || !isObject(inner)) throw noSuchPath(path, step?.[1] ?? path)
  if (step[4] !== undefined) return valueAt(inner, step[4])
  const key = step[2] ?? step[3]
  if (key === undefined || key === 'value') return inner.value ?? inner.doc_count ?? null
  const values = asObject(inner.values)
  return inner[key] ?? values[key] ?? values[`${key}.0`] ?? asObject(inner.std_deviation_bounds)[key.replace('std_', '')] ?? null
}

/** Found out only when the shards' answers are put together. */
function noSuchPath(path: string, name: string): EsError {
  const reason = `Cannot find aggregation named [${name}]`
  const cause = {
    type: 'illegal_argument_exception',
    reason: `Invalid aggregation order path [${path}]. ${reason}`,
    causedBy: { type: 'illegal_argument_exception', reason },
  }
  return new EsError(
    400,
    { type: 'search_phase_execution_exception', reason: '', extra: { phase: 'fetch', grouped: true, failed_shards: [] }, causedBy: cause },
    [],
  )
}
