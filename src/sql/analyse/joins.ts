/** https://docs.confluent.io/platform/current/ksqldb/developer-guide/joins/join-streams-and-tables.html */
import type { AnalysedJoin, AnalysisOptions, QuerySource } from '../analysis.ts'
import type { Expression, JoinClause, Query, SourceType } from '../ast.ts'
import { durationMs } from '../durations.ts'
import { refuse } from '../error.ts'
import { sameExpression } from '../same.ts'
import type { SqlType } from '../types.ts'
import { readCriteria } from './join-criteria.ts'
import { checkJoin } from './join-rules.ts'
import type { QueryScope } from './scope.ts'
import { mustBeKnown } from './typing.ts'

/** What the rows of a join are keyed by. */
export interface JoinKey {
  /** Columns that hold the key: whichever of them is selected first becomes the key of the result. */
  readonly columns: readonly Expression[]
  /** The key's value, also where the row of one side is missing. */
  readonly value: Expression
  readonly type: SqlType
}

export interface AnalysedJoins {
  readonly joins: readonly AnalysedJoin[]
  /** `foreign`: the rows keep the whole key of that table. */
  readonly key: JoinKey | { readonly foreign: QuerySource }
  readonly outputType: SourceType
}

export function analyseJoins(query: Query, scope: QueryScope, options: AnalysisOptions): AnalysedJoins {
  refuseKafkaFormat(scope.sources, 'JOIN', query)
  const [first] = scope.sources
  let left: Left = { type: first!.source.sourceType, key: { foreign: first! }, known: [first!] }
  const joins = query.joins.map((clause, index) => {
    const right = scope.sources[index + 1]!
    const analysed = analyseJoin(clause, left, right, scope, options)
    left = { type: left.type, key: analysed.key, known: [...left.known, right] }
    return analysed.join
  })
  return { joins, key: left.key, outputType: left.type }
}

/** Sources whose values the server cannot repartition. */
export function refuseKafkaFormat(sources: readonly QuerySource[], what: 'JOIN' | 'GROUP BY', query: Query): void {
  const bad = sources.filter((source) => source.source.valueFormat.format === 'KAFKA')
  if (bad.length === 0) return
  const names = bad.map((source) => source.source.name).join(', ')
  refuse(`Source(s) ${names} are using the 'KAFKA' value format. This format does not yet support ${what}.`, query.from.span)
}

/** What stands left of a join. */
interface Left {
  readonly type: SourceType
  readonly key: AnalysedJoins['key']
  readonly known: readonly QuerySource[]
}

function analyseJoin(
  clause: JoinClause,
  left: Left,
  right: QuerySource,
  scope: QueryScope,
  options: AnalysisOptions,
): { join: AnalysedJoin; key: AnalysedJoins['key'] } {
  const self = left.known.find((source) => source.source.name === right.source.name)
  if (self !== undefined) {
    if (left.known.length > 1) refuse(`N-way joins do not support multiple occurrences of the same source. Source: '${self.source.name}'.`, clause.source.span)
    refuse(`Can not join '${self.source.name}' to '${right.source.name}': self joins are not yet supported.`, clause.source.span)
  }
  const sides = readCriteria(clause, left.known, right, scope)
  const leftType = mustBeKnown(scope.typed(sides.left, 'JOIN ON').type ?? null, sides.left)
  const rightType = mustBeKnown(scope.typed(sides.right, 'JOIN ON').type ?? null, sides.right)
  const foreignKey = checkJoin({ clause, sides, left: left.known, leftKind: left.type, leftType, right, rightType }, options)
  const join: AnalysedJoin = {
    type: clause.type,
    right,
    leftKey: { expression: sides.left, type: leftType },
    rightKey: { expression: sides.right, type: rightType },
    ...(clause.within === undefined ? {} : { within: readWithin(clause.within) }),
    foreignKey,
  }
  return { join, key: foreignKey ? { foreign: left.known[0]! } : joinKey(clause.type, sides.left, sides.right, leftType, left.key, scope) }
}

/** Two expressions, or either side of a full join, have no column that always holds the key: one is made up. */
function joinKey(type: JoinClause['type'], left: Expression, right: Expression, keyType: SqlType, former: AnalysedJoins['key'], scope: QueryScope): JoinKey {
  const columns = [left, right].filter((side) => side.kind === 'ColumnReference')
  const value = keyValue(type, left, right)
  scope.madeUp.clear()
  if (type !== 'OUTER' && columns.length > 0) {
    // A second join on the key of the first keeps all columns that hold it.
    const chained = 'columns' in former && former.columns.some((column) => sameExpression(column, left)) ? former : undefined
    const kept = chained?.columns.filter((column) => !columns.some((known) => sameExpression(known, column))) ?? []
    return {
      columns: [...columns.slice(0, 1), ...kept, ...columns.slice(1)],
      value: chained !== undefined && type !== 'RIGHT' ? chained.value : value,
      type: keyType,
    }
  }
  const name = freeName(scope)
  scope.madeUp.set(name, keyType)
  return { columns: [{ kind: 'ColumnReference', name, span: left.span }], value, type: keyType }
}

function keyValue(type: JoinClause['type'], left: Expression, right: Expression): Expression {
  if (type === 'OUTER') return { kind: 'FunctionCall', name: 'COALESCE', args: [left, right], star: false, span: left.span }
  return type === 'RIGHT' ? right : left
}

/** ROWKEY, or ROWKEY_1 and on where a source has columns of such names. */
function freeName(scope: QueryScope): string {
  const numbers = scope.sources
    .flatMap((source) => [...source.source.key, ...source.source.value])
    .map((column) => /^ROWKEY(?:_(\d+))?$/.exec(column.name))
    .filter((match) => match !== null)
    .map((match) => Number(match[1] ?? 0))
  return numbers.length === 0 ? 'ROWKEY' : `ROWKEY_${Math.max(...numbers) + 1}`
}

function readWithin(within: NonNullable<JoinClause['within']>): NonNullable<AnalysedJoin['within']> {
  return {
    beforeMs: durationMs(within.before),
    afterMs: durationMs(within.after),
    ...(within.grace === undefined ? {} : { graceMs: durationMs(within.grace) }),
  }
}
