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
  if (schema?.['x-kubernetes-patch-strategy'] !== 'merge' || !Array.isArray(target)) return withoutDirectives(patch)
  const key = schema['x-kubernetes-patch-merge-key']
  if (!key) {
    const union = [...target, ...patch.filter((item) => !target.some((other) => equal(other, item)))]
    return sortBy(union, order, (item) => item)
  }
  if (patch.some((item) => isObject(item) && item.$patch === 'replace' && !Object.hasOwn(item, key))) return withoutDirectives(patch)
  const keyOf = (item: Json) => (isObject(item) ? (item[key] ?? null) : null)
  let out = [...target]
  for (const item of patch) {
    const wanted = keyOf(item)
    if (wanted === null) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`)
    const at = out.findIndex((other) => equal(keyOf(other), wanted))
    if (isObject(item) && item.$patch === 'delete') out = out.filter((other) => !equal(keyOf(other), wanted))
    else if (at >= 0) out[at] = strategicMerge(out[at], item, schema.items)
    else out.push(strategicMerge(undefined, item, schema.items))
  }
  return sortBy(out, order, keyOf, key)
}

/** Entries named in $setElementOrder take its order among themselves; the others stay where they were. */
function sortBy(list: Json[], order: Json | undefined, keyOf: (item: Json) => Json, key?: string): Json[] {
  if (!Array.isArray(order)) return list
  const wanted = order.map((entry) => (key && isObject(entry) ? (entry[key] ?? null) : entry))
  const place = (item: Json) => wanted.findIndex((entry) => equal(entry, keyOf(item)))
  const named = list.filter((item) => place(item) >= 0).sort((a, b) => place(a) - place(b))
  return list.map((item) => (place(item) >= 0 ? named.shift()! : item))
}

function withoutDirectives(list: Json[]): Json[] {
  return list.filter((item) => !(isObject(item) && item.$patch !== undefined)).map((item) => strategicMerge(undefined, item, undefined))
}
