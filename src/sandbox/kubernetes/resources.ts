/** What the server serves: a resource type is one version of one kind, and everything generic code must know of it. */
import type { KubeObject } from '../../ports/index.ts'
import type { FieldError } from './field-error.ts'
import type { Json, JsonObject } from './json.ts'
import type { Schema } from './schema/structural.ts'
import type { Named } from './status.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description: string
  /** 0: always shown; more: only with `-o wide`. */
  readonly priority: number
  cell(object: KubeObject, nowMs: number): Json
}

export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** Answers what was posted to a subresource of `owner`. */
export type CreateBelow = (owner: KubeObject, body: JsonObject, nowMs: number) => unknown

/** Beside status and scale, which every type may have. */
export interface Subresource {
  readonly name: string
  /** Where it is not the resource's own. */
  readonly of?: { readonly group: string; readonly version: string; readonly kind: string }
  readonly verbs: readonly string[]
  readonly create?: CreateBelow
}

export interface ResourceType extends Named {
  readonly version: string
  readonly singular: string
  readonly listKind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  /** Versions of one resource share their objects: `group/plural`. */
  readonly storage: string
  /** The version that objects are kept in. */
  readonly storageVersion: string
  /** Root schema, metadata left out. */
  readonly schema: Schema
  readonly status: boolean
  readonly scale?: ScalePaths
  readonly subresources?: readonly Subresource[]
  readonly columns: readonly Column[]
  /** Dotted paths that field selectors may use beside metadata.name and metadata.namespace. */
  readonly selectable: readonly string[]
  /** From a CustomResourceDefinition: validated by schema, no strategic merge patch, no unconditional update. */
  readonly custom: boolean
  /** Whether metadata.generation counts changes of anything but metadata and status. */
  readonly generation: boolean
  /** Whether an update without a resourceVersion is taken as one of the newest. */
  readonly unconditional: boolean
  /** Its definition is being deleted: no new objects, and discovery leaves out what writes. */
  readonly terminating?: boolean
  /** Told as a warning to everyone who uses this version. */
  readonly deprecation?: string
  checkName(name: string): string[]
  /** Rules beyond the schema, for built-in types. */
  check?(object: KubeObject, old: KubeObject | undefined): FieldError[]
  /** Fills in what a request may leave out, for built-in types; part of reading it. */
  defaults?(object: KubeObject): void
  /** Fills in what the server decides, for built-in types. */
  prepare?(object: KubeObject, old: KubeObject | undefined): void
  /** Where the stored form is another API's. */
  toStored?(object: KubeObject): KubeObject
  fromStored?(stored: KubeObject): KubeObject
  /** Notes in the object that its deletion was asked for; the type's controller does the rest. */
  deleting?(object: KubeObject): void
  /** Fields that a new object has before anything is said. */
  readonly blank?: JsonObject
  /** A deletion is answered with the object, not with a Status. */
  readonly returnsDeleted?: boolean
  /** Types that are questions: answered, never stored. */
  answer?(object: KubeObject): KubeObject
}

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const

/** The verbs of custom resources, in the order in which the real server tells them. */
export const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const

export function shownVerbs(resource: ResourceType): readonly string[] {
  return resource.terminating ? resource.verbs.filter((verb) => !['create', 'patch', 'update'].includes(verb)) : resource.verbs
}

export function apiVersionOf(resource: Pick<ResourceType, 'group' | 'version'>): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version
}

/** The types served now. Definitions come and go at run time. */
export class ResourceRegistry {
  readonly #types = new Map<string, ResourceType>()

  static #key(group: string, version: string, plural: string): string {
    return `${group}/${version}/${plural}`
  }

  add(type: ResourceType): void {
    this.#types.set(ResourceRegistry.#key(type.group, type.version, type.plural), type)
  }

  removeStorage(storage: string): void {
    for (const [key, type] of this.#types) if (type.storage === storage) this.#types.delete(key)
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#types.get(ResourceRegistry.#key(group, version, plural))
  }

  ofKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.all().find((type) => type.kind === kind && apiVersionOf(type) === apiVersion)
  }

  /** One version of each kind of object that is stored. */
  storages(): ResourceType[] {
    return [...new Map(this.all().map((type) => [type.storage, type])).values()]
  }

  all(): ResourceType[] {
    return [...this.#types.values()]
  }

  groups(): string[] {
    return [...new Set(this.all().map((type) => type.group))].sort()
  }

  /** Versions of a group, the preferred one first: stable before beta before alpha, higher before lower. */
  versions(group: string): string[] {
    const versions = new Set(this.all().flatMap((type) => (type.group === group ? [type.version] : [])))
    return [...versions].sort(compareVersions)
  }

  resources(group: string, version: string): ResourceType[] {
    return this.all()
      .filter((type) => type.group === group && type.version === version)
      .sort((a, b) => (a.plural < b.plural ? -1 : 1))
  }
}

/** Kube-like version priority. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)]
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : 1
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor
}

function parseVersion(text: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text)
  if (!match) return undefined
  return { stage: match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2, major: Number(match[1]), minor: Number(match[3] ?? 0) }
}
