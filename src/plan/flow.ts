/** Whether data moves: every object is judged by what it has consumed against what waits at its input. */
import type { ScheduleState } from './facts.ts'
import type { Desired, Graph, ResourceId, ResourceKind, ResourceSpecs } from './resources.ts'

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

/** Objects of these kinds of which nobody knows how far data has come, and why. */
export interface Unmeasured {
  readonly kinds: readonly ResourceKind[]
  readonly reason: string
  readonly message: string
}

export interface FlowInput {
  readonly graph: Graph
  /** Oldest first; samples older than twice `freshnessMs` may be dropped by the caller. */
  readonly history: readonly ProgressSample[]
  readonly now: number
  readonly freshnessMs: number
  readonly unmeasured: readonly Unmeasured[]
  readonly schedules: readonly ScheduleState[]
  readonly paused: boolean
}

export interface Flow {
  readonly status: 'True' | 'False' | 'Unknown'
  /** Flowing, Idle, Scheduled, Paused, WaitingForData, Stalled, or why it is not known. */
  readonly reason: string
  readonly message: string
  /** The first object that stands although its input moves. */
  readonly standing?: ResourceId
}

/** What takes records in, and what they come in by: the others say nothing of whether something stands. */
const TELLING: readonly ResourceKind[] = ['KafkaTopic', 'Statement', 'Connector']
const ANY = TELLING.map((kind) => ({ kind }))

type Numbers = ProgressSample['progress'][number]

export function dataFlowing(input: FlowInput): Flow {
  const { graph, now, freshnessMs } = input
  if (input.paused) return { status: 'True', reason: 'Paused', message: 'The pipeline is paused' }
  const history = input.history.toSorted((a, b) => a.at - b.at)
  const last = history.at(-1)
  const unknown = flowUnknown(input.unmeasured, graph.nodes)
  if (!last) return unknown ?? { status: 'Unknown', reason: 'WaitingForData', message: 'Nothing was measured yet' }
  // The youngest look that is old enough; with less history nobody can be called standing.
  const before = history.findLast((sample) => sample.at <= now - freshnessMs)
  const latest = numbersOf(last)
  const earlier = before ? numbersOf(before) : undefined
  for (const node of graph.nodes) {
    const stands = earlier && standing(latest.get(node.id), earlier.get(node.id))
    if (stands !== undefined)
      return {
        status: 'False',
        reason: 'Stalled',
        message: `${node.kind} ${node.name} stands still: ${stands} records wait, and it took none for ${Math.round((last.at - before!.at) / 1000)} s`,
        standing: node.id,
      }
  }
  return unknown ?? quiet(input, latest, earlier)
}

/** Undefined: whatever matters among `nodes` is measured. Without them anything may be among them. */
export function flowUnknown(unmeasured: readonly Unmeasured[], nodes: readonly { readonly kind: ResourceKind }[] = ANY): Flow | undefined {
  const telling = nodes.map(({ kind }) => kind).filter((kind) => TELLING.includes(kind))
  const blind = unmeasured.find(({ kinds }) => telling.some((kind) => kinds.includes(kind)))
  return blind && { status: 'Unknown', reason: blind.reason, message: `How far data has come is not known: ${blind.message}` }
}

/** How many records wait, if it took none since although some were there to take. */
function standing(latest: Numbers | undefined, earlier: Numbers | undefined): number | undefined {
  if (latest?.consumed === undefined || latest.available === undefined || earlier?.consumed === undefined || earlier.available === undefined) return undefined
  const waits = latest.available - latest.consumed
  return waits > 0 && earlier.available > earlier.consumed && latest.consumed <= earlier.consumed ? waits : undefined
}

const numbersOf = (sample: ProgressSample): ReadonlyMap<ResourceId, Numbers> => new Map(sample.progress.map((numbers) => [numbers.id, numbers]))

function quiet(input: FlowInput, latest: ReadonlyMap<ResourceId, Numbers>, earlier: ReadonlyMap<ResourceId, Numbers> | undefined): Flow {
  const inputs = inputTopics(input.graph)
  const records = inputs.reduce((sum, id) => sum + (latest.get(id)?.produced ?? 0), 0)
  if (inputs.length > 0 && records === 0) return { status: 'Unknown', reason: 'WaitingForData', message: `No record has come to ${namesOf(inputs)} yet` }
  const resting = input.schedules.filter(({ phase }) => phase !== 'Running')
  const moved = !earlier || inputs.some((id) => (latest.get(id)?.produced ?? 0) > (earlier.get(id)?.produced ?? 0))
  if (moved) return { status: 'True', reason: 'Flowing', message: 'Data moves through every stage' }
  if (resting.length > 0) return { status: 'True', reason: 'Scheduled', message: `${resting.map(({ name }) => name).join(', ')} rests as its schedule says` }
  return { status: 'True', reason: 'Idle', message: `No new record in ${namesOf(inputs)} for ${Math.round(input.freshnessMs / 1000)} s` }
}

const namesOf = (ids: readonly ResourceId[]): string => ids.map((id) => id.slice(id.indexOf('/') + 1)).join(', ')

/** Topics that no query of the pipeline writes: where data comes in. */
function inputTopics(graph: Graph): ResourceId[] {
  const written = new Set<ResourceId>()
  for (const node of graph.nodes) {
    if (node.kind !== 'Statement') continue
    const { spec, dependsOn } = node as Desired<'Statement'>
    // The first topic that a query depends on is its own.
    if (isQuery(spec)) for (const id of dependsOn.filter((one) => one.startsWith('KafkaTopic/')).slice(0, 1)) written.add(id)
  }
  return graph.nodes.filter((node) => node.kind === 'KafkaTopic' && !written.has(node.id)).map(({ id }) => id)
}

const isQuery = (spec: ResourceSpecs['Statement']): boolean =>
  spec.objectType === 'INSERT' || Object.keys(spec.properties).length > 0 || /\bAS\s+SELECT\b/i.test(spec.sql)
