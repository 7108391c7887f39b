/** What an update may change: everything else is put back before it is looked at. */
import type { KubeObject } from '../../ports/index.ts'
import { clone, equal, type Json } from './json.ts'
import type { ResourceType } from './resources.ts'
import { applyDefaults } from './schema/default.ts'

export type Subresource = '' | 'status' | 'scale'

/** The wanted object with everything put back that this door does not change. */
export function prepareChange(resource: ResourceType, wanted: KubeObject, old: KubeObject, subresource: Subresource): KubeObject {
  const object = subresource === 'status' ? statusOnly(wanted, old) : clone(wanted)
  const { metadata } = object
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const) {
    if (old.metadata[field] === undefined) delete metadata[field]
    else metadata[field] = old.metadata[field] as never
  }
  if (old.metadata.uid) metadata.uid ??= old.metadata.uid
  if (resource.status && subresource !== 'status') {
    if (old.status === undefined) delete object.status
    else object.status = clone(old.status)
  }
  if (subresource !== 'status') resource.prepare?.(object, old)
  if (resource.custom) applyDefaults(object as unknown as Json, resource.schema)
  const { metadata: _new, ...content } = object
  const { metadata: _old, ...before } = old
  const changed = resource.status ? !equal({ ...content, status: null }, { ...before, status: null }) : !equal(content, before)
  if (resource.generation && changed && subresource !== 'status') metadata.generation = (old.metadata.generation ?? 0) + 1
  return object
}

function statusOnly(wanted: KubeObject, old: KubeObject): KubeObject {
  const object = clone(old)
  const managed = wanted.metadata.managedFields
  if (managed === undefined) delete object.metadata.managedFields
  else object.metadata.managedFields = managed
  if (wanted.status === undefined) delete object.status
  else object.status = clone(wanted.status)
  return object
}

/** Times in managedFields alone are no change. */
export function withoutTimes(object: KubeObject): unknown {
  const managed = (object.metadata.managedFields as { time?: string }[] | undefined)?.map(({ time: _, ...entry }) => entry)
  return { ...object, metadata: { ...object.metadata, managedFields: managed ?? null } }
}
