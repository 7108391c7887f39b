/** Index templates and what Grafana shows: dashboards, their panels, and the queries of a panel. */
import { z } from 'zod'
import { driftPolicy } from './connectors.ts'
import { choice, columnName, configMapRef, described, duration, entryName, exactlyOne, integer, mapList, scalarMap, text, textList } from './fields.ts'

const fieldType = () =>
  choice('Type of the field.', ['date', 'keyword', 'text', 'long', 'integer', 'double', 'float', 'boolean', 'ip', 'geo_point', 'object', 'flattened'])

export const indexTemplateSchema = described('An index template; it is in place before a sink first writes.', {
  name: entryName('Name of the template.'),
  patterns: textList('Index names it holds for; `*` stands for any text.', text('A pattern.', { max: 255, pattern: '^[a-z0-9*][a-z0-9._*-]*$' }), 50, 'set', 1),
  priority: integer('The template with the highest priority wins.', 0, 1_000_000).default(501),
  fields: z
    .record(z.string().min(1).max(128), fieldType())
    .refine((map) => Object.keys(map).length <= 200, 'at most 200 entries')
    .meta({ description: 'Types of the fields, by name.', maxProperties: 200 })
    .default({}),
  strings: choice('What texts become whose field has no type here: keyword, or text with a keyword beside it.', ['keyword', 'text']).default('keyword'),
  settings: scalarMap('Index settings, such as number_of_shards.', 50, 1024).default({}),
  driftPolicy: driftPolicy().optional(),
})
export type IndexTemplate = z.output<typeof indexTemplateSchema>

const querySchema = {
  name: text('Name of the series or column.', { max: 100 }),
  function: choice('count of documents; sum, avg, min, max or cardinality of a field; raw: the documents themselves, newest first.', [
    'count',
    'sum',
    'avg',
    'min',
    'max',
    'cardinality',
    'raw',
  ]),
  field: columnName('The field that the function takes.').optional(),
  by: textList('Fields to split by, the outermost first.', columnName('A field.'), 5, 'atomic').default([]),
  where: text('Which documents count, in Lucene query syntax: `BYTES:>100000`.', { max: 1024 }).optional(),
  interval: duration('Width of a time bucket. Default: that of the metric’s window, else as Grafana finds fit.').optional(),
  columns: textList('With raw: the fields to show, in this order. Default: all.', columnName('A field.'), 30, 'atomic').default([]),
  limit: integer('Most groups, or most documents.', 1, 10_000).default(100),
}
const queryRules = [
  {
    cel: "(self.function in ['count', 'raw']) != has(self.field)",
    holds: (value: { function: string; field?: unknown }) => ['count', 'raw'].includes(value.function) === (value.field === undefined),
    message: 'sum, avg, min, max and cardinality need a field; count and raw have none',
  },
]

const sinkReference = () => entryName('Name of the sink or metric whose index it reads.')
const panelQuerySchema = described('One query of a panel.', { ...querySchema, sink: sinkReference() }, queryRules)
const metricQuerySchema = described('One query of a panel.', { ...querySchema, sink: sinkReference().optional() }, queryRules)
/** `sink` is always there in a panel of a dashboard, and by default the metric itself in a metric’s panel. */
export type PanelQuery = z.output<typeof metricQuerySchema>

const thresholds = () =>
  mapList(
    'Values from which on a colour holds; time series draw them as lines.',
    described('One threshold.', {
      name: text('What it means.', { max: 100 }),
      value: z.number().meta({ description: 'From this value on.' }),
      color: text('A colour of Grafana or in CSS.', { max: 50 }).default('red'),
    }),
    10,
  ).default([])

const look = {
  title: text('Title. Default: the name.', { max: 200 }).optional(),
  description: text('What it shows, for people.', { max: 1000 }).optional(),
  type: choice('How it is drawn.', ['timeseries', 'table', 'stat', 'barchart']).default('timeseries'),
  unit: text('Unit of Grafana: short, bytes, percent, s, ms, ...', { max: 50 }).default('short'),
  thresholds: thresholds(),
  width: integer('Columns of 24.', 1, 24).default(12),
  height: integer('Rows of about 30 pixels.', 2, 40).default(8),
}

const panelSchema = described('A panel.', {
  name: entryName('Name of the panel, unique in its dashboard.'),
  ...look,
  queries: mapList('What it shows.', panelQuerySchema, 10),
})
export type Panel = z.output<typeof panelSchema>

/** A metric’s own panel: the queries follow from the measures unless they are given. */
export const metricPanelSchema = described('The panel that shows the metric.', {
  dashboard: entryName('The entry of spec.dashboards that holds it. Default: a dashboard made for the metrics of this pipeline.').optional(),
  ...look,
  queries: mapList('What it shows. Default: one query for each measure.', metricQuerySchema, 10).default([]),
})
export type MetricPanel = z.output<typeof metricPanelSchema>

export const dashboardSchema = described(
  'A dashboard.',
  {
    name: entryName('Name of the dashboard.'),
    title: text('Title. Default: the name.', { max: 200 }).optional(),
    panels: mapList('Panels, placed from left to right and downwards.', panelSchema, 50).optional(),
    refresh: duration('How often it is drawn anew.').default('5s'),
    timeRange: duration('How far back it looks.').default('15m'),
    json: text('The whole dashboard as Grafana exports it.', { max: 150_000 }).optional(),
    configMapRef: configMapRef('A ConfigMap with the whole dashboard as Grafana exports it.').optional(),
    driftPolicy: driftPolicy().optional(),
  },
  [exactlyOne('panels', 'json', 'configMapRef') as never],
)
export type Dashboard = z.output<typeof dashboardSchema>
