/** The three places where a table's numbers stand: the table itself, the index, the panels. */

import { z } from 'zod'
import { formatName } from '../../sql/index.ts'
import { type Frame, type Panel, queryPanel, readDashboards } from './grafana.ts'
import type { CheckContext } from './row.ts'

/** Group (its column values joined by `|`) -> number. */
export type Numbers = ReadonlyMap<string, number>

export interface TableOf {
  readonly table: string
  readonly groupColumns: readonly string[]
  readonly valueColumn: string
}

type Row = Readonly<Record<string, unknown>>
const numbersOf = (rows: readonly Row[], { groupColumns, valueColumn }: TableOf): Numbers =>
  new Map(rows.map((row) => [groupColumns.map((column) => row[column]).join('|'), Number(row[valueColumn])]))

/** Rows of a pull query as objects by column name. */
async function pull(context: CheckContext, sql: string): Promise<Row[]> {
  const { body } = await context.backends.ksqldb.request({
    method: 'POST',
    path: ['query-stream'],
    body: { sql, properties: {} },
    headers: { accept: 'application/json' },
    answer: z.array(z.unknown()),
    signal: context.signal,
  })
  const { columnNames } = body[0] as { columnNames: string[] }
  return (body.slice(1) as unknown[][]).map((values) => Object.fromEntries(values.map((value, index) => [columnNames[index], value])))
}

export async function fromTable(context: CheckContext, subject: TableOf, windowStart: number): Promise<Numbers> {
  return numbersOf(await pull(context, `SELECT * FROM ${formatName(subject.table)} WHERE WINDOWSTART = ${Math.trunc(windowStart)};`), subject)
}

/** Documents by EVENT_TS: the start of a time window, the end of a session. */
export async function fromIndex(context: CheckContext, subject: TableOf, eventTime: number): Promise<Numbers> {
  const found = await context.backends.elasticsearch.search<Row>({ index: subject.table.toLowerCase(), size: 10_000, query: { term: { EVENT_TS: eventTime } } })
  return numbersOf(
    found.hits.hits.map((hit) => hit._source ?? {}),
    subject,
  )
}

const targetSchema = z.looseObject({
  metrics: z.array(z.looseObject({ type: z.string(), field: z.string().optional() })).default([]),
  bucketAggs: z.array(z.looseObject({ type: z.string(), field: z.string().optional() })).default([]),
  query: z.string().default(''),
})

/** One query of a panel that shows numbers of an index. */
export interface PanelQuery {
  readonly title: string
  readonly panel: Panel
  readonly metric: { readonly type: string; readonly field: string }
  readonly terms: readonly string[]
  readonly overTime: boolean
}

/** Every panel query that reads the index of the table and the value column, or counts its groups. */
export async function panelsOf(context: CheckContext, subject: TableOf): Promise<PanelQuery[]> {
  const sources = await context.backends.grafana.request({
    method: 'GET',
    path: ['api', 'datasources'],
    answer: z.array(z.looseObject({ uid: z.string(), jsonData: z.looseObject({ index: z.string().optional() }).default({}) })),
    signal: context.signal,
  })
  const indexOf = new Map(sources.body.map(({ uid, jsonData }) => [uid, jsonData.index]))
  const panels = (await readDashboards(context)).flatMap((dashboard) => dashboard.panels)
  return panels.flatMap((panel) =>
    panel.targets.flatMap((target): PanelQuery[] => {
      const { metrics, bucketAggs, query } = targetSchema.parse(target)
      const [metric] = metrics
      const index = indexOf.get(target.datasource?.uid ?? panel.datasource?.uid ?? '')
      // A condition of the panel's own would leave out what is recounted.
      if (index !== subject.table.toLowerCase() || metric?.field === undefined || !['', '*'].includes(query)) return []
      if (metric.field !== subject.valueColumn && metric.type !== 'cardinality') return []
      return [
        {
          title: panel.title,
          panel: { ...panel, targets: [target] },
          metric: { type: metric.type, field: metric.field },
          terms: bucketAggs.filter(({ type }) => type === 'terms').map(({ field }) => field ?? ''),
          overTime: bucketAggs.some(({ type }) => type === 'date_histogram'),
        },
      ]
    }),
  )
}

/** What the panel query shows between two times; its groups stand in one row each, or in one series each. */
export async function fromPanel(context: CheckContext, query: PanelQuery, from: number, to: number): Promise<Numbers> {
  const frames = await queryPanel(context, query.panel, from, to)
  return new Map(frames.flatMap((frame) => (query.overTime ? seriesNumbers(frame, query) : rowNumbers(frame, query))))
}

/** Grafana names a series after the values it was split by. */
function seriesNumbers(frame: Frame, { terms }: PanelQuery): [string, number][] {
  const valueAt = frame.schema.fields.findIndex((field) => field.type === 'number')
  const values = (frame.data.values[valueAt] ?? []).filter((value) => typeof value === 'number' && value !== 0) as number[]
  const last = values.at(-1)
  return last === undefined ? [] : [[terms.length === 0 ? '' : (frame.schema.name ?? ''), last]]
}

function rowNumbers(frame: Frame, { terms }: PanelQuery): [string, number][] {
  const columns = terms.map((term) => frame.schema.fields.findIndex((field) => field.name === term))
  const valueAt = frame.schema.fields.findLastIndex((field) => field.type === 'number' && !terms.includes(field.name))
  const length = frame.data.values[0]?.length ?? 0
  return Array.from({ length }, (_, row) => [columns.map((column) => frame.data.values[column]?.[row]).join('|'), Number(frame.data.values[valueAt]?.[row])])
}
