/** The sources of a query and the joins between them: what stands before WHERE. */
import type { AnalysedJoin, AnalysedQuery, QuerySource, TypedExpression } from '../sql/index.ts'
import type { Compilation } from './compilation.ts'
import type { InputRecord } from './engine.ts'
import { compileExpression } from './expression/compile.ts'
import { canonical, type Evaluate, type Scope, type ScopeColumn } from './expression/scope.ts'
import type { Downstream } from './operators/change.ts'
import { ForeignKeyJoiner } from './operators/foreign-key-join.ts'
import { keysByBytes, partitionBy } from './operators/partition-by.ts'
import { compileSource, materialise, sourceColumns, TableStore } from './operators/source.ts'
import { StreamStreamJoiner } from './operators/stream-stream-join.ts'
import { streamTableJoin } from './operators/stream-table-join.ts'
import { tableTableJoin } from './operators/table-table-join.ts'
import type { Row, Value } from './values.ts'

/** One topic into one place of the query. */
export interface Feed {
  readonly topic: string
  readonly as: 'STREAM' | 'TABLE'
  /** Gives the time of the record. Throws when the record cannot be read. */
  process(record: InputRecord): number
}

/** The columns of a row after all joins. */
export function joinedColumns(query: AnalysedQuery): ScopeColumn[] {
  return [query.from, ...query.joins.map((join) => join.right)].flatMap(sourceColumns)
}

/** A join in its place: what stands left of it, and how its left side got its key. */
interface JoinPlace {
  readonly join: AnalysedJoin
  readonly leftScope: Scope
  /** Expressions that are the key already, by their canonical text. */
  readonly keyed: ReadonlySet<string>
}

export function connectSources(compilation: Compilation, downstream: Downstream): Feed[] {
  const { query, world } = compilation
  const feeds: Feed[] = []
  let tail = downstream
  // From the last join to the first: each one feeds the join after it.
  for (const place of joinPlaces(query, world).toReversed()) {
    const joined = connectJoin(compilation, place, tail)
    tail = joined.left
    feeds.unshift(joined.right)
  }
  const { source } = query.from
  if (source.sourceType === 'TABLE') tail = materialise(tableStore(compilation), tail)
  return [feedOf(source, tail), ...feeds]
}

function joinPlaces(query: AnalysedQuery, world: Compilation['world']): JoinPlace[] {
  return query.joins.map((join, i) => {
    const left = [query.from, ...query.joins.slice(0, i).map(({ right }) => right)]
    const before = query.joins[i - 1]
    const keyed = before ? [before.leftKey, before.rightKey].map(({ expression }) => canonical(expression)) : keyExpressions(query.from)
    return { join, leftScope: { ...world, columns: left.flatMap(sourceColumns) }, keyed: new Set(keyed) }
  })
}

function keyExpressions({ alias, source }: QuerySource): string[] {
  if (source.key.length !== 1) return []
  return [canonical({ kind: 'ColumnReference', qualifier: alias, name: source.key[0]!.name } as TypedExpression['expression'])]
}

function tableStore(compilation: Compilation): TableStore {
  const store = new TableStore()
  compilation.stateful.push(store)
  return store
}

function feedOf(source: QuerySource['source'], downstream: Downstream): Feed {
  const read = compileSource(source)
  return {
    topic: source.topic,
    as: source.sourceType,
    process(record) {
      const change = read(record)
      downstream(change)
      return change.time
    },
  }
}

interface Connected {
  readonly left: Downstream
  readonly right: Feed
}

function connectJoin(compilation: Compilation, place: JoinPlace, downstream: Downstream): Connected {
  if (compilation.table) return place.join.foreignKey ? connectForeignKey(compilation, place, downstream) : connectTables(compilation, place, downstream)
  if (place.join.right.source.sourceType === 'STREAM') return connectStreams(compilation, place, downstream)
  return connectStreamTable(compilation, place, downstream)
}

