/**
 * One backend of one platform, looked at for all its pipelines at once: a probe, one list of everything, and how far data
 * has come. A loop of its own keeps it fresh, so that a backend that hangs holds up nothing but itself.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Observed, ResourceId } from '../plan/index.ts'
import { backoffMs, type Clock, Failure, type Random, toFailure } from '../ports/index.ts'
import type { BackendReport, Progress, Target } from '../targets/index.ts'

export interface BackendOptions {
  readonly target: Target
  readonly clock: Clock
  readonly random: Random
  /** Whether somebody waits for a change: then it looks every second. */
  isBusy(): boolean
  /** Objects whose progress is asked for. */
  ids(): readonly ResourceId[]
  /** What was found differs from what was known, or the backend came or went. */
  onChange(backend: Backend): void
  onProgress(backend: Backend, at: number, progress: readonly Progress[]): void
  /** Something that the backend's health does not hang on fails; told once for each cause. */
  onTrouble(aspect: Aspect, failure: Failure): void
}

export type Aspect = 'doorbell' | 'progress'

const POLL_MS = 10_000
const BUSY_POLL_MS = 1_000
/** Between two looks, however often the bell rings. */
const REST_MS = 100
const PROBE_EVERY_MS = 60_000
/** After so long without an answer, how far data has come is not known any more. */
const UNMEASURED_MS = 30_000
/** A doorbell that held so long was a good one. */
const LISTENED_MS = 10_000

export class Backend {
  readonly #options: BackendOptions
  readonly #stop = new AbortController()
  #observed: readonly Observed[] | undefined
  /** Counts looks and writes, so that a look can be told from before and from after a write. */
  #sequence = 0
  #observedSince = -1
  #report: BackendReport | undefined
  #probedAt = Number.NEGATIVE_INFINITY
  #progressAt = Number.NEGATIVE_INFINITY
  /** When progress was last known; before the first time, when it began. */
  #measuredAt = 0
  #progressFailure: Failure | undefined
  #failure: Failure | undefined
  #attempt = 0
  #wake: (() => void) | undefined
  #rung = false
  #running: Promise<void> | undefined
  #progressing: Promise<void> | undefined
  /** The last cause that was told. */
  readonly #troubles = new Map<Aspect, string>()

  constructor(options: BackendOptions) {
    this.#options = options
  }

  get target(): Target {
    return this.#options.target
  }

  /** What was seen last, also when the backend has gone since. */
  get observed(): readonly Observed[] | undefined {
    return this.#observed
  }

  /** Why it cannot be used now. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Why nobody knows how far data has come. A single question without an answer is no reason yet. */
  get unmeasured(): Failure | undefined {
    const failure = this.#failure ?? this.#progressFailure
    return failure !== undefined && this.#options.clock.now() - this.#measuredAt >= UNMEASURED_MS ? failure : undefined
  }

  get report(): BackendReport | undefined {
    return this.#report
  }

  /** Whether what was seen includes the write with this number. */
  hasSeen(write: number): boolean {
    return this.#observed !== undefined && this.#observedSince > write
  }

  /** After each write: its number. A look that began earlier does not count any more. */
  wrote(): number {
    this.ring()
    return ++this.#sequence
  }

  /** A call to it failed outside of the loop. */
  failed(failure: Failure): void {
    if (failure.class === 'Retry' && isOutage(failure)) this.#setFailure(failure)
    this.ring()
  }

