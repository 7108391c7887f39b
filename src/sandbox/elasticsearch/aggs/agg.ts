/** An aggregation in two steps: parsed (faults of the request), then run over documents (faults of a shard). */

import { dateFormat } from '../date-format.ts'
import { contentError, illegalArgument, ShardFailure } from '../errors.ts'
import type { Doc, IndexState } from '../index-state.ts'
import type { Json, JsonObject } from '../json.ts'
import { type Field, isDate, isText, type Value } from '../mapping/field.ts'
import type { Query } from '../query/index.ts'
import type { Zone } from '../time.ts'

export interface AggContext {
  readonly indices: readonly IndexState[]
  readonly now: number
  /** Version 7 still shows a type with every document. */
  readonly typed: boolean
}

/** Documents in, the aggregation's answer out. */
export type Agg = (docs: readonly Doc[], context: AggContext) => JsonObject

export interface AggParts {
  readonly name: string
  readonly body: JsonObject
  /** The aggregations inside, already parsed; run once per bucket. */
  readonly sub: Agg
  readonly hasSub: boolean
}

export type AggParser = (parts: AggParts) => Agg

function fieldIn(context: AggContext, path: string): Field | undefined {
  for (const index of context.indices) {
    const field = index.mapping.fields.get(path)
    if (field) return field
  }
  return undefined
}

/** The field, checked for doc values: a text has none. */
export function docValueField(context: AggContext, path: string): Field | undefined {
  const field = fieldIn(context, path)
  if (field && isText(field.type)) {
    const index = context.indices.find((one) => one.mapping.fields.has(path))?.name ?? ''
    throw new ShardFailure(
      {
        type: 'illegal_argument_exception',
        reason: `Fielddata is disabled on [${path}] in [${index}]. Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${path}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
      },
      true,
    )
  }
  return field
}

export function valuesOf(doc: Doc, path: string): readonly Value[] {
  if (path === '_index') return [doc.index.name]
  if (path === '_id') return [doc.id]
  return doc.fields.get(path) ?? []
}

export function asNumber(value: Value): number {
  return typeof value === 'boolean' ? (value ? 1 : 0) : Number(value)
}

export function requiredField(name: string, body: JsonObject): string {
  if (typeof body.field === 'string') return body.field
  if (body.script !== undefined) throw illegalArgument(`[${name}] scripts are not supported by this server`)
  throw illegalArgument('Required one of fields [field, script], but none were specified. ')
}

export function onlyKeys(type: string, body: JsonObject, keys: readonly string[]): void {
  for (const key of Object.keys(body)) if (!keys.includes(key)) throw contentError(`[1:1] [${type}] unknown field [${key}]`)
}

/** A number of a field as text, where the field's type has a text form of its own. */
export function formatted(field: Field | undefined, value: number, format?: Json, zone?: Zone): string | undefined {
  if (field && isDate(field.type)) return ((typeof format === 'string' ? dateFormat(format) : undefined) ?? field.format).print(value, zone)
  if (field?.type === 'boolean') return value === 1 ? 'true' : 'false'
  return undefined
}

export function unsupportedField(field: Field, type: string): ShardFailure {
  return new ShardFailure(
    { type: 'illegal_argument_exception', reason: `Field [${field.path}] of type [${field.type}] is not supported for aggregation [${type}]` },
    true,
  )
}

/** A query inside an aggregation, over documents of several indices. */
export function docTest(query: Query, context: AggContext): (doc: Doc) => boolean {
  const byIndex = new Map(context.indices.map((index) => [index, query({ index, now: context.now })]))
  return (doc) => byIndex.get(doc.index)?.(doc) !== undefined
}
