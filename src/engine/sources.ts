/** The sources of a query and the joins between them: what stands before WHERE. */
import type { AnalysedJoin, AnalysedQuery, TypedExpression } from '../sql/index.ts'
import type { InputRecord } from './engine.ts'
import { compileExpression } from './expression/compile.ts'
import type { Scope, ScopeColumn } from './expression/scope.ts'
import type { Downstream } from './operators/change.ts'
import { partitionBy } from './operators/partition-by.ts'
import { compileSource, materialise, sourceColumns, TableStore } from './operators/source.ts'
import { streamTableJoin } from './operators/stream-table-join.ts'
import type { Compilation } from './query.ts'
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

type World = Pick<Scope, 'random' | 'now'>

export function connectSources(compilation: Compilation, world: World, downstream: Downstream): Feed[] {
  const { query } = compilation
  const feeds: Feed[] = []
  let tail = downstream
  // From the last join to the first: each one feeds the join after it.
  for (let i = query.joins.length - 1; i >= 0; i--) {
    const join = query.joins[i]!
    const left = [query.from, ...query.joins.slice(0, i).map(({ right }) => right)].flatMap(sourceColumns)
    const joined = connectJoin(compilation, join, { ...world, columns: left }, tail)
    tail = joined.left
    feeds.unshift(joined.right)
  }
  const { from } = query
  if (from.source.sourceType === 'TABLE') {
    const store = new TableStore()
    compilation.stateful.push(store)
    tail = materialise(store, tail)
  }
  return [feedOf(from.source, tail), ...feeds]
}

function feedOf(source: AnalysedQuery['from']['source'], downstream: Downstream): Feed {
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

function connectJoin(compilation: Compilation, join: AnalysedJoin, scope: Scope, downstream: Downstream): { left: Downstream; right: Feed } {
  const { source } = join.right
  if (compilation.table || source.sourceType === 'STREAM') throw new Error('This kind of join is not supported')
  const store = new TableStore()
  compilation.stateful.push(store)
  const type = join.type === 'LEFT' ? 'LEFT' : 'INNER'
  const joined = streamTableJoin({ type, store, rightWidth: sourceColumns(join.right).length }, downstream)
  const left = rekey(compilation, join.leftKey, scope, joined)
  return {
    left,
    right: feedOf(
      source,
      materialise(store, () => {}),
    ),
  }
}

/** Gives the left side the key of the join, unless it has it already. */
function rekey(compilation: Compilation, key: TypedExpression, scope: Scope, downstream: Downstream): Downstream {
  if (isKeyOf(compilation.query, key)) return downstream
  const evaluate = compileExpression(key, scope, compilation.report)
  const keyOf = (row: Row): Value[] | null => {
    const part = evaluate(row)
    return part === null ? null : [part]
  }
  return partitionBy(keyOf, compilation.partitionOf([key]), downstream)
}

function isKeyOf({ from, joins }: AnalysedQuery, { expression }: TypedExpression): boolean {
  return (
    joins.length === 1 &&
    from.source.key.length === 1 &&
    expression.kind === 'ColumnReference' &&
    expression.name === from.source.key[0]!.name &&
    (expression.qualifier ?? from.alias) === from.alias
  )
}
