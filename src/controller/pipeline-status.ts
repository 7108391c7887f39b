/** Pure: the status of a pipeline from what a reconcile has found. */
import { createHash } from 'node:crypto'
import type { Condition, PipelineStatus } from '../api/index.ts'
import type { Action, Plan, Stage } from '../plan/index.ts'
import type { Run } from './run.ts'
import { cut } from './status.ts'

const RESOURCES_MAX = 300
const ACTIONS_MAX = 100

const STAGE_COUNTS: Readonly<Record<Stage, keyof NonNullable<PipelineStatus['counts']>>> = {
  Topics: 'topics',
  Sources: 'sources',
  Statements: 'statements',
  Templates: 'templates',
  Sinks: 'sinks',
  Dashboards: 'dashboards',
}

/** What this reconcile could not find out stays as it was. */
export function statusOf(run: Run, before: Partial<PipelineStatus>, conditions: Condition[], generation: number): Record<string, unknown> {
  const status: Partial<PipelineStatus> = { ...before, observedGeneration: generation, conditions }
  if (run.summary) {
    status.ready = `${run.summary.ready}/${run.summary.total}`
    status.counts = Object.fromEntries(run.summary.stages.map(({ stage, total }) => [STAGE_COUNTS[stage], total]))
    status.resources = run.summary.objects.slice(0, RESOURCES_MAX).map(({ kind, name, state, id, hash, message }) => ({
      kind,
      name: cut(name, 255),
      state,
      ...(id === undefined ? {} : { id: cut(id, 255) }),
      hash: hash.slice(0, 64),
      ...(message === undefined || message === '' ? {} : { message: cut(message) }),
    }))
  }
  if (run.compiled) {
    const schedule = run.compiled.schedules.map(({ name, phase, cycle, startedAt, nextChange }) => ({
      name,
      phase,
      cycle,
      startedAt: new Date(startedAt).toISOString(),
      ...(nextChange === undefined ? {} : { nextChange: new Date(nextChange).toISOString() }),
    }))
    if (schedule.length > 0) status.schedule = schedule
    else delete status.schedule
  }
  const waits = run.findings.some(({ reason, severity }) => severity === 'error' && reason === 'ApprovalRequired')
  if (run.plan && waits && run.plan.actions.length + run.plan.waiting.length > 0) status.plan = planStatus(run.plan)
  else delete status.plan
  return status
}

function planStatus(plan: Plan): NonNullable<PipelineStatus['plan']> {
  const actions = [...plan.waiting, ...plan.actions].slice(0, ACTIONS_MAX).map((action: Action) => ({
    kind: action.kind,
    name: cut(action.name, 255),
    class: action.class,
    rule: action.rule,
    message: cut(action.message),
  }))
  const hash = createHash('sha256').update(JSON.stringify(actions)).digest('hex').slice(0, 16)
  return { hash, actions }
}
