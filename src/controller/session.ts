/** The backends of one platform as the pipelines on it see them: kept fresh, shared, and with the claims on names. */
import type { ClickstreamPlatform } from '../api/index.ts'
import type { Observed, Owner, ProgressSample, ResourceId, ResourceKind, Unmeasured } from '../plan/index.ts'
import type { Clock, Failure, Random } from '../ports/index.ts'
import type { BackendName, BackendReport, Target } from '../targets/index.ts'
import { type Aspect, Backend } from './backend.ts'

export interface SessionOptions {
  readonly platform: ClickstreamPlatform
  readonly targets: readonly Target[]
  readonly clock: Clock
  readonly random: Random
  /** Something of this platform is worth a look: its pipelines, and itself. */
  onChange(): void
  onProgress(backend: BackendName, progress: ReadonlyMap<ResourceId, ProgressSample['progress'][number]>): void
  onTrouble(backend: BackendName, aspect: Aspect, failure: Failure): void
}

const TOGETHER_MS = 900

interface Member {
  /** Of the spec that it acts on. */
  generation?: number
  ids: readonly ResourceId[]
  busy: boolean
  /** Backend -> number of the last write. */
  readonly writes: Map<Backend, number>
  history: ProgressSample[]
  keepMs: number
}

export class Session {
  readonly platform: ClickstreamPlatform
  readonly backends: readonly Backend[]
  readonly #options: SessionOptions
  readonly #byKind = new Map<ResourceKind, Backend>()
  readonly #members = new Map<string, Member>()
  #whole: { readonly parts: readonly (readonly Observed[] | undefined)[]; readonly observed: readonly Observed[] } | undefined
  readonly #claims = new Map<ResourceId, { key: string; since: number; made: boolean; owner: Owner }>()
  #begun: Promise<void> | undefined
  /** As it was answered last. */
  readonly #progress = new Map<BackendName, ReadonlyMap<ResourceId, ProgressSample['progress'][number]>>()

  constructor(options: SessionOptions) {
    this.#options = options
    this.platform = options.platform
    this.backends = options.targets.map(
      (target) =>
        new Backend({
          target,
          clock: options.clock,
          random: options.random,
          isBusy: () => [...this.#members.values()].some((member) => member.busy),
          ids: () => this.#idsOf(target),
          onChange: () => options.onChange(),
          onProgress: (_, at, progress) => this.#onProgress(target.backend, at, new Map(progress.map((one) => [one.id, one]))),
          onTrouble: (aspect, failure) => options.onTrouble(target.backend, aspect, failure),
        }),
    )
    for (const backend of this.backends) for (const kind of backend.target.kinds) this.#byKind.set(kind, backend)
  }

  start(): void {
    for (const backend of this.backends) backend.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.backends.map((backend) => backend.stop()))
    await Promise.all(this.#options.targets.map((target) => target.close?.()))
  }

  backendOf(kind: ResourceKind): Backend {
    const backend = this.#byKind.get(kind)
    if (backend === undefined) throw new Error(`no backend holds ${kind}`)
    return backend
  }

  report(name: BackendName): BackendReport | undefined {
    return this.backends.find((backend) => backend.target.backend === name)?.report
  }

  /** Backends that cannot be used now. */
  failures(): readonly { readonly backend: BackendName; readonly failure: Failure }[] {
    return this.backends.flatMap(({ target, failure }) => (failure ? [{ backend: target.backend, failure }] : []))
  }

  /** Everything seen last; undefined while a backend has never been seen, or not since the last write of this pipeline. */
  observed(key: string): { observed: readonly Observed[]; fresh: boolean } | undefined {
    const writes = this.#member(key).writes
    if (this.backends.some((backend) => backend.observed === undefined)) return undefined
    const fresh = this.backends.every((backend) => backend.hasSeen(writes.get(backend) ?? -1))
    return { observed: this.#everything(), fresh }
  }

  /** The same list as long as nothing in it has changed. */
  #everything(): readonly Observed[] {
    const parts = this.backends.map((backend) => backend.observed)
    if (this.#whole === undefined || parts.some((part, at) => part !== this.#whole?.parts[at])) {
      this.#whole = { parts, observed: parts.flatMap((part) => part ?? []) }
    }
    return this.#whole.observed
  }

  /** Before a spec is acted on for the first time everything is looked at once more: a name may just have been taken. */
  expect(key: string, generation: number): void {
    const member = this.#member(key)
    if (member.generation === generation) return
    member.generation = generation
    for (const backend of this.backends) if (backend.observed !== undefined) this.wrote(key, backend)
  }

  wrote(key: string, backend: Backend): void {
    this.#member(key).writes.set(backend, backend.wrote())
  }

  /** What a pipeline wants to be told of. */
  follow(key: string, follow: { ids: readonly ResourceId[]; busy: boolean; keepMs: number }): void {
    const member = this.#member(key)
    const woke = follow.busy && !member.busy
    member.ids = follow.ids
    member.busy = follow.busy
    member.keepMs = follow.keepMs
    if (woke) for (const backend of this.backends) backend.ring()
  }

  leave(key: string): void {
    this.#members.delete(key)
    for (const [id, claim] of this.#claims) if (claim.key === key) this.#claims.delete(id)
  }

  history(key: string): readonly ProgressSample[] {
    return this.#member(key).history
  }

  /** Of which objects nobody knows how far data has come. */
  unmeasured(): readonly Unmeasured[] {
    return this.backends.flatMap(({ target: { kinds }, unmeasured }) => (unmeasured ? [{ kinds, reason: unmeasured.reason, message: unmeasured.message }] : []))
  }

  /** The first to come begins it, the others wait for it; after a failure the next one begins anew. */
  once(begin: () => Promise<void>): Promise<void> {
    this.#begun ??= begin().catch((error: unknown) => {
      this.#begun = undefined
      throw error
    })
    return this.#begun
  }

