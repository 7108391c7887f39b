/** Server-side apply reads the configuration through the schema and takes nothing that does not fit it: ownership needs a type. */
import type { KubeObject } from '../../../ports/index.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { apiVersionOf, type ResourceType } from '../resources.ts'
import { keyOf } from '../schema/list-types.ts'
import { childSchema, type Schema, withObjectMeta } from '../schema/structural.ts'
import { ApiError } from '../status.ts'

/** Throws as the real server does, which takes this for a fault of its own (500). */
export function checkDeclared(config: KubeObject, resource: ResourceType): void {
  const faults = faultsOf(config as unknown as Json, withObjectMeta(resource.schema), '').sort()
  if (faults.length === 0) return
  const { namespace = '', name } = config.metadata
  const what = `${namespace}/${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}`
  throw new ApiError(500, '', `failed to create typed patch object (${what}): ${faults.length > 1 ? `errors:\n  ${faults.join('\n  ')}` : faults[0]}`)
}

function faultsOf(value: Json, schema: Schema, path: string): string[] {
  if (value === null) return []
  if (schema['x-kubernetes-int-or-string']) return []
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [`${path}: expected numeric (int or float), got ${goType(value)}`]
    case 'string':
      if (schema.format && schema.format !== 'byte') return typeof value === 'object' ? [`${path}: expected any scalar, got &{${goText(value)}}`] : []
      return typeof value === 'string' ? [] : [`${path}: expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got &{${goText(value)}}`]
    case 'array':
      return Array.isArray(value) ? listFaults(value, schema, path) : [`${path}: expected list, got &{${goText(value)}}`]
    case 'object':
      return isObject(value) ? mapFaults(value, schema, path) : [`${path}: expected map, got &{${goText(value)}}`]
    default:
      return []
  }
}

function listFaults(list: Json[], schema: Schema, path: string): string[] {
  const faults: string[] = []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const seen = new Set<string>()
  for (const [i, item] of list.entries()) {
    if (schema['x-kubernetes-list-type'] === 'map') {
      if (!isObject(item)) {
        faults.push(`${path}: element ${i}: associative list with keys may not have non-map elements`)
        continue
      }
      const missing = keys.find((key) => !Object.hasOwn(item, key) && schema.items?.properties?.[key]?.default === undefined)
      if (missing) {
        faults.push(
          `${path}: element ${i}: associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`,
        )
        continue
      }
      const defaults = Object.fromEntries(keys.map((key) => [key, schema.items?.properties?.[key]?.default ?? null]))
      const key = { ...defaults, ...keyOf(item, keys) }
      const text = Object.keys(key)
        .sort()
        .map((name) => `${name}=${JSON.stringify(key[name])}`)
        .join(',')
      if (seen.has(text)) faults.push(`${path}: duplicate entries for key [${text}]`)
      seen.add(text)
      faults.push(...faultsOf(item, schema.items!, `${path}[${text}]`))
    } else if (schema['x-kubernetes-list-type'] === 'set') {
      const text = JSON.stringify(item)
      if (seen.has(text)) faults.push(`${path}: duplicate entries for key [=${text}]`)
      seen.add(text)
      if (schema.items) faults.push(...faultsOf(item, schema.items, `${path}[=${text}]`))
    } else if (schema.items) faults.push(...faultsOf(item, schema.items, `${path}[${i}]`))
  }
  return faults
}

function mapFaults(map: JsonObject, schema: Schema, path: string): string[] {
  const open = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true
  return Object.entries(map).flatMap(([key, child]) => {
    const sub = childSchema(schema, key)
    if (sub) return faultsOf(child, sub, `${path}.${key}`)
    return open ? [] : [`${path}.${key}: field not declared in schema`]
  })
}

/** Go's %T. */
function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : 'string'
}

/** Go's %v. */
function goText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return value === null ? '<nil>' : String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key]!)}`)
    .join(' ')}]`
}

/** Go's %#v. */
function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key]!)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}
