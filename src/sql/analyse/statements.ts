/** The doors of the analysis: a statement, or a query that only answers. */
import type { AnalysedQuery, AnalysedStatement, AnalysisOptions } from '../analysis.ts'
import type { CreateAsSelect, CreateSource, Expression, InsertInto, Property, PropertyValue, Query, Statement } from '../ast.ts'
import type { Catalogue, Source } from '../catalogue.ts'
import { NOWHERE, place, refuse, withPrefix } from '../error.ts'
import { formatWithoutQualifiers } from '../print/expressions.ts'
import { quoteName } from '../print/names.ts'
import { formatStatement } from '../print/statements.ts'
import { formatSchema } from '../print/types.ts'
import { sameType } from '../type-rules.ts'
import type { Column, SqlType } from '../types.ts'
import { type CompletedQuery, completeQuery, analyseQuery as planQuery, type QueryPurpose, type QueryResult, WrongResultType } from './query.ts'
import { buildSink } from './sink.ts'
import { analyseSource } from './source.ts'
import { typeOfExpression } from './typing.ts'
import { WithClause } from './with-clause.ts'

/** @throws SqlError with the words of the server */
export function analyse(statement: CreateSource | CreateAsSelect | InsertInto, catalogue: Catalogue, options: AnalysisOptions = {}): AnalysedStatement {
  switch (statement.kind) {
    case 'CreateSource': {
      const sink = analyseSource(statement, catalogue, options)
      refuseExisting(statement, catalogue)
      return { kind: 'source', statement, sink }
    }
    case 'CreateAsSelect':
      return analyseCreateAsSelect(statement, catalogue, options)
    case 'InsertInto':
      return analyseInsert(statement, catalogue, options)
  }
}

/** For push and pull queries: nothing is made, so no key needs to be selected. @throws SqlError */
export function analyseSelect(query: Query, catalogue: Catalogue, options: AnalysisOptions = {}): AnalysedQuery {
  const completed = prepare(query, catalogue)
  return planQuery(completed, { kind: 'answer' }, options).query
}

/** Of an expression over columns that need no qualifier; `undefined` is the untyped NULL. @throws SqlError */
export function typeOf(expression: Expression, columns: readonly Column[]): SqlType | undefined {
  const type = typeOfExpression(expression, {
    columnType: (reference) =>
      columns.find((column) => column.name === reference.name)?.type ??
      refuse(`${place(reference.span)}: SELECT column '${reference.name}' cannot be resolved.`, reference.span),
    resolveType: (named) => named,
    show: formatWithoutQualifiers,
    showSchema: () => `, schema:${formatSchema([], columns)}`,
  })
  return type ?? undefined
}

function prepare(query: Query, catalogue: Catalogue): CompletedQuery {
  return withPrefix('Exception while preparing statement: ', 'prepare', () => completeQuery(query, catalogue))
}

function refuseExisting(statement: CreateSource | CreateAsSelect, catalogue: Catalogue): void {
  const existing = catalogue.source(statement.name)
  if (existing === undefined || statement.orReplace || statement.ifNotExists) return
  refuse(
    `Cannot add ${statement.sourceType.toLowerCase()} '${statement.name}': A ${existing.sourceType.toLowerCase()} with the same name already exists`,
    statement.span,
  )
}

function analyseCreateAsSelect(statement: CreateAsSelect, catalogue: Catalogue, options: AnalysisOptions): AnalysedStatement {
  const clause = new WithClause(statement.properties, 'sink', statement.span)
  refuseClauses(statement.query, `CREATE ${statement.sourceType} AS SELECT`)
  const completed = prepare(statement.query, catalogue)
  return withPrefix('Could not determine output schema for query due to error: ', 'schema', () => {
    const result = plan(statement, completed, { kind: 'sink', sink: statement.name, made: `CREATE ${statement.sourceType}` }, options)
    refuseExisting(statement, catalogue)
    return { kind: 'query', statement, sink: buildSink(statement, result, clause, options), query: result.query }
  })
}

function plan(statement: CreateAsSelect, completed: CompletedQuery, purpose: QueryPurpose, options: AnalysisOptions): QueryResult {
  try {
    return planQuery(completed, purpose, options)
  } catch (error) {
    if (!(error instanceof WrongResultType)) throw error
    return refuse(`${error.message}\nStatement: ${formatStatement(complete(statement, completed, options))}`, statement.span)
  }
}

function refuseClauses(query: Query, statement: string): void {
  const failed = (message: string, span: Query['span']): never => refuse(`Failed to prepare statement: ${message}`, span, { stage: 'prepare' })
  if (query.partitionBy !== undefined && query.groupBy !== undefined) failed('Queries only support one of PARTITION BY and GROUP BY', query.span)
  if (query.limit !== undefined) failed(`${statement} statements don't support LIMIT clause.`, query.span)
}

