/** How an object says whose it is. */
import { MARKS } from '../api/index.ts'
import type { Owner } from '../plan/index.ts'

/** Labels, annotations or config keys. */
export function marksOf(owner: Owner): Record<string, string> {
  return { [MARKS.namespace]: owner.namespace, [MARKS.pipeline]: owner.pipeline }
}

export function ownerIn(marks: Readonly<Record<string, unknown>> | undefined): Owner | undefined {
  const namespace = marks?.[MARKS.namespace]
  const pipeline = marks?.[MARKS.pipeline]
  return typeof namespace === 'string' && typeof pipeline === 'string' ? { namespace, pipeline } : undefined
}

export const sameOwner = (a: Owner, b: Owner): boolean => a.namespace === b.namespace && a.pipeline === b.pipeline
