/** Pruning: fields that the schema does not name are dropped, and named so that strict requests can refuse them. */
import { isObject, type Json, type JsonObject } from '../json.ts'
import { childSchema, objectMetaSchema, type Schema } from './structural.ts'

/** Drops unknown fields in place and gives their paths. */
export function prune(value: Json, schema: Schema, isRoot = true): string[] {
  const unknown: string[] = []
  walk(value, schema, '', isRoot || schema['x-kubernetes-embedded-resource'] === true, unknown)
  return unknown
}

function walk(value: Json | undefined, schema: Schema, path: string, isResource: boolean, unknown: string[]): void {
  if (Array.isArray(value)) {
    if (!schema.items) return
    value.forEach((item, i) => {
      walk(item, schema.items!, `${path}[${i}]`, schema.items!['x-kubernetes-embedded-resource'] === true, unknown)
    })
    return
  }
  if (!isObject(value)) return
  const preserve = schema['x-kubernetes-preserve-unknown-fields'] === true
  for (const key of Object.keys(value)) {
    const at = path ? `${path}.${key}` : key
    if (isResource && (key === 'apiVersion' || key === 'kind')) continue
    if (isResource && key === 'metadata') {
      walkMetadata(value[key], at, unknown)
      continue
    }
    const property = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key]! : undefined
    if (property) walk(value[key], property, at, property['x-kubernetes-embedded-resource'] === true, unknown)
    else if (typeof schema.additionalProperties === 'object') walk(value[key], schema.additionalProperties, at, false, unknown)
    else if (!preserve && schema.additionalProperties !== true) {
      unknown.push(at)
      delete value[key]
    }
  }
}

function walkMetadata(metadata: Json | undefined, path: string, unknown: string[]): void {
  if (!isObject(metadata)) return
  for (const key of Object.keys(metadata as JsonObject)) {
    if (key === 'managedFields') continue
    walk({ [key]: metadata[key]! }, { type: 'object', properties: objectMetaSchema.properties! }, path, false, unknown)
    if (!Object.hasOwn(objectMetaSchema.properties!, key)) delete metadata[key]
  }
}

/** Drops nulls where the schema allows none and has no default in their place. */
export function dropNulls(value: Json | undefined, schema: Schema | undefined): void {
  if (Array.isArray(value)) for (const item of value) dropNulls(item, schema?.items)
  if (!isObject(value)) return
  for (const [key, child] of Object.entries(value)) {
    const sub = childSchema(schema, key)
    if (child === null && sub && !sub.nullable && sub.default === undefined) delete value[key]
    else dropNulls(child, sub)
  }
}
