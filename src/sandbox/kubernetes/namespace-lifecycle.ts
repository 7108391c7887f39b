/** The controller behind namespaces: a terminating one loses its content, then itself; a new one gets its service account. */
import type { Clock, KubeObject } from '../../ports/index.ts'
import { rfc3339 } from './identity.ts'
import { clone, equal } from './json.ts'
import type { ResourceRegistry, ResourceType } from './resources.ts'
import { qualified } from './status.ts'
import type { Store } from './store.ts'
import type { Writes } from './writes.ts'

const STORAGE = '/namespaces'

export class NamespaceLifecycle {
  readonly #store: Store
  readonly #registry: ResourceRegistry
  readonly #writes: Writes
  readonly #clock: Clock

  constructor(deps: { store: Store; registry: ResourceRegistry; writes: Writes; clock: Clock }) {
    this.#store = deps.store
    this.#registry = deps.registry
    this.#writes = deps.writes
    this.#clock = deps.clock
  }

  reconcile(name: string): void {
    const namespace = this.#store.get(STORAGE, name)
    if (!namespace) return
    if (namespace.metadata.deletionTimestamp) this.#empty(namespace)
    else this.#furnish(name)
  }

  #furnish(name: string): void {
    if (this.#store.get('/serviceaccounts', `${name}/default`)) return
    const type = this.#registry.find('', 'v1', 'serviceaccounts')!
    this.#writes.create(
      type,
      name,
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
      { manager: 'kube-controller-manager', dryRun: false },
    )
  }

  #empty(namespace: KubeObject): void {
    const { name } = namespace.metadata
    for (const [type, object] of this.#contentOf(name)) {
      if (!object.metadata.deletionTimestamp) this.#writes.delete(type, name, object.metadata.name, { propagationPolicy: 'Background' })
    }
    const left = this.#contentOf(name)
    const next = clone(namespace)
    next.status = { phase: 'Terminating', conditions: this.#conditions(namespace, left) }
    if (left.length > 0) {
      if (!equal(next, namespace)) this.#store.put(STORAGE, name, next)
      return
    }
    next.spec = { finalizers: [] }
    if (next.metadata.finalizers?.length) {
      if (!equal(next, namespace)) this.#store.put(STORAGE, name, next)
    } else this.#store.delete(STORAGE, name)
  }

  #contentOf(name: string): [ResourceType, KubeObject][] {
    return this.#registry
      .storages()
      .filter((type) => type.namespaced)
      .flatMap((type) =>
        this.#store.list(type.storage).flatMap(([, object]): [ResourceType, KubeObject][] => (object.metadata.namespace === name ? [[type, object]] : [])),
      )
  }

  #conditions(namespace: KubeObject, left: readonly [ResourceType, KubeObject][]): unknown[] {
    const finalizers = new Map<string, number>()
    for (const [, object] of left) for (const finalizer of object.metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
    const kinds = new Map<string, number>()
    for (const [type] of left) kinds.set(qualified(type), (kinds.get(qualified(type)) ?? 0) + 1)
    const remains = [...kinds].sort().map(([kind, count]) => `${kind} has ${count} resource instances`)
    const waits = [...finalizers].sort().map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
    const before = (namespace.status as { conditions?: { type: string; status: string }[] }).conditions ?? []
    return [
      condition('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
      condition('NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
      condition(
        'NamespaceDeletionContentFailure',
        false,
        'ContentDeleted',
        left.length ? 'All content successfully deleted, may be waiting on finalization' : 'All content successfully removed',
      ),
      remains.length
        ? condition('NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${remains.join(', ')}`)
        : condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
      waits.length
        ? condition('NamespaceFinalizersRemaining', true, 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${waits.join(', ')}`)
        : condition('NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
    ].map((wanted) => {
      const old = before.find((other) => other.type === wanted.type)
      return old?.status === wanted.status ? { ...old, ...wanted } : { ...wanted, lastTransitionTime: rfc3339(this.#clock.now()) }
    })
  }
}

function condition(type: string, holds: boolean, reason: string, message: string) {
  return { type, status: holds ? 'True' : 'False', reason, message }
}
