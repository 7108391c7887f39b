/** SELECT: names, types, keys. The passes stand in `analyseQuery` in the order in which the server makes them. */
import type { AnalysedQuery, AnalysisOptions, OutputColumn, TypedExpression } from '../analysis.ts'
import type { Expression, Query, SourceType } from '../ast.ts'
import type { Catalogue, Source } from '../catalogue.ts'
import { refuse, SqlError } from '../error.ts'
import { functionSignature } from '../functions/signatures.ts'
import { formatType } from '../print/types.ts'
import { sameExpression } from '../same.ts'
import type { Column } from '../types.ts'
import { walk } from '../walk.ts'
import { checkGrouping, checkIntermediate, collectCalls } from './grouping.ts'
import { WINDOWED_REPARTITION } from './join-rules.ts'
import { type AnalysedJoins, analyseJoins, refuseKafkaFormat } from './joins.ts'
import { assignKeys, type KeyRule } from './keys.ts'
import { withoutMadeUpKey } from './made-up-key.ts'
import { type Clause, QueryScope } from './scope.ts'
import { completeItems, expandItems, type NamedItem, NameMaker } from './select.ts'
import { withTimesRead } from './times.ts'
import { mustBeKnown } from './typing.ts'
import { analyseWindow } from './windows.ts'

/** What the query is for: rows of a sink, or rows of an answer. */
export type QueryPurpose =
  | { readonly kind: 'sink'; readonly sink: string; readonly made: 'CREATE STREAM' | 'CREATE TABLE' | 'INSERT'; readonly columns?: readonly Column[] }
  | { readonly kind: 'answer' }

export interface QueryResult {
  readonly query: AnalysedQuery
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  /** Of the result's key. */
  readonly window: Source['window']
}

/** The query with its columns qualified and its items named, as the server writes it back. */
export interface CompletedQuery {
  readonly scope: QueryScope
  readonly query: Query
  readonly written: Query
}

export function completeQuery(query: Query, catalogue: Catalogue): CompletedQuery {
  const scope = new QueryScope(query, catalogue)
  const qualify = (expression: Expression): Expression => scope.qualify(expression)
  const completed: Query = {
    ...query,
    select: completeItems(query, scope),
    joins: query.joins.map((join) => ({ ...join, on: scope.qualify(join.on) })),
    ...(query.where === undefined ? {} : { where: qualify(query.where) }),
    ...(query.groupBy === undefined ? {} : { groupBy: query.groupBy.map(qualify) }),
    ...(query.partitionBy === undefined ? {} : { partitionBy: query.partitionBy.map(qualify) }),
    ...(query.having === undefined ? {} : { having: qualify(query.having) }),
  }
  return { scope, query: completed, written: query }
}

export function analyseQuery(completed: CompletedQuery, purpose: QueryPurpose, options: AnalysisOptions): QueryResult {
  const { scope, written } = completed
  const query = purpose.kind === 'answer' ? groupedAsOne(completed.query) : completed.query
  if (query.window !== undefined && query.groupBy === undefined) {
    const { line, column } = query.window.span.start
    refuse(`Line: ${line}, Col: ${column}: WINDOW clause requires a GROUP BY clause.`, query.window.span)
  }
  const from = scope.sources[0]!
  const joined = query.joins.length > 0 ? analyseJoins(query, scope, options) : undefined
  const items = expandItems(query, written, scope, purpose.kind === 'answer').map((item) => withSinkType(item, purpose))
  refuseSystemNames(items, purpose)

  refuseAggregates(query.where, scope)
  const where = query.where === undefined ? undefined : condition(withTimesRead(query.where), 'WHERE', scope)
  const outputType: SourceType = query.groupBy !== undefined ? 'TABLE' : (joined?.outputType ?? from.source.sourceType)
  const aggregates = collectCalls([...items.map((item) => item.expression), ...(query.having === undefined ? [] : [query.having])], 'aggregate')
  const tableFunctions = collectCalls(
    items.map((item) => item.expression),
    'table',
  )
  refuseUnknownFunctions(items)
  if (purpose.kind === 'sink') checkMade(purpose, outputType, aggregates, query, scope)
  if (query.groupBy !== undefined) refuseKafkaFormat(scope.sources, 'GROUP BY', query)
  const groupBy = query.groupBy?.map((key) => known(scope.typed(key, 'GROUP BY')))
  const partitionBy = readPartitionBy(query, outputType, scope)
  const typedItems = items.map((item) => ({ ...item, typed: known(scope.typed(item.expression, 'SELECT')) }))
  checkGrouping(query, items, aggregates, tableFunctions, scope)
  if (query.groupBy === undefined && aggregates.length > 0) throw new WrongResultType('TABLE', query)
  if (query.groupBy !== undefined) checkIntermediate(aggregates, from.source, query)
  const having = query.having === undefined ? undefined : condition(query.having, 'HAVING', scope)
  const window = query.window === undefined ? undefined : analyseWindow(query.window)
  if (window !== undefined && from.source.sourceType === 'TABLE') refuse('Windowing not supported for table aggregations.', query.window!.span)
  if (query.emit === 'FINAL' && window === undefined) refuse('EMIT FINAL is only supported for windowed aggregations.', query.span)

  const rule = keyRule(query, scope, joined?.key)
  const output = assignKeys(typedItems, rule, purpose, query)
  const [key, value] = splitRoles(output, rule)
  if (purpose.kind === 'sink') refuseDuplicates(key, value, query)
  const analysed: AnalysedQuery = {
    from,
    joins: joined?.joins ?? [],
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(partitionBy === undefined ? {} : { partitionBy }),
    ...(window === undefined ? {} : { window }),
    ...(having === undefined ? {} : { having }),
    output,
    outputType,
    emit: query.emit ?? 'CHANGES',
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    aggregates,
    tableFunctions,
  }
  return { query: withoutMadeUpKey(analysed, joined?.key, scope), key, value, window: resultWindow(query, window, from.source) }
}

