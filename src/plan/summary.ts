/** What is declared against what is seen, for the status: the state of every object and of every stage. */
import { compareWith } from './compare.ts'
import { STAGES } from './graph.ts'
import { ownershipOf } from './ownership.ts'
import type { PlanInput } from './plan-changes.ts'
import type { Desired, Observed, Stage } from './resources.ts'

export type ObjectState = 'Ready' | 'Pending' | 'Completed' | 'Failed' | 'Missing' | 'Drifted'

export interface ObjectSummary {
  readonly kind: string
  readonly name: string
  readonly stage: Stage
  readonly state: ObjectState
  readonly id?: string
  readonly hash: string
  /** CamelCase, from the table of reasons. */
  readonly reason: string
  readonly message?: string
}

export interface StageSummary {
  readonly stage: Stage
  readonly total: number
  readonly ready: number
  /** Whether all of it is as declared and runs; Unknown while something is only pending. */
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

export interface Summary {
  readonly objects: readonly ObjectSummary[]
  /** One per stage, in the order of the data's way. */
  readonly stages: readonly StageSummary[]
  readonly ready: number
  readonly total: number
}

export function summarise(input: PlanInput): Summary {
  const observed = new Map(input.observed.map((object) => [object.id, object]))
  const entries = new Map(input.ledger.entries.map((entry) => [entry.id, entry]))
  const comparison = compareWith(input.graph)
  const objects = input.graph.nodes.map((node): ObjectSummary => {
    const there = observed.get(node.id)
    const base = { kind: node.kind, name: node.name, stage: node.stage, hash: node.hash, ...(there?.backendId ? { id: there.backendId } : {}) }
    if (!there) return { ...base, state: 'Missing', reason: 'Missing', message: 'It is not there' }
    const ownership = ownershipOf(there, entries.get(node.id), input.owner, observed)
    if (ownership.whose === 'theirs') {
      const whose = ownership.owner ? `It belongs to pipeline ${ownership.owner.namespace}/${ownership.owner.pipeline}` : 'It was not made by this pipeline'
      return { ...base, state: 'Failed', reason: 'OwnedByAnother', message: whose }
    }
    const differences = comparison.differences(node, there)
    // What waits for its next turn, or was told to be ignored, is no drift.
    if (differences.length > 0 && !(isScheduled(node) && differences.every((what) => what === 'state')) && node.driftPolicy !== 'Ignore')
      return { ...base, state: 'Drifted', reason: 'Drifted', message: `Not as declared: ${differences.join(', ')}` }
    // Between two turns a connector is under way for a moment.
    if (isScheduled(node) && there.health === 'Pending') return { ...base, state: 'Ready', reason: 'Scheduled' }
    return { ...base, ...healthOf(there) }
  })
  const stages = STAGES.map((stage) =>
    stageSummary(
      stage,
      objects.filter((object) => object.stage === stage),
    ),
  )
  return { objects, stages, ready: objects.filter(isWell).length, total: objects.length }
}

const isWell = ({ state }: ObjectSummary): boolean => state === 'Ready' || state === 'Completed'

const isScheduled = (node: Desired): boolean => node.kind === 'Connector' && (node as Desired<'Connector'>).spec.scheduled

function healthOf(there: Observed): Pick<ObjectSummary, 'state' | 'reason' | 'message'> {
  const message = there.message === undefined ? {} : { message: there.message }
  if (there.health === 'Ready') return { state: 'Ready', reason: 'Ready' }
  return { state: there.health, reason: there.reason ?? there.health, ...message }
}

function stageSummary(stage: Stage, objects: readonly ObjectSummary[]): StageSummary {
  const total = objects.length
  const ready = objects.filter(isWell).length
  const base = { stage, total, ready }
  if (total === 0) return { ...base, status: 'True', reason: 'NothingDeclared', message: 'Nothing is declared' }
  if (ready === total) {
    const completed = objects.every(({ state }) => state === 'Completed')
    return { ...base, status: 'True', reason: completed ? 'Completed' : 'Ready', message: `${ready} of ${total} ready` }
  }
  // Errors before what is only under way; the first of them is named.
  const worst =
    objects.find(({ state }) => state === 'Failed') ??
    objects.find(({ state }) => state === 'Missing' || state === 'Drifted') ??
    objects.find(({ state }) => state === 'Pending')!
  const message = `${ready} of ${total} ready; ${worst.kind} ${worst.name}: ${worst.message ?? worst.reason}`.slice(0, 500)
  return { ...base, status: worst.state === 'Pending' ? 'Unknown' : 'False', reason: worst.reason, message }
}
