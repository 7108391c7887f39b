/** ON: what is joined with what. */
import type { QuerySource } from '../analysis.ts'
import type { Expression, JoinClause } from '../ast.ts'
import { refuse } from '../error.ts'
import { formatExpression } from '../print/expressions.ts'
import { columnReferences } from '../walk.ts'
import type { QueryScope } from './scope.ts'

export interface Sides {
  readonly left: Expression
  readonly right: Expression
  readonly written: Expression
  /** The side that is written first belongs to the source on the right. */
  readonly flipped: boolean
}

/** One equality, with one source on each side; sides may be written either way round. */
export function readCriteria(clause: JoinClause, known: readonly QuerySource[], right: QuerySource, scope: QueryScope): Sides {
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
  const isLeft = (alias: string): boolean => known.some((source) => source.alias === alias)
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

/** Whether it is the one key column of the source. */
export function isOnlyKey(expression: Expression, source: QuerySource): boolean {
  const [key, second] = source.source.key
  return second === undefined && expression.kind === 'ColumnReference' && expression.qualifier === source.alias && expression.name === key?.name
}
