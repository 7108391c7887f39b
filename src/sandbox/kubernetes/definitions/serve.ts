/** The controller behind CustomResourceDefinitions: names, conditions, what is served, and the cleaning up. */
import type { Clock, KubeObject } from '../../../ports/index.ts'
import { afterUpdate } from '../apply/managed-fields.ts'
import { customColumns } from '../columns.ts'
import { rfc3339 } from '../identity.ts'
import { clone, equal } from '../json.ts'
import { dns1123Subdomain } from '../names.ts'
import { CUSTOM_VERBS, compareVersions, type ResourceRegistry, type ResourceType } from '../resources.ts'
import { withObjectMeta } from '../schema/structural.ts'
import type { Store } from '../store.ts'
import type { Writes } from '../writes.ts'
import { CLEANUP_FINALIZER, type DefinitionSpec, type DefinitionVersion, definitionSpec } from './type.ts'

const STORAGE = 'apiextensions.k8s.io/customresourcedefinitions'

interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

export class ServeDefinitions {
  readonly #store: Store
  readonly #registry: ResourceRegistry
  readonly #writes: Writes
  readonly #clock: Clock
  /** Definition's uid -> the generation that is served. */
  readonly #served = new Map<string, number>()

  constructor(deps: { store: Store; registry: ResourceRegistry; writes: Writes; clock: Clock }) {
    this.#store = deps.store
    this.#registry = deps.registry
    this.#writes = deps.writes
    this.#clock = deps.clock
  }

  /** Looks at one definition again; called after every change of it and of objects of its kind. */
  reconcile(name: string): void {
    const object = this.#store.get(STORAGE, name)
    if (!object) return
    const spec = definitionSpec(object)
    if (object.metadata.deletionTimestamp) this.#cleanUp(object, spec)
    else this.#serve(object, spec)
  }

  #serve(object: KubeObject, spec: DefinitionSpec): void {
    const rival = this.#rivalOf(object, spec)
    const now = rfc3339(this.#clock.now())
    const wanted: Condition[] = rival
      ? [
          { type: 'NamesAccepted', status: 'False', lastTransitionTime: now, reason: rival.reason, message: rival.message },
          { type: 'Established', status: 'False', lastTransitionTime: now, reason: 'NotAccepted', message: 'not all names are accepted' },
        ]
      : [
          { type: 'NamesAccepted', status: 'True', lastTransitionTime: now, reason: 'NoConflicts', message: 'no conflicts found' },
          { type: 'Established', status: 'True', lastTransitionTime: now, reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
        ]
    const status = object.status as { conditions?: Condition[]; storedVersions?: string[] }
    const conditions = wanted.map((condition) => {
      const before = status.conditions?.find((other) => other.type === condition.type)
      return before?.status === condition.status ? before : condition
    })
    const stored = spec.versions.find((version) => version.storage)!.name
    const storedVersions = [...new Set([...(status.storedVersions ?? []), stored])]
    const acceptedNames = rival ? { plural: '', kind: '' } : spec.names
    const next = clone(object)
    next.status = { conditions, acceptedNames, storedVersions }
    if (!equal(next, object)) this.#store.put(STORAGE, object.metadata.name, this.#marked(next, object))
    // Unchanged definitions keep their types, and with them the views of their objects.
    if (rival || this.#served.get(object.metadata.uid!) === object.metadata.generation) return
    this.#served.set(object.metadata.uid!, object.metadata.generation!)
    this.#registry.removeStorage(storageOf(spec))
    for (const version of spec.versions) if (version.served) this.#registry.add(typeOf(spec, version))
  }

  /** The server itself keeps the status, and is remembered for it. */
  #marked(next: KubeObject, old: KubeObject): KubeObject {
    const type = this.#registry.ofKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition')!
    const writer = this.#writes.writer(type, { manager: 'kube-apiserver', dryRun: false, subresource: 'status' })
    return { ...next, metadata: { ...next.metadata, managedFields: afterUpdate(old, next, withObjectMeta(type.schema), writer) } }
  }

  /** Another type of the group that has one of these names already. */
  #rivalOf(object: KubeObject, spec: DefinitionSpec): { reason: string; message: string } | undefined {
    for (const other of this.#registry.storages()) {
      if (other.group !== spec.group || other.storage === storageOf(spec)) continue
      if (other.kind === spec.names.kind) return { reason: 'KindConflict', message: `"${spec.names.kind}" is already in use` }
      const taken = spec.names.shortNames?.find((name) => other.shortNames.includes(name))
      if (taken) return { reason: 'ShortNamesConflict', message: `"${taken}" is already in use` }
    }
    return this.#registry.storages().some((other) => other.storage === storageOf(spec) && !other.custom)
      ? { reason: 'PluralConflict', message: `"${object.metadata.name}" is already in use` }
      : undefined
  }

