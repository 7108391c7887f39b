/** Objects in memory under one counter of resourceVersions, with a bounded history for watches and consistent lists. */
import type { KubeObject } from '../../ports/index.ts'

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

export interface Change {
  readonly version: number
  readonly type: ChangeType
  readonly storage: string
  readonly key: string
  /** After the change; for DELETED the last state, with the deletion's resourceVersion. */
  readonly object: KubeObject
  readonly previous: KubeObject | undefined
}

/** Objects in the store are never changed, only replaced: clone before writing. */
export class Store {
  #version = 1
  /** Changes up to this version are forgotten. */
  #forgotten = 1
  readonly #historyLimit: number
  readonly #objects = new Map<string, Map<string, KubeObject>>()
  #history: Change[] = []
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit
  }

  /** The version of the newest change. */
  get version(): number {
    return this.#version
  }

  /** The oldest version that can still be watched from. */
  get oldest(): number {
    return this.#forgotten
  }

  static key(namespace: string, name: string): string {
    return namespace ? `${namespace}/${name}` : name
  }

  get(storage: string, key: string): KubeObject | undefined {
    return this.#objects.get(storage)?.get(key)
  }

  /** All objects of a kind in the order of their keys, as they are now or as they were at a version. */
  list(storage: string, atVersion = this.#version): [string, KubeObject][] {
    const state = new Map(this.#objects.get(storage))
    for (let i = this.#history.length - 1; i >= 0 && this.#history[i]!.version > atVersion; i--) {
      const change = this.#history[i]!
      if (change.storage !== storage) continue
      if (change.previous) state.set(change.key, change.previous)
      else state.delete(change.key)
    }
    return [...state].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  }

  /** Writes an object under the next resourceVersion and tells everyone who watches. */
  put(storage: string, key: string, object: KubeObject): KubeObject {
    const previous = this.get(storage, key)
    const stored = this.#stamp(object)
    let collection = this.#objects.get(storage)
    if (!collection) {
      collection = new Map()
      this.#objects.set(storage, collection)
    }
    collection.set(key, stored)
    this.#record({ version: this.#version, type: previous ? 'MODIFIED' : 'ADDED', storage, key, object: stored, previous })
    return stored
  }

  delete(storage: string, key: string): KubeObject | undefined {
    const previous = this.get(storage, key)
    if (!previous) return undefined
    this.#objects.get(storage)!.delete(key)
    const last = this.#stamp(previous)
    this.#record({ version: this.#version, type: 'DELETED', storage, key, object: last, previous })
    return last
  }

  #stamp(object: KubeObject): KubeObject {
    this.#version++
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } }
  }

  #record(change: Change): void {
    this.#history.push(change)
    if (this.#history.length > this.#historyLimit * 1.25) this.forget(this.#history.at(-this.#historyLimit)!.version - 1)
    for (const listener of [...this.#listeners]) listener(change)
  }

  /** Changes after a version, oldest first. */
  since(version: number): readonly Change[] {
    let i = this.#history.length
    while (i > 0 && this.#history[i - 1]!.version > version) i--
    return this.#history.slice(i)
  }

  /** Drops history up to a version, as compaction does. */
  forget(version = this.#version): void {
    this.#history = this.#history.filter((change) => change.version > version)
    this.#forgotten = Math.max(this.#forgotten, version)
  }

  /** Called inside each write, in order; must not throw. The returned function ends it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
