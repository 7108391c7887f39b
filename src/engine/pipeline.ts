/** Puts the operators of a query together, from the last to the first. */
import type { AnalysedQuery, Expression, Span, TypedExpression } from '../sql/index.ts'
import type { Compilation } from './compilation.ts'
import type { OutputRow, TableView } from './engine.ts'
import { compileExpression, compileNode, compilePredicate } from './expression/compile.ts'
import { canonical, type Scope, type ScopeColumn } from './expression/scope.ts'
import { resolveTableFunction } from './functions/table.ts'
import { aggregateStream, aggregateTable } from './operators/aggregate.ts'
import type { Downstream, Report, Stateful } from './operators/change.ts'
import { filterStream, filterTable } from './operators/filter.ts'
import { compileGrouping } from './operators/group.ts'
import { groupBy, groupByKey, type PartitionOf } from './operators/group-by.ts'
import { keyColumns, keysByBytes, partitionBy } from './operators/partition-by.ts'
import { compileProjection, type Projection, project } from './operators/project.ts'
import { SessionAggregate } from './operators/session-aggregate.ts'
import { Suppress } from './operators/suppress.ts'
import { explode } from './operators/table-functions.ts'
import { type GroupView, tableRow, WindowAggregate } from './operators/window-aggregate.ts'
import { connectSources, type Feed, joinedColumns } from './sources.ts'
import { resultTable } from './table-view.ts'
import type { Row, Value } from './values.ts'

const NO_SPAN: Span = { start: { line: 0, column: 0, offset: 0 }, end: { line: 0, column: 0, offset: 0 } }

export interface Pipeline {
  readonly feeds: readonly Feed[]
  /** Present when the result is a table. */
  readonly table?: TableView
}

/** Sources and joins, WHERE, table functions, PARTITION BY or GROUP BY, HAVING, SELECT: each feeds the next; built from behind. */
export function assemble(compilation: Compilation, emit: (row: OutputRow) => void): Pipeline {
  const { query, report, world } = compilation
  const scope: Scope = { ...world, columns: joinedColumns(query) }
  const exploded = tableFunctionScope(query, scope)
  const isTable = query.outputType === 'TABLE'

  let tail: Downstream
  let table: TableView | undefined
  if (query.groupBy) {
    const aggregated = aggregate(compilation, exploded, emit)
    tail = aggregated.process
    table = aggregated.table
  } else {
    const projection = compileProjection(compilation.output, query.partitionBy?.map(({ expression }) => expression) ?? sourceKeys(query), exploded, report)
    if (isTable) {
      const result = resultTable(emit)
      compilation.stateful.push(result)
      table = result
      tail = project(projection, result.put)
    } else tail = project(projection, emit)
    if (query.partitionBy) tail = repartitioned(compilation, query.partitionBy, exploded, tail)
  }
  if (query.tableFunctions.length > 0) tail = explode(compileTableFunctions(query, scope, report), tail)
  if (query.where) {
    const passes = compilePredicate(query.where, scope, report)
    tail = compilation.table ? filterTable(passes, tail) : filterStream(passes, tail)
  }
  const feeds = connectSources(compilation, tail)
  return table ? { feeds, table } : { feeds }
}

function tableFunctionScope(query: AnalysedQuery, scope: Scope): Scope {
  if (query.tableFunctions.length === 0) return scope
  const computed = new Map<string, number>()
  const columns: ScopeColumn[] = [...scope.columns]
  for (const call of query.tableFunctions) {
    computed.set(canonical(call), columns.length)
    columns.push({ name: '', type: resolveTableFunction(call.name, compileNode(call.args[0]!, scope).type).type })
  }
  return { ...scope, columns, computed }
}

function compileTableFunctions(query: AnalysedQuery, scope: Scope, report: Report): ((row: Row) => readonly Value[])[] {
  return query.tableFunctions.map((call) => {
    const { type } = compileNode(call.args[0]!, scope)
    const { run } = resolveTableFunction(call.name, type)
    const argument = compileExpression({ expression: call.args[0]!, type }, scope, report)
    return (row) => run(argument(row))
  })
}

