/** All rules an object must keep before it is stored. */
import type { KubeObject } from '../../ports/index.ts'
import { blocksRules, type FieldError, invalidValue } from './field-error.ts'
import { isObject, type Json } from './json.ts'
import { validateChangedMetadata, validateNewMetadata } from './metadata.ts'
import type { ResourceType } from './resources.ts'
import { validateRules } from './schema/cel.ts'
import { validateListTypes } from './schema/list-types.ts'
import { validateValue } from './schema/validate.ts'

const json = (object: KubeObject | undefined) => object as unknown as Json | undefined

export function validateNew(object: KubeObject, resource: ResourceType): FieldError[] {
  const errors = validateNewMetadata(object, resource.namespaced, resource.checkName)
  if (!resource.custom) return [...errors, ...builtinSchema(object, resource), ...(resource.check?.(object, undefined) ?? [])]
  return withRules(
    [...errors, ...validateValue(json(object)!, resource.schema), ...validateListTypes(json(object), resource.schema)],
    object,
    undefined,
    resource,
  )
}

export function validateChange(object: KubeObject, old: KubeObject, resource: ResourceType): FieldError[] {
  const errors = validateChangedMetadata(object, old)
  if (!resource.custom) return [...errors, ...builtinSchema(object, resource), ...(resource.check?.(object, old) ?? [])]
  const schemaErrors = validateValue(json(object)!, resource.schema, '', json(old))
  // What the old object already had doubled is not held against this change.
  const listErrors = validateListTypes(json(old), resource.schema).length === 0 ? validateListTypes(json(object), resource.schema) : []
  return withRules([...errors, ...schemaErrors, ...listErrors], object, old, resource)
}

/** A write of the status subresource answers for the status alone. */
export function validateStatusChange(object: KubeObject, old: KubeObject, resource: ResourceType): FieldError[] {
  const errors = validateChangedMetadata(object, old)
  if (!resource.custom) return [...errors, ...(resource.check?.(object, old) ?? [])]
  const schema = resource.schema.properties?.status
  const status = object.status as Json | undefined
  const before = old.status as Json | undefined
  if (status !== undefined && schema) {
    errors.push(...validateValue(status, schema, 'status', before))
    if (validateListTypes(before, schema, 'status').length === 0) errors.push(...validateListTypes(status, schema, 'status'))
  }
  return withRules(errors, object, old, resource)
}

function withRules(errors: FieldError[], object: KubeObject, old: KubeObject | undefined, resource: ResourceType): FieldError[] {
  if (blocksRules(errors))
    return [
      ...errors,
      invalidValue('', null, 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'),
    ]
  return [...errors, ...validateRules(json(object)!, resource.schema, json(old))]
}

/** Built-in types have rules of their own; the schema only brings base64 and the like. */
function builtinSchema(object: KubeObject, resource: ResourceType): FieldError[] {
  const { metadata: _, ...rest } = object
  return validateValue(rest as unknown as Json, resource.schema).filter((error) => error.type !== 'FieldValueRequired')
}

const STANDARD_FINALIZERS = ['orphan', 'foregroundDeletion', 'kubernetes']

/** Warnings about finalizer names that could collide. */
export function finalizerWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const added = (object.metadata.finalizers ?? []).filter((name) => !old?.metadata.finalizers?.includes(name)).sort()
  return added
    .filter((name) => !name.includes('/') && !STANDARD_FINALIZERS.includes(name))
    .map((name) => {
      const including = name.includes('.') ? ' including a path (/)' : ''
      return `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name${including} to avoid accidental conflicts with other finalizer writers`
    })
}

/** The number at a dotted path such as `.spec.replicas`; undefined when absent. */
export function numberAt(object: KubeObject, path: string): number | undefined {
  let value: unknown = object
  for (const key of path.replace(/^\./, '').split('.')) value = isObject(value) ? value[key] : undefined
  return typeof value === 'number' ? value : undefined
}
