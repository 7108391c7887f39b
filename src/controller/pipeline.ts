/** The reconcile of one pipeline: an ordered list of steps, and one closing block that no path can skip. */
import { type Condition, conditionTypes, durationMs, PIPELINE, type PipelineStatus } from '../api/index.ts'
import type { Action, Owner, Stage } from '../plan/index.ts'
import { Failure, type KubeObject, missingPermission, toFailure } from '../ports/index.ts'
import { judge } from './conditions.ts'
import { statusOf } from './pipeline-status.ts'
import type { WorkResult } from './queue.ts'
import { lookAgain, type Run, type Services, type Step } from './run.ts'
import { conditionsOf, sameButWording, statusPatch, WORDING_EVERY_MS } from './status.ts'
import { act, eventReason } from './steps/act.ts'
import { findPlatform, holdWithFinalizer, parseSpec, readLedger, readReferences } from './steps/admit.ts'
import { check, claimNames, compile, confirmNames, observe, plan, respectDisabled, sumUp } from './steps/decide.ts'
import { removeIfDeleted } from './steps/remove.ts'
import { toldBefore, troublesOf } from './troubles.ts'

const STEPS: readonly Step[] = [
  readLedger,
  removeIfDeleted,
  holdWithFinalizer,
  parseSpec,
  findPlatform,
  readReferences,
  compile,
  claimNames,
  observe,
  plan,
  respectDisabled,
  check,
  confirmNames,
  act,
]

const DEFAULT_FRESHNESS_MS = 120_000

export interface PipelineReconcilerOptions {
  readonly services: Services
  readonly stopping: () => boolean
  readonly signal: AbortSignal
}

export class PipelineReconciler {
  readonly #options: PipelineReconcilerOptions
  /** uid -> when its status was written last. */
  readonly #writtenAt = new Map<string, number>()
  /** uid -> the troubles that were there last time: only a new one is told. */
  readonly #troubles = new Map<string, ReadonlySet<string>>()

  constructor(options: PipelineReconcilerOptions) {
    this.#options = options
  }

  async reconcile(key: string): Promise<WorkResult> {
    const { services, signal, stopping } = this.#options
    const object = services.pipelines.get(key)
    if (object === undefined) return { kind: 'done' }
    const run: Run = {
      key,
      owner: { namespace: object.metadata.namespace!, pipeline: object.metadata.name },
      signal,
      stopping,
      object,
      configMaps: new Map(),
      secretVersions: new Map(),
      findings: [],
      done: [],
      held: [],
      failures: [],
    }
    await this.#takeSteps(run)
    // Who stops leaves the word to the next: the ledger knows how far this one came.
    if (run.released || signal.aborted || stopping()) return { kind: 'done' }
    try {
      await this.#close(run)
    } catch (error) {
      const failure = toFailure(error)
      const level = missingPermission(failure) ? 'debug' : 'warn'
      services.log[level]({ pipeline: key, reason: failure.reason, err: failure.message }, 'the status could not be written')
      return failure.status === 404 ? { kind: 'done' } : { kind: 'failed' }
    }
    const retry = run.failures.some((failure) => failure.class === 'Retry')
    if (retry) return { kind: 'failed' }
    // What is missing rings no bell of its own.
    const wish = run.failures.some((failure) => failure.class === 'Wait') ? Math.min(run.againMs ?? 10_000, 10_000) : run.againMs
    return wish === undefined ? { kind: 'done' } : { kind: 'done', againMs: wish }
  }

