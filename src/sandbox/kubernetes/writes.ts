/** Create, update and delete: the one way into the store, with everything the real server does before it writes. */
import type { Clock, KubeObject, Random } from '../../ports/index.ts'
import { FieldSet } from './apply/field-set.ts'
import { afterUpdate, type ManagedEntry, type Writer } from './apply/managed-fields.ts'
import { prepareChange, type Subresource, withoutTimes } from './changes.ts'
import { type FieldError, invalidValue } from './field-error.ts'
import { type DeleteOptions, finalizersFor } from './finalizers.ts'
import { generateName, newUid, rfc3339 } from './identity.ts'
import { clone, equal, type Json } from './json.ts'
import { dropEmpty, wipeSystemFields } from './metadata.ts'
import { apiVersionOf, type ResourceRegistry, type ResourceType } from './resources.ts'
import { applyDefaults } from './schema/default.ts'
import { withObjectMeta } from './schema/structural.ts'
import { ApiError, alreadyExists, badRequest, conflict, forbidden, generatedNameExists, invalid, notFound, staleVersion } from './status.ts'
import { Store } from './store.ts'
import { storedForm, viewOf } from './stored-view.ts'
import { validateChange, validateNew, validateStatusChange } from './validation.ts'

export interface WriteContext {
  readonly manager: string
  readonly dryRun: boolean
  readonly subresource?: Subresource
  /** The new object brings its managedFields: it was applied. */
  readonly applied?: boolean
}

/** What became of a deletion: gone, or waiting for finalizers. */
export interface Deletion {
  readonly gone: boolean
  readonly object: KubeObject
}

const PROTECTED_NAMESPACES = ['default', 'kube-system', 'kube-public']

export class Writes {
  readonly #store: Store
  readonly #registry: ResourceRegistry
  readonly #clock: Clock
  readonly #random: Random

  constructor(deps: { store: Store; registry: ResourceRegistry; clock: Clock; random: Random }) {
    this.#store = deps.store
    this.#registry = deps.registry
    this.#clock = deps.clock
    this.#random = deps.random
  }

  get(resource: ResourceType, namespace: string, name: string): KubeObject {
    const found = this.find(resource, namespace, name)
    if (!found) throw notFound(resource, name)
    return found
  }

  find(resource: ResourceType, namespace: string, name: string): KubeObject | undefined {
    const stored = this.#store.get(resource.storage, Store.key(namespace, name))
    return stored && viewOf(resource, stored)
  }

