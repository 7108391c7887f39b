/** A Kubernetes API in memory: versions, generations, finalizers, watches with bookmarks and 410, for tests in virtual time. */
import { Failure, type KubeApi, type KubeList, type KubeObject, type KubeResource, type WatchEvent } from '../../src/ports/index.ts'

interface Watcher {
  readonly resource: string
  readonly namespace: string | undefined
  push(event: WatchEvent): void
  end(): void
}

export interface KubeCall {
  readonly verb: string
  readonly resource: string
  readonly name: string
  /** Absent: all. */
  readonly namespace: string | undefined
  readonly mutating: boolean
}

export class MemoryKube implements KubeApi {
  readonly calls: KubeCall[] = []
  readonly watchers = new Set<Watcher>()
  /** Called before each call; may throw. */
  before: ((call: KubeCall) => void | Promise<void>) | undefined
  /** Called after each call that changed something; may throw. */
  after: ((call: KubeCall) => void) | undefined
  /** Versions up to here are forgotten: a watch from there gets 410. */
  compacted = 0
  readonly #objects = new Map<string, KubeObject>()
  readonly #log: { version: number; resource: string; event: WatchEvent }[] = []
  #version = 100
  readonly now: () => number

  constructor(now: () => number = () => 0) {
    this.now = now
  }