  /** Look now: somebody knows of a change. */
  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  start(): void {
    this.#measuredAt = this.#options.clock.now()
    this.#running ??= Promise.all([this.#run(), this.#listen()]).then(() => undefined)
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Failure('Retry', 'Canceled', 'stopped'))
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#rung = false
      await this.#look()
      if (this.#stop.signal.aborted) return
      await this.#rest()
    }
  }

  /** Without the doorbell the next look finds the change, so its faults are no faults of the backend. */
  async #listen(): Promise<void> {
    const { target, clock, random } = this.#options
    if (target.doorbell === undefined) return
    const signal = this.#stop.signal
    for (let attempt = 0; !signal.aborted; attempt++) {
      const startedAt = clock.now()
      await target.doorbell(() => this.ring(), signal).catch((error: unknown) => this.#tell('doorbell', toFailure(error)))
      if (clock.now() - startedAt > LISTENED_MS) attempt = 0
      await clock.sleep(backoffMs(attempt, { baseMs: 500, maxMs: 30_000, random }), signal).catch(() => undefined)
    }
  }

  async #look(): Promise<void> {
    const { target, clock } = this.#options
    const signal = this.#stop.signal
    try {
      if (this.#failure !== undefined || clock.now() - this.#probedAt >= PROBE_EVERY_MS) {
        const report = await target.probe(signal)
        this.#probedAt = clock.now()
        if (!isDeepStrictEqual(report, this.#report)) {
          this.#report = report
          this.#options.onChange(this)
        }
      }
      const since = ++this.#sequence
      const observed = await target.observe(signal)
      const waited = this.#observed === undefined || this.#observedSince < since - 1
      const news = !isDeepStrictEqual(observed, this.#observed)
      if (news) this.#observed = observed
      this.#observedSince = since
      this.#attempt = 0
      const recovered = this.#failure !== undefined
      this.#failure = undefined
      if (news || recovered || waited) this.#options.onChange(this)
      this.#progressing ??= this.#askProgress(signal).finally(() => {
        this.#progressing = undefined
      })
    } catch (error) {
      if (!signal.aborted) this.#setFailure(toFailure(error))
    }
  }

  async #askProgress(signal: AbortSignal): Promise<void> {
    const { target, clock } = this.#options
    const ids = this.#options.ids()
    const every = this.#options.isBusy() ? BUSY_POLL_MS : POLL_MS
    if (ids.length === 0 || clock.now() - this.#progressAt < every / 2) return
    const at = clock.now()
    this.#progressAt = at
    // How far queries and sinks have come is asked of Kafka: when that hangs or fails, it is no fault of this backend and must not
    // hold up its next look. What is not known stays as it was, for a while.
    try {
      const progress = await target.progress(ids, signal)
      if (signal.aborted) return
      this.#measuredAt = clock.now()
      this.#progressFailure = undefined
      this.#troubles.delete('progress')
      this.#options.onProgress(this, at, progress)
    } catch (error) {
      this.#progressFailure = toFailure(error)
      this.#tell('progress', this.#progressFailure)
    }
  }

  #tell(aspect: Aspect, failure: Failure): void {
    if (this.#stop.signal.aborted || this.#troubles.get(aspect) === failure.message) return
    this.#troubles.set(aspect, failure.message)
    this.#options.onTrouble(aspect, failure)
  }

  #setFailure(failure: Failure): void {
    const news = this.#failure?.reason !== failure.reason || this.#failure.message !== failure.message
    this.#failure = failure
    if (news) this.#options.onChange(this)
  }

  async #rest(): Promise<void> {
    const { clock, random, isBusy } = this.#options
    const ms = this.#failure ? backoffMs(this.#attempt++, { baseMs: 1000, maxMs: 2 * POLL_MS, random }) : isBusy() ? BUSY_POLL_MS : POLL_MS
    await new Promise<void>((resolve) => {
      if (this.#rung || this.#stop.signal.aborted) return resolve()
      const cancel = clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
    if (this.#rung && !this.#stop.signal.aborted) await clock.sleep(this.#failure ? 1000 : REST_MS, this.#stop.signal).catch(() => undefined)
  }
}

/** Reasons that speak of the backend as a whole, not of one request. */
function isOutage(failure: Failure): boolean {
  return ['Unreachable', 'TimedOut', 'TlsFailed', 'Unauthorized', 'UnsupportedVersion'].includes(failure.reason)
}
