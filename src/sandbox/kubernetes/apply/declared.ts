/** Server-side apply takes no field that the schema does not know: ownership needs a type. */
import type { KubeObject } from '../../../ports/index.ts'
import { isObject, type Json } from '../json.ts'
import { apiVersionOf, type ResourceType } from '../resources.ts'
import { childSchema, type Schema, withObjectMeta } from '../schema/structural.ts'
import { ApiError } from '../status.ts'

/** Throws as the real server does, which takes this for a fault of its own (500). */
export function checkDeclared(config: KubeObject, resource: ResourceType): void {
  const root = withObjectMeta(resource.schema)
  const faults = undeclared(config as unknown as Json, root, '')
  if (faults.length === 0) return
  const { namespace = '', name } = config.metadata
  const what = `${namespace}/${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}`
  throw new ApiError(500, '', `failed to create typed patch object (${what}): ${faults.length > 1 ? `errors:\n  ${faults.join('\n  ')}` : faults[0]}`)
}

function undeclared(value: Json, schema: Schema, path: string): string[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] && !schema.properties) return []
  if (Array.isArray(value)) return schema.items ? value.flatMap((item, i) => undeclared(item, schema.items!, `${path}[${i}]`)) : []
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const sub = childSchema(schema, key)
    if (sub) return undeclared(child, sub, `${path}.${key}`)
    const open = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true
    return open ? [] : [`${path}.${key}: field not declared in schema`]
  })
}