  /** Takes ownership of `object`, which is decoded and of the right kind. */
  create(resource: ResourceType, namespace: string, object: KubeObject, context: WriteContext): KubeObject {
    if (resource.answer) {
      const errors = resource.check?.(object, undefined) ?? []
      // The real server forgets the kind here.
      if (errors.length > 0) throw invalid({ group: resource.group, kind: '' }, '', errors)
      return resource.answer(object)
    }
    const { metadata } = object
    if (resource.namespaced) {
      if (metadata.namespace && metadata.namespace !== namespace)
        throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
      metadata.namespace = namespace
      this.#requireNamespace(resource, namespace, metadata.name ?? '')
    }
    if (metadata.resourceVersion) throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created')
    const { generation } = metadata
    wipeSystemFields(metadata)
    // Whoever counts no generations lets a given one stand.
    if (!resource.custom && !resource.generation && typeof generation === 'number') metadata.generation = generation
    metadata.uid = newUid(this.#random)
    metadata.creationTimestamp = rfc3339(this.#clock.now())
    const generated = !metadata.name && typeof metadata.generateName === 'string' && metadata.generateName !== ''
    if (generated) metadata.name = generateName(metadata.generateName as string, this.#random)
    if (resource.custom && resource.status) delete object.status
    if (resource.generation) metadata.generation = 1
    dropEmpty(metadata)
    if (!context.applied) setManaged(object, afterUpdate(blank(resource, object), object, withObjectMeta(resource.schema), this.writer(resource, context)))
    resource.prepare?.(object, undefined)
    if (resource.custom && object.kind === resource.kind) applyDefaults(object as unknown as Json, resource.schema)
    refuse(resource, object, validateNew(object, resource))
    const key = Store.key(metadata.namespace ?? '', metadata.name)
    const existing = this.#store.get(resource.storage, key)
    if (existing)
      throw generated ? generatedNameExists(resource, metadata.name) : alreadyExists(resource, metadata.name, existing.metadata.deletionTimestamp !== undefined)
    if (context.dryRun) return object
    return viewOf(resource, this.#store.put(resource.storage, key, storedForm(resource, object)))
  }

  /** `change` gets the object as it is and gives the one wanted; what it gives is checked against optimistic locking. */
  update(resource: ResourceType, namespace: string, name: string, change: (old: KubeObject) => KubeObject, context: WriteContext): KubeObject {
    const key = Store.key(namespace, name)
    const stored = this.#store.get(resource.storage, key)
    if (!stored) throw notFound(resource, name)
    const old = viewOf(resource, stored)
    const wanted = change(old)
    this.#checkIdentity(resource, wanted, old, namespace, name)
    const object = prepareChange(resource, wanted, old, context.subresource ?? '')
    dropEmpty(object.metadata)
    if (!context.applied) setManaged(object, afterUpdate(old, object, withObjectMeta(resource.schema), this.writer(resource, context)))
    refuse(resource, object, context.subresource === 'status' ? validateStatusChange(object, old, resource) : validateChange(object, old, resource))
    if (equal(withoutTimes(object), withoutTimes(old))) return old
    if (context.dryRun) return object
    if (object.metadata.deletionTimestamp && !object.metadata.finalizers?.length && !isHeldNamespace(resource, object)) {
      // The last finalizer is gone: the object goes with it, without another write.
      this.#store.delete(resource.storage, key)
      return object
    }
    return viewOf(resource, this.#store.put(resource.storage, key, storedForm(resource, object)))
  }

  #checkIdentity(resource: ResourceType, wanted: KubeObject, old: KubeObject, namespace: string, name: string): void {
    const { metadata } = wanted
    if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`)
    if (namespace && metadata.namespace && metadata.namespace !== namespace)
      throw badRequest(`the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace})`)
    if (namespace) metadata.namespace = namespace
    if (metadata.uid && metadata.uid !== old.metadata.uid)
      throw conflict(
        resource,
        name,
        `StorageError: invalid object, Code: 4, Key: /registry/${resource.custom ? `${resource.group}/` : ''}${resource.plural}/${Store.key(namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
      )
    if (!metadata.resourceVersion) {
      if (resource.custom || !resource.unconditional)
        throw invalid({ group: resource.group, kind: resource.plural }, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')])
      metadata.resourceVersion = old.metadata.resourceVersion!
    }
    if (metadata.resourceVersion !== old.metadata.resourceVersion) throw staleVersion(resource, name)
  }

  delete(resource: ResourceType, namespace: string, name: string, options: DeleteOptions): Deletion {
    const key = Store.key(namespace, name)
    const stored = this.#store.get(resource.storage, key)
    if (!stored) throw notFound(resource, name)
    const old = viewOf(resource, stored)
    const { uid, resourceVersion } = options.preconditions ?? {}
    if (uid !== undefined && uid !== old.metadata.uid)
      throw conflict(
        { ...resource, plural: resource.kind },
        name,
        `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`,
      )
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion)
      throw conflict(
        { ...resource, plural: resource.kind },
        name,
        `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`,
      )
    if (resource.storage === '/namespaces') return this.#deleteNamespace(resource, old, options)
    if (resource.deleting) return this.#deleteByController(resource, old, options)
    const finalizers = finalizersFor(old, options)
    if (finalizers.length === 0) {
      if (options.dryRun) return { gone: true, object: old }
      return { gone: true, object: viewOf(resource, this.#store.delete(resource.storage, key)!) }
    }
    if (old.metadata.deletionTimestamp && equal(finalizers, old.metadata.finalizers ?? [])) return { gone: false, object: old }
    const object = clone(old)
    object.metadata.finalizers = finalizers
    this.#markDeleting(object)
    return { gone: false, object: options.dryRun ? object : viewOf(resource, this.#store.put(resource.storage, key, storedForm(resource, object))) }
  }

  #markDeleting(object: KubeObject): void {
    if (object.metadata.deletionTimestamp) return
    object.metadata.deletionTimestamp = rfc3339(this.#clock.now())
    object.metadata.deletionGracePeriodSeconds = 0
    if (object.metadata.generation) object.metadata.generation++
  }

  /** A namespace goes only after everything in it is gone. */
  #deleteNamespace(resource: ResourceType, old: KubeObject, options: DeleteOptions): Deletion {
    const { name } = old.metadata
    if (PROTECTED_NAMESPACES.includes(name)) throw forbidden(resource, name, 'this namespace may not be deleted')
    if (old.metadata.deletionTimestamp)
      throw conflict(
        resource,
        name,
        'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.',
      )
    const object = clone(old)
    object.metadata.deletionTimestamp = rfc3339(this.#clock.now())
    object.status = { ...(object.status as object), phase: 'Terminating' }
    if (options.dryRun) return { gone: false, object }
    return { gone: false, object: this.#store.put(resource.storage, name, object) }
  }

  /** Changes a namespace's own finalizers; the last one gone, and it is deleted if it was to be. */
  finalizeNamespace(resource: ResourceType, name: string, spec: unknown): KubeObject {
    const object = { ...clone(this.get(resource, '', name)), spec: spec ?? {} } as KubeObject
    if (object.metadata.deletionTimestamp && !object.metadata.finalizers?.length && !isHeldNamespace(resource, object)) {
      this.#store.delete(resource.storage, name)
      return object
    }
    return this.#store.put(resource.storage, name, object)
  }

  /** Types whose controller does the deleting are only marked. */
  #deleteByController(resource: ResourceType, old: KubeObject, options: DeleteOptions): Deletion {
    const object = clone(old)
    if (!object.metadata.deletionTimestamp) {
      object.metadata.deletionTimestamp = rfc3339(this.#clock.now())
      resource.deleting!(object)
    }
    return { gone: false, object: options.dryRun ? object : this.#store.put(resource.storage, object.metadata.name, object) }
  }

  #requireNamespace(resource: ResourceType, namespace: string, name: string): void {
    const found = this.#store.get('/namespaces', namespace)
    const namespaces = this.#registry.find('', 'v1', 'namespaces')!
    if (!found) throw notFound(namespaces, namespace)
    if (found.metadata.deletionTimestamp)
      throw forbidden(resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
        { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
      ])
  }

  /** Who writes, as managedFields will remember it. */
  writer(resource: ResourceType, context: WriteContext): Writer {
    const subresource = context.subresource ?? ''
    const ignored = subresource === 'status' ? FieldSet.of(['f:metadata'], ['f:spec']) : resource.status ? FieldSet.of(['f:status']) : new FieldSet()
    return {
      manager: context.manager,
      apiVersion: apiVersionOf(resource),
      subresource,
      time: subresource === 'scale' ? '' : rfc3339(this.#clock.now()),
      ignored,
    }
  }
}

/** What a new object of a type is before anything is said: Go structs have fields that are always there. */
function blank(resource: ResourceType, object: KubeObject): KubeObject | undefined {
  return resource.blank && ({ apiVersion: object.apiVersion, kind: object.kind, metadata: {}, ...resource.blank } as unknown as KubeObject)
}

function refuse(resource: ResourceType, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: resource.group, kind: object.kind }, object.metadata.name ?? '', errors)
}

function setManaged(object: KubeObject, entries: readonly ManagedEntry[]): void {
  if (entries.length > 0) object.metadata.managedFields = entries
  else delete object.metadata.managedFields
}

/** Namespaces have a second list of finalizers, in their spec. */
function isHeldNamespace(resource: ResourceType, object: KubeObject): boolean {
  const spec = object.spec as { finalizers?: unknown[] } | undefined
  return resource.storage === '/namespaces' && (spec?.finalizers?.length ?? 0) > 0
}