function analyseInsert(statement: InsertInto, catalogue: Catalogue, options: AnalysisOptions): AnalysedStatement {
  new WithClause(statement.properties, 'insert', statement.span)
  refuseClauses(statement.query, 'INSERT INTO')
  const prepared = (message: string): never => refuse(`Exception while preparing statement: ${message}`, statement.targetSpan, { stage: 'prepare' })
  const sink = catalogue.source(statement.target) ?? prepared(`${place(statement.targetSpan)}: Source ${quoteName(statement.target)} does not exist.`)
  if (sink.sourceType === 'TABLE') prepared(`INSERT INTO can only be used to insert into a stream. ${sink.name} is a table.`)
  if (sink.headers.length > 0) prepared(`Cannot insert into ${sink.name} because it has header columns`)
  const completed = prepare(statement.query, catalogue)
  if (sink.readOnly) refuse(`Cannot insert into read-only stream: ${sink.name}`, statement.targetSpan)
  const result = planInsert(statement, completed, sink, options)
  refuseOtherSchema(sink, result, statement)
  return { kind: 'query', statement, sink, query: result.query }
}

function planInsert(statement: InsertInto, completed: CompletedQuery, sink: Source, options: AnalysisOptions): QueryResult {
  try {
    return planQuery(completed, { kind: 'sink', sink: sink.name, made: 'INSERT', columns: sink.value }, options)
  } catch (error) {
    if (!(error instanceof WrongResultType)) throw error
    return refuse('Incompatible data sink and query result. Data sink (STREAM) and select query result (TABLE) should be of the same type.', statement.span)
  }
}

/** Names and order must be the sink's; a number may become a wider one. */
function refuseOtherSchema(sink: Source, result: QueryResult, statement: InsertInto): void {
  const fits = (from: readonly Column[], to: readonly Column[]): boolean =>
    from.length === to.length && from.every((column, index) => column.name === to[index]!.name && goesInto(column.type, to[index]!.type))
  if (fits(result.key, sink.key) && fits(result.value, sink.value)) return
  refuse(
    `Incompatible schema between results and sink.\nResult schema is ${formatSchema(result.key, result.value)}\nSink schema is ${formatSchema(sink.key, sink.value)}`,
    statement.span,
  )
}

function goesInto(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true
  const order = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']
  if (from.kind === 'DECIMAL' && to.kind === 'DECIMAL') return from.scale <= to.scale && from.precision - from.scale <= to.precision - to.scale
  return order.includes(from.kind) && order.indexOf(from.kind) < order.indexOf(to.kind)
}

// ---------------------------------------------------------------- the statement as the server writes it back

/** WITH defaults filled in, columns qualified and named: what `statementText` shows. @throws SqlError for unknown sources */
export function completeStatement(statement: Statement, catalogue: Catalogue, options: AnalysisOptions = {}): Statement {
  if (statement.kind === 'CreateAsSelect') return complete(statement, prepare(statement.query, catalogue), options)
  if (statement.kind !== 'CreateSource') return statement
  const defaults = { CLEANUP_POLICY: statement.sourceType === 'TABLE' ? 'compact' : 'delete', KEY_FORMAT: 'KAFKA' }
  return { ...statement, properties: withDefaults(statement.properties, defaults) }
}

function complete(statement: CreateAsSelect, { query, scope }: CompletedQuery, options: AnalysisOptions): CreateAsSelect {
  const { source } = scope.sources[0]!
  const retention = options.topicOf?.(source.topic)?.retentionMs ?? (source.sourceType === 'TABLE' ? -1 : 604_800_000)
  const cleanup = statement.sourceType === 'STREAM' ? 'delete' : query.window !== undefined || source.window !== undefined ? 'compact,delete' : 'compact'
  const defaults: Record<string, PropertyValue> = {
    CLEANUP_POLICY: cleanup,
    KAFKA_TOPIC: statement.name,
    PARTITIONS: options.partitionsOf?.(source.topic) ?? source.partitions ?? 1,
    REPLICAS: options.topicOf?.(source.topic)?.replicas ?? 1,
    RETENTION_MS: retention,
  }
  return { ...statement, properties: withDefaults(statement.properties, defaults), query: { ...query, emit: query.emit ?? 'CHANGES' } }
}

function withDefaults(properties: readonly Property[], defaults: Readonly<Record<string, PropertyValue>>): Property[] {
  const written = new Set(properties.flatMap((property) => (property.key === 'FORMAT' ? ['KEY_FORMAT', 'VALUE_FORMAT', 'FORMAT'] : [property.key])))
  const span = properties[0]?.span ?? NOWHERE
  const added = Object.entries(defaults)
    .filter(([key]) => !written.has(key))
    .map(([key, value]) => ({ key, value, span }))
  return [...properties, ...added]
}
