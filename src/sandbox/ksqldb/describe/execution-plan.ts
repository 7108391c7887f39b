/** The `executionPlan` text of a query description: its steps from the sink back to the sources, indented. */
import { type AnalysedQuery, type Column, formatType, type QuerySource, type Source, type SqlType, typeOf } from '../../../sql/index.ts'
import { nonAggregateColumnNames } from '../statements/upgrade.ts'

interface Step {
  readonly kind: string
  readonly schema: string
  readonly logger: string
  readonly sources: readonly Step[]
}

const BIGINT: SqlType = { kind: 'BIGINT' }
const INTEGER: SqlType = { kind: 'INTEGER' }
const PSEUDO: readonly Column[] = [
  { name: 'ROWTIME', type: BIGINT },
  { name: 'ROWPARTITION', type: INTEGER },
  { name: 'ROWOFFSET', type: BIGINT },
]
const BOUNDS: readonly Column[] = [
  { name: 'WINDOWSTART', type: BIGINT },
  { name: 'WINDOWEND', type: BIGINT },
]

/** `kept`: a table without a sink, for pull queries, and no push query; its key is no value as well. */
export function executionPlan(query: AnalysedQuery, id: string, sink: Source | undefined, kept = false): string {
  const { source } = query.from
  const output = sink !== undefined ? schemaOf(sink.key, sink.value) : kept ? schemaOf(source.key, source.value) : transientSchema(query)
  const aggregated = query.groupBy !== undefined
  let step = query.joins.length > 0 ? joined(query, id) : sourceStep(query.from, `${id}.KsqlTopic.Source`)
  if (query.where !== undefined) step = { kind: 'FILTER', schema: step.schema, logger: `${id}.WhereFilter`, sources: [step] }
  if (query.partitionBy !== undefined) {
    const key = sink?.key ?? []
    step = { kind: 'REKEY', schema: schemaOf(key, valuesOf(query.from.source)), logger: `${id}.PartitionBy`, sources: [step] }
  }
  if (aggregated) step = aggregation(query, id, step, sink)
  step = { kind: 'PROJECT', schema: output, logger: `${id}.${aggregated ? 'Aggregate.' : ''}Project`, sources: [step] }
  if (sink !== undefined) step = { kind: 'SINK', schema: output, logger: `${id}.${sink.name}`, sources: [step] }
  return print(step, 0)
}

function print(step: Step, depth: number): string {
  const line = `${'\t\t'.repeat(depth)} > [ ${step.kind} ] | Schema: ${step.schema} | Logger: ${step.logger}\n`
  return line + step.sources.map((source) => print(source, depth + 1)).join('')
}

function schemaOf(key: readonly Column[], value: readonly Column[]): string {
  return [...key.map((column) => `${columnText(column)} KEY`), ...value.map(columnText)].join(', ')
}

const columnText = (column: Column) => `${column.name} ${formatType(column.type)}`

/** What a source offers to expressions: its values, the pseudo columns, and its key once more. */
function valuesOf(source: Source): Column[] {
  return [...source.value, ...PSEUDO, ...(source.window === undefined ? [] : BOUNDS), ...source.key]
}

function sourceStep({ source }: QuerySource, logger: string): Step {
  return { kind: source.window === undefined ? 'SOURCE' : 'WINDOWED_SOURCE', schema: schemaOf(source.key, valuesOf(source)), logger, sources: [] }
}

function transientSchema(query: AnalysedQuery): string {
  const columns = query.output.map((column) => ({ name: column.name, type: column.value.type ?? BIGINT }))
  const plain = query.groupBy === undefined && query.partitionBy === undefined && query.joins.length === 0
  const key = plain ? query.from.source.key : columns.filter((_, index) => query.output[index]?.role === 'KEY')
  return schemaOf(key, columns)
}

function aggregation(query: AnalysedQuery, id: string, source: Step, sink: Source | undefined): Step {
  const available = [query.from, ...query.joins.map((join) => join.right)].flatMap(({ source: one }) => valuesOf(one))
  const needed = nonAggregateColumnNames(query).flatMap((name) => available.find((column) => column.name === name) ?? [])
  const key = sink?.key ?? (query.groupBy ?? []).map((group, index) => ({ name: query.output[index]?.name ?? `KSQL_COL_${index}`, type: group.type ?? BIGINT }))
  const results = query.aggregates.map((call, index) => ({ name: `KSQL_AGG_VARIABLE_${index}`, type: typeOf(call, available) ?? BIGINT }))
  const bounds = query.window === undefined ? [] : BOUNDS
  const prepare: Step = { kind: 'PROJECT', schema: schemaOf(query.from.source.key, needed), logger: `${id}.Aggregate.Prepare`, sources: [source] }
  const grouped: Step = { kind: 'GROUP_BY', schema: schemaOf(key, needed), logger: `${id}.Aggregate.GroupBy`, sources: [prepare] }
  const schema = schemaOf(key, [...needed, ...results, ...bounds])
  const step: Step = { kind: 'AGGREGATE', schema, logger: `${id}.Aggregate.Aggregate`, sources: [grouped] }
  return query.having === undefined ? step : { kind: 'FILTER', schema, logger: `${id}.Aggregate.HavingFilter`, sources: [step] }
}

function joined(query: AnalysedQuery, id: string): Step {
  const join = query.joins[0]
  if (join === undefined) throw new Error('a join without a join clause')
  const left = sourceStep(query.from, `${id}.KafkaTopic_Left.Source`)
  const prefixed = ({ alias, source }: QuerySource) => valuesOf(source).map((column) => ({ ...column, name: `${alias}_${column.name}` }))
  const joinColumn = join.leftKey.expression.kind === 'ColumnReference' ? join.leftKey.expression.name : 'KSQL_COL_0'
  const rekeyed = query.from.source.key[0]?.name !== joinColumn
  const keyType = join.leftKey.type ?? BIGINT
  const leftKey: Column = { name: joinColumn, type: keyType }
  const keyed: Step = rekeyed
    ? { kind: 'REKEY', schema: schemaOf([leftKey], valuesOf(query.from.source)), logger: `${id}.LeftSourceKeyed`, sources: [left] }
    : left
  const aliasKey: Column = { name: `${query.from.alias}_${joinColumn}`, type: keyType }
  const leftAliased: Step = { kind: 'PROJECT', schema: schemaOf([aliasKey], prefixed(query.from)), logger: `${id}.PrependAliasLeft`, sources: [keyed] }
  const right = join.right
  const rightKey = right.source.key.map((column) => ({ ...column, name: `${right.alias}_${column.name}` }))
  const rightAliased: Step = {
    kind: 'PROJECT',
    schema: schemaOf(rightKey, prefixed(right)),
    logger: `${id}.PrependAliasRight`,
    sources: [sourceStep(right, `${id}.KafkaTopic_Right.Source`)],
  }
  return {
    kind: 'JOIN',
    schema: schemaOf([aliasKey], [...prefixed(query.from), ...prefixed(right)]),
    logger: `${id}.Join`,
    sources: [leftAliased, rightAliased],
  }
}