  async #takeSteps(run: Run): Promise<void> {
    const { services, signal } = this.#options
    try {
      for (const step of STEPS) if ((await step(run, services)) === 'stop') return
    } catch (error) {
      const failure = toFailure(error)
      if (failure.status === 409 && failure.reason === 'Conflict') {
        // We were about to write what somebody else has just written: look again, with no word about it.
        services.ledgers.delete(run.object.metadata.uid!)
        run.blind = true
        run.failures.push(new Failure('Wait', 'Progressing', 'an object was changed by somebody else at the same time'))
        return lookAgain(run, 1_000)
      }
      run.failures.push(failure)
      // A ledger that could not be written may not say what is in memory.
      if (failure.class === 'Retry') services.ledgers.delete(run.object.metadata.uid!)
      if (failure.reason === 'InternalError' && !signal.aborted) services.log.error({ pipeline: run.key, err: error }, 'a fault of the operator')
    }
  }

  /** Conditions, status, events, and what is followed from now on: for every way that a reconcile can end. */
  async #close(run: Run): Promise<void> {
    const { services, signal } = this.#options
    sumUp(run, services)
    const down = run.session?.failures() ?? []
    const verdicts = judge({
      findings: run.findings,
      failures: run.failures,
      down,
      judged: run.compiled !== undefined,
      summary: run.summary,
      flow: run.flow,
      done: run.done.filter(({ action }) => isWork(action)).length,
      held: run.held.filter(isWork).length,
      working: stagesAtWork(run),
      deleting: run.object.metadata.deletionTimestamp !== undefined,
      disabled: run.pipeline?.spec.reconcile === 'Disabled',
    })
    await this.#tell(run)
    const before = (run.object.status ?? {}) as Partial<PipelineStatus>
    const now = services.clock.now()
    const generation = run.object.metadata.generation ?? 0
    if (run.blind && before.observedGeneration === generation) return this.#follow(run, true)
    const known = before.conditions?.find(({ type }) => type === 'DataFlowing')
    // Not looked at in this run: what was seen last still stands.
    if (run.flow === undefined && known !== undefined) verdicts.set('DataFlowing', known)
    const conditions = conditionsOf(verdicts, before.conditions ?? [], { now, generation })
    this.#follow(run, verdicts.has('Reconciling') || isFirstDataAwaited(conditions, now))
    showConditions(services.metrics, run.owner, conditions)
    const after = statusOf(run, before, conditions, generation)
    const uid = run.object.metadata.uid!
    const quiet = !verdicts.has('Reconciling') && sameButWording(before, after) && now - (this.#writtenAt.get(uid) ?? 0) < WORDING_EVERY_MS
    const patch = quiet ? undefined : statusPatch(before, after)
    if (patch === undefined) return
    const body = { status: patch }
    const { name } = run.object.metadata
    services.pipelines.learn(await services.kube.patch(PIPELINE, run.owner.namespace, name, { type: 'merge', body, subresource: 'status' }, signal))
    this.#writtenAt.set(uid, now)
  }

  #follow(run: Run, busy: boolean): void {
    const ids = run.compiled?.graph?.nodes.map(({ id }) => id) ?? run.ledger?.ledger.entries.map(({ id }) => id) ?? []
    const keepMs = run.pipeline ? durationMs(run.pipeline.spec.freshness) : DEFAULT_FRESHNESS_MS
    run.session?.follow(run.key, { ids, busy, keepMs })
  }

  /** One event per object that was mended or changed; what a run makes, and what it removes, is told in one. */
  async #tell(run: Run): Promise<void> {
    const { events } = this.#options.services
    const told = run.done.filter(({ action, pending }) => action.rule !== 'ScheduleDue' && !(action.class === 'Remove' && pending))
    for (const reason of ['Created', 'Removed', 'Released'] as const) {
      const ids = told.filter(({ action }) => eventReason(action) === reason).map(({ action }) => action.id)
      if (ids.length > 0) await events.tell(run.object, 'Normal', reason, `${ids.length}: ${ids.join(', ')}`, run.signal)
    }
    for (const { action } of told) {
      const reason = eventReason(action)
      if (reason === 'Created' || reason === 'Removed' || reason === 'Released') continue
      await events.tell(run.object, 'Normal', reason, `${action.id}: ${action.message}`, run.signal)
    }
    const troubles = troublesOf(run)
    const uid = run.object.metadata.uid!
    const before = this.#troubles.get(uid) ?? toldBefore(run, troubles)
    this.#troubles.set(uid, new Set(troubles.map(({ key }) => key)))
    for (const { key, reason, message } of troubles) if (!before?.has(key)) await events.tell(run.object, 'Warning', reason, message, run.signal)
  }

  forget(object: KubeObject): void {
    const { services } = this.#options
    const uid = object.metadata.uid!
    const key = `${object.metadata.namespace}/${object.metadata.name}`
    this.#writtenAt.delete(uid)
    this.#troubles.delete(uid)
    services.ledgers.delete(uid)
    services.checks.forget(key)
    services.memo.forget(key)
    services.attempts.forget(key)
    showConditions(services.metrics, { namespace: object.metadata.namespace!, pipeline: object.metadata.name }, [])
  }
}

/** Reconciling and Stalled are only there while they are true. */
function showConditions(metrics: Services['metrics'], owner: Owner, conditions: readonly Condition[]): void {
  for (const type of Object.keys(conditionTypes)) {
    const labels = { namespace: owner.namespace, pipeline: owner.pipeline, type }
    const status = conditions.find((condition) => condition.type === type)?.status
    if (status === undefined) metrics.condition.remove(labels)
    else metrics.condition.set(labels, status === 'True' ? 1 : status === 'False' ? 0 : -1)
  }
}

const FIRST_DATA_MS = 60_000

/** Just made, and data may come any moment: whoever waits for it shall not wait for the next slow look. */
function isFirstDataAwaited(conditions: readonly Condition[], now: number): boolean {
  const [ready, flow] = ['Ready', 'DataFlowing'].map((type) => conditions.find((condition) => condition.type === type))
  return ready?.status === 'True' && flow?.status === 'Unknown' && now - Date.parse(ready.lastTransitionTime) < FIRST_DATA_MS
}

/** A turn of a schedule is what was declared going on, no work on it. */
const isWork = ({ rule }: Action): boolean => rule !== 'ScheduleDue'

/** Where objects are being made or mended. An action that was refused is no work under way. */
function stagesAtWork(run: Run): ReadonlySet<Stage> {
  if (run.failures.some((failure) => failure.class === 'Stall')) return new Set()
  return new Set([...run.done.map(({ action }) => action), ...run.held].flatMap(({ desired }) => (desired ? [desired.stage] : [])))
}
