/** https://docs.confluent.io/platform/current/ksqldb/developer-guide/joins/join-streams-and-tables.html */
import type { AnalysedJoin, AnalysisOptions, QuerySource } from '../analysis.ts'
import type { Expression, JoinClause, Query, SourceType } from '../ast.ts'
import { durationMs } from '../durations.ts'
import { NOWHERE, refuse } from '../error.ts'
import { formatExpression } from '../print/expressions.ts'
import { formatType } from '../print/types.ts'
import { sameExpression } from '../same.ts'
import { sameType } from '../type-rules.ts'
import type { SqlType } from '../types.ts'
import { columnReferences } from '../walk.ts'
import type { QueryScope } from './scope.ts'
import { mustBeKnown } from './typing.ts'

/** What the rows of a join are keyed by. */
export interface JoinKey {
  /** Columns that hold the key: whichever of them is selected first becomes the key of the result. */
  readonly columns: readonly Expression[]
  /** The key's value, also where the row of one side is missing. */
  readonly value: Expression
  readonly type: SqlType
  /** Of a foreign-key join: the table whose key it is. */
  readonly foreign?: QuerySource
}

export interface AnalysedJoins {
  readonly joins: readonly AnalysedJoin[]
  readonly key: JoinKey
  readonly outputType: SourceType
}

export function analyseJoins(query: Query, scope: QueryScope, options: AnalysisOptions): AnalysedJoins {
  refuseKafkaFormat(scope.sources, 'JOIN', query)
  const [first] = scope.sources
  let left: { readonly name: string; readonly type: SourceType; readonly key: JoinKey | undefined; readonly known: readonly QuerySource[] } = {
    name: first!.alias,
    type: first!.source.sourceType,
    key: sourceKey(first!),
    known: [first!],
  }
  const joins = query.joins.map((clause, index) => {
    const right = scope.sources[index + 1]!
    const analysed = analyseJoin(clause, left, right, scope, options)
    left = {
      name: right.alias,
      type: left.type,
      key: analysed.key,
      known: [...left.known, right],
    }
    return analysed.join
  })
  return { joins, key: left.key!, outputType: left.type }
}

/** Sources whose values the server cannot repartition. */
export function refuseKafkaFormat(sources: readonly QuerySource[], what: 'JOIN' | 'GROUP BY', query: Query): void {
  const bad = sources.filter((source) => source.source.valueFormat.format === 'KAFKA')
  if (bad.length === 0) return
  const names = bad.map((source) => source.source.name).join(', ')
  refuse(`Source(s) ${names} are using the 'KAFKA' value format. This format does not yet support ${what}.`, query.from.span)
}

function sourceKey(source: QuerySource): JoinKey | undefined {
  const [column, second] = source.source.key
  if (column === undefined || second !== undefined) return undefined
  const reference: Expression = { kind: 'ColumnReference', qualifier: source.alias, name: column.name, span: NOWHERE }
  return { columns: [reference], value: reference, type: column.type }
}

export const WINDOWED_REPARTITION = 'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.'

interface Left {
  readonly name: string
  readonly type: SourceType
  readonly key: JoinKey | undefined
  readonly known: readonly QuerySource[]
}