/** A NULL that is inserted has the type of the column it goes into. */
function withSinkType(item: NamedItem, purpose: QueryPurpose): NamedItem {
  const { expression, name } = item
  const column = purpose.kind === 'sink' && expression.kind === 'NullLiteral' ? purpose.columns?.find((candidate) => candidate.name === name) : undefined
  return column === undefined ? item : { ...item, expression: { kind: 'Cast', operand: expression, type: column.type, span: item.span } }
}

/** An answer may count without GROUP BY: all rows are one group then. */
function groupedAsOne(query: Query): Query {
  if (query.groupBy !== undefined) return query
  const [first] = collectCalls(
    query.select.flatMap((item) => (item.kind === 'Item' ? [item.expression] : [])),
    'aggregate',
  )
  return first === undefined ? query : { ...query, groupBy: [{ kind: 'IntegerLiteral', value: 1, span: first.span }] }
}

function known(typed: TypedExpression): TypedExpression {
  mustBeKnown(typed.type ?? null, typed.expression)
  return typed
}

/** A window of the query's own, or the source's as long as its key stays. */
function resultWindow(query: Query, window: AnalysedQuery['window'], source: Source): Source['window'] {
  if (window !== undefined) return window.type === 'SESSION' ? { type: window.type } : { type: window.type, sizeMs: window.sizeMs }
  return query.groupBy === undefined ? source.window : undefined
}

/** WHERE and HAVING: something that is true or not. */
function condition(expression: Expression, clause: Extract<Clause, 'WHERE' | 'HAVING'>, scope: QueryScope): TypedExpression {
  const shown = scope.show(expression)
  let typed: TypedExpression
  try {
    typed = scope.typed(expression, clause)
  } catch (error) {
    if (!(error instanceof SqlError) || error.stage !== 'schema' || !/^(Cannot compare|Error processing|Unsupported)/.test(error.message)) throw error
    return refuse(`Error in ${clause} expression: ${error.message}\nStatement: ${shown}`, error.span)
  }
  if (typed.type?.kind === 'BOOLEAN') return typed
  return refuse(
    `Type error in ${clause} expression: Should evaluate to boolean but is ${shown} (${typed.type?.kind ?? 'null'}) instead.\nStatement: ${shown}`,
    expression.span,
  )
}

/** System columns keep their names for themselves; only an answer may show one under its own name. */
function refuseSystemNames(items: readonly NamedItem[], purpose: QueryPurpose): void {
  for (const { name, expression, span } of items) {
    if (!['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND'].includes(name)) continue
    if (expression.kind !== 'ColumnReference' || expression.name !== name) {
      refuse(`\`${name}\` is a reserved column name. You cannot use it as an alias for a column.`, span)
    }
    if (purpose.kind === 'sink') refuse(`Reserved column name in select: \`${name}\`. Please remove or alias the column.`, span)
  }
}

/** While rows are filtered nothing has been counted yet: to WHERE an aggregate is no function. */
function refuseAggregates(where: Expression | undefined, scope: QueryScope): void {
  if (where === undefined) return
  walk(where, (node) => {
    if (node.kind === 'FunctionCall' && functionSignature(node.name)?.kind === 'aggregate') {
      refuse(
        `Invalid Predicate: Can't find any functions with the name '${node.name}'. expression: ${scope.show(where)}, schema:${scope.showSchema()}`,
        where.span,
        { stage: 'build' },
      )
    }
    return true
  })
}

