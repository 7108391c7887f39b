/** Finalizers at the time of deletion: those of controllers, and the garbage collector's own by policy. */
import type { KubeObject } from '../../ports/index.ts'

export interface DeleteOptions {
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
}

/** The finalizers an object must still pass, with the garbage collector's own according to the policy. */
export function finalizersFor(old: KubeObject, options: DeleteOptions): string[] {
  const current = old.metadata.finalizers ?? []
  const policy = policyOf(options, current)
  const others = current.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion')
  return [...others, ...(policy === 'Orphan' ? ['orphan'] : []), ...(policy === 'Foreground' ? ['foregroundDeletion'] : [])]
}

function policyOf(options: DeleteOptions, current: readonly string[]): string {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background'
  if (options.propagationPolicy) return options.propagationPolicy
  if (current.includes('orphan')) return 'Orphan'
  return current.includes('foregroundDeletion') ? 'Foreground' : 'Background'
}
