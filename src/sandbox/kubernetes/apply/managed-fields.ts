/** Who owns which field: metadata.managedFields kept up to date by every write, and checked by server-side apply. */
import type { KubeObject } from '../../../ports/index.ts'
import { clone, equal, type Json, type JsonObject } from '../json.ts'
import type { Schema } from '../schema/structural.ts'
import { ApiError, type StatusCause } from '../status.ts'
import { FieldSet } from './field-set.ts'
import { compare, fieldsOf, merge, removeAbandoned } from './typed.ts'

export interface ManagedEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time?: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: JsonObject
  readonly subresource?: string
}

/** Who writes, and through which door. */
export interface Writer {
  readonly manager: string
  readonly apiVersion: string
  readonly subresource: string
  /** RFC 3339. */
  readonly time: string
  /** Fields that this door does not write. */
  readonly ignored: FieldSet
}

interface Owner {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  time: string | undefined
  set: FieldSet
}

type Owners = Map<string, Owner>

/** Fields that identify an object or belong to the server: nobody owns them. */
const UNOWNED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map((name) => ['f:metadata', `f:${name}`]),
)

/** Appliers are known by name; updaters also by version, so that each version's fields can be read. */
function identity(owner: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  return [owner.operation, owner.manager, owner.subresource, owner.operation === 'Update' ? owner.apiVersion : ''].join('\u0000')
}

function decode(entries: unknown): Owners {
  const owners: Owners = new Map()
  for (const entry of (Array.isArray(entries) ? entries : []) as Partial<ManagedEntry>[]) {
    if (!entry.operation) continue
    const owner: Owner = {
      manager: entry.manager ?? '',
      operation: entry.operation,
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
      time: entry.time,
      set: FieldSet.parse(entry.fieldsV1),
    }
    owners.set(identity(owner), owner)
  }
  return owners
}

function encode(owners: Owners): ManagedEntry[] {
  return [...owners.values()]
    .filter((owner) => !owner.set.isEmpty())
    .sort((a, b) => cmp(a.operation, b.operation) || cmp(a.time ?? '', b.time ?? '') || cmp(a.manager, b.manager) || cmp(a.subresource, b.subresource))
    .map((owner) => ({
      manager: owner.manager,
      operation: owner.operation,
      apiVersion: owner.apiVersion,
      ...(owner.time ? { time: owner.time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: owner.set.toFieldsV1(),
      ...(owner.subresource ? { subresource: owner.subresource } : {}),
    }))
}

const cmp = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The object as managedFields sees it. */
function fields(object: KubeObject | undefined): Json | undefined {
  if (!object) return undefined
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata } as unknown as Json
}

/** managedFields after a create, update or patch other than apply. */
export function afterUpdate(live: KubeObject | undefined, object: KubeObject, schema: Schema, writer: Writer): ManagedEntry[] {
  const given = object.metadata.managedFields
  const reset = Array.isArray(given) && given.length === 1 && Object.keys(given[0] as object).length === 0
  if (live && reset) return []
  const owners = decode(live && !(Array.isArray(given) && given.length > 0) ? live.metadata.managedFields : live ? given : [])
  // An object that nobody has marked stays unmarked until somebody applies.
  if (live?.metadata.uid && owners.size === 0) return []
  const changed = compare(fields(live), fields(object), schema)
  const written = changed.added.union(changed.modified).difference(UNOWNED).without(writer.ignored)
  const self = { manager: writer.manager, operation: 'Update' as const, apiVersion: writer.apiVersion, subresource: writer.subresource }
  const own = owners.get(identity(self))
  const before = own?.set ?? new FieldSet()
  release(owners, identity(self), written, changed.removed)
  const set = before.without(changed.removed).union(written)
  if (!set.isEmpty()) owners.set(identity(self), { ...self, set, time: own && written.isEmpty() && set.equals(before) ? own.time : writer.time })
  else owners.delete(identity(self))
  return encode(owners)
}

/** Others lose what was overwritten and what is gone. */
function release(owners: Owners, self: string, written: FieldSet, removed: FieldSet): void {
  for (const [id, owner] of owners) if (id !== self) owner.set = owner.set.difference(written).difference(removed)
}

/** Server-side apply: the new object with its managedFields; throws the 409 of a conflict. */
export function applyConfiguration(live: KubeObject | undefined, config: KubeObject, schema: Schema, writer: Writer, force: boolean): KubeObject {
  const before = (fields(live) ?? { apiVersion: config.apiVersion, kind: config.kind, metadata: {} }) as JsonObject
  const wanted = fields(config) as JsonObject
  const owners = decode(live?.metadata.managedFields)
  if (live && owners.size === 0) adoptUnmarked(owners, before, schema, writer)
  const self = { manager: writer.manager, operation: 'Apply' as const, apiVersion: writer.apiVersion, subresource: writer.subresource }
  const id = identity(self)
  const last = owners.get(id)?.set
  const set = fieldsOf(wanted, schema).difference(UNOWNED).without(writer.ignored)
  const previousTime = owners.get(id)?.time
  owners.set(id, { ...self, set, time: writer.time })

  let merged = merge(before, wanted, schema) as JsonObject
  if (last) {
    const owned = [...owners.values()].reduce((all, owner) => all.union(owner.set), new FieldSet()).union(UNOWNED)
    merged = removeAbandoned(merged, schema, last, owned) as JsonObject
  }
  const changed = compare(before, merged, schema)
  const written = changed.added.union(changed.modified)
  const conflicts: [Owner, FieldSet][] = []
  for (const [other, owner] of owners) {
    if (other === id) continue
    const clash = owner.set.intersection(written)
    if (!clash.isEmpty()) conflicts.push([owner, clash])
  }
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts)
  release(owners, id, written, changed.removed)
  // An apply that changes nothing leaves no time, whatever it claims.
  if (equal(before, merged)) owners.get(id)!.time = previousTime
  const result = clone(merged) as unknown as KubeObject
  const entries = encode(owners)
  if (entries.length > 0) result.metadata.managedFields = entries
  else delete result.metadata.managedFields
  return result
}

/** An object written before anyone kept track: its fields get an owner, so that taking them over is a conflict. */
function adoptUnmarked(owners: Owners, before: JsonObject, schema: Schema, writer: Writer): void {
  const set = compare({}, before, schema).added.difference(UNOWNED)
  const owner: Owner = { manager: 'before-first-apply', operation: 'Update', apiVersion: writer.apiVersion, subresource: '', time: writer.time, set }
  owners.set(identity(owner), owner)
}

function applyConflict(conflicts: readonly [Owner, FieldSet][]): ApiError {
  const all = conflicts.flatMap(([owner, set]) => set.paths().map((path) => ({ owner: printOwner(owner), path })))
  const causes: StatusCause[] = all.map(({ owner, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${owner}`, field: path }))
  if (all.length === 1) return new ApiError(409, 'Conflict', `Apply failed with 1 conflict: conflict with ${all[0]!.owner}: ${all[0]!.path}`, { causes })
  const lines = [...new Set(all.map(({ owner }) => owner))]
    .sort()
    .flatMap((owner) => [`conflicts with ${owner}:`, ...all.filter((one) => one.owner === owner).map(({ path }) => `- ${path}`)])
  return new ApiError(409, 'Conflict', `Apply failed with ${all.length} conflicts: ${lines.join('\n')}`, { causes })
}

function printOwner(owner: Owner): string {
  const name = `${JSON.stringify(owner.manager)}${owner.subresource ? ` with subresource ${JSON.stringify(owner.subresource)}` : ''}`
  return owner.operation === 'Apply' ? name : `${name} using ${owner.apiVersion}`
}
