/** What x-kubernetes-list-type, its keys and x-kubernetes-map-type ask of the schema around them. */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../field-error.ts'
import type { Schema } from '../schema/structural.ts'

export function checkLists(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys']
  const mapType = schema['x-kubernetes-map-type']
  if (schema.uniqueItems) errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'))
  if (mapType !== undefined) {
    if (schema.type !== 'object') errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-map-type is specified'))
    if (!['atomic', 'granular'].includes(mapType)) errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']))
  }
  if (type !== undefined) {
    if (schema.type !== 'array') errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'))
    if (!['atomic', 'set', 'map'].includes(type)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'set', 'map']))
  }
  if (type !== 'map' && keys?.length)
    errors.push(invalidValue(`${path}.x-kubernetes-list-type`, type ?? '', 'must be map if x-kubernetes-list-map-keys is non-empty'))
  if (type === 'set') errors.push(...checkSet(schema.items, `${path}.items`))
  if (type === 'map') errors.push(...checkMap(schema.items, keys ?? [], path))
  return errors
}

/** Entries of a set are compared as a whole. */
function checkSet(items: Schema | undefined, path: string): FieldError[] {
  if (!items) return []
  const errors: FieldError[] = []
  const whole = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  if (items.nullable) errors.push(forbiddenField(`${path}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'))
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(invalidValue(`${path}.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, whole))
  const inner = items['x-kubernetes-list-type']
  if (items.type === 'array' && inner !== undefined && inner !== 'atomic') errors.push(invalidValue(`${path}.x-kubernetes-list-type`, inner, whole))
  return errors
}

function checkMap(items: Schema | undefined, keys: readonly string[], path: string): FieldError[] {
  if (keys.length === 0) return [required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')]
  if (!items) return []
  if (items.type !== 'object') return [invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")]
  const errors: FieldError[] = []
  if (keys.some((key) => !items.properties?.[key]))
    errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties'))
  if (new Set(keys).size < keys.length) errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries'))
  for (const key of new Set(keys)) {
    const field = items.properties?.[key]
    if (!field) continue
    const at = `${path}.items.properties[${key}]`
    if (field.type === 'object' || field.type === 'array')
      errors.push(invalidValue(`${at}.type`, field.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"))
    if (field.default === undefined && !items.required?.includes(key))
      errors.push(required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'))
  }
  return errors
}
