/** CREATE OR REPLACE: what of a source, and of the query behind it, may change. */
import { type AnalysedQuery, type Column, formatExpression, formatType, type Source, type SourceFormat } from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'

/** Throws what the server says of a source that cannot become the other. */
export function checkSourceUpgrade(from: Source, to: Source): void {
  const changes: string[] = []
  const differ = (what: string, a: string, b: string, why = '') =>
    changes.push(`DataSource '\`${from.name}\`' has ${what} = ${a} which is not upgradeable to ${b}${why}`)
  if (from.sourceType !== to.sourceType) differ('type', kindOf(from), kindOf(to))
  if (topicText(from) !== topicText(to)) differ('topic', topicText(from), topicText(to))
  const [timestampFrom, timestampTo] = [timestampText(from), timestampText(to)]
  if (timestampFrom !== timestampTo) differ('timestampColumn', timestampFrom, timestampTo)
  const schema = schemaDifference(from, to)
  if (schema !== undefined) differ('schema', schemaText(from), schemaText(to), `. (${schema})`)
  if (changes.length > 0) throw new StatementFault(`Cannot upgrade data source: ${changes.join('\n\tAND ')}`, 40001, 'completed')
}

function schemaText(source: Pick<Source, 'key' | 'value'>): string {
  return [...source.key.map((column) => `${columnText(column)} KEY`), ...source.value.map(columnText)].join(', ')
}

const columnText = (column: Column) => `\`${column.name}\` ${formatType(column.type)}`

function schemaDifference(from: Source, to: Source): string | undefined {
  const key = from.key.filter((column, index) => !same(column, to.key[index])).map((column) => `${columnText(column)} KEY`)
  if (key.length > 0 || from.key.length !== to.key.length) {
    return `Key columns must be identical. The following key columns are changed, missing or reordered: [${key.join(', ')}]`
  }
  const value = from.value.filter((column, index) => !same(column, to.value[index])).map(columnText)
  return value.length > 0 ? `The following columns are changed, missing or reordered: [${value.join(', ')}]` : undefined
}

const same = (a: Column, b: Column | undefined) => b !== undefined && a.name === b.name && formatType(a.type) === formatType(b.type)

const kindOf = (source: Source) => (source.sourceType === 'STREAM' ? 'KSTREAM' : 'KTABLE')

function topicText(source: Source): string {
  const window = source.window
  const info =
    window === undefined
      ? 'Optional.empty'
      : `Optional[WindowInfo{type=${window.type}, size=${window.sizeMs === undefined ? 'Optional.empty' : `Optional[${window.sizeMs}]`}, emitStrategy=CHANGES}]`
  return `KsqlTopic{kafkaTopicName='${source.topic}', keyFormat=KeyFormat{${formatText(source.keyFormat)}, features=[], window=${info}}, valueFormat=ValueFormat{${formatText(source.valueFormat)}, features=[]}}`
}

const formatText = (format: SourceFormat) =>
  `format=FormatInfo{format=${format.format}, properties={${format.delimiter === undefined || format.delimiter === ',' ? '' : `delimiter=${format.delimiter}`}}}`

function timestampText(source: Source): string {
  if (source.timestamp === undefined) return 'Optional.empty'
  const format = source.timestamp.format
  return `Optional[TimestampColumn{column=\`${source.timestamp.column}\`, format=${format === undefined ? 'Optional.empty' : `Optional[${format}]`}}]`
}

