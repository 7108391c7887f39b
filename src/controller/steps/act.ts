/** Does what the plan says, one action after the other, each one written to the ledger before and after. */
import type { Reason } from '../../api/index.ts'
import type { Action, LedgerEntry, ResourceId } from '../../plan/index.ts'
import { Failure, toFailure } from '../../ports/index.ts'
import type { Applied } from '../../targets/index.ts'
import type { Backend } from '../backend.ts'
import { lookAgain, type Run, type Services, type Step } from '../run.ts'

export const act: Step = async (run, services) => {
  await keepLedgerTrue(run)
  await runActions(run, run.plan!.actions, services)
  return 'next'
}

/** Schedules begin, what was lost or declared elsewhere is set right, and every create is announced. */
async function keepLedgerTrue(run: Run): Promise<void> {
  const ledger = run.ledger!
  const { actions, recovered } = run.plan!
  const intents = actions.flatMap((action) => (action.class === 'Create' && ledger.entry(action.id) === undefined ? [entryOf(action, 'intent')] : []))
  const schedules = new Map(run.compiled!.schedules.map(({ name, startedAt }) => [name, startedAt]))
  await ledger.write({ put: [...recovered, ...intents], schedules }, run.signal)
}

function entryOf(action: Action, phase: 'intent' | 'done', backendId?: string): LedgerEntry {
  const { id, kind, name } = action
  const { hash, specPath, onRemove } = action.desired!
  return { id, kind, name, phase, hash, specPath, onRemove, ...(backendId === undefined ? {} : { backendId }) }
}

/** An action that fails holds up those that build on it, and no others; the first failure is the one that is told. */
export async function runActions(run: Run, actions: readonly Action[], services: Services): Promise<void> {
  const blocked = new Set<ResourceId>()
  const made = new Set<ResourceId>()
  for (const action of actions) {
    if (run.stopping()) throw new Failure('Retry', 'Canceled', 'the operator stops')
    const backend = run.session!.backendOf(action.kind)
    const waits = action.after.some((id) => blocked.has(id)) || !groundIsLaid(run, action, made)
    const pause = services.attempts.wait(run.key, action)
    const failure = backend.failure ?? (waits ? undefined : pause?.failure)
    if (pause) lookAgain(run, pause.ms)
    if (waits || failure || pause) {
      blocked.add(action.id)
      if (failure) run.failures.push(failure)
      // A restart that was made and has to wait for the next is no work under way.
      if (waits || failure) run.held.push(action)
      continue
    }
    let applied: Applied
    try {
      applied = await carryOut(run, action, backend)
    } catch (error) {
      if (run.signal.aborted) throw error
      const failure = toFailure(error)
      services.metrics.actions.inc({ kind: action.kind, class: action.class, result: failure.reason })
      services.attempts.failed(run.key, action, failure)
      backend.failed(failure)
      run.session!.wrote(run.key, backend)
      run.failures.push(failure)
      blocked.add(action.id)
      run.held.push(action)
      continue
    }
    run.session!.wrote(run.key, backend)
    const pending = applied.pending ?? false
    // A ledger that cannot be written, or that another has written, ends it: the next action would not be known to anybody.
    await note(run, action, applied)
    services.metrics.actions.inc({ kind: action.kind, class: action.class, result: 'done' })
    services.log.info({ pipeline: run.key, action: action.class, object: action.id, rule: action.rule, pending }, action.message)
    services.attempts.done(run.key, action)
    run.done.push({ action, pending })
    if (pending) blocked.add(action.id)
    else made.add(action.id)
  }
  if (run.held.length > 0 || run.done.some(({ pending }) => pending)) lookAgain(run, 2_000)
}

async function carryOut(run: Run, action: Action, backend: Backend): Promise<Applied> {
  if (action.class !== 'Remove') return backend.target.apply(action, run.owner, run.signal)
  // It is somebody else's by now: only the ledger forgets it.
  return action.rule === 'OwnedByAnother' ? {} : backend.target.remove(action.entry!, run.owner, run.signal)
}

async function note(run: Run, action: Action, { backendId, pending }: Applied): Promise<void> {
  if (action.class !== 'Remove') await run.ledger!.write({ put: [entryOf(action, 'done', backendId ?? action.observed?.backendId)] }, run.signal)
  else if (!pending) await run.ledger!.write({ remove: [action.id] }, run.signal)
}

/** Whether what an object builds on is there: topics must be ready, other things must exist. */
function groundIsLaid(run: Run, action: Action, made: ReadonlySet<ResourceId>): boolean {
  for (const id of action.desired?.dependsOn ?? []) {
    if (made.has(id)) continue
    const seen = run.observed!.find((observed) => observed.id === id)
    if (seen === undefined || (seen.kind === 'KafkaTopic' && seen.health !== 'Ready')) return false
  }
  return true
}

/** What an action is called when it is told to people. */
export function eventReason(action: Action): Reason {
  if (action.class === 'Remove' && action.rule === 'OwnedByAnother') return 'LeftBehind'
  if (action.class === 'Remove') return action.entry?.onRemove === 'retain' ? 'Released' : 'Removed'
  if (action.rule === 'Failed') return 'Restarted'
  if (action.rule === 'Drifted' || action.rule === 'NotRunning') return 'Repaired'
  if (action.class === 'Create') return 'Created'
  return 'Updated'
}
