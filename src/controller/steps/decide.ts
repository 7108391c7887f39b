/** From what is declared and what is seen to what is to be done. */
import { durationMs, type PipelineStatus } from '../../api/index.ts'
import { type Desired, dataFlowing, type Finding, flowUnknown, indicesOf, type Owner, placeOf, type ResourceId } from '../../plan/index.ts'
import { Failure } from '../../ports/index.ts'
import { rememberClaims, sinceOf } from '../claims.ts'
import { lookAgain, type Run, type Services, type Step } from '../run.ts'

export const compile: Step = async (run, { clock, memo }) => {
  const connect = run.session!.backends.find(({ target }) => target.backend === 'connect')
  if (connect !== undefined && connect.report === undefined) {
    // Which connector classes there are decides what the spec means.
    run.blind = connect.failure === undefined
    throw connect.failure ?? new Failure('Wait', 'WaitingForBackend', 'Kafka Connect has not been seen yet')
  }
  const compiledWith = (partitions: ReadonlyMap<string, number> | undefined) =>
    memo.compile(run.key, {
      pipeline: run.pipeline!,
      platform: run.platform!,
      configMaps: run.configMaps,
      facts: {
        ...(connect?.report?.plugins ? { plugins: connect.report.plugins } : {}),
        ...(connect?.report?.secretProvider ? { secretProvider: connect.report.secretProvider } : {}),
        secretVersions: run.secretVersions,
        now: clock.now(),
        scheduleStarts: run.ledger!.scheduleStarts,
        ...(partitions ? { partitions } : {}),
      },
    })
  run.compiled = compiledWith(memo.partitions(run.key))
  const { outsideTopics } = run.compiled
  if (outsideTopics.length > 0) run.compiled = compiledWith(await run.session!.backendOf('KafkaTopic').target.partitionsOf?.(outsideTopics, run.signal))
  run.findings.push(...run.compiled.findings)
  for (const { nextChange } of run.compiled.schedules) if (nextChange !== undefined) lookAgain(run, nextChange - clock.now())
  return run.compiled.graph === undefined ? 'stop' : 'next'
}

/** Of two pipelines that want one name, the one that has it keeps it, else the older one gets it. */
export const claimNames: Step = async (run, services) => {
  await rememberClaims(run, services)
  const since = sinceOf(run.object)
  const { nodes } = run.compiled!.graph!
  const mine = [...[...nodes, ...run.ledger!.ledger.entries].map(({ id }) => id), ...nodes.flatMap(indexIds)]
  run.session!.keepClaims(run.key, new Set(mine))
  return refuseOwned(run, (id) => run.session!.claim(id, { key: run.key, since, made: run.ledger!.entry(id)?.phase === 'done', owner: run.owner }))
}

/** An index is no object of ours, but its name is taken with the template that it is made from. */
const indexIds = (node: Desired): ResourceId[] => indicesOf(node).map((index) => `Index/${index}`)

/** An older pipeline may have come while the checks were under way; from here on the names are ours. */
export const confirmNames: Step = async (run) => refuseOwned(run, (id) => run.session!.confirm(id, run.key))

function refuseOwned(run: Run, holderOf: (id: ResourceId) => Owner | undefined): 'next' | 'stop' {
  for (const node of run.compiled!.graph!.nodes) {
    const { id, kind, name } = node
    const index = indexIds(node).find((one) => holderOf(one) !== undefined)
    const holder = holderOf(index ?? id)
    if (holder === undefined) continue
    const message = `${index === undefined ? `${kind} ${name}` : index.replace('/', ' ')} belongs to ClickstreamPipeline ${holder.namespace}/${holder.pipeline}`
    const mend = 'Take another name, or remove it from the other pipeline.'
    run.findings.push({ severity: 'error', reason: 'OwnedByAnother', ...placeOf(node, 'name'), message, mend })
  }
  return errorsIn(run.findings) ? 'stop' : 'next'
}