function analyseJoin(clause: JoinClause, left: Left, right: QuerySource, scope: QueryScope, options: AnalysisOptions): { join: AnalysedJoin; key: JoinKey } {
  const self = left.known.find((source) => source.source.name === right.source.name)
  if (self !== undefined) {
    if (left.known.length > 1) refuse(`N-way joins do not support multiple occurrences of the same source. Source: '${self.source.name}'.`, clause.source.span)
    refuse(`Can not join '${self.source.name}' to '${right.source.name}': self joins are not yet supported.`, clause.source.span)
  }
  const sides = readCriteria(clause, left, right, scope)
  const leftType = mustBeKnown(scope.typed(sides.left, 'JOIN ON').type ?? null, sides.left)
  const rightType = mustBeKnown(scope.typed(sides.right, 'JOIN ON').type ?? null, sides.right)
  const shown = formatExpression(sides.written).slice(1, -1)
  const onRightKey = right.source.key.length === 1 && isKeyColumn(sides.right, right)

  const kinds = `${left.type}-${right.source.sourceType}`
  const names = `${left.known[0]!.source.name} ${JOIN_NAMES[clause.type]} ${right.source.name}`
  let foreignKey = false
  if (kinds === 'TABLE-STREAM') {
    refuse(`Invalid join order: table-stream joins are not supported; only stream-table joins. Got ${names}.`, clause.span)
  }
  if (kinds === 'STREAM-TABLE') {
    if (clause.type === 'OUTER') refuse(`Invalid join type: full-outer join not supported for stream-table join. Got ${names}.`, clause.span)
    if (!sameType(leftType, rightType)) refuse(`Invalid join. Key types differ: ${formatType(leftType)} vs ${formatType(rightType)}`, clause.on.span)
    if (!onRightKey) {
      refuse(`Invalid join condition: stream-table joins require to join on the table's primary key. Got ${shown}.`, clause.on.span)
    }
    if (clause.type === 'RIGHT') refuse(`Invalid join type encountered: ${JOIN_NAMES.RIGHT}`, clause.span)
  }
  if (kinds === 'TABLE-TABLE') {
    if (!onRightKey) {
      refuse(`Invalid join condition: table-table joins require to join on the primary key of the right input table. Got ${shown}.`, clause.on.span)
    }
    foreignKey = !left.known.some((source) => source.source.key.length === 1 && isKeyColumn(sides.left, source))
    if (foreignKey) checkForeignKey(clause, left, right, { names, shown })
    if (!sameType(leftType, rightType)) {
      const typed = [showTyped(sides.left, leftType), showTyped(sides.right, rightType)]
      const [first, second] = sides.flipped ? typed.toReversed() : typed
      refuse(`Invalid join condition: types don't match. Got ${first} = ${second}.`, clause.on.span)
    }
  }
  if (!sameType(leftType, rightType)) refuse(`Invalid join. Key types differ: ${formatType(leftType)} vs ${formatType(rightType)}`, clause.on.span)
  checkWithin(clause, kinds)
  checkWindows(left.known[0]!, right, clause)
  for (const [source, side] of [
    [left.known[0]!, sides.left],
    [right, sides.right],
  ] as const) {
    if (source.source.window !== undefined && !isKeyColumn(side, source)) refuse(WINDOWED_REPARTITION, clause.on.span)
  }
  if (!foreignKey) checkPartitions(left.known[0]!, right, clause, options)
  if (kinds === 'STREAM-STREAM' && clause.within === undefined) {
    refuse(
      'Stream-Stream joins must have a WITHIN clause specified. None was provided. To learn about how to specify a WITHIN clause with a stream-stream join, ' +
        'please visit: https://docs.confluent.io/current/ksql/docs/syntax-reference.html#create-stream-as-select',
      clause.span,
    )
  }

  const join: AnalysedJoin = {
    type: clause.type,
    right,
    leftKey: { expression: sides.left, type: leftType },
    rightKey: { expression: sides.right, type: rightType },
    ...(clause.within === undefined ? {} : { within: readWithin(clause.within) }),
    foreignKey,
  }
  return { join, key: foreignKey ? { ...left.key!, foreign: left.known[0]! } : joinKey(clause.type, sides.left, sides.right, leftType, left.key, scope) }
}

function showTyped(expression: Expression, type: SqlType): string {
  return `${formatExpression(expression)}{${formatType(type)}}`
}

const JOIN_NAMES = { INNER: '[INNER] JOIN', LEFT: 'LEFT [OUTER] JOIN', RIGHT: 'RIGHT [OUTER] JOIN', OUTER: '[FULL] OUTER JOIN' } as const

function checkForeignKey(clause: JoinClause, left: Left, right: QuerySource, { names, shown }: { readonly names: string; readonly shown: string }): void {
  if (clause.type === 'OUTER' || clause.type === 'RIGHT') {
    const word = clause.type === 'OUTER' ? 'full-outer' : 'right-outer'
    refuse(`Invalid join type: ${word} join not supported for foreign-key table-table join. Got ${names}.`, clause.span)
  }
  if (left.known.length > 1) {
    refuse(`Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${shown}.`, clause.on.span)
  }
  if (right.source.window !== undefined) refuse('Foreign-key table-table joins are not supported on windowed tables.', clause.span)
}

