/** Values read through their schema: which of their parts are fields of their own, and how two of them merge. */
import { canonical, equal, isObject, type Json, type JsonObject } from '../json.ts'
import { keyOf } from '../schema/list-types.ts'
import { childSchema, type Schema } from '../schema/structural.ts'
import { FieldSet } from './field-set.ts'

/** Undefined: the schema does not say; objects are then granular and lists atomic. */
export type MaybeSchema = Schema | undefined

interface Part {
  readonly element: string
  readonly value: Json
  readonly schema: MaybeSchema
  /** Named by the schema, as opposed to a key of a map or an entry of a list. */
  readonly declared: boolean
}

/** The parts of a value that are owned one by one; undefined for a leaf. */
function partsOf(value: Json | undefined, schema: MaybeSchema): Part[] | undefined {
  if (isObject(value)) {
    if (schema?.['x-kubernetes-map-type'] === 'atomic') return undefined
    return Object.entries(value).map(([key, child]) => ({
      element: `f:${key}`,
      value: child,
      schema: childSchema(schema, key),
      declared: schema?.properties !== undefined && Object.hasOwn(schema.properties, key),
    }))
  }
  if (!Array.isArray(value)) return undefined
  const type = schema?.['x-kubernetes-list-type']
  if (type !== 'map' && type !== 'set') return undefined
  return value.map((item) => ({ element: elementOf(item, schema!), value: item, schema: schema!.items, declared: false }))
}

/** How an entry of a set or map list is named in a path. */
function elementOf(item: Json, schema: Schema): string {
  if (schema['x-kubernetes-list-type'] === 'set') return `v:${canonical(item)}`
  const fields = schema['x-kubernetes-list-map-keys'] ?? []
  const defaults = Object.fromEntries(
    fields.flatMap((field) => (schema.items?.properties?.[field]?.default === undefined ? [] : [[field, schema.items.properties[field].default!]])),
  )
  return `k:${canonical({ ...defaults, ...keyOf(isObject(item) ? item : {}, fields) })}`
}

const isEmptyMap = (value: Json) => isObject(value) && Object.keys(value).length === 0

/** Everything a value says. */
export function fieldsOf(value: Json, schema: MaybeSchema): FieldSet {
  const set = new FieldSet()
  for (const part of partsOf(value, schema) ?? []) {
    const below = partsOf(part.value, part.schema) && fieldsOf(part.value, part.schema)
    if (below && !below.isEmpty()) set.children.set(part.element, below)
    if (!below || part.value === null || isEmptyMap(part.value) || !part.declared) set.members.add(part.element)
  }
  return set
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** What a change added, modified and removed, down to single fields. */
export function compare(before: Json | undefined, after: Json | undefined, schema: MaybeSchema): Comparison {
  const out: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() }
  const old = new Map((partsOf(before, schema) ?? []).map((part) => [part.element, part]))
  const now = new Map((partsOf(after, schema) ?? []).map((part) => [part.element, part]))
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const was = old.get(element)
    const is = now.get(element)
    if (!was) out.added.members.add(element)
    else if (!is) out.removed.members.add(element)
    const leaf = [was, is].every((part) => !part || isEmptyMap(part.value) || isEmptyList(part.value) || !partsOf(part.value, part.schema))
    if (leaf) {
      if (was && is && !equal(was.value, is.value)) out.modified.members.add(element)
      continue
    }
    const below = compare(was?.value, is?.value, (is ?? was)!.schema)
    for (const kind of ['added', 'modified', 'removed'] as const) if (!below[kind].isEmpty()) out[kind].children.set(element, below[kind])
    // A leaf that became a map or the other way round is itself modified; null is neither.
    if (was && is && was.value !== null && is.value !== null && !partsOf(was.value, was.schema) !== !partsOf(is.value, is.schema))
      out.modified.members.add(element)
  }
  return out
}

const isEmptyList = (value: Json) => Array.isArray(value) && value.length === 0

/** The live value with everything that the configuration says. */
export function merge(live: Json | undefined, config: Json, schema: MaybeSchema): Json {
  if (isObject(live) && isObject(config) && partsOf(config, schema)) {
    const out: JsonObject = { ...live }
    for (const [key, value] of Object.entries(config)) out[key] = merge(live[key], value, childSchema(schema, key))
    return out
  }
  if (Array.isArray(live) && Array.isArray(config) && partsOf(config, schema)) return mergeLists(live, config, schema!)
  return config
}

/** Shared entries keep the configuration's order; entries of the live list alone stay where they stand among them. */
function mergeLists(live: Json[], config: Json[], schema: Schema): Json[] {
  const liveByElement = new Map(live.map((item) => [elementOf(item, schema), item]))
  const wanted = config.map((item) => elementOf(item, schema))
  const inConfig = new Set(wanted)
  const shared = wanted.filter((element) => liveByElement.has(element))
  const out: Json[] = []
  const take = (i: number) => out.push(merge(liveByElement.get(wanted[i]!), config[i]!, schema.items))
  let next = 0
  let l = 0
  let r = 0
  while (l < live.length || r < config.length) {
    const mine = l < live.length ? elementOf(live[l]!, schema) : undefined
    if (mine !== undefined && !inConfig.has(mine)) {
      out.push(live[l++]!)
      continue
    }
    if (mine !== undefined && (r >= config.length || mine !== shared[next])) {
      l++
      continue
    }
    if (mine === wanted[r]) l++
    if (wanted[r] === shared[next]) next++
    take(r++)
  }
  return out
}

/** Takes out what was in `last` and is in nobody's set any more. */
export function removeAbandoned(value: Json, schema: MaybeSchema, last: FieldSet, keep: FieldSet): Json {
  const parts = partsOf(value, schema)
  if (!parts) return value
  const kept = parts.flatMap((part): [string, Json][] => {
    // A declared field stays for anything owned below it; a key of a map or an entry of a list only if it is owned itself.
    const owned = (set: FieldSet) => (part.declared ? set.touches(part.element) : set.members.has(part.element))
    if (owned(last) && !owned(keep)) return []
    const below = last.children.get(part.element)
    const child = below ? removeAbandoned(part.value, part.schema, below, keep.children.get(part.element) ?? new FieldSet()) : part.value
    return [[part.element, child]]
  })
  // The real server leaves null where the last entry went, whatever the schema says of null.
  if (kept.length === 0) return null
  if (Array.isArray(value)) return kept.map(([, item]) => item)
  return Object.fromEntries(kept.map(([element, child]) => [element.slice(2), child]))
}
