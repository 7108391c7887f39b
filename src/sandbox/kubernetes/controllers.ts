/** Runs the controllers after each change, never inside it: what they do is a change of its own, as in a real cluster. */
import type { Clock } from '../../ports/index.ts'
import { ServeDefinitions } from './definitions/serve.ts'
import { EventExpiry } from './event-expiry.ts'
import { GarbageCollector } from './garbage.ts'
import { NamespaceLifecycle } from './namespace-lifecycle.ts'
import type { ResourceRegistry } from './resources.ts'
import type { Change, Store } from './store.ts'
import type { Writes } from './writes.ts'

const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions'

export class Controllers {
  readonly #queue: Change[] = []
  readonly #store: Store
  readonly #definitions: ServeDefinitions
  readonly #namespaces: NamespaceLifecycle
  readonly #garbage: GarbageCollector
  readonly #events: EventExpiry
  readonly #onError: (error: unknown) => void
  readonly #unsubscribe: () => void
  #scheduled = false

  constructor(deps: { store: Store; registry: ResourceRegistry; writes: Writes; clock: Clock; onError: (error: unknown) => void }) {
    this.#store = deps.store
    this.#definitions = new ServeDefinitions(deps)
    this.#namespaces = new NamespaceLifecycle(deps)
    this.#garbage = new GarbageCollector(deps)
    this.#events = new EventExpiry(deps)
    this.#onError = deps.onError
    this.#unsubscribe = deps.store.subscribe((change) => {
      this.#queue.push(change)
      if (this.#scheduled) return
      this.#scheduled = true
      queueMicrotask(() => this.run())
    })
  }

  /** Works off what is queued, with what that brings along. */
  run(): void {
    this.#scheduled = false
    for (let change = this.#queue.shift(); change; change = this.#queue.shift()) {
      try {
        this.#reconcile(change)
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  #reconcile(change: Change): void {
    if (change.storage === DEFINITIONS) this.#definitions.reconcile(change.key)
    if (change.storage === '/namespaces') this.#namespaces.reconcile(change.key)
    this.#garbage.reconcile(change)
    this.#events.reconcile(change)
    if (change.type !== 'DELETED') return
    if (change.object.metadata.namespace) {
      const namespace = this.#store.get('/namespaces', change.object.metadata.namespace)
      if (namespace?.metadata.deletionTimestamp) this.#namespaces.reconcile(namespace.metadata.name)
    }
    const definition = this.#store.get(DEFINITIONS, ServeDefinitions.nameOf(change.storage))
    if (definition?.metadata.deletionTimestamp) this.#definitions.reconcile(definition.metadata.name)
  }

  close(): void {
    this.#unsubscribe()
    this.#events.close()
  }
}
