/** Pure: what an elector does next, from what it has seen of the lease. The rules are those of client-go's leaderelection. */
import { isDeepStrictEqual } from 'node:util'
import type { LeaseRecord } from './lease.ts'

export interface Times {
  /** How long others wait for a holder that is silent. */
  readonly leaseDurationMs: number
  /** How long a holder goes on without a renewal. Shorter than the lease: it must have ended before another begins. */
  readonly renewDeadlineMs: number
  readonly retryPeriodMs: number
}

export const TIMES: Times = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 }

/** Between two tries for a lease that another holds: up to so many retry periods more. */
export const JITTER = 1.2

/** `changedAt`: when this process saw the record change, by its own clock. What is written in it counts for nothing. */
export interface Sight {
  readonly record: LeaseRecord
  readonly changedAt: number
}

export function sighted(before: Sight | undefined, record: LeaseRecord, now: number): Sight {
  return before !== undefined && isDeepStrictEqual(before.record, record) ? before : { record, changedAt: now }
}

export type Move = { readonly kind: 'write'; readonly record: LeaseRecord } | { readonly kind: 'wait'; readonly holder: string }

/** `now` is of the clock that `changedAt` is of; `time` is what is written. `sight` undefined: there is no lease yet. */
export function nextMove(sight: Sight | undefined, me: string, now: number, time: string, times: Times): Move {
  const mine = { holder: me, durationMs: times.leaseDurationMs, renewTime: time }
  if (sight === undefined) return { kind: 'write', record: { ...mine, acquireTime: time, transitions: 0 } }
  const { record, changedAt } = sight
  if (record.holder === me) return { kind: 'write', record: { ...mine, acquireTime: record.acquireTime, transitions: record.transitions } }
  if (record.holder !== '' && now - changedAt < record.durationMs) return { kind: 'wait', holder: record.holder }
  return { kind: 'write', record: { ...mine, acquireTime: time, transitions: record.transitions + 1 } }
}

/** A clean stop: nobody holds it, and whoever comes next need not wait. */
export function released(record: LeaseRecord, time: string): LeaseRecord {
  return { holder: '', durationMs: 1_000, acquireTime: time, renewTime: time, transitions: record.transitions }
}
