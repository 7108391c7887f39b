/** The graph against what exists and against the ledger: an ordered list of actions, or what forbids it. */
import { decideChange } from './changes.ts'
import { type Comparison, compareWith } from './compare.ts'
import { foreignIndices } from './index-access.ts'
import { ownershipOf } from './ownership.ts'
import { placeOf } from './place.ts'
import { removals, standsInTheWay } from './removal.ts'
import type { Action, Desired, Finding, Graph, Ledger, LedgerEntry, Observed, Owner, Plan, ResourceId, ResourceSpecs } from './resources.ts'

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
    const foreign = foreignIndices(node, observed, owner)
    if (foreign) {
      findings.push(foreign)
      continue
    }
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
    ...placeOf(node, 'name'),
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
