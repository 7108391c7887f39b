/** A process that stands for election: its own clocks, its own line to the API server, both of which can go wrong. */
import { Elector } from '../../src/controller/leader/elector.ts'
import { type Clock, createLogger, Failure, type KubeApi, type KubeObject, seededRandom, sleepOn, type VirtualClock } from '../../src/ports/index.ts'
import type { MemoryKube } from './memory-kube.ts'

export interface Line {
  /** Every request is refused at once. */
  cut: boolean
  /** How long a request travels, and its answer. */
  thereMs: number
  backMs: number
  /** The server does what is asked, and the answer is lost. */
  deaf: boolean
}

export class Candidate {
  readonly identity: string
  readonly line: Line = { cut: false, thereMs: 0, backMs: 0, deaf: false }
  /** What the clock of the day is off by; somebody may change it. */
  skewMs = 0
  elector: Elector
  leading = false
  lost: Failure | undefined
  killed = false
  /** It begins no more work; what is under way goes on. */
  retired = false
  readonly #clock: VirtualClock
  #frozen: (() => void)[] | undefined

  constructor(identity: string, clock: VirtualClock, kube: MemoryKube, seed: number) {
    this.identity = identity
    this.#clock = clock
    this.elector = new Elector({
      namespace: 'system',
      name: 'operator',
      identity,
      monotonic: () => clock.now(),
      kube: this.#over(kube),
      clock: this.clock,
      random: seededRandom(seed),
      log: createLogger({ name: identity, level: process.env.TEST_LOG ?? 'silent' }),
      onLeading: () => {
        this.leading = true
      },
      onLost: (failure) => {
        this.leading = false
        this.lost = failure
      },
    })
    this.elector.start()
  }

  /** Timers and answers of a process that stands still come when it goes on, all at once. */
  freeze(): void {
    this.#frozen ??= []
  }

  /** `first`: what is done before any timer has fired, as when an answer has come meanwhile. */
  thaw(first: () => void = () => undefined): void {
    const late = this.#frozen ?? []
    this.#frozen = undefined
    first()
    for (const fn of late) fn()
  }

  kill(): void {
    this.killed = true
    this.leading = false
  }

  /** What the worker of a leader does before each write; false: it may not. */
  mayWrite(): boolean {
    if (this.killed || this.retired || this.#frozen !== undefined || !this.leading) return false
    try {
      this.elector.check()
      return true
    } catch {
      return false
    }
  }

  get clock(): Clock {
    const clock = {
      now: () => this.#clock.now() + this.skewMs,
      after: (ms: number, fn: () => void) => this.#clock.after(ms, () => this.#whenAwake(fn)),
    }
    return { ...clock, sleep: (ms, signal) => sleepOn(clock, ms, signal) }
  }

  #whenAwake(fn: () => void): void {
    if (this.killed) return
    if (this.#frozen) this.#frozen.push(fn)
    else fn()
  }

  #over(kube: MemoryKube): KubeApi {
    const ask = <T>(call: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const { thereMs, backMs, deaf, cut } = this.line
        if (cut) return reject(new Failure('Retry', 'Unreachable', 'connect ECONNREFUSED'))
        const answer = (fn: () => void) => this.#clock.after(backMs, () => (deaf ? undefined : this.#whenAwake(fn)))
        // A killed process sends nothing more; what is on its way arrives.
        this.#clock.after(thereMs, () => {
          call().then(
            (value) => answer(() => resolve(value)),
            (error) => answer(() => reject(error)),
          )
        })
      })
    return {
      ...({} as KubeApi),
      get: (resource, namespace, name) => ask(() => kube.get(resource, namespace, name)),
      create: (resource, object) => ask(() => kube.create(resource, object)),
      replace: (resource, object: KubeObject) => ask(() => kube.replace(resource, object)),
    }
  }
}