  #cleanUp(object: KubeObject, spec: DefinitionSpec): void {
    const storage = storageOf(spec)
    const type = this.#registry.storages().find((other) => other.storage === storage)
    if (!object.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return
    if (type) {
      for (const [, instance] of this.#store.list(storage)) {
        if (!instance.metadata.deletionTimestamp) this.#writes.delete(type, instance.metadata.namespace ?? '', instance.metadata.name, {})
      }
    }
    const left = this.#store.list(storage).length
    this.#close(storage)
    const terminating: Condition = {
      type: 'Terminating',
      status: left > 0 ? 'True' : 'False',
      lastTransitionTime: rfc3339(this.#clock.now()),
      reason: left > 0 ? 'InstanceDeletionInProgress' : 'InstanceDeletionCompleted',
      message: left > 0 ? 'CustomResource deletion is in progress' : 'removed all instances',
    }
    const next = clone(object)
    const status = next.status as { conditions: Condition[] }
    const before = status.conditions.find((condition) => condition.type === 'Terminating')
    if (before?.status !== terminating.status || before.reason === 'InstanceDeletionPending')
      status.conditions = [...status.conditions.filter((condition) => condition !== before), terminating]
    if (left === 0) {
      next.metadata.finalizers = next.metadata.finalizers!.filter((name) => name !== CLEANUP_FINALIZER)
      this.#registry.removeStorage(storage)
      if (next.metadata.finalizers.length === 0) {
        this.#store.delete(STORAGE, object.metadata.name)
        return
      }
    }
    if (!equal(next, object)) this.#store.put(STORAGE, object.metadata.name, next)
  }

  /** What is on its way out takes no more objects. */
  #close(storage: string): void {
    for (const type of this.#registry.all()) {
      if (type.storage === storage && !type.terminating) this.#registry.add({ ...type, terminating: true })
    }
  }

  /** The definition that an object's storage belongs to. */
  static nameOf(storage: string): string {
    const [group, plural] = storage.split('/')
    return `${plural}.${group}`
  }
}

const storageOf = (spec: DefinitionSpec) => `${spec.group}/${spec.names.plural}`

function typeOf(spec: DefinitionSpec, version: DefinitionVersion): ResourceType {
  const { names } = spec
  return {
    group: spec.group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: spec.scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: CUSTOM_VERBS,
    storage: storageOf(spec),
    storageVersion: spec.versions.find((other) => other.storage)!.name,
    schema: version.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    status: version.subresources?.status !== undefined,
    ...(version.subresources?.scale ? { scale: version.subresources.scale } : {}),
    columns: customColumns(version.additionalPrinterColumns),
    selectable: (version.selectableFields ?? []).map((field) => field.jsonPath.replace(/^\./, '')),
    custom: true,
    generation: true,
    unconditional: false,
    checkName: dns1123Subdomain,
    ...(version.deprecated
      ? { deprecation: version.deprecationWarning ?? `${spec.group}/${version.name} ${names.kind} is deprecated${successor(spec, version, names.kind)}` }
      : {}),
  }
}

/** The newest version that one should use instead. */
function successor(spec: DefinitionSpec, version: DefinitionVersion, kind: string): string {
  const newer = spec.versions
    .filter((other) => other.served && !other.deprecated && compareVersions(other.name, version.name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name))[0]
  return newer === undefined ? '' : `; use ${spec.group}/${newer.name} ${kind}`
}
