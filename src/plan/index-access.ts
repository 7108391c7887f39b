/** Which indices a pipeline may fill and read on a shared platform: by their names, and by who has them already. */
import { patternHolds } from './connectors.ts'
import { type Draft, refuse } from './draft.ts'
import { placeOf } from './place.ts'
import type { Desired, Finding, Json, Observed, Owner, ResourceId, ResourceSpecs } from './resources.ts'
import { namespacePrefix } from './topic-access.ts'

/** Names of indices are lower case, and namespaces are so already. */
export function defaultIndex(draft: Draft, topic: string): string {
  const name = topic.toLowerCase()
  const prefix = namespacePrefix(draft.owner.namespace)
  return draft.platform.spec.limits.indexPrefixPerNamespace && !name.startsWith(prefix) ? `${prefix}${name}` : name
}

/** False: refused. `pattern`: of names of indices. */
export function mayUseIndex(draft: Draft, pattern: string, what: string, path: string, at?: Pick<Finding, 'line' | 'column'>): boolean {
  const prefix = namespacePrefix(draft.owner.namespace)
  if (!draft.platform.spec.limits.indexPrefixPerNamespace || pattern.startsWith(prefix)) return true
  refuse(draft, 'LimitExceeded', path, `${what} must begin with ${prefix}: the platform wants it so`, `Call it ${prefix}${pattern}.`, at)
  return false
}

/** Of a template: the indices of the pipeline that it is for. A claim on one is a claim on its name. */
export function indicesOf(node: Desired): readonly string[] {
  if (node.kind !== 'IndexTemplate') return []
  const { body, indices } = node.spec as ResourceSpecs['IndexTemplate']
  return [...new Set([...textsOf(body.index_patterns).filter((pattern) => !pattern.includes('*')), ...(indices ?? [])])]
}

/**
 * Indices belong to whom the template belongs that they are made from. A second template of higher priority would take them
 * over, and a sink or a panel on one of them would write or read what is another's.
 */
export function foreignIndices(node: Desired, observed: ReadonlyMap<ResourceId, Observed>, owner: Owner): Finding | undefined {
  if (node.kind !== 'IndexTemplate') return undefined
  const patterns = textsOf((node.spec as ResourceSpecs['IndexTemplate']).body.index_patterns)
  for (const other of observed.values()) {
    if (other.kind !== 'IndexTemplate' || other.owner === undefined) continue
    const { namespace, pipeline } = other.owner
    if (namespace === owner.namespace && pipeline === owner.pipeline) continue
    const theirs = textsOf((other.spec as ResourceSpecs['IndexTemplate']).body.index_patterns)
    const index = indicesOf(node).find((one) => theirs.some((pattern) => patternHolds(pattern, one)))
    const pattern = namespace === owner.namespace ? undefined : patterns.find((one) => theirs.some((their) => patternsMeet(one, their)))
    if (index === undefined && pattern === undefined) continue
    const what = index === undefined ? `Pattern ${pattern} of index template ${node.name} holds for indices that belong` : `Index ${index} belongs`
    const mend = 'Take another name, or narrower patterns.'
    return { severity: 'error', reason: 'OwnedByAnother', ...placeOf(node), message: `${what} to pipeline ${namespace}/${pipeline}`, mend }
  }
  return undefined
}

export const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Whether there is a text that both patterns hold for. */
export function patternsMeet(a: string, b: string): boolean {
  const seen = new Set<string>()
  const meet = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true
    if (seen.size === seen.add(`${i} ${j}`).size) return false
    if (a[i] === '*' && (meet(i + 1, j) || (j < b.length && meet(i, j + 1)))) return true
    if (b[j] === '*' && (meet(i, j + 1) || (i < a.length && meet(i + 1, j)))) return true
    return i < a.length && a[i] !== '*' && a[i] === b[j] && meet(i + 1, j + 1)
  }
  return meet(0, 0)
}