interface Sides {
  readonly left: Expression
  readonly right: Expression
  readonly written: Expression
  /** The side that is written first belongs to the source on the right. */
  readonly flipped: boolean
}

/** One equality, with one source on each side; sides may be written either way round. */
function readCriteria(clause: JoinClause, left: Left, right: QuerySource, scope: QueryScope): Sides {
  const on = scope.qualify(clause.on)
  if (on.kind === 'Logical' && isEquality(on.left) && isEquality(on.right)) {
    refuse(`Invalid join condition: joins on multiple conditions are not yet supported. Got ${formatExpression(on)}.`, clause.on.span)
  }
  if (on.kind !== 'Comparison') return refuse(`Unsupported join expression: ${formatExpression(on)}`, clause.on.span)
  if (on.operator !== '=') refuse('Only equality join criteria is supported.', clause.on.span)
  const owners = [on.left, on.right].map((side) => {
    const aliases = new Set(columnReferences(side).map((reference) => ownerOf(reference, scope)))
    if (aliases.size !== 1) {
      refuse(
        `Invalid comparison expression '${formatExpression(side)}' in join '${formatExpression(on)}'. Each side of the join comparision must contain references from exactly one source.`,
        side.span,
      )
    }
    return [...aliases][0]!
  })
  const isLeft = (alias: string): boolean => left.known.some((source) => source.alias === alias)
  if (isLeft(owners[0]!) && owners[1] === right.alias) return { left: on.left, right: on.right, written: on, flipped: false }
  if (isLeft(owners[1]!) && owners[0] === right.alias) return { left: on.right, right: on.left, written: on, flipped: true }
  if (owners[0] === owners[1]) {
    refuse(
      `Each side of the join must reference exactly one source and not the same source. Left side references \`${owners[0]}\` and right references \`${owners[1]}\``,
      clause.on.span,
    )
  }
  return refuse(
    `A join criteria is expected to reference the source (\`${right.alias}\`) in the FROM clause, instead the right source references \`${owners[1]}\` and the left source references \`${owners[0]}\``,
    clause.on.span,
  )
}

function isEquality(expression: Expression): boolean {
  return expression.kind === 'Comparison' && expression.operator === '='
}

function ownerOf(reference: Extract<Expression, { kind: 'ColumnReference' }>, scope: QueryScope): string {
  scope.typed(reference, 'JOIN ON')
  return reference.qualifier!
}

function isKeyColumn(expression: Expression, source: QuerySource): boolean {
  return expression.kind === 'ColumnReference' && expression.qualifier === source.alias && source.source.key.some((column) => column.name === expression.name)
}

/** Two expressions, or either side of a full join, have no column that always holds the key: one is made up. */
function joinKey(type: JoinClause['type'], left: Expression, right: Expression, keyType: SqlType, former: JoinKey | undefined, scope: QueryScope): JoinKey {
  const columns = [left, right].filter((side) => side.kind === 'ColumnReference')
  const value = keyValue(type, left, right)
  if (type !== 'OUTER' && columns.length > 0) {
    // A second join on the key of the first keeps all columns that hold it.
    const chained = former?.columns.some((column) => sameExpression(column, left)) ?? false
    const kept = chained ? former!.columns.filter((column) => !columns.some((known) => sameExpression(known, column))) : []
    return { columns: [...columns.slice(0, 1), ...kept, ...columns.slice(1)], value: chained && type !== 'RIGHT' ? former!.value : value, type: keyType }
  }
  const name = freeName(scope)
  scope.madeUp.clear()
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

function readWithin(within: NonNullable<JoinClause['within']>): NonNullable<AnalysedJoin['within']> {
  return {
    beforeMs: durationMs(within.before),
    afterMs: durationMs(within.after),
    ...(within.grace === undefined ? {} : { graceMs: durationMs(within.grace) }),
  }
}
