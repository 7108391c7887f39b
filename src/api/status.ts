/** What the operator says of a pipeline. */
import { z } from 'zod'
import { choice, described, entryName, integer, mapList, text } from './fields.ts'
import { conditionsSchema } from './platform.ts'

const time = (description: string) => z.iso.datetime({ offset: true }).max(40).meta({ description, format: 'date-time' })

const resourceStatus = described('One object that the pipeline made.', {
  kind: entryName('Kind of object.'),
  name: text('Its name at the backend.', { max: 255 }),
  state: choice('What the backend says of it.', ['Ready', 'Pending', 'Completed', 'Failed', 'Missing', 'Drifted']),
  id: text('Its id at the backend.', { max: 255 }).optional(),
  hash: text('Hash of what was declared.', { max: 64 }).optional(),
  message: text('What is wrong with it.', { max: 512 }).optional(),
})
export type ResourceStatus = z.output<typeof resourceStatus>

const scheduleStatus = described('Where the schedule of one source stands.', {
  name: entryName('Name of the source.'),
  phase: choice('What it does now.', ['Running', 'Paused', 'Done']),
  cycle: integer('Which cycle, counted from 1.', 1, 1_000_000_000),
  startedAt: time('When the first cycle began.'),
  nextChange: time('When the phase changes.').optional(),
})
export type ScheduleStatus = z.output<typeof scheduleStatus>

const plannedAction = described('One action.', {
  kind: entryName('Kind of object.'),
  name: text('Its name.', { max: 255 }),
  class: text('Create, InPlace, Replace, Recreate, Remove.', { max: 50 }),
  rule: text('The rule that made it so.', { max: 100 }),
  message: text('What changes, and what is replayed or lost.', { max: 512 }),
})

export const pipelineStatusSchema = described('What the operator says of the pipeline.', {
  observedGeneration: integer('Generation of the spec that this status speaks of; -1: none yet.', -1, Number.MAX_SAFE_INTEGER).default(-1),
  conditions: conditionsSchema,
  ready: text('Ready objects of all, as 12/14.', { max: 20 }).optional(),
  counts: described('Objects by stage.', {
    topics: integer('Topics.', 0, 1000).optional(),
    sources: integer('Source connectors.', 0, 1000).optional(),
    statements: integer('Statements.', 0, 1000).optional(),
    templates: integer('Index templates.', 0, 1000).optional(),
    sinks: integer('Sink connectors.', 0, 1000).optional(),
    dashboards: integer('Data sources and dashboards.', 0, 1000).optional(),
  }).optional(),
  resources: mapList('The objects of the pipeline.', resourceStatus, 300, ['kind', 'name']).optional(),
  schedule: mapList('Where the schedules stand.', scheduleStatus, 50).optional(),
  plan: described('A change that waits.', {
    hash: text('Hash of the plan.', { max: 64 }),
    actions: mapList('What it would do.', plannedAction, 100, ['kind', 'name']),
  }).optional(),
})
export type PipelineStatus = z.output<typeof pipelineStatusSchema>
