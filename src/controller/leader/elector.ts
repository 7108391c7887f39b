/**
 * Takes a lease, keeps it, and tells when it is lost. A leader that cannot renew is no leader after the renew deadline, well
 * before the others, who count from a later moment, may take the lease.
 */
import { type Clock, Failure, type KubeApi, type KubeObject, type Logger, type Random, toFailure } from '../../ports/index.ts'
import { JITTER, nextMove, released, type Sight, sighted, TIMES, type Times } from './election.ts'
import type { Fence } from './fence.ts'
import { LEASES, type LeaseRecord, leaseOf, microTime, recordOf } from './lease.ts'

export interface LeaderElection {
  /** Of the lease. */
  readonly namespace: string
  readonly name: string
  /** Different for every process that ever ran. */
  readonly identity: string
  /** Milliseconds that only grow, also when somebody sets the clock of the day. */
  readonly monotonic: () => number
  readonly times?: Times
}

export interface ElectorOptions extends LeaderElection {
  /** Not fenced: this is what the fence rests on. */
  readonly kube: KubeApi
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  onLeading(lease: KubeObject): void
  /** At once when the right to write has ended, and never more than once. */
  onLost(failure: Failure): void
  /** After every look at the lease. */
  onSeen?(record: LeaseRecord): void
}

export class Elector implements Fence {
  readonly #options: ElectorOptions
  readonly #times: Times
  readonly #stop = new AbortController()
  #state: State = 'standby'
  #lease: KubeObject | undefined
  #sight: Sight | undefined
  /** When the last renewal that went well was begun. */
  #renewed: Moment | undefined
  #cancelDeadline = () => {}
  #trouble: Failure | undefined
  #running: Promise<void> | undefined

  constructor(options: ElectorOptions) {
    this.#options = options
    this.#times = options.times ?? TIMES
  }

  get isLeading(): boolean {
    return this.#state === 'leading'
  }

  /** Why the lease cannot even be asked for. */
  get trouble(): Failure | undefined {
    return this.#trouble
  }

