/** The cluster's state: indices and templates by name, and who waits for it to change. */
import type { Clock, Random } from '../../ports/index.ts'
import { EsError, illegalArgument, indexNotFound } from './errors.ts'
import { IndexState } from './index-state.ts'
import { asObject, isObject, type JsonObject, simpleMatch } from './json.ts'
import { Mapping } from './mapping/mapping.ts'
import { flatSettings, type Settings } from './settings.ts'
import { Store } from './store.ts'
import { templateFor } from './templates.ts'
import { type EsVersion, type VersionFacts, versions } from './versions.ts'

export interface ResolveOptions {
  /** Missing names are left out instead of being an error. */
  readonly ignoreUnavailable?: boolean
  readonly allowNoIndices?: boolean
}

export class Cluster {
  readonly clock: Clock
  readonly random: Random
  readonly facts: VersionFacts
  readonly version: EsVersion
  readonly store: Store
  readonly name = 'sandbox'
  readonly nodeName = 'sandbox-0'
  readonly uuid: string
  readonly nodeId: string
  readonly startedAt: number
  readonly indices = new Map<string, IndexState>()
  readonly indexTemplates: Map<string, JsonObject>
  readonly componentTemplates: Map<string, JsonObject>
  readonly settings = { persistent: new Map<string, string>(), transient: new Map<string, string>() }
  metadataVersion = 1
  /** How long the shards of a new index take before they answer, in milliseconds. */
  readonly #shardStartMs: number
  readonly #waiting = new Set<() => void>()

  constructor(options: { clock: Clock; random: Random; version: EsVersion; path: string; shardStartMs: number }) {
    this.#shardStartMs = options.shardStartMs
    this.clock = options.clock
    this.random = options.random
    this.version = options.version
    this.facts = versions[options.version]
    this.store = new Store(options.path)
    this.uuid = this.store.meta('cluster_uuid', () => this.newUuid())
    this.nodeId = this.store.meta('node_id', () => this.newUuid())
    this.startedAt = options.clock.now()
    this.indexTemplates = this.store.templates('index')
    this.componentTemplates = this.store.templates('component')
    for (const stored of this.store.indices()) {
      const index = new IndexState(this.store, this.clock, stored)
      index.load()
      this.indices.set(index.name, index)
    }
  }

  /** 22 characters, as Elasticsearch writes 16 bytes. */
  newUuid(bytes = 16): string {
    return Buffer.from(Array.from({ length: bytes }, () => Math.floor(this.random.next() * 256))).toString('base64url')
  }

  /** Null takes the setting back. */
  setting(scope: 'persistent' | 'transient', key: string, value: string | null): void {
    if (value === null) this.settings[scope].delete(key)
    else this.settings[scope].set(key, value)
    for (const index of this.indices.values()) if (index.startsAt === Number.POSITIVE_INFINITY) index.startsAt = this.#startOfShards()
    this.changed()
  }

