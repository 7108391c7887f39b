/**
 * A local copy of all objects of one kind, kept by list and watch: paged lists, bookmarks, watches that end after 5 to 10
 * minutes, silence and 410 answered. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import {
  backoffMs,
  type Clock,
  Failure,
  type KubeApi,
  type KubeObject,
  type KubeResource,
  type Logger,
  missingPermission,
  type Random,
  toFailure,
} from '../ports/index.ts'

export interface ReflectorOptions {
  readonly kube: KubeApi
  readonly resource: KubeResource
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** After every change; `object` is absent when it is gone. `first`: it was there before anybody watched. */
  onChange(key: string, object: KubeObject | undefined, before: KubeObject | undefined, first: boolean): void
  /** A list found so many objects that the watch had passed by: it should never happen. */
  onMissed?(count: number): void
  onWatchEnd?(why: 'closed' | 'silent' | 'expired' | 'failed'): void
}

const PAGE = 500
/** A server that sends bookmarks sends one about every minute. */
const SILENCE_MS = 3 * 60_000
/** Over the time-out that the server was asked to keep. */
const OVERTIME_MS = 15_000
/** A watch that lives so long was a good one. */
const LASTED_MS = 1_000
const RESYNC_MS = 60 * 60_000

export const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

export class Reflector {
  readonly #options: ReflectorOptions
  readonly #objects = new Map<string, KubeObject>()
  readonly #stop = new AbortController()
  readonly synced: Promise<void>
  #markSynced!: () => void
  #isSynced = false
  /** Where the next watch begins; empty: with a list. */
  #version = ''
  /** The youngest version that the watch or a list has shown. */
  #shown = ''
  #listedAt = 0
  #failure: Failure | undefined
  /** What was logged last, so that a fault is told once however often it is tried again. */
  #told = ''
  #running: Promise<void> | undefined

