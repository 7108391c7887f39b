/** ClickstreamPipeline: what should flow. */
import type { z } from 'zod'
import { driftPolicy, sinkSchema, sourceSchema, topicSchema } from './connectors.ts'
import { dashboardSchema, indexTemplateSchema } from './dashboards.ts'
import {
  choice,
  configMapRef,
  described,
  duration,
  entryName,
  exactlyOne,
  mapList,
  namespaceName,
  neverChanges,
  objectName,
  scalarMap,
  text,
} from './fields.ts'
import { metricSchema } from './metrics.ts'

const statementSchema = described(
  'ksqlDB SQL: one statement or a script of many. The order is found from what reads what.',
  {
    name: entryName('Name of the entry.'),
    sql: text('The SQL.', { max: 100_000 }).optional(),
    configMapRef: configMapRef('A ConfigMap with the SQL.').optional(),
    properties: scalarMap('Properties of the queries, such as auto.offset.reset.', 50, 1024).default({}),
    driftPolicy: driftPolicy().optional(),
  },
  [exactlyOne('sql', 'configMapRef') as never],
)
export type StatementEntry = z.output<typeof statementSchema>

export const pipelineSpecSchema = described('What should flow.', {
  // What was made stays on its platform, so a pipeline cannot move to another.
  platformRef: described(
    'The platform whose backends carry the pipeline.',
    {
      name: objectName('Name of the ClickstreamPlatform.').default('default'),
      namespace: namespaceName('Its namespace, if it allows pipelines from here. Default: that of the pipeline.').optional(),
    },
    [neverChanges('the platform of a pipeline cannot change: delete the pipeline, and make it anew on the other platform')],
  ).prefault({}),
  state: choice('Whether data flows. Paused: sources and queries are paused.', ['Running', 'Paused']).default('Running'),
  reconcile: choice('Disabled: the operator changes nothing of it any more.', ['Enabled', 'Disabled']).default('Enabled'),
  deletionPolicy: choice('What removal does with topics and indices that hold data.', ['RetainData', 'DeleteData']).default('RetainData'),
  upgradePolicy: choice('How a change is made. InPlace: what the backends can change in place; anything else waits.', ['InPlace']).default('InPlace'),
  driftPolicy: driftPolicy().default('Repair'),
  freshness: duration('How long a stage may stand still while its input moves.').default('2m'),
  topics: mapList('Topics to make.', topicSchema, 100).default([]),
  sources: mapList('Connectors that fill topics.', sourceSchema, 50).default([]),
  statements: mapList('Streams, tables and queries of ksqlDB.', statementSchema, 100).default([]),
  sinks: mapList('Connectors that carry streams and tables on.', sinkSchema, 100).default([]),
  indexTemplates: mapList('Index templates.', indexTemplateSchema, 50).default([]),
  metrics: mapList('Metrics: each is a table, sink, template, data source and panel.', metricSchema, 50).default([]),
  dashboards: mapList('Dashboards.', dashboardSchema, 20).default([]),
})
export type PipelineSpec = z.output<typeof pipelineSpecSchema>
