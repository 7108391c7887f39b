/** All objects of one kind in the namespaces that are watched: one reflector for each, or one for all of them. */
import type { Failure, KubeObject } from '../ports/index.ts'
import { Reflector, type ReflectorOptions } from './reflector.ts'

export class Watched {
  readonly #reflectors: ReadonlyMap<string | undefined, Reflector>
  readonly synced: Promise<void>

  /** `namespaces` empty: all. */
  constructor(namespaces: readonly string[], options: Omit<ReflectorOptions, 'namespace'>) {
    const places = namespaces.length > 0 ? [...new Set(namespaces)] : [undefined]
    this.#reflectors = new Map(places.map((namespace) => [namespace, new Reflector({ ...options, namespace })]))
    this.synced = Promise.all([...this.#reflectors.values()].map((one) => one.synced)).then(() => undefined)
  }

  get isSynced(): boolean {
    return [...this.#reflectors.values()].every((one) => one.isSynced)
  }

  /** Why the objects are not known, or not known any more. */
  get failures(): readonly Failure[] {
    return [...this.#reflectors.values()].flatMap(({ failure }) => failure ?? [])
  }

  get(key: string): KubeObject | undefined {
    return this.#reflectorOf(key.slice(0, key.indexOf('/')))?.get(key)
  }

  *values(): IterableIterator<KubeObject> {
    for (const reflector of this.#reflectors.values()) yield* reflector.values()
  }

  /** The answer to a write of ours. */
  learn(object: KubeObject): void {
    this.#reflectorOf(object.metadata.namespace ?? '')?.learn(object)
  }

  start(): void {
    for (const reflector of this.#reflectors.values()) reflector.start()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#reflectors.values()].map((one) => one.stop()))
  }

  #reflectorOf(namespace: string): Reflector | undefined {
    return this.#reflectors.get(namespace) ?? this.#reflectors.get(undefined)
  }
}
