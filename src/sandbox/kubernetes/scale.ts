/** The scale subresource: one number of a custom resource, as autoscaling/v1 Scale. */
import type { KubeObject } from '../../ports/index.ts'
import { clone, isObject, type Json, type JsonObject } from './json.ts'
import type { ResourceType } from './resources.ts'
import { badRequest, conflict } from './status.ts'

const keys = (path: string) => path.replace(/^\./, '').split('.')

function at(object: KubeObject, path: string): Json | undefined {
  let value: unknown = object
  for (const key of keys(path)) value = isObject(value) ? value[key] : undefined
  return value as Json | undefined
}

export function toScale(resource: ResourceType, object: KubeObject): KubeObject {
  const paths = resource.scale!
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = paths.labelSelectorPath ? at(object, paths.labelSelectorPath) : undefined
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid: uid!, resourceVersion: resourceVersion!, creationTimestamp: creationTimestamp! },
    spec: { replicas: at(object, paths.specReplicasPath) ?? 0 },
    status: { replicas: at(object, paths.statusReplicasPath) ?? 0, ...(typeof selector === 'string' ? { selector } : {}) },
  }
}

/** The object with the scale's number; a scale without a resourceVersion is meant for whatever is there. */
export function fromScale(resource: ResourceType, old: KubeObject, scale: Json): KubeObject {
  if (!isObject(scale) || !isObject(scale.spec)) throw badRequest('the object provided is unrecognized (must be of type Scale)')
  const replicas = scale.spec.replicas ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('spec.replicas must be an integer')
  const version = isObject(scale.metadata) ? scale.metadata.resourceVersion : undefined
  if (version && version !== old.metadata.resourceVersion)
    throw conflict(resource, old.metadata.name, 'the object has been modified; please apply your changes to the latest version and try again')
  const object = clone(old)
  const path = keys(resource.scale!.specReplicasPath)
  let place = object as unknown as JsonObject
  for (const key of path.slice(0, -1)) {
    if (!isObject(place[key])) place[key] = {}
    place = place[key] as JsonObject
  }
  place[path.at(-1)!] = replicas
  return object
}