/** The steps of a plan that can be told apart: joins and windows cannot be replaced at all. */
export function checkQueryUpgrade(from: AnalysedQuery, to: AnalysedQuery): void {
  const unsupported = unsupportedStep(from)
  if (unsupported !== undefined) throw refused(`Upgrades not yet supported for ${unsupported}`)
  const step = aggregateStep(from)
  if (from.from.source.topic !== to.from.source.topic) {
    const kind = from.from.source.sourceType === 'STREAM' ? 'StreamSource' : 'TableSource'
    throw mismatch(kind, 'topicName', from.from.source.topic, to.from.source.topic)
  }
  if (step === undefined) return
  if ((from.having === undefined) !== (to.having === undefined)) {
    const [a, b] = from.having === undefined ? [step, 'TableFilter'] : ['TableFilter', step]
    throw mismatch(from.having === undefined ? step : 'TableFilter', 'class', planClass(a), planClass(b))
  }
  const [columnsFrom, columnsTo] = [nonAggregateColumns(from), nonAggregateColumns(to)]
  if (columnsFrom !== columnsTo) throw mismatch(step, 'columns not part of aggregate', columnsFrom, columnsTo)
  const [callsFrom, callsTo] = [from, to].map((query) => `[${query.aggregates.map((call) => formatExpression(call)).join(', ')}]`)
  if (callsFrom !== callsTo) throw mismatch(step, 'aggregationFunctions', callsFrom ?? '', callsTo ?? '')
  const [whereFrom, whereTo] = [from, to].map((query) => (query.where === undefined ? '' : formatExpression(query.where.expression)))
  if (whereFrom !== whereTo) throw refused('Query is not upgradeable. Plan step of type StreamFilter must have matching filterExpression.')
  const [groupFrom, groupTo] = [from, to].map((query) => `[${(query.groupBy ?? []).map((group) => formatExpression(group.expression)).join(', ')}]`)
  if (groupFrom !== groupTo) throw mismatch('StreamGroupBy', 'groupByExpressions', groupFrom ?? '', groupTo ?? '')
}

function unsupportedStep(query: AnalysedQuery): string | undefined {
  const join = query.joins[0]
  if (join !== undefined) {
    const left = query.from.source.sourceType
    if (left === 'TABLE') return join.foreignKey ? 'ForeignKeyTableTableJoin' : 'TableTableJoin'
    return join.right.source.sourceType === 'TABLE' ? 'StreamTableJoin' : 'StreamStreamJoin'
  }
  return query.window === undefined ? undefined : 'StreamWindowedAggregate'
}

function aggregateStep(query: AnalysedQuery): string | undefined {
  if (query.groupBy === undefined) return undefined
  return query.from.source.sourceType === 'STREAM' ? 'StreamAggregate' : 'TableAggregate'
}

/** The columns that the aggregation is given: those that any of its expressions names, in that order. */
export function nonAggregateColumnNames(query: AnalysedQuery): string[] {
  const names: string[] = []
  const add = (name: string) => {
    if (!names.includes(name)) names.push(name)
  }
  for (const group of query.groupBy ?? []) columnsIn(group.expression, add)
  for (const call of query.aggregates) {
    if (call.star || call.args.length === 0) add('ROWTIME')
    else for (const arg of call.args) columnsIn(arg, add)
  }
  if (query.where !== undefined) columnsIn(query.where.expression, add)
  return names
}

const nonAggregateColumns = (query: AnalysedQuery) =>
  `[${nonAggregateColumnNames(query)
    .map((name) => `\`${name}\``)
    .join(', ')}]`

function columnsIn(node: unknown, add: (name: string) => void): void {
  if (Array.isArray(node)) for (const item of node) columnsIn(item, add)
  else if (typeof node === 'object' && node !== null) {
    if ('kind' in node && node.kind === 'ColumnReference' && 'name' in node && typeof node.name === 'string') add(node.name)
    else for (const [key, value] of Object.entries(node)) if (key !== 'span') columnsIn(value, add)
  }
}

const planClass = (step: string) => `class io.confluent.ksql.execution.plan.${step}`
const refused = (message: string) => new StatementFault(message, 40000)
const mismatch = (step: string, what: string, a: string, b: string) =>
  refused(`Query is not upgradeable. Plan step of type ${step} must have matching ${what}. Values differ: ${a} vs. ${b}`)
