/** The garbage collector: dependents go with their owners, before or after them, or are set free. */
import type { KubeObject } from '../../ports/index.ts'
import { clone } from './json.ts'
import type { ResourceRegistry, ResourceType } from './resources.ts'
import type { Change, Store } from './store.ts'
import type { Writes } from './writes.ts'

type Owner = NonNullable<KubeObject['metadata']['ownerReferences']>[number]

export class GarbageCollector {
  readonly #store: Store
  readonly #registry: ResourceRegistry
  readonly #writes: Writes

  constructor(deps: { store: Store; registry: ResourceRegistry; writes: Writes }) {
    this.#store = deps.store
    this.#registry = deps.registry
    this.#writes = deps.writes
  }

  reconcile(change: Change): void {
    const { object } = change
    if (change.type === 'DELETED') {
      for (const [type, dependent] of this.#dependentsOf(object)) this.#collect(type, dependent)
      for (const owner of object.metadata.ownerReferences ?? []) this.#finishForeground(owner, object)
      return
    }
    const type = this.#typeOf(change.storage)
    const current = this.#store.get(change.storage, change.key)
    if (!type || !current || current.metadata.resourceVersion !== object.metadata.resourceVersion) return
    if (object.metadata.ownerReferences?.length) this.#collect(type, object)
    if (!object.metadata.deletionTimestamp) return
    if (object.metadata.finalizers?.includes('orphan')) this.#orphan(type, object)
    else if (object.metadata.finalizers?.includes('foregroundDeletion')) this.#foreground(type, object)
  }

  /** Deletes a dependent whose owners are all gone; takes gone owners out of one that still has others. */
  #collect(type: ResourceType, dependent: KubeObject): void {
    if (dependent.metadata.deletionTimestamp) return
    const owners = dependent.metadata.ownerReferences ?? []
    const states = owners.map((owner) => this.#stateOf(owner, dependent))
    if (states.some((state) => state === 'unknown')) return
    const solid = owners.filter((_, i) => states[i] === 'present')
    if (solid.length === owners.length) return
    if (solid.length > 0) {
      const next = clone(dependent)
      next.metadata.ownerReferences = solid
      this.#put(type, next)
      return
    }
    // An owner that waits for its dependents takes them along in the same way.
    const policy = states.includes('waiting') && this.#dependentsOf(dependent).length > 0 ? 'Foreground' : 'Background'
    this.#writes.delete(type, dependent.metadata.namespace ?? '', dependent.metadata.name, {
      propagationPolicy: policy,
      preconditions: { uid: dependent.metadata.uid! },
    })
  }

  /** Whether an owner is there, gone, there but waiting for its dependents, or of a kind nobody serves. */
  #stateOf(owner: Owner, dependent: KubeObject): 'present' | 'gone' | 'waiting' | 'unknown' {
    const type = this.#registry.ofKind(owner.apiVersion, owner.kind)
    if (!type) return 'unknown'
    const key = type.namespaced ? `${dependent.metadata.namespace}/${owner.name}` : owner.name
    const found = this.#store.get(type.storage, key)
    if (found?.metadata.uid !== owner.uid) return 'gone'
    return found.metadata.deletionTimestamp && found.metadata.finalizers?.includes('foregroundDeletion') ? 'waiting' : 'present'
  }

  #orphan(type: ResourceType, owner: KubeObject): void {
    for (const [dependentType, dependent] of this.#dependentsOf(owner)) {
      const next = clone(dependent)
      const left = next.metadata.ownerReferences!.filter((reference) => reference.uid !== owner.metadata.uid)
      if (left.length > 0) next.metadata.ownerReferences = left
      else delete next.metadata.ownerReferences
      this.#put(dependentType, next)
    }
    this.#release(type, owner, 'orphan')
  }

  #foreground(type: ResourceType, owner: KubeObject): void {
    for (const [dependentType, dependent] of this.#dependentsOf(owner)) this.#collect(dependentType, dependent)
    const blocking = this.#dependentsOf(owner).filter(([, dependent]) =>
      dependent.metadata.ownerReferences!.some((reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion),
    )
    if (blocking.length === 0) this.#release(type, owner, 'foregroundDeletion')
  }

  /** A dependent is gone: perhaps its owner waited for it. */
  #finishForeground(reference: Owner, dependent: KubeObject): void {
    const type = this.#registry.ofKind(reference.apiVersion, reference.kind)
    const owner = type && this.#store.get(type.storage, type.namespaced ? `${dependent.metadata.namespace}/${reference.name}` : reference.name)
    if (owner?.metadata.uid === reference.uid && owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes('foregroundDeletion'))
      this.#foreground(type!, owner)
  }

  #release(type: ResourceType, owner: KubeObject, finalizer: string): void {
    const key = owner.metadata.namespace ? `${owner.metadata.namespace}/${owner.metadata.name}` : owner.metadata.name
    const current = this.#store.get(type.storage, key)
    if (!current) return
    const next = clone(current)
    next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((name) => name !== finalizer)
    if (next.metadata.finalizers.length === 0) this.#store.delete(type.storage, key)
    else this.#put(type, next)
  }

  #put(type: ResourceType, object: KubeObject): void {
    const key = object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name
    this.#store.put(type.storage, key, object)
  }

  #dependentsOf(owner: KubeObject): [ResourceType, KubeObject][] {
    const { uid } = owner.metadata
    return this.#registry
      .storages()
      .flatMap((type) =>
        this.#store
          .list(type.storage)
          .flatMap(([, object]): [ResourceType, KubeObject][] =>
            object.metadata.ownerReferences?.some((reference) => reference.uid === uid) ? [[type, object]] : [],
          ),
      )
  }

  #typeOf(storage: string): ResourceType | undefined {
    return this.#registry.storages().find((type) => type.storage === storage)
  }
}
