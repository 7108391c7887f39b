/** Pure: a status and the one before it become the patch that is written, or nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { Condition } from '../api/index.ts'
import type { Verdict } from './conditions.ts'

const MESSAGE_MAX = 512
/** A status in which only wording has changed is written no more often than this. */
export const WORDING_EVERY_MS = 5 * 60_000
/** Of a backend that cannot be used: what mends it stands in the wording. */
export const TROUBLE_WORDING_EVERY_MS = 10_000

export const cut = (text: string, max = MESSAGE_MAX): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`)

/** The time of a transition stays as long as the status does. */
export function conditionsOf(
  verdicts: ReadonlyMap<string, Verdict>,
  before: readonly Condition[],
  facts: { readonly now: number; readonly generation: number },
): Condition[] {
  const list: Condition[] = []
  for (const [type, { status, reason, message }] of verdicts) {
    const old = before.find((condition) => condition.type === type)
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : new Date(facts.now).toISOString()
    list.push({ type, status, reason, message: cut(message), lastTransitionTime, observedGeneration: facts.generation })
  }
  return list
}

export interface StatusLike {
  readonly conditions?: readonly Condition[] | undefined
}

/** Equal apart from the wording of messages. */
export function sameButWording(a: StatusLike, b: StatusLike): boolean {
  return isDeepStrictEqual(withoutWording(a), withoutWording(b))
}

function withoutWording(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWording)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => key !== 'message' && child !== undefined)
      .map(([key, child]) => [key, withoutWording(child)]),
  )
}

/** A merge patch from one status to the other: fields that are gone are null. Undefined: nothing to write. */
export function statusPatch(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const wanted = after[key]
    if (isDeepStrictEqual(before[key], wanted)) continue
    // A map is patched by key: what is no longer in it must be named.
    const maps = [before[key], wanted].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
    patch[key] = maps ? statusPatch(before[key] as Record<string, unknown>, wanted as Record<string, unknown>) : (wanted ?? null)
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}
