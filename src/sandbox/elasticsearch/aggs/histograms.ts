/** Buckets of equal width. https://www.elastic.co/docs/reference/aggregations/search-aggregations-bucket-datehistogram-aggregation */

import { dateFormat } from '../date-format.ts'
import { parseDateMath } from '../date-math.ts'
import { contentError, illegalArgument, ShardFailure } from '../errors.ts'
import type { Doc } from '../index-state.ts'
import { asObject, type Json, type JsonObject } from '../json.ts'
import { isDate, isNumeric } from '../mapping/field.ts'
import { addUnits, calendarUnits, durationMs, floorTo, fromLocal, utc, type Zone, zoneOf } from '../time.ts'
import { type AggContext, type AggParser, asNumber, docValueField, formatted, onlyKeys, requiredField, unsupportedField, valuesOf } from './agg.ts'
import { orderBuckets } from './order.ts'

/** More would be refused by the real server too (search.max_buckets). */
const MAX_BUCKETS = 65_536

interface Steps {
  /** Added to every key; the real server rounds the bounds without it and adds it then. */
  readonly offset: number
  floor(value: number): number
  next(key: number): number
}

const DATE_KEYS = [
  'field',
  'fixed_interval',
  'calendar_interval',
  'interval',
  'min_doc_count',
  'extended_bounds',
  'hard_bounds',
  'time_zone',
  'offset',
  'format',
  'missing',
  'order',
  'keyed',
  'script',
  'value_type',
]

export const dateHistogram: AggParser = ({ name, body, sub }) => {
  onlyKeys('date_histogram', body, DATE_KEYS)
  const path = requiredField(name, body)
  const zone = zoneFrom(body.time_zone)
  const steps = body.fixed_interval === undefined && body.calendar_interval === undefined && body.interval === undefined ? undefined : dateSteps(body, zone)
  const minimum = typeof body.min_doc_count === 'number' ? body.min_doc_count : 0
  return (docs, context) => {
    const field = docValueField(context, path)
    if (!steps) throw new ShardFailure({ type: 'illegal_argument_exception', reason: 'Invalid interval specified, must be non-null and non-empty' }, true)
    if (field && !isDate(field.type) && !isNumeric(field.type)) throw unsupportedField(field, 'date_histogram')
    const bound = (value: Json | undefined): number | undefined => {
      if (value === undefined || value === null) return undefined
      const format = (typeof body.format === 'string' ? dateFormat(body.format) : undefined) ?? field?.format
      return typeof value === 'number' || !format ? Number(value) : parseDateMath(value as string, format, { now: context.now, zone })
    }
    const missing = body.missing === undefined ? undefined : bound(body.missing)
    const buckets = gather(docs, path, steps, missing)
    const limits = (json: Json | undefined): [number | undefined, number | undefined] => [bound(asObject(json).min), bound(asObject(json).max)]
    const keys = keysOf(buckets, steps, minimum, limits(body.extended_bounds), limits(body.hard_bounds))
    const shown = keys.map((key) => {
      const inside = buckets.get(key) ?? []
      const text = formatted(field, key, body.format, zone)
      return { ...(text === undefined ? {} : { key_as_string: text }), key, doc_count: inside.length, ...sub(inside, context) }
    })
    return { buckets: keyed(orderBuckets(shown, body.order, { _key: 'asc' }), body.keyed) }
  }
}

function zoneFrom(given: Json | undefined): Zone {
  if (given === undefined) return utc
  const zone = zoneOf(String(given))
  if (!zone)
    throw contentError('[1:1] [date_histogram] failed to parse field [time_zone]', {
      type: 'zone_rules_exception',
      reason: `Unknown time-zone ID: ${String(given)}`,
    })
  return zone
}

function dateSteps(body: JsonObject, zone: Zone): Steps {
  const offset = body.offset === undefined ? 0 : (durationMs(String(body.offset)) ?? Number(body.offset))
  const calendar = calendarUnits[String(body.calendar_interval ?? (body.fixed_interval === undefined ? body.interval : ''))]
  if (body.calendar_interval !== undefined && !calendar) {
    throw contentError('[1:1] [date_histogram] failed to parse field [calendar_interval]', {
      type: 'illegal_argument_exception',
      reason: `The supplied interval [${String(body.calendar_interval)}] could not be parsed as a calendar interval.`,
    })
  }
  if (calendar) {
    return {
      offset,
      floor: (value) => floorTo(value - offset, calendar, zone) + offset,
      next: (key) => floorTo(addUnits(key - offset, 1, calendar, zone), calendar, zone) + offset,
    }
  }
  const width = durationMs(String(body.fixed_interval ?? body.interval))
  if (width === undefined || width < 1) {
    throw contentError('[1:1] [date_histogram] failed to parse field [fixed_interval]', {
      type: 'illegal_argument_exception',
      reason: `failed to parse setting [date_histogram.fixedInterval] with value [${String(body.fixed_interval)}] as a time value: unit is missing or unrecognized`,
    })
  }
  const floor = (value: number) => {
    const at = value - offset
    return fromLocal(Math.floor((at + zone.offsetAt(at)) / width) * width, zone) + offset
  }
  // Over a change of the zone's offset the next local step is not simply one width away.
  return { offset, floor, next: (key) => Math.max(floor(key + width), key + 1) }
}

