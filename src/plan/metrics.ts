/** Pass: every metric becomes a table, and is noted as a sink and a panel. */
import { durationMs, type Metric, type MetricWindow, type PanelQuery } from '../api/index.ts'
import type { Expression, Statement } from '../sql/index.ts'
import { formatExpression, formatName, parseExpression, parseStatement, quoteName, quoteText, SqlError } from '../sql/index.ts'
import { type Draft, refuse } from './draft.ts'

/** The column that is the document's id: grouping columns and window start, so that an update of a window is the same document. */
export const ID_COLUMN = 'DOC_ID'
export const TIME_COLUMN = 'EVENT_TS'

export function expandMetrics(draft: Draft): void {
  const { spec } = draft.pipeline
  for (const [index, metric] of spec.metrics.entries()) {
    const path = `spec.metrics[${index}]`
    if (!conditionsAreReadable(draft, metric, path)) continue
    const statement = tableOf(draft, metric, path)
    if (!statement) continue
    draft.statements.push({
      statement,
      path,
      written: false,
      specPath: path,
      properties: { 'auto.offset.reset': 'earliest' },
      driftPolicy: metric.driftPolicy ?? spec.driftPolicy,
    })
    if (metric.panel) {
      draft.panels.push({ dashboard: metric.panel.dashboard, name: metric.name, panel: metric.panel, queries: queriesOf(metric), path: `${path}.panel` })
    }
  }
}

/** WHERE and HAVING are the user's own text: a mistake in them has a place of its own. */
function conditionsAreReadable(draft: Draft, metric: Metric, path: string): boolean {
  let readable = true
  for (const field of ['where', 'having'] as const) {
    const text = metric[field]
    if (text === undefined) continue
    try {
      parseExpression(text)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      refuse(draft, 'SqlSyntax', `${path}.${field}`, error.message.trim(), undefined, error.span)
      readable = false
    }
  }
  return readable
}

function tableOf(draft: Draft, metric: Metric, path: string): Extract<Statement, { kind: 'CreateAsSelect' }> | undefined {
  const columns = new Set(['K1', ID_COLUMN, TIME_COLUMN, ...metric.by.map((name) => name.toUpperCase())])
  for (const [at, measure] of metric.measures.entries()) {
    if (columns.has(measure.name)) {
      refuse(draft, 'NameConflict', `${path}.measures[${at}].name`, `Column ${measure.name} is made already: by a grouping column or by the operator`)
      return undefined
    }
    columns.add(measure.name)
  }
  // Where topics must begin with the namespace, a table named like its metric needs a topic of another name.
  const topic = draft.platform.spec.limits.topicPrefixPerNamespace ? `${draft.owner.namespace}.${metric.name}` : undefined
  const statement = parseStatement(metricSql(metric, topic))
  return statement.kind === 'CreateAsSelect' ? statement : undefined
}

function metricSql(metric: Metric, topic: string | undefined): string {
  const session = metric.window.type === 'session'
  const groups = metric.by.map(columnText)
  const id = [...groups.map((column) => `CAST(${column} AS STRING)`), 'CAST(WINDOWSTART AS STRING)'].join(" + '|' + ")
  const select = [
    ...groups.map((column, at) => `${column} AS K${at + 1}`),
    ...groups.map((column) => `AS_VALUE(${column}) AS ${column}`),
    `${session ? 'WINDOWEND' : 'WINDOWSTART'} AS ${TIME_COLUMN}`,
    ...metric.measures.map((measure) => `${aggregate(measure)} AS ${measure.name}`),
    `${id} AS ${ID_COLUMN}`,
  ]
  const properties = [
    // Several key columns have no form under the KAFKA format.
    ...(groups.length > 1 ? ["KEY_FORMAT='JSON'"] : []),
    ...(topic === undefined ? [] : [`KAFKA_TOPIC=${quoteText(topic)}`]),
  ]
  return [
    `CREATE TABLE ${metric.name}${properties.length > 0 ? ` WITH (${properties.join(', ')})` : ''} AS SELECT`,
    `  ${select.join(',\n  ')}`,
    `FROM ${metric.from}`,
    `WINDOW ${windowText(metric.window)}`,
    ...(metric.where === undefined ? [] : [`WHERE ${formatExpression(parseExpression(metric.where))}`]),
    `GROUP BY ${groups.join(', ')}`,
    ...(metric.having === undefined ? [] : [`HAVING ${havingText(metric, metric.having)}`]),
    'EMIT CHANGES;',
  ].join('\n')
}

