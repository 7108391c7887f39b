/** Comparisons, BETWEEN and IN: which types may meet. */
import type { Expression } from '../ast.ts'
import { refuse } from '../error.ts'
import { formatType } from '../print/types.ts'
import { comparable } from '../type-rules.ts'
import type { SqlType } from '../types.ts'
import { commonType } from './common-type.ts'
import type { MaybeType, TypingScope } from './typing.ts'

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>
type TypeOf = (expression: Expression) => MaybeType

const OPERATOR_NAMES = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'IS DISTINCT FROM': 'IS_DISTINCT_FROM',
  'IS NOT DISTINCT FROM': 'IS_NOT_DISTINCT_FROM',
} as const

export function typeOfComparison(expression: Of<'Comparison'>, scope: TypingScope, typeOf: TypeOf): SqlType {
  const left = typeOf(expression.left)
  const right = typeOf(expression.right)
  if (left === null || right === null) {
    const show = (type: MaybeType): string => (type === null ? 'NULL' : type.kind)
    return refuse(
      `Comparison with NULL not supported: ${show(left)} ${expression.operator} ${show(right)}\nUse 'IS NULL' or 'IS NOT NULL' instead.`,
      expression.span,
    )
  }
  if (comparable(left, right, expression.operator)) return { kind: 'BOOLEAN' }
  return refuse(
    `Cannot compare ${scope.show(expression.left)} (${formatType(left)}) to ${scope.show(expression.right)} (${formatType(right)}) ` +
      `with ${OPERATOR_NAMES[expression.operator]}.\nStatement: ${scope.show(expression)}`,
    expression.span,
  )
}

export function checkBetween(expression: Of<'Between'>, scope: TypingScope, typeOf: TypeOf): void {
  for (const [operator, bound] of [
    ['>=', expression.low],
    ['<=', expression.high],
  ] as const) {
    typeOfComparison({ kind: 'Comparison', operator, left: expression.operand, right: bound, span: expression.span }, scope, typeOf)
  }
}

/** The operand and the list together must have a common type. */
export function checkIn(expression: Of<'In'>, scope: TypingScope, typeOf: TypeOf): void {
  commonType(
    expression.list,
    { typeOf, show: (element) => scope.show(element), prefix: 'Invalid Predicate: ', options: { stage: 'build' } },
    typeOf(expression.operand),
  )
}
