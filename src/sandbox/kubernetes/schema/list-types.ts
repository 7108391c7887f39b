/** What x-kubernetes-list-type promises: no double entries in sets, no double keys in maps. */
import { duplicate, type FieldError, invalidValue } from '../field-error.ts'
import { canonical, equal, isObject, type Json, type JsonObject } from '../json.ts'
import { childSchema, type Schema } from './structural.ts'

export function validateListTypes(value: Json | undefined, schema: Schema | undefined, path = ''): FieldError[] {
  if (!schema) return []
  if (Array.isArray(value)) return [...doubles(value, schema, path), ...value.flatMap((item, i) => validateListTypes(item, schema.items, `${path}[${i}]`))]
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const named = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    return validateListTypes(child, childSchema(schema, key), named ? (path ? `${path}.${key}` : key) : `${path}[${key}]`)
  })
}

function doubles(list: Json[], schema: Schema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type']
  if (type === 'set') return repeated(list).map((i) => duplicate(`${path}[${i}]`, list[i]))
  if (type !== 'map') return []
  const strange = list.findIndex((item) => item !== null && !isObject(item))
  if (strange >= 0) return [invalidValue(`${path}[${strange}]`, list[strange], 'must be an object for an array of list-type map')]
  const keys = list.map((item) => keyOf(isObject(item) ? item : {}, schema['x-kubernetes-list-map-keys'] ?? []))
  return repeated(keys).map((i) => duplicate(`${path}[${i}]`, keys[i]))
}

/** The key fields of an entry of a map list, those that are there. */
export function keyOf(item: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.filter((field) => Object.hasOwn(item, field)).map((field) => [field, item[field]!]))
}

/** The entry of the old list that is the same one; only map lists can tell. */
export function correlated(item: Json, list: Schema, old: Json | undefined): Json | undefined {
  const keys = list['x-kubernetes-list-map-keys']
  if (!Array.isArray(old) || list['x-kubernetes-list-type'] !== 'map' || !keys || !isObject(item)) return undefined
  const key = keyOf(item, keys)
  return old.find((other) => isObject(other) && equal(keyOf(other, keys), key))
}

/** Positions of the second appearance of each value. */
function repeated(values: readonly Json[]): number[] {
  const seen = new Map<string, number>()
  const out: number[] = []
  values.forEach((value, i) => {
    const text = canonical(value)
    const times = seen.get(text) ?? 0
    if (times === 1) out.push(i)
    seen.set(text, times + 1)
  })
  return out
}