/** What every backend holds, as it was after our last write. */
export const observe: Step = async (run) => {
  const { session, key } = run
  const { generation = 0 } = run.object.metadata
  if ((run.object.status as { observedGeneration?: number } | undefined)?.observedGeneration !== generation) session!.expect(key, generation)
  const seen = session!.observed(key)
  if (seen !== undefined) run.observed = seen.observed
  const [down] = session!.failures()
  if (down !== undefined) throw down.failure
  run.blind = !seen?.fresh
  if (seen === undefined) throw new Failure('Wait', 'WaitingForBackend', 'the backends have not all been seen yet')
  if (!seen.fresh) throw new Failure('Wait', 'Progressing', 'what was done last has not been seen yet')
  return 'next'
}

export const plan: Step = async (run, { memo }) => {
  run.plan = memo.plan(run.key, { graph: run.compiled!.graph!, observed: run.observed!, ledger: run.ledger!.ledger, owner: run.owner })
  run.findings.push(...run.plan.findings)
  return errorsIn(run.findings) ? 'stop' : 'next'
}

/** Hands off: it is looked at and told of, but nothing is done. */
export const respectDisabled: Step = async (run) => (run.pipeline!.spec.reconcile === 'Disabled' ? 'stop' : 'next')

/** Before the first write every backend is asked whether it would accept what is to come. */
export const check: Step = async (run, { checks, clock }) => {
  const wanted = run.plan!.actions.flatMap(({ desired }) => (desired ? [desired] : []))
  const open = checks.open(run.key, wanted, clock.now())
  if (open.length === 0) return 'next'
  const known = checks.refusal(run.key, open, clock.now())
  const findings: Finding[] = known ? [...known] : []
  if (known === undefined) {
    const going = run.plan!.actions.flatMap((action) => (action.class === 'Remove' ? [action.id] : []))
    for (const backend of run.session!.backends) {
      const theirs = open.filter(({ kind }) => backend.target.kinds.includes(kind))
      if (theirs.length > 0) findings.push(...(await backend.target.check(theirs, run.signal, going)))
    }
    if (errorsIn(findings)) checks.refused(run.key, open, findings, clock.now())
    else checks.passed(run.key, open, clock.now())
  }
  run.findings.push(...findings)
  if (!errorsIn(findings)) return 'next'
  // The backend may think otherwise one day without anybody telling us.
  lookAgain(run, 30_000)
  return 'stop'
}

/** Runs also when a step before it has stopped: what is known is told. */
export function sumUp(run: Run, services: Services): void {
  if (!run.session) return
  const unmeasured = run.session.unmeasured()
  const paused = run.pipeline?.spec.state === 'Paused'
  const graph = run.compiled?.graph
  const unknown = flowUnknown(unmeasured, graph?.nodes)
  // What the spec means is not known before Connect was seen. One that is wrong stops no data.
  if (run.compiled === undefined && unknown && !paused) run.flow = unknown
  if (!graph) return
  const { observed } = run
  if (observed) run.summary = services.memo.summarise(run.key, { graph, observed, ledger: run.ledger!.ledger, owner: run.owner })
  const now = services.clock.now()
  const freshnessMs = durationMs(run.pipeline!.spec.freshness)
  const history = run.session.history(run.key)
  // With less history than that one can only presume; what an operator before this one has seen is worth more.
  if (!unknown && (history[0]?.at ?? now) > now - freshnessMs && knewFlow(run)) return
  run.flow = dataFlowing({ graph, history, now, freshnessMs, unmeasured, schedules: run.compiled!.schedules, paused })
}

function knewFlow(run: Run): boolean {
  const status = run.object.status as Partial<PipelineStatus> | undefined
  const flow = status?.conditions?.find(({ type }) => type === 'DataFlowing')
  return flow !== undefined && flow.status !== 'Unknown' && flow.observedGeneration === run.object.metadata.generation
}

const errorsIn = (findings: readonly Finding[]): boolean => findings.some(({ severity }) => severity === 'error')
