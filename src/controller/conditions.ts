/** Pure: what a reconcile found becomes conditions. Every path of a reconcile ends here, so none can leave one out. */
import type { Condition, ConditionType, PlatformConditionType, Reason } from '../api/index.ts'
import type { Finding, Flow, Stage, Summary } from '../plan/index.ts'
import type { Failure } from '../ports/index.ts'
import type { BackendName, BackendReport } from '../targets/index.ts'
import { findingText } from './run.ts'

export interface Outcome {
  readonly findings: readonly Finding[]
  readonly failures: readonly Failure[]
  /** Backends that cannot be used now. */
  readonly down: readonly { readonly backend: BackendName; readonly failure: Failure }[]
  /** Whether the spec could be read and compiled, or was refused; false: it never came to that. */
  readonly judged: boolean
  readonly summary?: Summary | undefined
  readonly flow?: Flow | undefined
  /** Actions done, and actions that are still to come. */
  readonly done: number
  readonly held: number
  /** Stages of those actions: what is missing there is on its way. */
  readonly working: ReadonlySet<Stage>
  readonly deleting: boolean
  readonly disabled: boolean
}

/** Without times and generation: those are added where the status is written. */
export type Verdict = Pick<Condition, 'status' | 'message'> & { readonly reason: Reason | string }

const STAGES: Readonly<Record<Stage, { condition: ConditionType; backend: BackendName }>> = {
  Topics: { condition: 'TopicsReady', backend: 'kafka' },
  Sources: { condition: 'SourcesReady', backend: 'connect' },
  Statements: { condition: 'StatementsReady', backend: 'ksqldb' },
  Templates: { condition: 'TemplatesReady', backend: 'elasticsearch' },
  Sinks: { condition: 'SinksReady', backend: 'connect' },
  Dashboards: { condition: 'DashboardsReady', backend: 'grafana' },
}

/** In the order in which they are shown. What is not in the map is not there. */
export function judge(outcome: Outcome): Map<ConditionType, Verdict> {
  const verdicts = new Map<ConditionType, Verdict>()
  const error = outcome.findings.find(({ severity }) => severity === 'error')
  const stall = error ? { reason: error.reason, message: findingText(error) } : firstStall(outcome.failures)
  const trouble = outcome.failures.find((failure) => failure.class !== 'Stall')
  const stages = stageVerdicts(outcome)
  const working = workUnderWay(outcome, trouble, stages)

  verdicts.set('Ready', readyVerdict(outcome, stages, stall, trouble))
  if (working && !stall) verdicts.set('Reconciling', { status: 'True', ...working })
  if (stall) verdicts.set('Stalled', { status: 'True', ...stall })
  verdicts.set('SpecValid', specVerdict(outcome, error))
  for (const [type, verdict] of stages) verdicts.set(type, verdict)
  verdicts.set('DataFlowing', flowVerdict(outcome))
  return verdicts
}

function firstStall(failures: readonly Failure[]): { reason: string; message: string } | undefined {
  const stall = failures.find((failure) => failure.class === 'Stall')
  return stall && { reason: stall.reason, message: stall.message }
}

function specVerdict(outcome: Outcome, error: Finding | undefined): Verdict {
  if (error) {
    const more = outcome.findings.filter(({ severity }) => severity === 'error').length - 1
    return { status: 'False', reason: error.reason, message: findingText(error) + (more > 0 ? `; and ${more} more` : '') }
  }
  if (!outcome.judged) return { status: 'Unknown', reason: 'Progressing', message: 'not all that the spec refers to has been seen yet' }
  // What somebody else has changed is no fault of the spec: its stage tells of it.
  const warnings = outcome.findings.filter(({ severity, reason }) => severity === 'warning' && reason !== 'Drifted')
  if (warnings.length === 0) return { status: 'True', reason: 'Valid', message: 'all checks have passed' }
  return { status: 'True', reason: 'ValidWithWarnings', message: warnings.map(findingText).join('; ') }
}

/** What an action of this run mends, as far as its failure did not say otherwise. */
const ON_THE_WAY = ['Missing', 'Drifted', 'Pending']

function stageVerdicts(outcome: Outcome): Map<ConditionType, Verdict> {
  const verdicts = new Map<ConditionType, Verdict>()
  const wrong = outcome.findings.find(({ severity }) => severity === 'error')
  for (const [stage, { condition, backend }] of Object.entries(STAGES) as [Stage, (typeof STAGES)[Stage]][]) {
    const summary = outcome.summary?.stages.find((one) => one.stage === stage)
    const down = outcome.down.find((one) => one.backend === backend)
    if (down && summary?.total !== 0) verdicts.set(condition, { status: 'Unknown', reason: down.failure.reason, message: down.failure.message })
    else if (summary && outcome.working.has(stage) && ON_THE_WAY.includes(summary.reason))
      verdicts.set(condition, { status: 'Unknown', reason: 'Progressing', message: summary.message })
    else if (summary) verdicts.set(condition, { status: summary.status, reason: summary.reason, message: summary.message })
    else if (wrong)
      verdicts.set(condition, { status: 'Unknown', reason: wrong.reason, message: 'not judged while the spec is wrong; what was made before is left as it is' })
    else verdicts.set(condition, { status: 'Unknown', reason: 'Progressing', message: 'not looked at yet' })
  }
  return verdicts
}

