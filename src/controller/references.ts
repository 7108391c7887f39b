/** ConfigMaps and Secrets that others refer to, read when needed and remembered for a few seconds. */
import { z } from 'zod'
import { type HandedOn, versionKey } from '../plan/index.ts'
import { type Clock, Failure, type KubeApi, type KubeObject, type KubeResource } from '../ports/index.ts'
import type { ReferenceReader } from '../targets/index.ts'
import { CONFIG_MAPS } from './ledger.ts'

const SECRETS: KubeResource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }
const REMEMBER_MS = 5_000

/** Text by key, and the version it has. */
export interface Referred {
  readonly version: string
  readonly data: Readonly<Record<string, string>>
}

const dataSchema = z.record(z.string(), z.string()).default({})

export class References {
  readonly #kube: KubeApi
  readonly #clock: Clock
  readonly #namespaces: readonly string[]
  readonly #known = new Map<string, { at: number; object: Promise<KubeObject | undefined> }>()

  /** `namespaces`: read in these only; empty: in all. */
  constructor(kube: KubeApi, clock: Clock, namespaces: readonly string[] = []) {
    this.#kube = kube
    this.#clock = clock
    this.#namespaces = namespaces
  }

  async configMap(namespace: string, name: string, signal?: AbortSignal): Promise<Referred | undefined> {
    const object = await this.#get(CONFIG_MAPS, namespace, name, signal)
    return object && { version: object.metadata.resourceVersion ?? '', data: dataSchema.parse(object.data) }
  }

  async secret(namespace: string, name: string, signal?: AbortSignal): Promise<Referred | undefined> {
    const object = await this.#get(SECRETS, namespace, name, signal)
    if (object === undefined) return undefined
    const data = Object.entries(dataSchema.parse(object.data)).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])
    return { version: object.metadata.resourceVersion ?? '', data: Object.fromEntries(data) }
  }

  /** By `versionKey`, of those that exist. */
  async versions(refs: readonly HandedOn[], signal?: AbortSignal): Promise<Map<string, string>> {
    const versions = new Map<string, string>()
    for (const ref of refs) {
      const found = await (ref.kind === 'Secret' ? this.secret(ref.namespace, ref.name, signal) : this.configMap(ref.namespace, ref.name, signal))
      if (found !== undefined) versions.set(versionKey(ref), found.version)
    }
    return versions
  }

  /** The data alone, for those who connect to backends. */
  reader(): ReferenceReader {
    return {
      secret: async (...ref) => (await this.secret(...ref))?.data,
      configMap: async (...ref) => (await this.configMap(...ref))?.data,
    }
  }

  #get(resource: KubeResource, namespace: string, name: string, signal: AbortSignal | undefined): Promise<KubeObject | undefined> {
    if (this.#namespaces.length > 0 && !this.#namespaces.includes(namespace)) {
      const message = `${resource.kind} ${namespace}/${name} is not read: the operator does not watch namespace ${namespace}`
      return Promise.reject(new Failure('Stall', 'NamespaceNotWatched', message))
    }
    const now = this.#clock.now()
    for (const [key, { at }] of this.#known) if (now - at >= REMEMBER_MS) this.#known.delete(key)
    const key = `${resource.plural}/${namespace}/${name}`
    const known = this.#known.get(key)
    if (known !== undefined) return known.object
    const object = this.#kube.get(resource, namespace, name, signal)
    this.#known.set(key, { at: now, object })
    object.catch(() => this.#known.delete(key))
    return object
  }
}
