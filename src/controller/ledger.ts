/**
 * What the operator has made for one pipeline, or was about to make: one ConfigMap, written before each create and after it.
 * With it a restart at any point knows what is its own. It lies in the namespace of the platform: what it says is ours is
 * changed and removed, so the tenants of a shared platform must not be able to write it.
 */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { API_VERSION, MARKS, OPERATOR, PIPELINE } from '../api/index.ts'
import { hexHash, type Ledger, type LedgerEntry, type Owner, type ResourceId } from '../plan/index.ts'
import { Failure, type KubeApi, type KubeObject, type KubeResource } from '../ports/index.ts'

export const CONFIG_MAPS: KubeResource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }

const entrySchema = z.object({
  id: z.string(),
  kind: z.enum(['KafkaTopic', 'Connector', 'Statement', 'IndexTemplate', 'DataSource', 'Dashboard']),
  name: z.string(),
  phase: z.enum(['intent', 'done']),
  hash: z.string(),
  specPath: z.string(),
  onRemove: z.enum(['delete', 'retain']),
  backendId: z.string().optional(),
})
const ENTRIES = 'entries'
const SCHEDULES = 'schedules'

/** A namespace has no dots, so that no two pipelines have one name here. */
function ledgerPlace(owner: Owner, platformNamespace: string): { readonly namespace: string; readonly name: string } {
  const shared = owner.namespace !== platformNamespace
  const [name, ending] = shared ? [`${owner.namespace}.${owner.pipeline}`, '.clickstream-ledger-shared'] : [owner.pipeline, '.clickstream-ledger']
  return { namespace: platformNamespace, name: name.length + ending.length <= NAME_MAX ? `${name}${ending}` : `${hexHash(name, 32)}${ending}` }
}
const NAME_MAX = 253

/** The ledger of one pipeline in memory; every change is written at once. This operator is its only writer. */
export class LedgerFile {
  readonly #kube: KubeApi
  readonly #pipeline: KubeObject
  readonly #place: { readonly namespace: string; readonly name: string }
  #entries: ReadonlyMap<ResourceId, LedgerEntry>
  /** Name of a source -> when its first cycle began, epoch milliseconds. */
  #schedules: ReadonlyMap<string, number>
  #object: KubeObject | undefined
  #value: Ledger | undefined

  private constructor(kube: KubeApi, pipeline: KubeObject, place: { namespace: string; name: string }, object: KubeObject | undefined, content: Content) {
    this.#kube = kube
    this.#pipeline = pipeline
    this.#place = place
    this.#object = object
    this.#entries = new Map(content.entries.map((entry) => [entry.id, entry]))
    this.#schedules = new Map(Object.entries(content.schedules))
  }

  static async open(kube: KubeApi, pipeline: KubeObject, platformNamespace: string, signal: AbortSignal): Promise<LedgerFile> {
    const place = placeOf(pipeline, platformNamespace)
    const object = await kube.get(CONFIG_MAPS, place.namespace, place.name, signal)
    // Left by a pipeline of the same name that was released by force: its objects are found by their marks.
    const ours = object?.metadata.labels?.[MARKS.ledgerOf] === pipeline.metadata.uid
    return new LedgerFile(kube, pipeline, place, object, object && ours ? contentOf(object) : NOTHING)
  }

  /** Nothing was made, and nothing can be. */
  static empty(kube: KubeApi, pipeline: KubeObject, platformNamespace: string): LedgerFile {
    return new LedgerFile(kube, pipeline, placeOf(pipeline, platformNamespace), undefined, NOTHING)
  }

  /** The same value as long as nothing is written. */
  get ledger(): Ledger {
    this.#value ??= { entries: [...this.#entries.values()] }
    return this.#value
  }

  entry(id: ResourceId): LedgerEntry | undefined {
    return this.#entries.get(id)
  }

  get scheduleStarts(): ReadonlyMap<string, number> {
    return this.#schedules
  }

  /** Writes once if anything of it is new. `remove` goes last. */
  async write(
    change: { put?: readonly LedgerEntry[]; remove?: readonly ResourceId[]; schedules?: ReadonlyMap<string, number> },
    signal: AbortSignal,
  ): Promise<void> {
    const put = (change.put ?? []).filter((entry) => !isDeepStrictEqual(this.#entries.get(entry.id), entry))
    const remove = (change.remove ?? []).filter((id) => this.#entries.has(id))
    const begun = change.schedules !== undefined && !isDeepStrictEqual(change.schedules, this.#schedules)
    if (put.length + remove.length === 0 && !begun) return
    const entries = new Map(this.#entries)
    for (const entry of put) entries.set(entry.id, entry)
    for (const id of remove) entries.delete(id)
    const schedules = new Map(change.schedules ?? this.#schedules)
    await this.#save(entries, schedules, signal)
    // Only now: what could not be written must not look as if it were.
    this.#entries = entries
    this.#schedules = schedules
    this.#value = undefined
  }

  async delete(signal: AbortSignal): Promise<void> {
    if (this.#object === undefined) return
    await this.#kube.delete(CONFIG_MAPS, this.#place.namespace, this.#place.name, {}, signal)
    this.#object = undefined
  }

  async #save(entries: ReadonlyMap<ResourceId, LedgerEntry>, schedules: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = this.#pipeline.metadata
    const body: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        ...this.#place,
        labels: { [MARKS.ledgerOf]: uid!, [MARKS.namespace]: namespace!, [MARKS.pipeline]: name, 'app.kubernetes.io/managed-by': OPERATOR },
        // Kubernetes takes an owner in another namespace for one that is gone.
        ...(this.#place.namespace === namespace ? { ownerReferences: [{ apiVersion: API_VERSION, kind: PIPELINE.kind, name, uid: uid! }] } : {}),
      },
      data: {
        [ENTRIES]: [...entries.values()].map((entry) => JSON.stringify(entrySchema.parse(entry))).join('\n'),
        [SCHEDULES]: JSON.stringify(Object.fromEntries(schedules)),
      },
    }
    const version = this.#object?.metadata.resourceVersion
    if (version === undefined) this.#object = await this.#kube.create(CONFIG_MAPS, body, signal)
    else this.#object = await this.#kube.replace(CONFIG_MAPS, { ...body, metadata: { ...body.metadata, resourceVersion: version } }, {}, signal)
  }
}

const placeOf = ({ metadata }: KubeObject, platformNamespace: string) =>
  ledgerPlace({ namespace: metadata.namespace!, pipeline: metadata.name }, platformNamespace)

interface Content {
  readonly entries: readonly LedgerEntry[]
  readonly schedules: Readonly<Record<string, number>>
}

const NOTHING: Content = { entries: [], schedules: {} }

function contentOf(object: KubeObject): Content {
  const data = z.record(z.string(), z.string()).parse(object.data ?? {})
  try {
    const lines = (data[ENTRIES] ?? '').split('\n').filter((line) => line !== '')
    return {
      entries: lines.map((line) => entrySchema.parse(JSON.parse(line)) as LedgerEntry),
      schedules: z.record(z.string(), z.number()).parse(JSON.parse(data[SCHEDULES] ?? '{}')),
    }
  } catch (error) {
    throw new Failure('Stall', 'LedgerUnreadable', `ConfigMap ${object.metadata.name} was changed and cannot be read; delete it to have it made anew`, {
      cause: error,
    })
  }
}
