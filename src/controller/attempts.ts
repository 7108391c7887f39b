/**
 * When an action may be tried again. What a backend has refused it will mostly refuse again, and each restart of a
 * connector costs its tasks a rebalance: so each action has a back-off of its own, and holds up no other.
 */
import type { Action } from '../plan/index.ts'
import { backoffMs, type Clock, type Failure, type Random } from '../ports/index.ts'

const FIRST_MS = { Wait: 1_000, Retry: 1_000, Stall: 15_000 } as const
const FIRST_RESTART_MS = 10_000
const LONGEST_MS = { Wait: 10_000, Retry: 60_000, Stall: 10 * 60_000 } as const
/** What went well so long had recovered: the next failure is a new one. */
const RECOVERED_MS = 15 * 60_000

interface Attempt {
  readonly what: string
  readonly count: number
  readonly at: number
  readonly waitMs: number
  readonly failure?: Failure
}

export class AttemptMemory {
  readonly #clock: Clock
  readonly #random: Random
  /** Pipeline -> object -> its last attempt. */
  readonly #attempts = new Map<string, Map<string, Attempt>>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** How long to wait, and what went wrong; undefined: now. */
  wait(pipeline: string, action: Action): { readonly ms: number; readonly failure?: Failure } | undefined {
    const known = this.#known(pipeline, action)
    const ms = known === undefined ? 0 : known.at + known.waitMs - this.#clock.now()
    return known === undefined || ms <= 0 ? undefined : { ms, ...(known.failure ? { failure: known.failure } : {}) }
  }

  failed(pipeline: string, action: Action, failure: Failure): void {
    this.#note(pipeline, action, FIRST_MS[failure.class], LONGEST_MS[failure.class], failure)
  }

  /** A restart that went well is remembered too: the tasks may fail again at once. */
  done(pipeline: string, action: Action): void {
    if (action.rule === 'Failed') this.#note(pipeline, action, FIRST_RESTART_MS, LONGEST_MS.Stall)
    else this.#attempts.get(pipeline)?.delete(action.id)
  }

  forget(pipeline: string): void {
    this.#attempts.delete(pipeline)
  }

  #known(pipeline: string, action: Action): Attempt | undefined {
    const known = this.#attempts.get(pipeline)?.get(action.id)
    return known?.what === signatureOf(action) ? known : undefined
  }

  #note(pipeline: string, action: Action, baseMs: number, maxMs: number, failure?: Failure): void {
    const known = this.#known(pipeline, action)
    const at = this.#clock.now()
    const count = known === undefined || at - known.at > known.waitMs + RECOVERED_MS ? 0 : known.count + 1
    const waitMs = backoffMs(count, { baseMs, maxMs, random: this.#random })
    const attempts = this.#attempts.get(pipeline) ?? new Map<string, Attempt>()
    attempts.set(action.id, { what: signatureOf(action), count, at, waitMs, ...(failure ? { failure } : {}) })
    this.#attempts.set(pipeline, attempts)
  }
}

/** A changed declaration is another action, and is tried at once. */
const signatureOf = (action: Action): string => `${action.class} ${action.rule} ${action.desired?.hash ?? ''}`