  /** Never while `cluster.routing.allocation.enable` is `none`. */
  #startOfShards(): number {
    const { transient, persistent } = this.settings
    const key = 'cluster.routing.allocation.enable'
    return (transient.get(key) ?? persistent.get(key)) === 'none' ? Number.POSITIVE_INFINITY : this.clock.now() + this.#shardStartMs
  }

  /** Resolves true once the shards of all of them answer, false after `ms`. */
  async started(indices: readonly IndexState[], ms: number): Promise<boolean> {
    const end = this.clock.now() + ms
    for (;;) {
      const now = this.clock.now()
      const last = Math.max(0, ...indices.map(({ startsAt }) => startsAt))
      if (last <= now) return true
      if (now >= end) return false
      if (last === Number.POSITIVE_INFINITY) await this.waitForMetadata(this.metadataVersion + 1, end - now)
      else await this.clock.sleep(Math.min(last, end) - now)
    }
  }

  /** Whether a write to a name that no index has makes one: `action.auto_create_index`, as far as true and false go. */
  get autoCreate(): boolean {
    const { transient, persistent } = this.settings
    return (transient.get('action.auto_create_index') ?? persistent.get('action.auto_create_index')) !== 'false'
  }

  changed(): void {
    this.metadataVersion++
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves true once the metadata version is at least this, false after `ms`. */
  async waitForMetadata(version: number, ms: number): Promise<boolean> {
    const end = this.clock.now() + ms
    while (this.metadataVersion < version) {
      const left = end - this.clock.now()
      if (left <= 0) return false
      await new Promise<void>((resolve) => {
        const wake = () => {
          cancel()
          this.#waiting.delete(wake)
          resolve()
        }
        const cancel = this.clock.after(left, wake)
        this.#waiting.add(wake)
      })
    }
    return true
  }

  /** Lets every waiter go, so that a server can close. */
  close(): void {
    this.metadataVersion = Number.MAX_SAFE_INTEGER
    for (const wake of [...this.#waiting]) wake()
    this.store.close()
  }

  /** Indices that an expression names: `a,b-*,-b-1`, an alias, `_all`. */
  resolve(expression: string | undefined, options: ResolveOptions = {}): IndexState[] {
    const found = new Map<string, IndexState>()
    const everything = expression === undefined || expression === '' || expression === '_all' || expression === '*'
    const parts = everything ? ['*'] : expression.split(',')
    for (const part of parts) {
      if (part.startsWith('-') && found.size > 0) {
        for (const index of this.#named(part.slice(1))) found.delete(index.name)
        continue
      }
      const named = this.#named(part)
      if (named.length === 0 && !part.includes('*') && !options.ignoreUnavailable) {
        if (part.startsWith('_')) {
          throw new EsError(400, {
            type: 'invalid_index_name_exception',
            reason: `Invalid index name [${part}], must not start with '_'.`,
            extra: { index_uuid: '_na_', index: part },
          })
        }
        throw indexNotFound(part)
      }
      for (const index of named) found.set(index.name, index)
    }
    if (found.size === 0 && options.allowNoIndices === false) throw indexNotFound(expression ?? '_all')
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #named(part: string): IndexState[] {
    const all = [...this.indices.values()]
    if (part.includes('*')) return all.filter((index) => simpleMatch(part, index.name) || Object.keys(index.aliases).some((alias) => simpleMatch(part, alias)))
    const direct = this.indices.get(part)
    return direct ? [direct] : all.filter((index) => part in index.aliases)
  }

  /** The one index that a write to this name goes to; undefined when there is none of that name. */
  writeIndex(name: string): IndexState | undefined {
    const direct = this.indices.get(name)
    if (direct) return direct
    const behind = [...this.indices.values()].filter((index) => name in index.aliases)
    const only =
      behind.find((index) => index.isWriteIndex(name)) ??
      (behind.length === 1 && asObject(behind[0]?.aliases[name]).is_write_index !== false ? behind[0] : undefined)
    if (behind.length > 0 && !only) {
      throw illegalArgument(
        `no write index is defined for alias [${name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index`,
      )
    }
    return only
  }

  /** Creates an index from its template and what the request says. Throws on a bad or taken name. */
  createIndex(name: string, request: { settings?: JsonObject; mappings?: JsonObject; aliases?: JsonObject } = {}): IndexState {
    checkIndexName(name)
    const taken = this.indices.get(name)
    if (taken) {
      throw new EsError(400, {
        type: 'resource_already_exists_exception',
        reason: `index [${name}/${taken.uuid}] already exists`,
        extra: { index_uuid: taken.uuid, index: name },
      })
    }
    if ([...this.indices.values()].some((index) => name in index.aliases)) {
      throw new EsError(400, {
        type: 'invalid_index_name_exception',
        reason: `Invalid index name [${name}], already exists as alias`,
        extra: { index_uuid: '_na_', index: name },
      })
    }
    const template = templateFor(this, name)
    const settings: Settings = { ...template?.settings, ...flatSettings(request.settings ?? {}) }
    const mapping = (template ? new Mapping(template.mappings) : new Mapping({})).merged(request.mappings ?? {})
    const index = new IndexState(this.store, this.clock, {
      name,
      uuid: this.newUuid(),
      createdAt: this.clock.now(),
      settings,
      mapping: mapping.json,
      aliases: { ...template?.aliases, ...normalAliases(request.aliases ?? {}) },
    })
    index.startsAt = this.#startOfShards()
    this.indices.set(name, index)
    index.save()
    this.changed()
    return index
  }

  deleteIndex(index: IndexState): void {
    this.indices.delete(index.name)
    this.store.transaction(() => this.store.dropIndex(index.uuid))
    this.changed()
  }
}

/** `routing` stands for both of its halves. */
export function normalAliases(aliases: JsonObject): JsonObject {
  const normal: JsonObject = {}
  for (const [name, body] of Object.entries(aliases)) {
    const { routing, ...rest } = isObject(body) ? body : {}
    normal[name] = { ...rest, ...(routing === undefined ? {} : { index_routing: routing, search_routing: routing }) }
  }
  return normal
}

function checkIndexName(name: string): void {
  const fault = (text: string) =>
    new EsError(400, {
      type: 'invalid_index_name_exception',
      reason: `Invalid index name [${name}], ${text}`,
      extra: { index_uuid: '_na_', index: name },
    })
  if (/[\\/*?"<>| ,]/.test(name)) throw fault("must not contain the following characters ['\\','/','*','?','\"','<','>','|',' ',',']")
  if (name.includes('#')) throw fault("must not contain '#'")
  if (name.includes(':')) throw fault("must not contain ':'")
  if (/^[_\-+]/.test(name)) throw fault("must not start with '_', '-', or '+'")
  if (Buffer.byteLength(name) > 255) throw fault(`index name is too long, (${Buffer.byteLength(name)} > 255)`)
  if (name === '.' || name === '..') throw fault("must not be '.' or '..'")
  if (name !== name.toLowerCase()) throw fault('must be lowercase')
}
