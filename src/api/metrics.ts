/** A metric: one entry that stands for a table, its sink, template, data source and panel. */
import type { z } from 'zod'
import { driftPolicy } from './connectors.ts'
import { metricPanelSchema } from './dashboards.ts'
import { choice, columnName, described, duration, mapList, sourceReference, sqlName, text, textList } from './fields.ts'

const measure = described(
  'One number that is kept per group and window.',
  {
    name: sqlName('Column of the table that holds it.'),
    function: choice('What is kept.', ['count', 'sum', 'avg', 'min', 'max', 'count_distinct']),
    column: columnName('The column that it is taken of; count has none.').optional(),
  },
  [
    {
      cel: "(self.function == 'count') != has(self.column)",
      holds: (value) => (value.function === 'count') === (value.column === undefined),
      message: 'every function but count needs a column, and count has none',
    },
  ],
)

const window = described(
  'How time is cut. EVENT_TS is the start of a tumbling or hopping window and the end of a session.',
  {
    type: choice('Kind of window.', ['tumbling', 'hopping', 'session']),
    size: duration('Length of a window; for sessions the silence that ends one.'),
    advance: duration('Hopping: how far apart windows begin.').optional(),
    grace: duration('How late a record may come. Default: that of ksqlDB.').optional(),
    retention: duration('How long windows are kept. Default: that of ksqlDB.').optional(),
  },
  [
    {
      cel: "(self.type == 'hopping') == has(self.advance)",
      holds: (value) => (value.type === 'hopping') === (value.advance !== undefined),
      message: 'a hopping window needs advance, and only that has it',
    },
  ],
)
export type MetricWindow = z.output<typeof window>

export const metricSchema = described('A table kept by ksqlDB, carried to an index and shown by a panel.', {
  name: sqlName('Name of the table; its index is the same in lower case.'),
  from: sourceReference('The stream it reads.'),
  measures: mapList('The numbers that are kept.', measure, 10),
  by: textList('Columns that make the groups; each is also a field of the index.', columnName('A column.'), 5, 'atomic', 1),
  where: text('Which records count: a condition in SQL.', { max: 2048 }).optional(),
  having: text('Which rows are written: a condition in SQL over the measures.', { max: 2048 }).optional(),
  window,
  panel: metricPanelSchema.optional(),
  driftPolicy: driftPolicy().optional(),
})
export type Metric = z.output<typeof metricSchema>