function connectStreamTable(compilation: Compilation, { join, leftScope, keyed }: JoinPlace, downstream: Downstream): Connected {
  const store = tableStore(compilation)
  const joined = streamTableJoin({ type: join.type === 'LEFT' ? 'LEFT' : 'INNER', store, rightWidth: sourceColumns(join.right).length }, downstream)
  // With more joins Kafka Streams has other names for the repartition topics.
  const counted = compilation.query.joins.length === 1 && !keyed.has(canonical(join.leftKey.expression))
  const left = rekey(compilation, join.leftKey, leftScope, keyed, counted ? countedJoin(compilation, join, joined) : joined)
  return {
    left,
    right: feedOf(
      join.right.source,
      materialise(store, () => {}),
    ),
  }
}

/** Records without a key go through the repartition topic only where the join keeps them. */
function countedJoin(compilation: Compilation, join: AnalysedJoin, downstream: Downstream): Downstream {
  const count = compilation.repartitioned('Join')
  return (change) => {
    if (change.key !== null || join.type === 'LEFT') count(change.partition)
    downstream(change)
  }
}

function connectStreams(compilation: Compilation, { join, leftScope, keyed }: JoinPlace, downstream: Downstream): Connected {
  if (!join.within) throw new Error('A join of two streams needs WITHIN')
  const rightScope: Scope = { ...compilation.world, columns: sourceColumns(join.right) }
  const joiner = new StreamStreamJoiner(
    {
      beforeMs: join.within.beforeMs,
      afterMs: join.within.afterMs,
      graceMs: join.within.graceMs,
      leftOuter: join.type === 'LEFT' || join.type === 'OUTER',
      rightOuter: join.type === 'RIGHT' || join.type === 'OUTER',
      leftWidth: leftScope.columns.length,
      rightWidth: rightScope.columns.length,
    },
    downstream,
  )
  compilation.stateful.push(joiner)
  const left = rekey(compilation, join.leftKey, leftScope, keyed, joiner.left)
  const right = rekey(compilation, join.rightKey, rightScope, new Set(keyExpressions(join.right)), joiner.right)
  return { left, right: feedOf(join.right.source, right) }
}

function connectTables(compilation: Compilation, { join, leftScope }: JoinPlace, downstream: Downstream): Connected {
  const [left, right] = [tableStore(compilation), tableStore(compilation)]
  const widths = { leftWidth: leftScope.columns.length, rightWidth: sourceColumns(join.right).length }
  const joined = tableTableJoin({ type: join.type, left, right, ...widths }, downstream)
  return { left: materialise(left, joined.left), right: feedOf(join.right.source, materialise(right, joined.right)) }
}

function connectForeignKey(compilation: Compilation, { join, leftScope }: JoinPlace, downstream: Downstream): Connected {
  const [left, right, result] = [tableStore(compilation), tableStore(compilation), tableStore(compilation)]
  const { source } = compilation.query.from
  const joiner = new ForeignKeyJoiner(
    {
      type: join.type === 'LEFT' ? 'LEFT' : 'INNER',
      left,
      right,
      rightWidth: sourceColumns(join.right).length,
      foreignKeyOf: compileExpression(join.leftKey, leftScope, compilation.report),
      compareKeys: keysByBytes(source.keyFormat, source.key),
    },
    materialise(result, downstream),
  )
  compilation.stateful.push(joiner)
  return { left: materialise(left, joiner.left), right: feedOf(join.right.source, materialise(right, joiner.right)) }
}

/** Gives a stream the key of the join, unless it has it already. */
function rekey(compilation: Compilation, key: TypedExpression, scope: Scope, keyed: ReadonlySet<string>, downstream: Downstream): Downstream {
  if (keyed.has(canonical(key.expression))) return downstream
  const evaluate: Evaluate = compileExpression(key, scope, compilation.report)
  const keyOf = (row: Row): Value[] | null => {
    const part = evaluate(row)
    return part === null ? null : [part]
  }
  return partitionBy(keyOf, compilation.partitionOf([key]), downstream)
}
