/**
 * What the operator has made for one pipeline, or was about to make: one ConfigMap, written before each create and after it.
 * With it a restart at any point knows what is its own.
 */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { API_VERSION, MARKS, OPERATOR, PIPELINE } from '../api/index.ts'
import type { Ledger, LedgerEntry, ResourceId } from '../plan/index.ts'
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

const ledgerName = (pipeline: string): string => `${pipeline}.clickstream-ledger`

/** The ledger of one pipeline in memory; every change is written at once. This operator is its only writer. */
export class LedgerFile {
  readonly #kube: KubeApi
  readonly #pipeline: KubeObject
  readonly #entries: Map<ResourceId, LedgerEntry>
  /** Name of a source -> when its first cycle began, epoch milliseconds. */
  readonly #schedules: Map<string, number>
  #object: KubeObject | undefined
  #value: Ledger | undefined

  private constructor(kube: KubeApi, pipeline: KubeObject, object: KubeObject | undefined, content: Content) {
    this.#kube = kube
    this.#pipeline = pipeline
    this.#object = object
    this.#entries = new Map(content.entries.map((entry) => [entry.id, entry]))
    this.#schedules = new Map(Object.entries(content.schedules))
  }

  static async open(kube: KubeApi, pipeline: KubeObject, signal: AbortSignal): Promise<LedgerFile> {
    const object = await kube.get(CONFIG_MAPS, pipeline.metadata.namespace!, ledgerName(pipeline.metadata.name), signal)
    // Left by a pipeline of the same name that was released by force: its objects are found by their marks.
    const ours = object?.metadata.labels?.[MARKS.ledgerOf] === pipeline.metadata.uid
    return new LedgerFile(kube, pipeline, object, object && ours ? contentOf(object) : { entries: [], schedules: {} })
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
    for (const entry of put) this.#entries.set(entry.id, entry)
    for (const id of remove) this.#entries.delete(id)
    if (change.schedules) {
      this.#schedules.clear()
      for (const [name, at] of change.schedules) this.#schedules.set(name, at)
    }
    this.#value = undefined
    await this.#save(this.#text(), signal)
  }

  async delete(signal: AbortSignal): Promise<void> {
    await this.#kube.delete(CONFIG_MAPS, this.#pipeline.metadata.namespace!, ledgerName(this.#pipeline.metadata.name), {}, signal)
    this.#object = undefined
  }

  #text(): { entries: string; schedules: string } {
    return {
      entries: [...this.#entries.values()].map((entry) => JSON.stringify(entrySchema.parse(entry))).join('\n'),
      schedules: JSON.stringify(Object.fromEntries(this.#schedules)),
    }
  }

  async #save(text: { entries: string; schedules: string }, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = this.#pipeline.metadata
    const body: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: ledgerName(name),
        namespace: namespace!,
        labels: { [MARKS.ledgerOf]: uid!, [MARKS.pipeline]: name, 'app.kubernetes.io/managed-by': OPERATOR },
        ownerReferences: [{ apiVersion: API_VERSION, kind: PIPELINE.kind, name, uid: uid! }],
      },
      data: { [ENTRIES]: text.entries, [SCHEDULES]: text.schedules },
    }
    const version = this.#object?.metadata.resourceVersion
    if (version === undefined) this.#object = await this.#kube.create(CONFIG_MAPS, body, signal)
    else this.#object = await this.#kube.replace(CONFIG_MAPS, { ...body, metadata: { ...body.metadata, resourceVersion: version } }, {}, signal)
  }
}

interface Content {
  readonly entries: readonly LedgerEntry[]
  readonly schedules: Readonly<Record<string, number>>
}

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
