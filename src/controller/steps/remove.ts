/** Removal: everything of the pipeline goes, in reverse order; then the ledger, then the finalizer. */
import { FINALIZERS, PIPELINE } from '../../api/index.ts'
import { compilePipeline, type LedgerEntry, planChanges } from '../../plan/index.ts'
import { Failure, toFailure } from '../../ports/index.ts'
import { platformKeyOf } from '../platform.ts'
import { lookAgain, type Run, type Services, type Step } from '../run.ts'
import { runActions } from './act.ts'
import { findPlatform, isForced, parseSpec, readReferences } from './admit.ts'

/** After so long with a backend gone, or a platform, the pipeline is released and an event names what stays. */
const RELEASE_AFTER_MS = 60 * 60_000

export const removeIfDeleted: Step = async (run, services) => {
  const { deletionTimestamp, finalizers } = run.object.metadata
  if (deletionTimestamp === undefined) return 'next'
  if (!finalizers?.includes(FINALIZERS.pipeline)) {
    run.released = true
    return 'stop'
  }
  try {
    if (run.ledger!.ledger.entries.length > 0) await removeObjects(run, services)
    if (run.ledger!.ledger.entries.length === 0) return await release(run, services)
  } catch (error) {
    const failure = toFailure(error)
    run.failures.unshift(failure)
    // A ledger that could not be written may not say what is in memory.
    if (failure.class === 'Retry') services.ledgers.delete(run.object.metadata.uid!)
  }
  const overdue = services.clock.now() - Date.parse(deletionTimestamp) > RELEASE_AFTER_MS
  const underWay = run.done.some(({ pending }) => pending)
  if ((isForced(run.object.metadata.annotations) || overdue) && run.failures.length > 0 && !underWay) {
    const left = run.ledger!.ledger.entries.map(({ id }) => id)
    const message = `released although not everything could be removed (${run.failures[0]!.message}); left behind: ${left.join(', ')}`
    await services.events.tell(run.object, 'Warning', 'LeftBehind', message, run.signal)
    return await release(run, services)
  }
  return 'stop'
}

async function removeObjects(run: Run, services: Services): Promise<void> {
  const platformKey = platformKeyOf(run.object)
  const platform = services.platforms.object(platformKey)
  if (platform) run.session = await services.platforms.session(platform)
  if (run.session === undefined) {
    const why = services.platforms.isWatched(platformKey.slice(0, platformKey.indexOf('/'))) ? 'is gone, or not valid' : 'is in a namespace that is not watched'
    throw new Failure('Wait', 'WaitingForPlatform', `ClickstreamPlatform ${platformKey} ${why}`)
  }
  await followPolicy(run, services)
  const seen = run.session.observed(run.key)
  const [down] = run.session.failures()
  if (down !== undefined && !isForced(run.object.metadata.annotations)) throw down.failure
  if (seen !== undefined) run.observed = seen.observed
  if (seen !== undefined && !seen.fresh) throw new Failure('Wait', 'Progressing', 'what was done last has not been seen yet')
  if (seen === undefined && down === undefined) throw new Failure('Wait', 'WaitingForBackend', 'the backends have not all been seen yet')
  run.plan = planChanges({ graph: { nodes: [] }, observed: run.observed ?? [], ledger: run.ledger!.ledger, owner: run.owner })
  const errors = run.plan.findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Failure('Stall', errors[0]!.reason, errors[0]!.message)
  await runActions(run, run.plan.actions, services)
  if (run.ledger!.ledger.entries.length > 0) lookAgain(run, 1_000)
}

/** The deletionPolicy may have changed since the objects were made; where the spec still makes sense, it decides. */
async function followPolicy(run: Run, services: Services): Promise<void> {
  for (const step of [parseSpec, findPlatform, readReferences]) {
    const outcome = await step(run, services)
    run.findings = []
    if (outcome === 'stop') return
  }
  const facts = { secretVersions: run.secretVersions, now: services.clock.now() }
  const { graph } = compilePipeline({ pipeline: run.pipeline!, platform: run.platform!, configMaps: run.configMaps, facts })
  const policies = new Map(graph?.nodes.map(({ id, onRemove }) => [id, onRemove]))
  const put: LedgerEntry[] = run.ledger!.ledger.entries.map((entry) => ({ ...entry, onRemove: policies.get(entry.id) ?? entry.onRemove }))
  await run.ledger!.write({ put }, run.signal)
}

async function release(run: Run, services: Services): Promise<'stop'> {
  await run.ledger!.delete(run.signal)
  const { name, resourceVersion, finalizers, uid } = run.object.metadata
  const body = { metadata: { resourceVersion, finalizers: (finalizers ?? []).filter((one) => one !== FINALIZERS.pipeline) } }
  try {
    await services.kube.patch(PIPELINE, run.owner.namespace, name, { type: 'merge', body }, run.signal)
  } catch (error) {
    if (toFailure(error).status !== 404) throw error
  }
  services.ledgers.delete(uid!)
  services.checks.forget(run.key)
  run.session?.leave(run.key)
  run.released = true
  return 'stop'
}
