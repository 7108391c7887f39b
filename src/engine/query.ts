/** Compiles an analysed query into a chain of operators, from its last to its first, and runs records through it. */
import type { AnalysedQuery, Column, Expression, OutputColumn, Span, TypedExpression } from '../sql/index.ts'
import type { CompileOptions, InputRecord, OutputRow, RunningQuery, TableView } from './engine.ts'
import { compileExpression, compileNode, compilePredicate } from './expression/compile.ts'
import { canonical, type Scope, type ScopeColumn } from './expression/scope.ts'
import { resolveTableFunction } from './functions/table.ts'
import { aggregateStream, aggregateTable } from './operators/aggregate.ts'
import { type Downstream, FatalError, type Report, type Stateful } from './operators/change.ts'
import { filterStream, filterTable } from './operators/filter.ts'
import { compileGrouping } from './operators/group.ts'
import { groupBy, groupByKey, type PartitionOf } from './operators/group-by.ts'
import { type Limit, limitOf } from './operators/limit.ts'
import { keysByBytes, partitionBy } from './operators/partition-by.ts'
import { compileProjection, type Projection, project } from './operators/project.ts'
import { SessionAggregate } from './operators/session-aggregate.ts'
import { Suppress } from './operators/suppress.ts'
import { explode } from './operators/table-functions.ts'
import { type GroupView, tableRow, WindowAggregate } from './operators/window-aggregate.ts'
import { partitionFor } from './partition.ts'
import { columnsFormat } from './serde/format.ts'
import { compileWriter } from './serde/record-writer.ts'
import { compileSinkTime } from './serde/timestamp.ts'
import { connectSources, type Feed, joinedColumns } from './sources.ts'
import { resultTable } from './table-view.ts'
import type { Row, Value } from './values.ts'

const NO_SPAN: Span = { start: { line: 0, column: 0, offset: 0 }, end: { line: 0, column: 0, offset: 0 } }

/** What the operators of one query share while it is compiled. */
export interface Compilation {
  readonly query: AnalysedQuery
  readonly report: Report
  /** Operators with state, in the order of their making. */
  readonly stateful: Stateful[]
  /** True: rows of the left-most source are changes of a table. */
  readonly table: boolean
  partitionOf(key: readonly TypedExpression[]): PartitionOf
  /** The columns of the output: those of the key in the order of the sink's key. */
  readonly output: readonly OutputColumn[]
}

export function compileQuery(options: CompileOptions): RunningQuery {
  const { query, sink } = options
  let current: InputRecord | undefined
  let output: OutputRow[] = []
  let streamTime = -1
  const report: Report = (error) => {
    if (current)
      options.onError({
        topic: current.topic,
        partition: current.partition,
        offset: current.offset,
        message: error.message,
        fatal: error instanceof FatalError,
      })
  }
  const compilation: Compilation = {
    query,
    report,
    stateful: [],
    table: query.from.source.sourceType === 'TABLE',
    partitionOf: (key) => repartition(options, key),
    output: outputColumns(options),
  }
  const limit = limitOf(query.limit)
  const sinkTime = sink && compileSinkTime(sink)
  const emit = (row: OutputRow): void => {
    if (!sinkTime) {
      output.push(row)
      return
    }
    try {
      output.push(sinkTime(row, Math.max(streamTime, current!.timestamp)))
    } catch (error) {
      report(new Error(`Error writing row with extracted timestamp: ${(error as Error).message}`))
    }
  }
  const { feeds, table } = assemble(compilation, options, limit, emit)
  const writer = sink && compileWriter(sink)
  const byTopic = Map.groupBy(feeds, (feed) => feed.topic)

  return {
    inputs: feeds.map(({ topic, as }) => ({ topic, as })),
    process(record) {
      output = []
      current = record
      for (const feed of byTopic.get(record.topic) ?? []) {
        if (limit.reached) break
        try {
          streamTime = Math.max(streamTime, feed.process(record))
        } catch (error) {
          report(error as Error)
        }
      }
      return output
    },
    encode(row) {
      if (!writer) throw new Error('A query without sink has no records')
      return writer(row)
    },
    ...(table ? { table } : {}),
    get streamTime() {
      return streamTime
    },
    get done() {
      return limit.reached
    },
    snapshot: () => ({ streamTime, operators: compilation.stateful.map((operator) => operator.snapshot()) }),
    restore(state) {
      const saved = state as { streamTime: number; operators: unknown[] }
      streamTime = saved.streamTime
      for (const [i, operator] of compilation.stateful.entries()) operator.restore(saved.operators[i])
    },
  }
}

function outputColumns({ query, sink }: CompileOptions): readonly OutputColumn[] {
  if (!sink) return query.output
  const place = ({ name }: OutputColumn): number => sink.key.findIndex((column) => column.name === name)
  const keys = query.output.filter((column) => column.role === 'KEY').sort((a, b) => place(a) - place(b))
  return [...keys, ...query.output.filter((column) => column.role === 'VALUE')]
}

/** Where a key goes in the repartition topic: it has as many partitions as the source's topic. */
function repartition({ query, sink }: CompileOptions, key: readonly TypedExpression[]): PartitionOf {
  const partitions = query.from.source.partitions ?? 1
  if (partitions === 1) return () => 0
  const columns = keyColumns(key)
  const plain = sink?.keyFormat.format === 'KAFKA' && columns.length === 1
  const format = columnsFormat({ format: plain ? 'KAFKA' : 'JSON' }, columns, false)
  return (values) => {
    const bytes = format.write(values)
    return bytes === null ? 0 : partitionFor(bytes, partitions)
  }
}

function assemble(compilation: Compilation, options: CompileOptions, limit: Limit, emit: (row: OutputRow) => void): { feeds: Feed[]; table?: TableView } {
  const { query, report } = compilation
  const world = { ...(options.random ? { random: options.random } : {}), ...(options.now ? { now: options.now } : {}) }
  const columns = joinedColumns(query)
  const scope: Scope = { ...world, columns }
  const limited = (row: OutputRow): void => {
    if (limit.take()) emit(row)
  }
  const exploded = tableFunctionScope(query, scope)
  const isTable = query.outputType === 'TABLE'

  let tail: Downstream
  let table: TableView | undefined
  if (query.groupBy) {
    const aggregated = aggregate(compilation, exploded, limited)
    tail = aggregated.process
    table = aggregated.table
  } else {
    const projection = compileProjection(compilation.output, query.partitionBy?.map(({ expression }) => expression) ?? sourceKeys(query), exploded, report)
    if (isTable) {
      const result = resultTable(limited)
      compilation.stateful.push(result)
      table = result
      tail = project(projection, result.put)
    } else tail = project(projection, limited)
    if (query.partitionBy) tail = repartitioned(compilation, query.partitionBy, exploded, tail)
  }
  if (query.tableFunctions.length > 0) tail = explode(compileTableFunctions(query, scope, report), tail)
  if (query.where) {
    const passes = compilePredicate(query.where, scope, report)
    tail = compilation.table ? filterTable(passes, tail) : filterStream(passes, tail)
  }
  const feeds = connectSources(compilation, world, tail)
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
  const partitionOf = compilation.partitionOf(query.groupBy!)

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

/** Columns for the bytes of a key that has no names of its own. */
function keyColumns(key: readonly TypedExpression[]): Column[] {
  return key.map(({ type }, i) => ({ name: `K${i}`, type: type! }))
}
