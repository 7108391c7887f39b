/** Stored objects as one version of their type shows them: converted, pruned and defaulted by today's schema. */
import type { KubeObject } from '../../ports/index.ts'
import { clone, type Json } from './json.ts'
import { apiVersionOf, type ResourceType } from './resources.ts'
import { applyDefaults } from './schema/default.ts'
import { prune } from './schema/prune.ts'

const views = new WeakMap<ResourceType, WeakMap<KubeObject, KubeObject>>()

/** The view of a stored object; never to be changed, like the object itself. */
export function viewOf(resource: ResourceType, stored: KubeObject): KubeObject {
  let ofType = views.get(resource)
  if (!ofType) {
    ofType = new WeakMap()
    views.set(resource, ofType)
  }
  let view = ofType.get(stored)
  if (!view) {
    view = makeView(resource, stored)
    ofType.set(stored, view)
  }
  return view
}

function makeView(resource: ResourceType, stored: KubeObject): KubeObject {
  if (resource.fromStored) return resource.fromStored(stored)
  if (!resource.custom) return stored
  const view = clone({ ...stored, apiVersion: apiVersionOf(resource) })
  prune(view as unknown as Json, resource.schema)
  applyDefaults(view as unknown as Json, resource.schema)
  return view
}

/** The form that is kept: that of the storage version. */
export function storedForm(resource: ResourceType, object: KubeObject): KubeObject {
  return resource.toStored?.(object) ?? object
}
