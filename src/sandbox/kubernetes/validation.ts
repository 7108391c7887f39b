/** All rules an object must keep before it is stored. */
import type { KubeObject } from '../../ports/index.ts'
import { blocksRules, type FieldError, invalidValue } from './field-error.ts'
import { isObject, type Json } from './json.ts'
import { validateChangedMetadata, validateNewMetadata } from './metadata.ts'
import type { ResourceType } from './resources.ts'
import { hasRules, validateRules } from './schema/cel.ts'
import { validateListTypes } from './schema/list-types.ts'
import { validateValue } from './schema/validate.ts'

const json = (object: KubeObject | undefined) => object as unknown as Json | undefined

export function validateNew(object: KubeObject, resource: ResourceType): FieldError[] {
  if (object.kind !== resource.kind) return withRules([invalidValue('kind', object.kind, `must be ${resource.kind}`)], object, undefined, resource)
  const errors = validateNewMetadata(object, resource.namespaced, resource.checkName)
  if (!resource.custom) return [...errors, ...(resource.check?.(object, undefined) ?? [])]
  return withRules(
    [...errors, ...validateValue(json(object)!, resource.schema), ...validateScale(object, resource), ...validateListTypes(json(object), resource.schema)],
    object,
    undefined,
    resource,
  )
}

export function validateChange(object: KubeObject, old: KubeObject, resource: ResourceType): FieldError[] {
  const errors = validateChangedMetadata(object, old)
  if (!resource.custom) return [...errors, ...(resource.check?.(object, old) ?? [])]
  const schemaErrors = validateValue(json(object)!, resource.schema, '', json(old))
  // What the old object already had doubled is not held against this change.
  const listErrors = validateListTypes(json(old), resource.schema).length === 0 ? validateListTypes(json(object), resource.schema) : []
  return withRules([...errors, ...schemaErrors, ...validateScale(object, resource), ...listErrors], object, old, resource)
}

/** A write of the status subresource answers for the status alone. */
export function validateStatusChange(object: KubeObject, old: KubeObject, resource: ResourceType): FieldError[] {
  const errors = validateChangedMetadata(object, old)
  if (!resource.custom) return [...errors, ...(resource.check?.(object, old) ?? [])]
  const schema = resource.schema.properties?.status
  const status = object.status as Json | undefined
  const before = old.status as Json | undefined
  if (status !== undefined && schema) {
    // The status is looked at by itself: details name fields from there on.
    const below = (field: string) => (field === '<nil>' ? 'status' : `status.${field}`)
    errors.push(...validateValue(status, schema, '', before).map((error) => ({ ...error, field: below(error.field) })))
    if (validateListTypes(before, schema, 'status').length === 0) errors.push(...validateListTypes(status, schema, 'status'))
  }
  return withRules(errors, object, old, resource)
}

function withRules(errors: FieldError[], object: KubeObject, old: KubeObject | undefined, resource: ResourceType): FieldError[] {
  if (!hasRules(resource.schema)) return errors
  if (blocksRules(errors))
    return [
      ...errors,
      invalidValue('', null, 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'),
    ]
  return [...errors, ...validateRules(json(object)!, resource.schema, json(old))]
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

const MAX_INT32 = 2_147_483_647

/** The numbers behind the scale subresource. */
function validateScale(object: KubeObject, { scale }: ResourceType): FieldError[] {
  if (!scale) return []
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    let value: unknown = object
    for (const key of path.replace(/^\./, '').split('.')) value = isObject(value) ? value[key] : undefined
    if (value === undefined) return []
    if (typeof value !== 'number' || !Number.isInteger(value))
      return [invalidValue(path, 0, `${path} accessor error: ${value} is of the type ${goType(value)}, expected int64`)]
    if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')]
    return value > MAX_INT32 ? [invalidValue(path, value, `should be less than or equal to ${MAX_INT32}`)] : []
  })
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  return (
    { string: 'string', number: 'float64', boolean: 'bool' }[typeof value as string] ?? (Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}')
  )
}
