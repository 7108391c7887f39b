/** A query in two steps: parsed (faults of the request), then bound to an index (faults of a shard). */

import type { Bound } from '../doc-blocks.ts'
import { parsingError } from '../errors.ts'
import type { Doc, IndexState } from '../index-state.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import type { Field } from '../mapping/field.ts'

export interface QueryContext {
  readonly index: IndexState
  /** Epoch milliseconds, the `now` of date math. */
  readonly now: number
}

/** The score when the document matches, else undefined. Every scoring leaf counts 1: relevance is not computed. */
export interface Matcher {
  (doc: Doc): number | undefined
  /** Ranges that every match lies in, where the query says so. */
  readonly bounds?: readonly Bound[]
}
export type Query = (context: QueryContext) => Matcher
/** Parses the body of one kind of query; `parse` is for queries inside it. */
export type QueryParser = (body: Json, parse: (query: Json | undefined) => Query) => Query

export const nothing: Matcher = () => undefined
export const everything: Matcher = () => 1

export function fieldOf(context: QueryContext, path: string): Field | undefined {
  return context.index.mapping.fields.get(path)
}

export function yes(test: (doc: Doc) => boolean, boost = 1): Matcher {
  return (doc) => (test(doc) ? boost : undefined)
}

export function bounded(match: Matcher, bounds: readonly Bound[]): Matcher {
  return bounds.length === 0 ? match : Object.assign((doc: Doc) => match(doc), { bounds })
}

export function boostOf(options: JsonObject): number {
  return typeof options.boost === 'number' ? options.boost : 1
}

/** `{field: value}` or `{field: {key: value, ...}}` with options beside it. */
export function fieldAndOptions(name: string, body: Json, key: string): { field: string; options: JsonObject } {
  if (!isObject(body)) throw parsingError(`[${name}] query malformed, no start_object after query name`)
  const entries = Object.entries(body).filter(([field]) => field !== 'boost' && field !== '_name')
  if (entries.length > 1) {
    throw parsingError(`[${name}] query doesn't support multiple fields, found [${entries[0]?.[0] ?? ''}] and [${entries[1]?.[0] ?? ''}]`)
  }
  const [entry] = entries
  if (!entry) throw parsingError(`[${name}] query requires a field`)
  const [field, value] = entry
  return { field, options: isObject(value) ? value : { [key]: value } }
}
