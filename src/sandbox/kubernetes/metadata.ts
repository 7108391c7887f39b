/** The rules of metadata on create and update. */
import type { KubeObject } from '../../ports/index.ts'
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from './field-error.ts'
import { equal, isObject } from './json.ts'
import { dns1123Label, labelValue, qualifiedName } from './names.ts'
import { badRequest } from './status.ts'

/** All annotation keys and values of an object together, in bytes. */
const ANNOTATIONS_MAX_BYTES = 262_144

export function validateNewMetadata(object: KubeObject, namespaced: boolean, checkName: (name: string) => string[]): FieldError[] {
  const { metadata } = object
  const errors: FieldError[] = []
  // A trailing dash is fine in a prefix: what will be appended ends the name.
  const prefix = metadata.generateName
  if (typeof prefix === 'string' && prefix !== '')
    errors.push(...checkName(prefix.replace(/-$/, 'a')).map((text) => invalidValue('metadata.generateName', prefix, text)))
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'))
  else errors.push(...checkName(metadata.name).map((text) => invalidValue('metadata.name', metadata.name, text)))
  if (!namespaced && metadata.namespace) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'))
  if (namespaced) {
    if (!metadata.namespace) errors.push(required('metadata.namespace'))
    else errors.push(...dns1123Label(metadata.namespace).map((text) => invalidValue('metadata.namespace', metadata.namespace, text)))
  }
  return [...errors, ...validateCommon(object)]
}

export function validateChangedMetadata(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const now = object.metadata
  const before = old.metadata
  if (before.deletionTimestamp) {
    const added = (now.finalizers ?? []).filter((finalizer) => !before.finalizers?.includes(finalizer)).sort()
    if (added.length) {
      const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`
      errors.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`))
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (!equal(now[field], before[field])) errors.push(invalidValue(`metadata.${field}`, now[field] ?? null, 'field is immutable'))
  }
  return [...errors, ...validateCommon(object)]
}

function validateCommon({ metadata }: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    errors.push(...qualifiedName(key).map((text) => invalidValue('metadata.labels', key, text)))
    errors.push(...labelValue(value).map((text) => invalidValue('metadata.labels', value, text)))
  }
  let bytes = 0
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    errors.push(...qualifiedName(key.toLowerCase()).map((text) => invalidValue('metadata.annotations', key, text)))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > ANNOTATIONS_MAX_BYTES) errors.push(tooLong('metadata.annotations', ANNOTATIONS_MAX_BYTES))
  errors.push(...validateOwners(metadata))
  for (const finalizer of metadata.finalizers ?? [])
    errors.push(...qualifiedName(finalizer).map((text) => invalidValue('metadata.finalizers', finalizer, text)))
  if (metadata.finalizers?.includes('orphan') && metadata.finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue('metadata.finalizers', metadata.finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  return errors
}

function validateOwners(metadata: KubeObject['metadata']): FieldError[] {
  const errors: FieldError[] = []
  let controller = ''
  for (const [i, owner] of (metadata.ownerReferences ?? []).entries()) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) errors.push(required(`metadata.ownerReferences[${i}].${field}`, 'must not be empty'))
    }
    if (!owner.controller) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller)
      errors.push(
        invalidValue(
          'metadata.ownerReferences',
          metadata.ownerReferences,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`,
        ),
      )
    controller ||= name
  }
  return errors
}

const STRINGS = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp'] as const

/** Refuses metadata that is not even of the right JSON types; everything after may rely on them. */
export function checkMetadataTypes(value: unknown): void {
  const wrong = (what: string) => badRequest(`the object provided is unrecognized: json: cannot unmarshal ObjectMeta.${what}`)
  if (!isObject(value)) throw badRequest('the object provided is unrecognized: metadata must be an object')
  for (const key of STRINGS) {
    const field = value[key]
    if (field === null) delete value[key]
    else if (field !== undefined && typeof field !== 'string') throw wrong(`${key} of type string`)
  }
  for (const key of ['labels', 'annotations']) {
    const field = value[key]
    if (field === null) delete value[key]
    else if (field !== undefined && (!isObject(field) || Object.values(field).some((entry) => typeof entry !== 'string')))
      throw wrong(`${key} of type map[string]string`)
  }
  for (const key of ['finalizers', 'ownerReferences', 'managedFields']) {
    const field = value[key]
    if (field === null) delete value[key]
    else if (field !== undefined && !Array.isArray(field)) throw wrong(`${key} of type list`)
  }
  if (Array.isArray(value.finalizers) && value.finalizers.some((entry) => typeof entry !== 'string')) throw wrong('finalizers of type []string')
  if (Array.isArray(value.ownerReferences) && !value.ownerReferences.every(isObject)) throw wrong('ownerReferences of type []OwnerReference')
}

/** Empty maps and lists of metadata are as if they were not there. */
export function dropEmpty(metadata: KubeObject['metadata']): void {
  for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const value = metadata[key]
    if (value && Object.keys(value).length === 0) delete metadata[key]
  }
}

/** What only the server may say is taken out of a new object. */
export function wipeSystemFields(metadata: KubeObject['metadata']): void {
  for (const key of ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion', 'generation'])
    delete metadata[key]
}