  check(): void {
    if (this.#state === 'leading' && this.#age(this.#renewed!) >= this.#times.renewDeadlineMs) this.#lose()
    if (this.#state !== 'leading') throw new Failure('Retry', 'NotLeader', 'another operator may have taken over: nothing is written any more')
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** `release`: everything in work has ended, so that the next may begin at once; else it waits until the lease has run out. */
  async stop(release: boolean): Promise<void> {
    const lost = this.#state === 'over'
    this.#state = 'over'
    this.#cancelDeadline()
    this.#stop.abort(new Failure('Retry', 'Canceled', 'stopped'))
    await this.#running
    // Also one that was not yet known to be ours: its answer may have been on the way.
    if (release && !lost) await this.#release()
  }

  async #run(): Promise<void> {
    const { clock, random, log, name, namespace, identity } = this.#options
    while (!this.#isOver()) {
      const begun = this.#moment()
      await this.#attempt().catch((error: unknown) => {
        if (this.#stop.signal.aborted) return
        const failure = toFailure(error)
        if (failure.message !== this.#trouble?.message) {
          log.warn({ lease: `${namespace}/${name}`, identity, reason: failure.reason, err: failure.message }, 'the lease could not be taken or renewed')
        }
        this.#trouble = failure
      })
      if (this.#isOver()) return
      // Counted from the beginning of a try: one that has hung leaves no time to wait.
      const ms = this.#times.retryPeriodMs * (this.#state === 'leading' ? 1 : 1 + JITTER * random.next()) - this.#age(begun)
      await clock.sleep(Math.max(0, ms), this.#stop.signal).catch(() => undefined)
    }
  }

  async #attempt(): Promise<void> {
    const begun = this.#moment()
    const written = (await this.#renewUnseen()) ?? (await this.#look())
    this.#trouble = undefined
    if (written === undefined || this.#isOver()) return
    this.#see(written)
    // Its answer came too late to be worth anything: others may have counted from before.
    if (this.#age(begun) >= this.#times.renewDeadlineMs) return
    this.#keep(begun)
    if (this.#state === 'standby') {
      this.#state = 'leading'
      this.#options.log.info({ lease: `${this.#options.namespace}/${this.#options.name}`, identity: this.#options.identity }, 'this operator leads')
      this.#options.onLeading(written)
    }
  }

  /** The usual case: nobody has touched it since we did. Undefined: somebody has, or nobody knows. */
  async #renewUnseen(): Promise<KubeObject | undefined> {
    if (this.#state !== 'leading' || this.#lease === undefined) return undefined
    try {
      return await this.#write(this.#sight)
    } catch (error) {
      const { status } = toFailure(error)
      if (status !== 409 && status !== 404) throw error
      return undefined
    }
  }

  async #look(): Promise<KubeObject | undefined> {
    const { kube, namespace, name } = this.#options
    const found = await this.#inTime((signal) => kube.get(LEASES, namespace, name, signal))
    this.#lease = found
    if (found === undefined) this.#sight = undefined
    else this.#see(found)
    return this.#write(this.#sight)
  }

  async #write(sight: Sight | undefined): Promise<KubeObject | undefined> {
    const { kube, clock, namespace, name, identity } = this.#options
    const move = nextMove(sight, identity, this.#options.monotonic(), microTime(clock.now()), this.#times)
    if (move.kind === 'wait') {
      if (this.#state === 'leading') this.#lose(`${move.holder} holds it`)
      return undefined
    }
    const lease = leaseOf(namespace, name, move.record, sight && this.#lease)
    return this.#inTime((signal) => (sight === undefined ? kube.create(LEASES, lease, signal) : kube.replace(LEASES, lease, {}, signal)))
  }

  #see(lease: KubeObject): void {
    this.#lease = lease
    this.#sight = sighted(this.#sight, recordOf(lease), this.#options.monotonic())
    this.#options.onSeen?.(this.#sight.record)
  }

  #keep(begun: Moment): void {
    this.#renewed = begun
    this.#cancelDeadline()
    this.#cancelDeadline = this.#options.clock.after(this.#times.renewDeadlineMs - this.#age(begun), () => this.#lose())
  }

  #lose(why = this.#trouble?.message ?? 'it was not renewed in time'): void {
    if (this.#state !== 'leading') return
    this.#state = 'over'
    this.#cancelDeadline()
    this.#stop.abort(new Failure('Retry', 'Canceled', 'the lease is lost'))
    const { namespace, name } = this.#options
    this.#options.onLost(new Failure('Retry', 'NotLeader', `the lease ${namespace}/${name} is lost: ${why}`))
  }

  async #release(): Promise<void> {
    const { kube, clock, log, namespace, name, identity } = this.#options
    try {
      // The last renewal may have been given up after it was sent.
      const never = new AbortController().signal
      const found = await this.#inTime((signal) => kube.get(LEASES, namespace, name, signal), never)
      if (found === undefined || recordOf(found).holder !== identity) return
      const lease = leaseOf(namespace, name, released(recordOf(found), microTime(clock.now())), found)
      await this.#inTime((signal) => kube.replace(LEASES, lease, {}, signal), never)
      log.info({ lease: `${namespace}/${name}` }, 'the lease is released')
    } catch (error) {
      log.warn({ lease: `${namespace}/${name}`, err: toFailure(error).message }, 'the lease could not be released; it runs out by itself')
    }
  }

  /** One slow answer must leave time for another try before the deadline. */
  async #inTime<T>(call: (signal: AbortSignal) => Promise<T>, stop = this.#stop.signal): Promise<T> {
    const late = new AbortController()
    const ms = this.#times.renewDeadlineMs / 2
    const failure = new Failure('Retry', 'TimedOut', `the API server did not answer within ${ms / 1000} s`)
    const signal = AbortSignal.any([stop, late.signal])
    const cancel = this.#options.clock.after(ms, () => late.abort(failure))
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    try {
      signal.throwIfAborted()
      return await Promise.race([call(signal), aborted])
    } finally {
      cancel()
    }
  }

  /** It may have changed while something was awaited. */
  #isOver(): boolean {
    return this.#state === 'over'
  }

  #moment(): Moment {
    return { day: this.#options.clock.now(), steady: this.#options.monotonic() }
  }

  /**
   * How long ago, for who holds the lease: a steady clock may stand still while the machine sleeps, and the clock of the day can
   * be set back. Who waits for the lease of another errs on the safe side with the steady clock alone.
   */
  #age(moment: Moment): number {
    const now = this.#moment()
    return Math.max(now.day - moment.day, now.steady - moment.steady)
  }
}

type State = 'standby' | 'leading' | 'over'

interface Moment {
  readonly day: number
  readonly steady: number
}
