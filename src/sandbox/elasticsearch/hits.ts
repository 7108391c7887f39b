/** Which documents a search shows, in which order, and what of them. */

import { type AggContext, asNumber, docValueField, valuesOf } from './aggs/agg.ts'
import { dateFormat } from './date-format.ts'
import { EsError, illegalArgument, parsingError, ShardFailure } from './errors.ts'
import type { Doc } from './index-state.ts'
import { asList, asObject, isObject, type Json, type JsonObject, simpleMatch } from './json.ts'
import { type Field, isDate, isNumeric, isWhole, type Value } from './mapping/field.ts'

export interface ScoredDoc {
  readonly doc: Doc
  readonly score: number
}

interface SortRule {
  readonly field: string
  readonly descending: boolean
  readonly missing: Json
  readonly unmapped: boolean
  readonly format: string | undefined
}

interface FieldRequest {
  readonly pattern: string
  readonly format: string | undefined
}

export interface HitOptions {
  readonly from: number
  readonly size: number
  readonly sort: readonly SortRule[]
  readonly searchAfter: readonly Json[] | undefined
  readonly source: (source: JsonObject) => JsonObject | undefined
  readonly fields: readonly FieldRequest[]
  readonly docvalueFields: readonly FieldRequest[]
  readonly version: boolean
  readonly seqNo: boolean
}

/** Throws on malformed options. */
export function parseHits(body: JsonObject): HitOptions {
  const size = count(body.size, 10, 'size')
  const from = count(body.from, 0, 'from')
  const sort = asList(body.sort).flatMap(sortRules)
  const searchAfter = Array.isArray(body.search_after) ? body.search_after : undefined
  if (searchAfter && from > 0) throw illegalArgument('[from] parameter must be set to 0 when [search_after] is used')
  return {
    from,
    size,
    sort,
    searchAfter,
    source: sourceFilter(body._source),
    fields: asList(body.fields).map(fieldRequest),
    docvalueFields: asList(body.docvalue_fields).map(fieldRequest),
    version: body.version === true,
    seqNo: body.seq_no_primary_term === true,
  }
}

function count(given: Json | undefined, fallback: number, name: string): number {
  if (given === undefined || given === null) return fallback
  const number = Number(given)
  if (!Number.isInteger(number)) throw parsingError(`Unknown key for a ${typeof given === 'string' ? 'VALUE_STRING' : 'VALUE_NUMBER'} in [${name}].`)
  if (number < 0) throw illegalArgument(`[${name}] parameter cannot be negative, found [${number}]`)
  return number
}

function sortRules(entry: Json): SortRule[] {
  if (typeof entry === 'string') {
    const [field = '', order] = entry.split(':')
    return [{ field, descending: order === undefined ? field === '_score' : order === 'desc', missing: '_last', unmapped: false, format: undefined }]
  }
  return Object.entries(asObject(entry)).map(([field, given]) => {
    const options = isObject(given) ? given : { order: given }
    const order = options.order ?? (field === '_score' ? 'desc' : 'asc')
    if (order !== 'asc' && order !== 'desc') throw illegalArgument(`No enum constant org.elasticsearch.search.sort.SortOrder.${String(order).toUpperCase()}`)
    return {
      field,
      descending: order === 'desc',
      missing: options.missing ?? '_last',
      unmapped: options.unmapped_type !== undefined,
      format: typeof options.format === 'string' ? options.format : undefined,
    }
  })
}

function fieldRequest(entry: Json): FieldRequest {
  const json = asObject(entry)
  return typeof entry === 'string'
    ? { pattern: entry, format: undefined }
    : { pattern: String(json.field), format: typeof json.format === 'string' ? json.format : undefined }
}

/** `_source`: false, a list of patterns, or includes and excludes. */
export function sourceFilter(given: Json | undefined): (source: JsonObject) => JsonObject | undefined {
  if (given === undefined || given === true || given === null) return (source) => source
  if (given === false) return () => undefined
  const json = asObject(given)
  const includes = isObject(given) ? asList(json.includes ?? json.include).map(String) : asList(given).map(String)
  const excludes = asList(json.excludes ?? json.exclude).map(String)
  const covers = (patterns: string[], path: string) => patterns.some((pattern) => simpleMatch(pattern, path) || path.startsWith(`${pattern}.`))
  const walk = (node: JsonObject, prefix: string): JsonObject => {
    const kept: JsonObject = {}
    for (const [key, value] of Object.entries(node)) {
      const path = prefix + key
      if (covers(excludes, path)) continue
      const included = includes.length === 0 || covers(includes, path)
      if (isObject(value) && (!included || excludes.length > 0)) {
        const inner = walk(value, `${path}.`)
        if (Object.keys(inner).length > 0) kept[key] = inner
      } else if (included) kept[key] = value
    }
    return kept
  }
  return (source) => walk(source, '')
}

function checkSearchAfter({ searchAfter, sort }: HitOptions): void {
  if (!searchAfter) return
  const fault = (reason: string) => new ShardFailure({ type: 'illegal_argument_exception', reason }, true)
  if (sort.length === 0) throw fault('Sort must contain at least one field.')
  if (searchAfter.length !== sort.length) throw fault(`search_after has ${searchAfter.length} value(s) but sort has ${sort.length}.`)
}