function repartitioned(compilation: Compilation, by: readonly TypedExpression[], scope: Scope, downstream: Downstream): Downstream {
  const parts = by.map((typed) => compileExpression(typed, scope, compilation.report))
  const keyOf = (row: Row): Value[] | null => {
    const key = parts.map((part) => part(row))
    return key.length === 1 && key[0] === null ? null : key
  }
  const emptyRow = (key: readonly Value[] | null): Row => scope.columns.map((_, i) => key?.[i] ?? null)
  return partitionBy(keyOf, compilation.partitionOf(by), downstream, emptyRow)
}

/** The key of a query that keeps its source's; the key of a join has no such names. */
function sourceKeys({ from, joins }: AnalysedQuery): Expression[] {
  if (joins.length > 0) return []
  return from.source.key.map(({ name }) => ({ kind: 'ColumnReference', qualifier: from.alias, name, span: NO_SPAN }))
}

/** True: the groups are the keys that the stream already has, in their order. */
function groupsByKey(query: AnalysedQuery): boolean {
  const { source, alias } = query.from
  if (query.joins.length > 0 || source.key.length === 0 || source.key.length !== query.groupBy!.length) return false
  return query.groupBy!.every(
    ({ expression }, i) => expression.kind === 'ColumnReference' && expression.name === source.key[i]!.name && (expression.qualifier ?? alias) === alias,
  )
}

function aggregate(compilation: Compilation, scope: Scope, emit: (row: OutputRow) => void): { process: Downstream; table: TableView } {
  const { query, report } = compilation
  const { keyOf, states, places, scope: grouped } = compileGrouping(query, scope, report)
  compilation.stateful.push(places)
  const groups = query.groupBy!.map(({ expression }) => expression)
  const projection = compileProjection(compilation.output, groups, grouped, report)
  const passes = query.having && compilePredicate(query.having, grouped, report)
  let tail = project(projection, emit)
  if (passes) tail = filterTable(passes, tail)
  if (query.emit === 'FINAL' && query.window) {
    // A session is closed when its gap has passed, too.
    const openMs = query.window.graceMs + (query.window.type === 'SESSION' ? query.window.sizeMs : 0)
    const suppress = new Suppress(openMs, keysByBytes({ format: 'JSON' }, keyColumns(query.groupBy!)), tail)
    compilation.stateful.push(suppress)
    tail = suppress.process
  }
  const partitionOf = !compilation.table && groupsByKey(query) ? compilation.partitionOf(query.groupBy!) : countedPartition(compilation, query.groupBy!)

  if (compilation.table) {
    const { process, store } = aggregateTable(keyOf, partitionOf, states, tail)
    compilation.stateful.push(store)
    return { process, table: groupTable(store, passes, projection) }
  }
  const { process, store } = streamAggregate(query, states, tail)
  compilation.stateful.push(store)
  const keyed = groupsByKey(query) ? groupByKey(keyOf, process) : groupBy(keyOf, partitionOf, process)
  return { process: keyed, table: groupTable(store, passes, projection) }
}

/** Each record of a group whose key it did not have goes through a repartition topic. */
function countedPartition(compilation: Compilation, key: readonly TypedExpression[]): PartitionOf {
  const [partitionOf, count] = [compilation.partitionOf(key), compilation.repartitioned('Aggregate-GroupBy')]
  return (values) => {
    const partition = partitionOf(values)
    count(partition)
    return partition
  }
}

function streamAggregate(
  query: AnalysedQuery,
  states: Parameters<typeof aggregateStream>[0],
  tail: Downstream,
): { process: Downstream; store: Stateful & GroupView } {
  if (!query.window) return aggregateStream(states, tail)
  const store = query.window.type === 'SESSION' ? new SessionAggregate(query.window, states, tail) : new WindowAggregate(query.window, states, tail)
  return { process: store.process, store }
}

function groupTable(view: GroupView, passes: ((row: Row) => boolean) | undefined, projection: Projection): TableView {
  function* read(entries: Iterable<Parameters<typeof tableRow>[0]>) {
    for (const entry of entries) if (!passes || passes(entry.row)) yield tableRow({ ...entry, key: projection.key(entry.key) }, projection.value(entry.row))
  }
  return { get: (key) => [...read(view.get(projection.groupKey(key)))], rows: () => read(view.entries()) }
}
