/** The graph against what exists and against the ledger: an ordered list of actions, or what forbids it. */
import { lineage, parseStatement, SqlError } from '../sql/index.ts'
import { decideChange } from './changes.ts'
import { type Comparison, compareWith } from './compare.ts'
import { patternHolds } from './connectors.ts'
import { STAGES } from './graph.ts'
import { ownershipOf } from './ownership.ts'
import type {
  Action,
  Desired,
  Finding,
  Graph,
  JsonObject,
  Ledger,
  LedgerEntry,
  Observed,
  Owner,
  Plan,
  ResourceId,
  ResourceKind,
  ResourceSpecs,
  Stage,
} from './resources.ts'
import { typeName } from './statement-name.ts'

export interface PlanInput {
  readonly graph: Graph
  /** Of every backend, for all pipelines. */
  readonly observed: readonly Observed[]
  readonly ledger: Ledger
  readonly owner: Owner
}

export function planChanges(input: PlanInput): Plan {
  const { graph, ledger, owner } = input
  const observed = new Map(input.observed.map((object) => [object.id, object]))
  const entries = new Map(ledger.entries.map((entry) => [entry.id, entry]))
  const comparison = compareWith(graph)
  const actions: Action[] = []
  const findings: Finding[] = []
  const recovered: LedgerEntry[] = []
  const waiting: Action[] = []

  for (const node of graph.nodes) {
    const outcome = decide(node, observed.get(node.id), entries.get(node.id), owner, observed, comparison)
    if (outcome.recovered) recovered.push(outcome.recovered)
    if (outcome.finding) findings.push(outcome.finding)
    if (outcome.finding?.reason === 'ApprovalRequired') waiting.push(recreation(node, outcome.finding))
    if (outcome.action) actions.push({ ...outcome.action, after: node.dependsOn })
  }
  const declared = new Set(graph.nodes.map(({ id }) => id))
  const gone = ledger.entries.filter(({ id }) => !declared.has(id))
  const removed = removals(gone, observed, owner)
  const inTheWay = removed.filter((action) => standsInTheWay(action, actions))
  actions.unshift(...inTheWay.map((action) => ({ ...action, after: [] })))
  actions.push(...removed.filter((action) => !inTheWay.includes(action)))
  const planned = new Set(actions.map(({ id }) => id))
  return {
    actions: actions.map((action) => ({ ...action, after: action.after.filter((id) => planned.has(id)) })),
    recovered,
    findings,
    waiting,
  }
}

/** What the change would take: the object anew, and with it what reads it. */
function recreation(node: Desired, finding: Finding): Action {
  const { id, kind, name } = node
  return { class: 'Recreate', id, kind, name, rule: finding.reason, message: finding.message, desired: node, after: [] }
}

interface Outcome {
  readonly action?: Omit<Action, 'after'>
  readonly finding?: Finding
  readonly recovered?: LedgerEntry
}

function decide(
  node: Desired,
  there: Observed | undefined,
  entry: LedgerEntry | undefined,
  owner: Owner,
  all: ReadonlyMap<ResourceId, Observed>,
  comparison: Comparison,
): Outcome {
  if (!there) return missing(node, entry)
  const ownership = ownershipOf(there, entry, owner, all)
  if (ownership.whose === 'theirs') return { finding: ownedByAnother(node, ownership.owner) }
  // Without mark and ledger only what is exactly as we would have made it can be ours.
  if (ownership.whose === 'unknown' && comparison.differences(node, there).some((what) => what !== 'running'))
    return { finding: ownedByAnother(node, undefined) }
  const unmarked = ownership.whose === 'ours' && ownership.by === 'ledger' && node.kind !== 'Statement'
  const decision = decideChange(node, there, entry, unmarked, comparison)
  const recovered = recoveredEntry(node, there, entry)
  return {
    ...(decision && 'action' in decision ? { action: decision.action } : {}),
    ...(decision && 'finding' in decision ? { finding: decision.finding } : {}),
    // What is yet to be changed is not done: its hash must not say so.
    ...(recovered && !decision ? { recovered } : {}),
  }
}

function missing(node: Desired, entry: LedgerEntry | undefined): Outcome {
  const action = (rule: string, message: string): Outcome => ({
    action: { class: 'Create', id: node.id, kind: node.kind, name: node.name, rule, message, desired: node, ...(entry ? { entry } : {}) },
  })
  if (!entry) return action('Missing', creation(node))
  if (entry.phase === 'intent') return action('InterruptedCreate', creation(node))
  if (node.driftPolicy === 'Repair') return action('Drifted', `somebody else has removed it; ${creation(node)}`)
  if (node.driftPolicy === 'Ignore') return {}
  return {
    finding: {
      severity: 'warning',
      reason: 'Drifted',
      path: node.specPath,
      message: `${node.kind} ${node.name} was removed by somebody else`,
      mend: 'driftPolicy Repair would make it again.',
    },
  }
}

function creation(node: Desired): string {
  switch (node.kind) {
    case 'KafkaTopic': {
      const { partitions, config } = node.spec as ResourceSpecs['KafkaTopic']
      const configs = Object.entries(config).map(([key, value]) => `${key}=${value}`)
      return [`made with ${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`, ...configs].join(', ')
    }
    case 'Connector': {
      const { config, state } = node.spec as ResourceSpecs['Connector']
      return `made as ${config['connector.class']}, ${state}`
    }
    case 'Statement': {
      const { properties, objectType } = node.spec as ResourceSpecs['Statement']
      const start = properties['auto.offset.reset']
      return objectType === 'TYPE' || start === undefined ? 'made' : `made; its query reads from ${start}`
    }
    default:
      return 'made'
  }
}

function ownedByAnother(node: Desired, owner: Owner | undefined): Finding {
  const whose = owner ? `belongs to pipeline ${owner.namespace}/${owner.pipeline}` : 'is there already and was not made by this pipeline'
  return {
    severity: 'error',
    reason: 'OwnedByAnother',
    path: node.specPath,
    message: `${node.kind} ${node.name} ${whose}`,
    mend: 'Take another name, or remove the other object.',
  }
}

function recoveredEntry(node: Desired, there: Observed, entry: LedgerEntry | undefined): LedgerEntry | undefined {
  const { id, kind, name, hash, specPath, onRemove } = node
  const backendId = there.backendId ?? entry?.backendId
  const wanted: LedgerEntry = { id, kind, name, phase: 'done', hash, specPath, onRemove, ...(backendId === undefined ? {} : { backendId }) }
  const same =
    entry !== undefined &&
    entry.phase === 'done' &&
    entry.hash === hash &&
    entry.specPath === specPath &&
    entry.onRemove === onRemove &&
    entry.backendId === wanted.backendId
  return same ? undefined : wanted
}

// ---------------------------------------------------------------- removal

/** Elasticsearch refuses a template while another of the same priority holds for the same indices. */
function standsInTheWay(removed: Action, actions: readonly Action[]): boolean {
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
function removals(gone: readonly LedgerEntry[], observed: ReadonlyMap<ResourceId, Observed>, owner: Owner): Action[] {
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
      rule: 'NoLongerDeclared',
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