/** `max_score` and `hits` of an answer. */
export function showHits(found: readonly ScoredDoc[], options: HitOptions, context: AggContext): JsonObject {
  checkSearchAfter(options)
  const ranked = rank(found, options, context)
  const bySort = options.sort.length > 0
  const page = ranked.slice(options.from, options.from + options.size)
  const scored = !bySort || options.sort.some(({ field }) => field === '_score')
  const best = scored && options.size > 0 && found.length > 0 ? Math.max(...found.map(({ score }) => score)) : null
  return {
    max_score: best,
    hits: page.map(({ doc, score, keys }) => {
      const stored = doc.index.storedAs(doc)
      const source = options.source(JSON.parse(stored?.source ?? '{}'))
      const fields = fieldsOf(doc, options)
      const routing = stored?.routing ?? null
      return {
        _index: doc.index.name,
        ...(context.typed ? { _type: '_doc' } : {}),
        _id: doc.id,
        ...(options.version ? { _version: doc.version } : {}),
        ...(options.seqNo ? { _seq_no: doc.seqNo, _primary_term: 1 } : {}),
        _score: scored ? score : null,
        ...(routing === null ? {} : { _routing: routing }),
        ...(source === undefined ? {} : { _source: source }),
        ...(Object.keys(fields).length === 0 ? {} : { fields }),
        ...(bySort ? { sort: keys.map((key, i) => shownKey(key, options.sort[i], context)) } : {}),
      }
    }),
  }
}

interface Ranked extends ScoredDoc {
  readonly keys: Value[]
}

function rank(found: readonly ScoredDoc[], options: HitOptions, context: AggContext): Ranked[] {
  if (options.sort.length === 0) {
    return found.map((hit) => ({ ...hit, keys: [] })).toSorted((a, b) => b.score - a.score)
  }
  const readers = options.sort.map((rule) => keyReader(rule, context))
  const compare = (a: readonly Value[], b: readonly Value[]): number => {
    for (const [i, rule] of options.sort.entries()) {
      const [x, y] = [a[i] as Value, b[i] as Value]
      if (x !== y) return (x < y ? -1 : 1) * (rule.descending ? -1 : 1)
    }
    return 0
  }
  const keyed = found.map((hit) => ({ ...hit, keys: readers.map((read) => read(hit)) }))
  const after = options.searchAfter?.map((value, i) => afterKey(value, options.sort[i], context))
  const left = after ? keyed.filter(({ keys }) => compare(keys, after) > 0) : keyed
  return left.toSorted((a, b) => compare(a.keys, b.keys))
}

const HIGHEST = '\uffff\uffff'

function keyReader(rule: SortRule, context: AggContext): (hit: ScoredDoc) => Value {
  if (rule.field === '_score') return ({ score }) => score
  if (rule.field === '_doc' || rule.field === '_shard_doc') return ({ doc }) => doc.seqNo
  if (rule.field === '_id') return ({ doc }) => doc.id
  const field = docValueField(context, rule.field)
  if (!field && !rule.unmapped) {
    const [index] = context.indices
    throw new ShardFailure({
      type: 'query_shard_exception',
      reason: `No mapping found for [${rule.field}] in order to sort on`,
      extra: { index_uuid: index?.uuid ?? '_na_', index: index?.name ?? '' },
    })
  }
  const absent = absentKey(rule, field)
  return ({ doc }) => {
    const values = valuesOf(doc, rule.field)
    if (values.length === 0) return absent
    return values
      .map((value) => (typeof value === 'boolean' ? asNumber(value) : value))
      .reduce((best, value) => ((rule.descending ? value > best : value < best) ? value : best))
  }
}

function absentKey(rule: SortRule, field: Field | undefined): Value {
  const numeric = !field || isNumeric(field.type) || isDate(field.type) || field.type === 'boolean'
  if (rule.missing !== '_last' && rule.missing !== '_first') return rule.missing as Value
  const low = (rule.missing === '_first') !== rule.descending
  if (!numeric) return low ? '' : HIGHEST
  if (field && !isWhole(field.type) && !isDate(field.type) && field.type !== 'boolean') return low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return low ? -(2 ** 63) : 2 ** 63
}

function afterKey(value: Json, rule: SortRule | undefined, context: AggContext): Value {
  const field = rule ? docValueField(context, rule.field) : undefined
  if (field && isDate(field.type) && typeof value === 'string') {
    const ms = (dateFormat(rule?.format ?? '') ?? field.format).parse(value)
    if (ms === undefined)
      throw new EsError(400, { type: 'parse_exception', reason: `failed to parse date field [${value}] with format [${field.format.text}]` })
    return ms
  }
  if (field && isNumeric(field.type)) return Number(value)
  return value === null ? HIGHEST : (value as Value)
}

function shownKey(key: Value, rule: SortRule | undefined, context: AggContext): Json {
  if (key === HIGHEST) return null
  if (typeof key === 'number' && !Number.isFinite(key)) return key > 0 ? 'Infinity' : '-Infinity'
  const format = rule?.format
  const field = rule && format !== undefined ? docValueField(context, rule.field) : undefined
  return field && format !== undefined && isDate(field.type) && typeof key === 'number' ? (dateFormat(format)?.print(key) ?? key) : key
}

function fieldsOf(doc: Doc, options: HitOptions): JsonObject {
  const fields: JsonObject = {}
  for (const { pattern, format } of [...options.docvalueFields, ...options.fields]) {
    for (const path of doc.fields.names()) {
      if (!simpleMatch(pattern, path)) continue
      const values = doc.fields.get(path) ?? []
      const field = doc.index.mapping.fields.get(path)
      fields[path] = values.map((value) => {
        if (!field || !isDate(field.type) || typeof value !== 'number') return value
        return ((format === undefined ? undefined : dateFormat(format)) ?? field.format).print(value)
      })
    }
  }
  return fields
}
