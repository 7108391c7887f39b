/** Pure: a pipeline and its platform become a graph of resources; the graph against what exists becomes ordered actions. */
import type { Compiled, CompileInput, ScheduleState } from './facts.ts'
import type { Graph, Ledger, Observed, Owner, Plan, ResourceId, Stage } from './resources.ts'

export type * from './facts.ts'
export { grafanaUid, ownerHash, ownerHashIn } from './hash.ts'
export * from './refs.ts'
export type * from './resources.ts'
export { insertName, typeName } from './statement-name.ts'

// The bodies of what follows arrive with the next commits; the signatures are what neighbours build against.

export interface PlanInput {
  readonly graph: Graph
  /** Of every backend, for all pipelines. */
  readonly observed: readonly Observed[]
  readonly ledger: Ledger
  readonly owner: Owner
}

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

/** One look at how far data has come, for all objects of a pipeline. */
export interface ProgressSample {
  /** Epoch milliseconds. */
  readonly at: number
  readonly progress: readonly {
    readonly id: ResourceId
    readonly consumed?: number
    readonly available?: number
    readonly produced?: number
    readonly lastOutputAt?: number
  }[]
}

export interface FlowInput {
  readonly graph: Graph
  /** Oldest first; samples older than twice `freshnessMs` may be dropped by the caller. */
  readonly history: readonly ProgressSample[]
  readonly now: number
  readonly freshnessMs: number
  readonly schedules: readonly ScheduleState[]
  readonly paused: boolean
}

export interface Flow {
  readonly status: 'True' | 'False' | 'Unknown'
  /** Flowing, Idle, Scheduled, Paused, Completed, WaitingForData, Stalled. */
  readonly reason: string
  readonly message: string
  /** The first object that stands although its input moves. */
  readonly standing?: ResourceId
}

const later = (): never => {
  throw new Error('not there yet')
}

export const compilePipeline: (input: CompileInput) => Compiled = later
export const planChanges: (input: PlanInput) => Plan = later
export const summarise: (input: PlanInput) => Summary = later
export const dataFlowing: (input: FlowInput) => Flow = later
/** Text for people, one action a line. */
export const formatPlan: (plan: Plan) => string = later
