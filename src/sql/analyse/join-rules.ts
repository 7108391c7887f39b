/** Which joins there are: https://docs.confluent.io/platform/current/ksqldb/developer-guide/joins/join-streams-and-tables.html */
import type { AnalysisOptions, QuerySource } from '../analysis.ts'
import type { Expression, JoinClause, SourceType } from '../ast.ts'
import { refuse } from '../error.ts'
import { formatExpression } from '../print/expressions.ts'
import { formatType } from '../print/types.ts'
import { sameType } from '../type-rules.ts'
import type { SqlType } from '../types.ts'
import { isOnlyKey, type Sides } from './join-criteria.ts'

export const WINDOWED_REPARTITION = 'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.'

export interface JoinToCheck {
  readonly clause: JoinClause
  readonly sides: Sides
  /** All sources left of it. */
  readonly left: readonly QuerySource[]
  readonly leftKind: SourceType
  readonly leftType: SqlType
  readonly right: QuerySource
  readonly rightType: SqlType
}

/** Refuses what the server cannot join; says whether the left side is a foreign key. */
export function checkJoin(join: JoinToCheck, options: AnalysisOptions): boolean {
  const { clause, sides, left, leftType, right, rightType } = join
  const kinds = `${join.leftKind}-${right.source.sourceType}`
  const foreignKey = checkKinds(join, kinds)
  if (!sameType(leftType, rightType)) refuse(`Invalid join. Key types differ: ${formatType(leftType)} vs ${formatType(rightType)}`, clause.on.span)
  checkWithin(clause, kinds)
  checkWindows(left[0]!, right, clause)
  for (const [source, side] of [
    [left[0]!, sides.left],
    [right, sides.right],
  ] as const) {
    if (left.length === 1 && source.source.window !== undefined && !isOnlyKey(side, source)) refuse(WINDOWED_REPARTITION, clause.on.span)
  }
  if (!foreignKey) checkPartitions(left[0]!, right, clause, options)
  if (kinds === 'STREAM-STREAM' && clause.within === undefined) {
    refuse(
      'Stream-Stream joins must have a WITHIN clause specified. None was provided. To learn about how to specify a WITHIN clause with a stream-stream join, ' +
        'please visit: https://docs.confluent.io/current/ksql/docs/syntax-reference.html#create-stream-as-select',
      clause.span,
    )
  }
  return foreignKey
}

function checkKinds(join: JoinToCheck, kinds: string): boolean {
  const { clause, sides, left, leftType, right, rightType } = join
  const shown = formatExpression(sides.written).slice(1, -1)
  const names = `${left[0]!.source.name} ${JOIN_NAMES[clause.type]} ${right.source.name}`
  if (kinds === 'TABLE-STREAM') {
    refuse(`Invalid join order: table-stream joins are not supported; only stream-table joins. Got ${names}.`, clause.span)
  }
  if (kinds === 'STREAM-TABLE') {
    if (clause.type === 'OUTER') refuse(`Invalid join type: full-outer join not supported for stream-table join. Got ${names}.`, clause.span)
    if (!sameType(leftType, rightType)) refuse(`Invalid join. Key types differ: ${formatType(leftType)} vs ${formatType(rightType)}`, clause.on.span)
    if (!isOnlyKey(sides.right, right)) {
      refuse(`Invalid join condition: stream-table joins require to join on the table's primary key. Got ${shown}.`, clause.on.span)
    }
    if (clause.type === 'RIGHT') refuse(`Invalid join type encountered: ${JOIN_NAMES.RIGHT}`, clause.span)
  }
  if (kinds !== 'TABLE-TABLE') return false
  if (!isOnlyKey(sides.right, right)) {
    refuse(`Invalid join condition: table-table joins require to join on the primary key of the right input table. Got ${shown}.`, clause.on.span)
  }
  const foreignKey = !left.some((source) => isOnlyKey(sides.left, source))
  if (foreignKey) checkForeignKey(join, names, shown)
  if (!sameType(leftType, rightType)) {
    const typed = [showTyped(sides.left, leftType), showTyped(sides.right, rightType)]
    const [first, second] = sides.flipped ? typed.toReversed() : typed
    refuse(`Invalid join condition: types don't match. Got ${first} = ${second}.`, clause.on.span)
  }
  return foreignKey
}

function showTyped(expression: Expression, type: SqlType): string {
  return `${formatExpression(expression)}{${formatType(type)}}`
}

const JOIN_NAMES = { INNER: '[INNER] JOIN', LEFT: 'LEFT [OUTER] JOIN', RIGHT: 'RIGHT [OUTER] JOIN', OUTER: '[FULL] OUTER JOIN' } as const

function checkForeignKey({ clause, left, right }: JoinToCheck, names: string, shown: string): void {
  if (clause.type === 'OUTER' || clause.type === 'RIGHT') {
    const word = clause.type === 'OUTER' ? 'full-outer' : 'right-outer'
    refuse(`Invalid join type: ${word} join not supported for foreign-key table-table join. Got ${names}.`, clause.span)
  }
  if (left.length > 1) {
    refuse(`Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${shown}.`, clause.on.span)
  }
  if (right.source.window !== undefined) refuse('Foreign-key table-table joins are not supported on windowed tables.', clause.span)
}

function checkWithin(clause: JoinClause, kinds: string): void {
  if (clause.within === undefined) return
  if (kinds === 'STREAM-TABLE') {
    refuse(
      'A window definition was provided for a Stream-Table join. These joins are not windowed. Please drop the window definition (ie. the WITHIN clause) and try to execute your join again.',
      clause.span,
    )
  }
  if (kinds === 'TABLE-TABLE') {
    refuse(
      'A window definition was provided for a Table-Table join. These joins are not windowed. Please drop the window definition (i.e. the WITHIN clause) and try to execute your Table-Table join again.',
      clause.span,
    )
  }
}

/** Windowed keys join only windowed keys of their kind: sessions with sessions, the others among themselves. */
function checkWindows(left: QuerySource, right: QuerySource, clause: JoinClause): void {
  const [a, b] = [left.source.window?.type, right.source.window?.type]
  if ((a === undefined) !== (b === undefined)) {
    refuse(
      `Can not join windowed source to non-windowed source.\n\`${left.alias}\` is ${a ?? 'not'} windowed\n\`${right.alias}\` is ${b ?? 'not'} windowed`,
      clause.span,
    )
  }
  if ((a === 'SESSION') === (b === 'SESSION')) return
  refuse(
    `Incompatible windowed sources.\nLeft source: ${a}\nRight source: ${b}\n` +
      'Session windowed sources can only be joined to other session windowed sources, and may still not result in expected behaviour as session bounds must be an exact match for the join to work\n' +
      'Hopping and tumbling windowed sources can only be joined to other hopping and tumbling windowed sources',
    clause.span,
  )
}

function checkPartitions(left: QuerySource, right: QuerySource, clause: JoinClause, options: AnalysisOptions): void {
  const partitions = [left, right].map(({ source }) => options.partitionsOf?.(source.topic) ?? source.partitions)
  if (partitions[0] === undefined || partitions[1] === undefined || partitions[0] === partitions[1]) return
  const [a, b] = [left.source.name, right.source.name].map((name) => `\`${name}\``)
  refuse(
    `Can't join ${a} with ${b} since the number of partitions don't match. ${a} partitions = ${partitions[0]}; ${b} partitions = ${partitions[1]}. ` +
      'Please repartition either one so that the number of partitions match.',
    clause.span,
  )
}