function refuseUnknownFunctions(items: readonly NamedItem[]): void {
  for (const item of items) {
    walk(item.expression, (node) => {
      if (node.kind === 'FunctionCall' && functionSignature(node.name) === undefined) {
        refuse(`Can't find any functions with the name '${node.name}'`, node.span)
      }
      return true
    })
  }
}

/** CREATE STREAM makes no table and CREATE TABLE no stream. */
function checkMade(
  purpose: Extract<QueryPurpose, { kind: 'sink' }>,
  outputType: SourceType,
  aggregates: readonly Expression[],
  query: Query,
  scope: QueryScope,
): void {
  if (purpose.made === 'INSERT') {
    if (outputType === 'TABLE') throw new WrongResultType(outputType, query)
    return
  }
  const wanted: SourceType = purpose.made === 'CREATE TABLE' ? 'TABLE' : 'STREAM'
  const inSelect = collectCalls(
    query.select.flatMap((item) => (item.kind === 'Item' ? [item.expression] : [])),
    'aggregate',
  )
  if (wanted === 'TABLE' && query.groupBy === undefined && inSelect.length > 0 && outputType === 'STREAM') {
    const shown = aggregates.map((call) => scope.show(countedBy(call)))
    refuse(`CREATE TABLE AS SELECT statement does not support aggregate function [${shown.join(', ')}] without a GROUP BY clause.`, query.span)
  }
  if (wanted !== outputType && !(wanted === 'STREAM' && inSelect.length > 0 && query.groupBy === undefined)) {
    throw new WrongResultType(outputType, query)
  }
}

/** COUNT(*) counts the times of the rows. */
function countedBy(call: Expression): Expression {
  if (call.kind !== 'FunctionCall' || !call.star) return call
  return { ...call, star: false, args: [{ kind: 'ColumnReference', name: 'ROWTIME', span: call.span }] }
}

/** Its message shows the whole statement, which only the caller has. */
export class WrongResultType extends Error {
  readonly outputType: SourceType
  readonly query: Query

  constructor(outputType: SourceType, query: Query) {
    super(`Invalid result type. Your SELECT query produces a ${outputType}. Please use CREATE ${outputType} AS SELECT statement instead.`)
    this.outputType = outputType
    this.query = query
  }
}

function readPartitionBy(query: Query, outputType: SourceType, scope: QueryScope): readonly TypedExpression[] | undefined {
  if (query.partitionBy === undefined) return undefined
  const { span } = query.partitionBy[0] ?? query
  if (outputType === 'TABLE') refuse('PARTITION BY is not supported on tables.', span)
  if (scope.sources[0]!.source.window !== undefined) refuse(WINDOWED_REPARTITION, span)
  const [only, second] = query.partitionBy
  if (only?.kind === 'NullLiteral' && second === undefined) return []
  return query.partitionBy.map((key) => known(scope.typed(key, 'PARTITION BY')))
}

function keyRule(query: Query, scope: QueryScope, joined: AnalysedJoins['key'] | undefined): KeyRule {
  if (query.groupBy !== undefined) return { kind: 'grouping', keys: query.groupBy, scope }
  if (query.partitionBy !== undefined) {
    const noKey = query.partitionBy.length === 1 && query.partitionBy[0]!.kind === 'NullLiteral'
    return { kind: 'partitioning', keys: noKey ? [] : query.partitionBy, scope, names: new NameMaker(scope) }
  }
  if (joined !== undefined && !('foreign' in joined)) return { kind: 'join', key: joined, scope }
  const { alias, source } = scope.sources[0]!
  return {
    kind: 'source',
    foreign: joined !== undefined,
    keys: source.key.map((column) => ({ kind: 'ColumnReference', qualifier: alias, name: column.name, span: query.from.span })),
    scope,
  }
}

/** Key columns in the order of the key, value columns in the order of the select. */
function splitRoles(output: readonly OutputColumn[], rule: KeyRule): [Column[], Column[]] {
  const toColumn = (column: OutputColumn): Column => ({ name: column.name, type: column.value.type! })
  const keys = output.filter((column) => column.role === 'KEY')
  const ordered = rule.kind === 'join' ? keys : rule.keys.flatMap((key) => keys.filter((column) => sameExpression(column.value.expression, key)))
  return [ordered.map(toColumn), output.filter((column) => column.role === 'VALUE').map(toColumn)]
}

function refuseDuplicates(key: readonly Column[], value: readonly Column[], query: Query): void {
  for (const [word, columns] of [
    ['key', key],
    ['value', value],
  ] as const) {
    const seen = new Set<string>()
    for (const column of columns) {
      if (seen.has(column.name)) refuse(`Duplicate ${word} columns found in schema: \`${column.name}\` ${formatType(column.type)}`, query.span)
      seen.add(column.name)
    }
  }
}
