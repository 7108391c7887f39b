/** Strategic merge patch, for built-in types: lists with a merge key are merged entry by entry. */
import { clone, equal, isObject, type Json, type JsonObject } from './json.ts'
import { childSchema, type Schema } from './schema/structural.ts'
import { badRequest } from './status.ts'

export function strategicMerge(target: Json | undefined, patch: Json, schema: Schema | undefined): Json {
  if (!isObject(patch)) return clone(patch)
  const { $patch: directive, $retainKeys: retain, ...changes } = patch
  if (directive === 'replace') return clone(changes)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw badRequest(`unknown patch type found: ${JSON.stringify(directive)}`)
  let out: JsonObject = isObject(target) ? { ...target } : {}
  if (Array.isArray(retain)) out = Object.fromEntries(Object.entries(out).filter(([key]) => retain.includes(key)))
  for (const [key, value] of Object.entries(changes)) {
    if (key.startsWith('$setElementOrder/')) continue
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const field = key.slice('$deleteFromPrimitiveList/'.length)
      const gone = Array.isArray(value) ? value : []
      const list = out[field]
      if (Array.isArray(list)) out[field] = list.filter((item) => !gone.some((other) => equal(other, item)))
      continue
    }
    if (value === null) delete out[key]
    else if (Array.isArray(value)) out[key] = mergeList(out[key], value, childSchema(schema, key), changes[`$setElementOrder/${key}`])
    else if (isObject(value)) out[key] = strategicMerge(out[key], value, childSchema(schema, key))
    else out[key] = value
  }
  return out
}

function mergeList(target: Json | undefined, patch: Json[], schema: Schema | undefined, order: Json | undefined): Json {
  if (!schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge') || !Array.isArray(target)) return withoutDirectives(patch)
  const key = schema['x-kubernetes-patch-merge-key']
  const keyOf = (item: Json) => (key && isObject(item) ? (item[key] ?? null) : key ? null : item)
  if (key && patch.some((item) => isObject(item) && item.$patch === 'replace' && !Object.hasOwn(item, key))) return withoutDirectives(patch)
  const nameless = key && patch.find((item) => keyOf(item) === null)
  if (nameless) throw badRequest(`map: ${JSON.stringify(nameless)} does not contain declared merge key: ${key}`)

  const deleted = patch.filter((item) => isObject(item) && item.$patch === 'delete').map(keyOf)
  const has = (list: readonly Json[], item: Json) => list.some((other) => equal(other, keyOf(item)))
  const touched = patch.map(keyOf)
  const merged = patch
    .filter((item) => !has(deleted, item))
    .map((item) =>
      key
        ? strategicMerge(
            target.find((other) => equal(keyOf(other), keyOf(item))),
            item,
            schema.items,
          )
        : item,
    )
  const untouched = target.filter((item) => !has(touched, item))
  const wanted = Array.isArray(order) ? order.map(keyOf) : []
  return interleave(inOrderOf(wanted, merged, keyOf), untouched, target.map(keyOf), keyOf)
}

type KeyOf = (item: Json) => Json

const placeIn = (order: readonly Json[], item: Json, keyOf: KeyOf) => order.findIndex((entry) => equal(entry, keyOf(item)))

/** Sorted as $setElementOrder says; what it does not name comes last, as it stood. */
function inOrderOf(order: readonly Json[], list: readonly Json[], keyOf: KeyOf): Json[] {
  const place = (item: Json) => {
    const at = placeIn(order, item, keyOf)
    return at < 0 ? order.length : at
  }
  return [...list].sort((a, b) => place(a) - place(b))
}

/** Entries of the patch and entries it does not touch; of two that were there before, the earlier one comes first. */
function interleave(patched: Json[], untouched: Json[], before: readonly Json[], keyOf: KeyOf): Json[] {
  const out: Json[] = []
  let [p, u] = [0, 0]
  while (p < patched.length && u < untouched.length) {
    const mine = placeIn(before, patched[p]!, keyOf)
    const theirs = placeIn(before, untouched[u]!, keyOf)
    out.push(mine >= 0 && theirs < mine ? untouched[u++]! : patched[p++]!)
  }
  return [...out, ...patched.slice(p), ...untouched.slice(u)]
}

function withoutDirectives(list: Json[]): Json[] {
  return list.filter((item) => !(isObject(item) && item.$patch !== undefined)).map((item) => strategicMerge(undefined, item, undefined))
}