  constructor(options: ReflectorOptions) {
    this.#options = options
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve
    })
  }

  get isSynced(): boolean {
    return this.#isSynced
  }

  /** Why the last list or watch failed, until one goes well. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key)
  }

  values(): IterableIterator<KubeObject> {
    return this.#objects.values()
  }

  /** The answer to a write of ours, so that the next reconcile does not see the object as it was before. */
  learn(object: KubeObject): void {
    const key = keyOf(object)
    if (this.#objects.has(key)) this.#put(key, object, false)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Failure('Retry', 'Canceled', 'stopped'))
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, random, log, resource, namespace } = this.#options
    let attempt = 0
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#version === '' || clock.now() - this.#listedAt > RESYNC_MS * (1 + random.next() / 4)) await this.#list()
        const startedAt = clock.now()
        const ended = await this.#watch()
        this.#options.onWatchEnd?.(ended)
        if (ended === 'expired') this.#version = ''
        if (clock.now() - startedAt >= LASTED_MS) attempt = 0
        // A server that ends every watch at once must not be asked as fast as it answers.
        else await this.#pause(attempt++)
      } catch (error) {
        if (this.#stop.signal.aborted) return
        const failure = toFailure(error)
        if (failure.status === 410) this.#version = ''
        this.#options.onWatchEnd?.('failed')
        this.#failure = failure
        const level = this.#told === failure.message || missingPermission(failure) ? 'debug' : 'warn'
        this.#told = failure.message
        log[level]({ resource: resource.plural, namespace, reason: failure.reason, err: failure.message }, 'list or watch failed')
        await this.#pause(attempt++)
      }
    }
  }

  #good(): void {
    this.#failure = undefined
    this.#told = ''
  }

  async #pause(attempt: number): Promise<void> {
    const { clock, random } = this.#options
    await clock.sleep(backoffMs(attempt, { baseMs: 100, maxMs: 30_000, random }), this.#stop.signal).catch(() => undefined)
  }

  async #list(): Promise<void> {
    const { kube, resource, clock } = this.#options
    const found = new Map<string, KubeObject>()
    let version = ''
    let next: string | undefined
    do {
      const page = await kube.list(resource, { ...this.#scope(), limit: PAGE, ...(next === undefined ? {} : { continue: next }) }, this.#stop.signal)
      for (const object of page.items) found.set(keyOf(object), object)
      version = page.resourceVersion
      next = page.continue
    } while (next !== undefined)

    const missed = this.#isSynced ? this.#missedIn(found) : 0
    for (const key of [...this.#objects.keys()]) if (!found.has(key)) this.#drop(key)
    for (const [key, object] of found) this.#put(key, object, true)
    this.#version = version
    this.#shown = version
    this.#listedAt = clock.now()
    if (missed > 0) this.#options.onMissed?.(missed)
    if (!this.#isSynced) {
      this.#isSynced = true
      this.#markSynced()
    }
  }

  /** Objects that differ although they are not younger than what the watch has shown. */
  #missedIn(found: ReadonlyMap<string, KubeObject>): number {
    const seen = versionNumber(this.#shown)
    if (seen === undefined) return 0
    let missed = 0
    for (const [key, object] of found) {
      const version = versionNumber(object.metadata.resourceVersion)
      if (version !== undefined && version <= seen && this.#objects.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) missed++
    }
    return missed
  }

  async #watch(): Promise<'closed' | 'silent' | 'expired'> {
    const { kube, resource, clock, random } = this.#options
    const timeoutSeconds = Math.round(300 + 300 * random.next())
    const quiet = new AbortController()
    const end = () => quiet.abort(new Failure('Retry', 'TimedOut', 'the watch is silent'))
    const cancelLimit = clock.after(timeoutSeconds * 1000 + OVERTIME_MS, end)
    let cancelSilence = () => {}
    try {
      const signal = AbortSignal.any([this.#stop.signal, quiet.signal])
      for await (const event of kube.watch(
        resource,
        { ...this.#scope(), resourceVersion: this.#version, timeoutSeconds, opened: () => this.#good() },
        signal,
      )) {
        if (event.type === 'ERROR') {
          if (event.code === 410) return 'expired'
          throw new Failure('Retry', 'BackendError', `the watch of ${resource.plural} failed: ${event.message}`, { status: event.code })
        }
        const version = event.object.metadata.resourceVersion
        if (event.type === 'DELETED') this.#drop(keyOf(event.object))
        else if (event.type !== 'BOOKMARK') this.#put(keyOf(event.object), event.object, true)
        else {
          cancelSilence()
          cancelSilence = clock.after(SILENCE_MS, end)
        }
        if (version !== undefined) {
          this.#version = version
          this.#shown = version
        }
      }
      return 'closed'
    } catch (error) {
      if (quiet.signal.aborted && !this.#stop.signal.aborted) return 'silent'
      throw error
    } finally {
      cancelLimit()
      cancelSilence()
    }
  }

  #scope(): { namespace?: string; labelSelector?: string } {
    const { namespace, labelSelector } = this.#options
    return { ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) }
  }

  #put(key: string, object: KubeObject, notify: boolean): void {
    const before = this.#objects.get(key)
    if (before !== undefined && before.metadata.uid === object.metadata.uid && isOlder(object, before)) return
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion && before !== undefined) return
    this.#objects.set(key, object)
    if (notify) this.#options.onChange(key, object, before, !this.#isSynced)
  }

  #drop(key: string): void {
    const before = this.#objects.get(key)
    if (before === undefined) return
    this.#objects.delete(key)
    this.#options.onChange(key, undefined, before, false)
  }
}

/** Versions of one kind can be compared as numbers; where they are no numbers, order is left to the server. */
function versionNumber(version: string | undefined): bigint | undefined {
  return version !== undefined && /^[0-9]{1,30}$/.test(version) ? BigInt(version) : undefined
}

function isOlder(a: KubeObject, b: KubeObject): boolean {
  const [left, right] = [versionNumber(a.metadata.resourceVersion), versionNumber(b.metadata.resourceVersion)]
  return left !== undefined && right !== undefined && left < right
}