/** HAVING knows only the aggregates, and users name the measures. */
function havingText(metric: Metric, having: string): string {
  const measures = new Map(metric.measures.map((measure) => [measure.name, parseExpression(aggregate(measure))]))
  const replaced = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(replaced)
    if (typeof node !== 'object' || node === null) return node
    if ('kind' in node && node.kind === 'ColumnReference' && 'name' in node && !('qualifier' in node && node.qualifier !== undefined))
      return measures.get(String(node.name)) ?? node
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaced(value)]))
  }
  return formatExpression(replaced(parseExpression(having)) as Expression)
}

/** As SQL would read it: upper case, unless it can only stand in quotes. */
const columnText = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? formatName(name.toUpperCase()) : quoteName(name))

const AGGREGATES = { sum: 'SUM', avg: 'AVG', min: 'MIN', max: 'MAX', count_distinct: 'COUNT_DISTINCT' } as const

/** As ksqlDB calls it. */
export const aggregateName = (name: Metric['measures'][number]['function']): string => (name === 'count' ? 'COUNT' : AGGREGATES[name])

function aggregate(measure: Metric['measures'][number]): string {
  return measure.function === 'count' ? 'COUNT(*)' : `${AGGREGATES[measure.function]}(${columnText(measure.column ?? '')})`
}

function windowText(window: MetricWindow): string {
  const size = lengthText(durationMs(window.size))
  const extra = [
    ...(window.retention === undefined ? [] : [`RETENTION ${lengthText(durationMs(window.retention))}`]),
    ...(window.grace === undefined ? [] : [`GRACE PERIOD ${lengthText(durationMs(window.grace))}`]),
  ]
  if (window.type === 'session') return `SESSION (${[size, ...extra].join(', ')})`
  const advance = window.advance === undefined ? [] : [`ADVANCE BY ${lengthText(durationMs(window.advance))}`]
  return `${window.type.toUpperCase()} (${[`SIZE ${size}`, ...advance, ...extra].join(', ')})`
}

const lengthText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000} SECONDS` : `${ms} MILLISECONDS`)

/** One bucket holds one window of each group, so that a sum over a bucket counts nothing twice. */
export function bucketOf(window: MetricWindow): string | undefined {
  if (window.type === 'session') return undefined
  return window.advance ?? window.size
}

/** How groups are put together in a panel: distinct values of two groups may be the same, so they cannot be added. */
const ACROSS_GROUPS = { count: 'sum', sum: 'sum', avg: 'avg', min: 'min', max: 'max', count_distinct: 'max' } as const

function queriesOf(metric: Metric): readonly PanelQuery[] {
  if (metric.panel && metric.panel.queries.length > 0) return metric.panel.queries.map((query) => ({ ...query, sink: query.sink ?? metric.name }))
  return metric.measures.map((measure) => ({
    name: measure.name,
    sink: metric.name,
    // A session that merges leaves its shorter forerunner behind, which a sum would count again.
    function: metric.window.type === 'session' && ACROSS_GROUPS[measure.function] === 'sum' ? 'max' : ACROSS_GROUPS[measure.function],
    field: measure.name,
    by: metric.by.map((name) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name.toUpperCase() : name)),
    columns: [],
    limit: 100,
  }))
}