function workUnderWay(
  outcome: Outcome,
  trouble: Failure | undefined,
  stages: ReadonlyMap<ConditionType, Verdict>,
): { reason: string; message: string } | undefined {
  if (outcome.deleting) return { reason: 'Deleting', message: trouble?.message ?? 'what the pipeline made is being removed' }
  if (outcome.disabled) return undefined
  if (trouble) return { reason: trouble.reason, message: trouble.message }
  if (outcome.done + outcome.held > 0) {
    return { reason: 'Progressing', message: `${outcome.done} actions done, ${outcome.held} to come; ${countText(outcome.summary)}` }
  }
  const pending = [...stages.values()].find(({ status }) => status === 'Unknown')
  return pending && { reason: pending.reason, message: pending.message }
}

function readyVerdict(
  outcome: Outcome,
  stages: ReadonlyMap<ConditionType, Verdict>,
  stall: { reason: string; message: string } | undefined,
  trouble: Failure | undefined,
): Verdict {
  if (outcome.deleting) return { status: 'False', reason: 'Deleting', message: trouble?.message ?? 'the pipeline is being removed' }
  if (stall) return { status: 'False', ...stall }
  const failed = [...stages.values()].find(({ status }) => status === 'False')
  // What is not there is not there because it may not be made.
  if (failed && trouble?.reason === 'Forbidden') return { status: 'False', reason: trouble.reason, message: trouble.message }
  if (failed) return { status: 'False', reason: failed.reason, message: failed.message }
  if (trouble) return { status: 'Unknown', reason: trouble.reason, message: trouble.message }
  if (outcome.done + outcome.held > 0) return { status: 'Unknown', reason: 'Progressing', message: countText(outcome.summary) }
  const unknown = [...stages.values()].find(({ status }) => status === 'Unknown')
  if (unknown) return { status: 'Unknown', reason: unknown.reason, message: unknown.message }
  if (outcome.disabled) return { status: 'True', reason: 'ReconcileDisabled', message: `${countText(outcome.summary)}; nothing is repaired` }
  return { status: 'True', reason: 'Ready', message: countText(outcome.summary) }
}

function countText(summary: Summary | undefined): string {
  return summary ? `${summary.ready} of ${summary.total} objects are ready` : 'work has begun'
}

function flowVerdict(outcome: Outcome): Verdict {
  const { flow } = outcome
  return flow
    ? { status: flow.status, reason: flow.reason, message: flow.message }
    : { status: 'Unknown', reason: 'WaitingForData', message: 'data has not been looked at yet' }
}

// ---------------------------------------------------------------- platforms

const BACKENDS: Readonly<Record<BackendName, PlatformConditionType>> = {
  kafka: 'KafkaAvailable',
  ksqldb: 'KsqldbAvailable',
  connect: 'ConnectAvailable',
  elasticsearch: 'ElasticsearchAvailable',
  grafana: 'GrafanaAvailable',
}

export interface BackendState {
  readonly backend: BackendName
  readonly seen: boolean
  readonly report?: BackendReport | undefined
  readonly failure?: Failure | undefined
}

export function judgePlatform(backends: readonly BackendState[]): ReadonlyMap<PlatformConditionType, Verdict> {
  const verdicts = new Map<PlatformConditionType, Verdict>()
  const down = backends.filter(({ failure }) => failure !== undefined)
  const unseen = backends.filter(({ seen, failure }) => !seen && failure === undefined)
  if (down.length > 0) {
    const names = down.map(({ backend }) => backend).join(', ')
    verdicts.set('Ready', { status: 'False', reason: down[0]!.failure!.reason, message: `cannot be used: ${names}; ${down[0]!.failure!.message}` })
  } else if (unseen.length > 0) verdicts.set('Ready', { status: 'Unknown', reason: 'Progressing', message: 'the backends are being looked at' })
  else verdicts.set('Ready', { status: 'True', reason: 'Available', message: 'every backend can be used' })
  for (const { backend, seen, report, failure } of backends) {
    if (failure) verdicts.set(BACKENDS[backend], { status: 'False', reason: failure.reason, message: failure.message })
    else if (!seen) verdicts.set(BACKENDS[backend], { status: 'Unknown', reason: 'Progressing', message: 'not looked at yet' })
    else {
      const version = report?.version ? `version ${report.version}` : 'it can be used'
      verdicts.set(BACKENDS[backend], { status: 'True', reason: 'Available', message: report?.note ? `${version}; ${report.note}` : version })
    }
  }
  return verdicts
}