  async #call(verb: string, resource: KubeResource, name: string, namespace: string | undefined): Promise<KubeCall> {
    const call = { verb, resource: resource.plural, name, namespace, mutating: !['get', 'list', 'watch'].includes(verb) }
    this.calls.push(call)
    await this.before?.(call)
    return call
  }

  all(resource: { plural: string }): KubeObject[] {
    return [...this.#objects].filter(([key]) => key.startsWith(`${resource.plural}/`)).map(([, object]) => structuredClone(object))
  }

  find(resource: { plural: string }, namespace: string, name: string): KubeObject | undefined {
    const found = this.#objects.get(`${resource.plural}/${namespace}/${name}`)
    return found && structuredClone(found)
  }

  async list(resource: KubeResource, options: Parameters<KubeApi['list']>[1]): Promise<KubeList> {
    await this.#call('list', resource, '', options.namespace)
    const items = this.all(resource).filter((object) => options.namespace === undefined || object.metadata.namespace === options.namespace)
    const from = Number(options.continue ?? 0)
    const limit = options.limit ?? items.length
    const rest = from + limit < items.length
    return { items: items.slice(from, from + limit), resourceVersion: String(this.#version), ...(rest ? { continue: String(from + limit) } : {}) }
  }

  async *watch(resource: KubeResource, options: Parameters<KubeApi['watch']>[1], signal: AbortSignal): AsyncIterable<WatchEvent> {
    await this.#call('watch', resource, '', options.namespace)
    const since = Number(options.resourceVersion)
    if (since < this.compacted) return yield { type: 'ERROR', code: 410, message: 'too old resource version' }
    const queue: WatchEvent[] = this.#log
      .filter((entry) => entry.version > since && entry.resource === resource.plural && isIn(entry.event, options.namespace))
      .map((entry) => entry.event)
    let wake = () => {}
    let ended = false
    const watcher: Watcher = {
      resource: resource.plural,
      namespace: options.namespace,
      push: (event) => {
        queue.push(event)
        wake()
      },
      end: () => {
        ended = true
        wake()
      },
    }
    options.opened?.()
    this.watchers.add(watcher)
    signal.addEventListener('abort', watcher.end)
    try {
      for (;;) {
        const next = queue.shift()
        if (next !== undefined) yield structuredClone(next)
        else if (signal.aborted) throw signal.reason
        else if (ended) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    } finally {
      this.watchers.delete(watcher)
    }
  }

  async get(resource: KubeResource, namespace: string, name: string): Promise<KubeObject | undefined> {
    await this.#call('get', resource, name, namespace)
    return this.find(resource, namespace, name)
  }

  async create(resource: KubeResource, object: KubeObject): Promise<KubeObject> {
    const call = await this.#call('create', resource, object.metadata.name, object.metadata.namespace)
    const key = `${resource.plural}/${object.metadata.namespace}/${object.metadata.name}`
    if (this.#objects.has(key)) throw new Failure('Retry', 'AlreadyExists', `${key} already exists`, { status: 409 })
    const creationTimestamp = object.metadata.creationTimestamp ?? new Date(this.now()).toISOString()
    const metadata = { ...object.metadata, uid: `uid-${this.#version}`, generation: 1, creationTimestamp }
    return this.#store(call, 'ADDED', key, { ...structuredClone(object), metadata })
  }

  async replace(resource: KubeResource, object: KubeObject): Promise<KubeObject> {
    const call = await this.#call('replace', resource, object.metadata.name, object.metadata.namespace)
    const key = `${resource.plural}/${object.metadata.namespace}/${object.metadata.name}`
    const before = this.#mustFind(key, object.metadata.resourceVersion)
    return this.#store(call, 'MODIFIED', key, { ...structuredClone(object), metadata: { ...before.metadata, ...object.metadata } })
  }

  async patch(resource: KubeResource, namespace: string, name: string, patch: Parameters<KubeApi['patch']>[3]): Promise<KubeObject> {
    const call = await this.#call(patch.subresource === 'status' ? 'patch status' : 'patch', resource, name, namespace)
    const key = `${resource.plural}/${namespace}/${name}`
    const body = patch.body as { metadata?: { resourceVersion?: string } }
    const before = this.#mustFind(key, body.metadata?.resourceVersion)
    const merged = mergePatch(before, body) as KubeObject
    if (patch.subresource === 'status') return this.#store(call, 'MODIFIED', key, { ...before, status: merged.status })
    if ('spec' in body) merged.metadata.generation = (before.metadata.generation ?? 0) + 1
    return this.#store(call, 'MODIFIED', key, merged)
  }

  async delete(resource: KubeResource, namespace: string, name: string): Promise<boolean> {
    const call = await this.#call('delete', resource, name, namespace)
    const key = `${resource.plural}/${namespace}/${name}`
    const before = this.#objects.get(key)
    if (before === undefined) return false
    if (before.metadata.finalizers?.length) {
      if (before.metadata.deletionTimestamp === undefined) {
        const generation = (before.metadata.generation ?? 0) + 1
        this.#store(call, 'MODIFIED', key, { ...before, metadata: { ...before.metadata, generation, deletionTimestamp: new Date(this.now()).toISOString() } })
      }
    } else this.#drop(call, key, before)
    return true
  }

  async groupVersions(): Promise<readonly string[]> {
    return ['v1']
  }

  /** A bookmark to everybody who watches. */
  bookmark(): void {
    for (const watcher of this.watchers) {
      const object = { apiVersion: 'v1', kind: 'Bookmark', metadata: { name: '', resourceVersion: String(this.#version) } }
      watcher.push({ type: 'BOOKMARK', object })
    }
  }

  closeWatches(): void {
    for (const watcher of [...this.watchers]) watcher.end()
  }

  /** Changes an object without telling the watches. */
  changeUnseen(resource: { plural: string }, namespace: string, name: string, change: (object: KubeObject) => void): void {
    const object = this.#objects.get(`${resource.plural}/${namespace}/${name}`)!
    const next = structuredClone(object)
    change(next)
    next.metadata.resourceVersion = String(++this.#version)
    this.#objects.set(`${resource.plural}/${namespace}/${name}`, next)
  }

  get version(): number {
    return this.#version
  }

  #mustFind(key: string, version: string | undefined): KubeObject {
    const before = this.#objects.get(key)
    if (before === undefined) throw new Failure('Retry', 'NotFound', `${key} not found`, { status: 404 })
    if (version !== undefined && version !== before.metadata.resourceVersion) throw new Failure('Retry', 'Conflict', `${key} has moved on`, { status: 409 })
    return before
  }

  #store(call: KubeCall, type: 'ADDED' | 'MODIFIED', key: string, object: KubeObject): KubeObject {
    const stored = structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
    if (stored.metadata.deletionTimestamp !== undefined && !stored.metadata.finalizers?.length) {
      this.#drop(call, key, stored)
      return stored
    }
    this.#objects.set(key, stored)
    this.#tell(type, key, stored)
    this.after?.(call)
    return structuredClone(stored)
  }

  #drop(call: KubeCall, key: string, object: KubeObject): void {
    this.#objects.delete(key)
    this.#tell('DELETED', key, { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
    this.after?.(call)
  }

  #tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', key: string, object: KubeObject): void {
    const resource = key.slice(0, key.indexOf('/'))
    this.#log.push({ version: this.#version, resource, event: { type, object } })
    for (const watcher of this.watchers) {
      if (watcher.resource === resource && (watcher.namespace === undefined || watcher.namespace === object.metadata.namespace)) watcher.push({ type, object })
    }
  }
}

function isIn(event: WatchEvent, namespace: string | undefined): boolean {
  return namespace === undefined || event.type === 'ERROR' || event.object.metadata.namespace === namespace
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return structuredClone(patch)
  const out: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key]
    else out[key] = mergePatch(out[key], value)
  }
  return out
}