const NUMBER_KEYS = ['field', 'interval', 'min_doc_count', 'extended_bounds', 'hard_bounds', 'offset', 'format', 'missing', 'order', 'keyed', 'script']

export const histogram: AggParser = ({ name, body, sub }) => {
  onlyKeys('histogram', body, NUMBER_KEYS)
  const path = requiredField(name, body)
  const width = Number(body.interval)
  if (!(width > 0)) throw illegalArgument(`[interval] must be >0 for histogram aggregation [${name}]`)
  const offset = Number(body.offset ?? 0)
  const steps: Steps = {
    offset,
    floor: (value) => Math.floor((value - offset) / width) * width + offset,
    next: (key) => Math.floor((key - offset) / width + 1.5) * width + offset,
  }
  const minimum = typeof body.min_doc_count === 'number' ? body.min_doc_count : 0
  return (docs: readonly Doc[], context: AggContext) => {
    const field = docValueField(context, path)
    if (field && !isNumeric(field.type) && field.type !== 'boolean' && !isDate(field.type)) throw unsupportedField(field, 'histogram')
    const buckets = gather(docs, path, steps, body.missing === undefined ? undefined : Number(body.missing))
    const limits = (json: Json | undefined): [number | undefined, number | undefined] => {
      const { min, max } = asObject(json)
      return [min === undefined ? undefined : Number(min), max === undefined ? undefined : Number(max)]
    }
    const shown = keysOf(buckets, steps, minimum, limits(body.extended_bounds), limits(body.hard_bounds)).map((key) => {
      const inside = buckets.get(key) ?? []
      return { key, doc_count: inside.length, ...sub(inside, context) }
    })
    return { buckets: keyed(orderBuckets(shown, body.order, { _key: 'asc' }), body.keyed) }
  }
}

function gather(docs: readonly Doc[], path: string, steps: Steps, missing: number | undefined): Map<number, Doc[]> {
  const buckets = new Map<number, Doc[]>()
  const put = (key: number, doc: Doc) => {
    const bucket = buckets.get(key)
    if (!bucket) buckets.set(key, [doc])
    else if (bucket[bucket.length - 1] !== doc) bucket.push(doc)
  }
  for (const doc of docs) {
    const values = valuesOf(doc, path)
    if (values.length === 0 && missing !== undefined) put(steps.floor(missing), doc)
    for (const value of values) put(steps.floor(asNumber(value)), doc)
  }
  return buckets
}

type Limits = readonly [number | undefined, number | undefined]

function keysOf(buckets: ReadonlyMap<number, Doc[]>, steps: Steps, minimum: number, extended: Limits, hard: Limits): number[] {
  const inHard = (key: number) => (hard[0] === undefined || key >= steps.floor(hard[0])) && (hard[1] === undefined || key <= hard[1])
  const found = [...buckets.keys()].filter(inHard).sort((a, b) => a - b)
  if (minimum > 0) return found.filter((key) => (buckets.get(key)?.length ?? 0) >= minimum)
  const candidates = [found[0], extended[0] === undefined ? undefined : steps.floor(extended[0] + steps.offset)].filter((key) => key !== undefined)
  if (extended[1] !== undefined) candidates.push(steps.floor(extended[1] + steps.offset))
  if (candidates.length === 0) return []
  const end = Math.max(found[found.length - 1] ?? Number.NEGATIVE_INFINITY, ...candidates)
  const keys: number[] = []
  for (let key = Math.min(...candidates); key <= end; key = steps.next(key)) {
    if (keys.length >= MAX_BUCKETS) {
      throw illegalArgument(
        `Trying to create too many buckets. Must be less than or equal to: [${MAX_BUCKETS}] but this number of buckets was exceeded. This limit can be set by changing the [search.max_buckets] cluster level setting.`,
      )
    }
    keys.push(key)
  }
  return keys
}

function keyed(buckets: JsonObject[], wanted: Json | undefined): Json {
  if (wanted !== true) return buckets
  return Object.fromEntries(buckets.map((bucket) => [String(bucket.key_as_string ?? bucket.key), bucket]))
}
