/** Defaulting: missing fields with a default get it, top down, so that a default's own fields are defaulted too. */
import { clone, isObject, type Json } from '../json.ts'
import type { Schema } from './structural.ts'

export function applyDefaults(value: Json | undefined, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) applyDefaults(item, schema.items)
    return
  }
  if (!isObject(value)) return
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    // A null where null is not allowed counts as missing if there is a default for it.
    const missing = !Object.hasOwn(value, key) || (value[key] === null && !property.nullable)
    // A default of null is none.
    if (missing && property.default !== undefined && property.default !== null) value[key] = clone(property.default)
    applyDefaults(value[key], property)
  }
  if (typeof schema.additionalProperties === 'object') {
    for (const key of Object.keys(value)) {
      if (!schema.properties || !Object.hasOwn(schema.properties, key)) applyDefaults(value[key], schema.additionalProperties)
    }
  }
}
