/** Nodes and actions for the targets' tests, in the shape that planning gives them. */
import type { Action, Desired, LedgerEntry, Observed, Owner, ResourceKind, ResourceSpecs } from '../../src/plan/index.ts'
import type { ReferenceReader } from '../../src/targets/index.ts'

export const owner: Owner = { namespace: 'demo', pipeline: 'clicks' }
export const stranger: Owner = { namespace: 'other', pipeline: 'clicks' }
export const never = new AbortController().signal

export const noReferences: ReferenceReader = { secret: async () => undefined, configMap: async () => undefined }

export function node<K extends ResourceKind>(kind: K, name: string, spec: ResourceSpecs[K], key = name): Desired<K> {
  return { id: `${kind}/${key}`, kind, name, stage: 'Topics', specPath: 'spec.x[0]', spec, hash: 'h', dependsOn: [], onRemove: 'delete', driftPolicy: 'Repair' }
}

export function action(desired: Desired, cls: Action['class'] = 'Create', rule = 'Missing', observed?: Observed): Action {
  const { id, kind, name } = desired
  return { class: cls, id, kind, name, rule, message: '', desired, after: [], ...(observed ? { observed } : {}) }
}

export function entry(desired: Desired, onRemove: 'delete' | 'retain' = 'delete'): LedgerEntry {
  const { id, kind, name, hash, specPath } = desired
  return { id, kind, name, phase: 'done', hash, specPath, onRemove }
}

/** Looks until it holds. The backends of these tests run in this process, so it never takes long. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it never came to hold')
}