  /**
   * Claims a name before anything of it exists, so that of two pipelines the older one gets it. Answers who has it instead.
   * `made`: the ledger of the claimant says that it is there.
   */
  claim(id: ResourceId, by: { key: string; since: number; made: boolean; owner: Owner }): Owner | undefined {
    const holder = this.#claims.get(id)
    if (holder === undefined || holder.key === by.key || (by.made && !holder.made) || (!holder.made && by.since < holder.since)) {
      this.#claims.set(id, by)
      return undefined
    }
    return holder.owner
  }

  /** Names that a pipeline neither declares nor still has are free for others. */
  keepClaims(key: string, ids: ReadonlySet<ResourceId>): void {
    for (const [id, claim] of this.#claims) if (claim.key === key && !ids.has(id)) this.#claims.delete(id)
  }

  /** Just before the first write: the claim becomes firm, unless an older pipeline has come since. Answers who has it instead. */
  confirm(id: ResourceId, key: string): Owner | undefined {
    const holder = this.#claims.get(id)
    if (holder === undefined || holder.key !== key) return holder?.owner
    holder.made = true
    return undefined
  }

  #member(key: string): Member {
    let member = this.#members.get(key)
    if (member === undefined) {
      member = { ids: [], busy: true, writes: new Map(), history: [], keepMs: 0 }
      this.#members.set(key, member)
    }
    return member
  }

  #idsOf(target: Target): readonly ResourceId[] {
    const ids = new Set<ResourceId>()
    for (const member of this.#members.values()) {
      for (const id of member.ids) if ((target.kinds as readonly string[]).includes(id.slice(0, id.indexOf('/')))) ids.add(id)
    }
    return [...ids]
  }

  #onProgress(backend: BackendName, at: number, of: ReadonlyMap<ResourceId, ProgressSample['progress'][number]>): void {
    this.#progress.set(backend, of)
    // Half a picture would look as if the other half had nothing.
    const measured = this.backends.filter(({ unmeasured }) => unmeasured === undefined)
    const whole = measured.every(({ target, failure }) => failure !== undefined || this.#progress.has(target.backend) || this.#idsOf(target).length === 0)
    // What stands in an old answer would look as if it stood still.
    const known = new Map(measured.flatMap(({ target }) => [...(this.#progress.get(target.backend) ?? [])]))
    for (const member of whole ? this.#members.values() : []) {
      const progress = member.ids.flatMap((id) => known.get(id) ?? [])
      if (progress.length === 0) continue
      // The backends tell one after the other: what belongs together is one sample.
      const earlier = member.history.filter((sample) => at - sample.at <= member.keepMs * 2 && at - sample.at >= TOGETHER_MS)
      member.history = [...earlier, { at, progress }]
    }
    this.#options.onProgress(backend, of)
  }
}
