/** The schemas of the larger built-in types: the shape alone, as kube-apiserver 1.37.2 publishes it, without its texts. */
import { readFileSync } from 'node:fs'
import type { Schema } from '../schema/structural.ts'

type Referring = { readonly [key: string]: unknown }

const definitions = JSON.parse(readFileSync(new URL('schemas.json', import.meta.url), 'utf8')) as Readonly<Record<string, Referring>>
const resolved = new Map<string, Schema>()

/** `apps.v1.Deployment`; metadata and type left out, as everywhere in this server. */
export function typedSchema(name: string, description: string): Schema {
  const { metadata: _, apiVersion: __, kind: ___, ...properties } = definitionOf(name).properties ?? {}
  return { ...definitionOf(name), description, properties }
}

function definitionOf(name: string): Schema {
  const known = resolved.get(name)
  if (known) return known
  const definition = definitions[name]
  if (!definition) throw new Error(`there is no schema ${name}`)
  const schema = resolve(definition)
  resolved.set(name, schema)
  return schema
}

function resolve(given: Referring): Schema {
  const { $ref, properties, items, additionalProperties, oneOf, format, ...rest } = given
  if (typeof $ref === 'string') return { ...definitionOf($ref), ...(rest as Schema) }
  // Numbers with or without unit, and ports with or without name.
  if (oneOf !== undefined) return { 'x-kubernetes-int-or-string': true }
  return {
    ...(rest as Schema),
    ...(format === undefined || format === 'int32' || format === 'int64' ? {} : { format: format as string }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties as Record<string, Referring>).map(([key, value]) => [key, resolve(value)])) }),
    ...(items === undefined ? {} : { items: resolve(items as Referring) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: resolve(additionalProperties as Referring) }),
  }
}
