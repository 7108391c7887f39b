/** What is no longer declared goes: in which order, and what becomes of its data. */
import { lineage, parseStatement, SqlError } from '../sql/index.ts'
import { patternHolds } from './connectors.ts'
import { STAGES } from './graph.ts'
import { ownershipOf } from './ownership.ts'
import type { Action, JsonObject, LedgerEntry, Observed, Owner, ResourceId, ResourceKind, ResourceSpecs, Stage } from './resources.ts'
import { typeName } from './statement-name.ts'

/** Elasticsearch refuses a template while another of the same priority holds for the same indices. */
export function standsInTheWay(removed: Action, actions: readonly Action[]): boolean {
  if (removed.observed?.kind !== 'IndexTemplate') return false
  const { body } = removed.observed.spec as ResourceSpecs['IndexTemplate']
  return actions.some(({ desired }) => {
    if (desired?.kind !== 'IndexTemplate') return false
    const made = (desired.spec as ResourceSpecs['IndexTemplate']).body
    return made.priority === body.priority && indexPatterns(made).some((a) => indexPatterns(body).some((b) => patternHolds(a, b) || patternHolds(b, a)))
  })
}

const indexPatterns = (body: JsonObject): string[] => (Array.isArray(body.index_patterns) ? body.index_patterns.map(String) : [])

/** Against the data's way, and a statement before what it reads. */
export function removals(gone: readonly LedgerEntry[], observed: ReadonlyMap<ResourceId, Observed>, owner: Owner): Action[] {
  const age = new Map(gone.map((entry, at) => [entry.id, at]))
  const needs = new Map(gone.map((entry) => [entry.id, needsOf(entry, observed)]))
  const ordered = gone.toSorted(
    (a, b) => stageOf(b, observed) - stageOf(a, observed) || depth(b.id, needs) - depth(a.id, needs) || age.get(b.id)! - age.get(a.id)!,
  )
  return ordered.map((entry) => {
    const there = observed.get(entry.id)
    const stage = stageOf(entry, observed)
    const after = ordered.filter((other) => needs.get(other.id)?.has(entry.id) || stageOf(other, observed) > stage).map(({ id }) => id)
    const ours = there === undefined || ownershipOf(there, entry, owner, observed).whose !== 'theirs'
    return {
      class: 'Remove',
      id: entry.id,
      kind: entry.kind,
      name: entry.name,
      rule: ours ? 'NoLongerDeclared' : 'OwnedByAnother',
      message: there === undefined ? 'it is gone already' : ours ? removal(entry) : 'it belongs to somebody else now and stays',
      entry,
      ...(there ? { observed: there } : {}),
      after,
    }
  })
}

const KIND_STAGES: Readonly<Record<ResourceKind, Stage>> = {
  KafkaTopic: 'Topics',
  Connector: 'Sinks',
  Statement: 'Statements',
  IndexTemplate: 'Templates',
  DataSource: 'Dashboards',
  Dashboard: 'Dashboards',
}

function stageOf(entry: LedgerEntry, observed: ReadonlyMap<ResourceId, Observed>): number {
  const spec = observed.get(entry.id)?.spec
  const source = entry.kind === 'Connector' && spec !== undefined && (spec as ResourceSpecs['Connector']).direction === 'source'
  // A dashboard before its data sources.
  return STAGES.indexOf(source ? 'Sources' : KIND_STAGES[entry.kind]) + (entry.kind === 'Dashboard' ? 0.5 : 0)
}

/** What a statement reads must stay until it is gone. */
function needsOf(entry: LedgerEntry, observed: ReadonlyMap<ResourceId, Observed>): ReadonlySet<ResourceId> {
  const there = observed.get(entry.id)
  if (there?.kind !== 'Statement') return new Set()
  try {
    const [line] = lineage([parseStatement((there.spec as ResourceSpecs['Statement']).sql)])
    const names = [...(line?.reads ?? []), ...(line?.writes === undefined ? [] : [line.writes]), ...(line?.types ?? []).map(typeName)]
    return new Set(names.map((name) => `Statement/${name}`))
  } catch (error) {
    if (error instanceof SqlError) return new Set()
    throw error
  }
}

function depth(id: ResourceId, needs: ReadonlyMap<ResourceId, ReadonlySet<ResourceId>>, seen: ReadonlySet<ResourceId> = new Set()): number {
  if (seen.has(id)) return 0
  const below = [...(needs.get(id) ?? [])].filter((other) => needs.has(other))
  return below.length === 0 ? 0 : 1 + Math.max(...below.map((other) => depth(other, needs, new Set([...seen, id]))))
}

function removal(entry: LedgerEntry): string {
  const retained = entry.onRemove === 'retain'
  switch (entry.kind) {
    case 'KafkaTopic':
      return retained ? 'Strimzi lets go of it; the topic and its records stay' : 'the topic is deleted with its records'
    case 'IndexTemplate':
      return retained ? 'the template is deleted; indices stay' : 'the template is deleted, and its indices with their documents'
    case 'Connector':
      return retained ? 'deleted; its offsets stay' : 'deleted with its offsets'
    case 'Statement':
      return 'its query is terminated and it is dropped; its topic is left to the KafkaTopic'
    default:
      return 'deleted'
  }
}
