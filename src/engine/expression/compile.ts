/** Compiles an expression into a function of a row, once per statement. */
import type { Expression, TypedExpression } from '../../sql/index.ts'
import { parseDecimal } from '../decimal.ts'
import { compileFunction } from '../functions/index.ts'
import { BIGINT, BOOLEAN, DOUBLE, decimalType, INTEGER, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import { compileArithmetic, compileSign, nonNull } from './arithmetic.ts'
import { nullableCast } from './cast.ts'
import { coerce, commonType, compileBetween, compileComparison, compileIn } from './comparison.ts'
import { compileArray, compileFieldAccess, compileMap, compileStruct, compileSubscript } from './constructors.ts'
import { compileLike } from './like.ts'
import { type Compiled, canonical, type Evaluate, findColumn, NULL_OPERAND, type Scope } from './scope.ts'

function constant(type: Compiled['type'], value: Value): Compiled {
  return { type, evaluate: () => value, constant: true }
}

function decimalLiteral(text: string): Compiled {
  const value = parseDecimal(text)!
  const digits = value.unscaled.toString().replace('-', '').length
  return constant(decimalType(Math.max(digits, value.scale + (digits <= value.scale ? 1 : 0)), value.scale), value)
}

function boolean(evaluate: Evaluate): Compiled {
  return { type: BOOLEAN, evaluate }
}

/** Java's && and ||: a null operand that is looked at fails the whole expression. */
function compileLogical(operator: 'AND' | 'OR', left: Compiled, right: Compiled): Compiled {
  const [a, b] = [left.evaluate, right.evaluate]
  const look = (value: Value): boolean => nonNull(value) as boolean
  return boolean(operator === 'AND' ? (row) => look(a(row)) && look(b(row)) : (row) => look(a(row)) || look(b(row)))
}

function compileCase(expression: Extract<Expression, { kind: 'Case' }>, scope: Scope): Compiled {
  const operand = expression.operand && compileNode(expression.operand, scope)
  const branches = expression.branches.map(({ when, then }) => {
    const test = compileNode(when, scope)
    return { test: operand ? compileComparison('=', operand, test) : test.evaluate, value: compileNode(then, scope) }
  })
  const otherwise = expression.otherwise && compileNode(expression.otherwise, scope)
  let type = otherwise?.type
  for (const { value } of branches) type = commonType(type, value.type)
  if (!type) return constant(undefined, null)
  const results = branches.map(({ test, value }) => ({ test, result: coerce(value, type) }))
  const fallback = otherwise ? coerce(otherwise, type) : () => null
  return {
    type,
    evaluate(row) {
      for (const { test, result } of results) if (test(row) === true) return result(row)
      return fallback(row)
    },
  }
}

function compileColumn(expression: Extract<Expression, { kind: 'ColumnReference' }>, scope: Scope): Compiled {
  const parameter = expression.qualifier === undefined ? scope.lambda?.get(expression.name) : undefined
  if (parameter) return parameter
  const index = findColumn(scope.columns, expression.name, expression.qualifier)
  if (index === undefined) throw new Error(`Column ${expression.qualifier ? `${expression.qualifier}.` : ''}${expression.name} is not in the row`)
  return { type: scope.columns[index]!.type, evaluate: (row) => row[index]! }
}

export function compileNode(expression: Expression, scope: Scope): Compiled {
  const computed = scope.computed?.get(canonical(expression))
  if (computed !== undefined) return { type: scope.columns[computed]!.type, evaluate: (row) => row[computed]! }
  const inner = (child: Expression): Compiled => compileNode(child, scope)
  switch (expression.kind) {
    case 'NullLiteral':
      return constant(undefined, null)
    case 'BooleanLiteral':
      return constant(BOOLEAN, expression.value)
    case 'IntegerLiteral':
      return constant(INTEGER, expression.value)
    case 'LongLiteral':
      return constant(BIGINT, expression.value)
    case 'DoubleLiteral':
      return constant(DOUBLE, expression.value)
    case 'DecimalLiteral':
      return decimalLiteral(expression.text)
    case 'StringLiteral':
      return constant(STRING, expression.value)
    case 'ColumnReference':
      return compileColumn(expression, scope)
    case 'Arithmetic':
      return compileArithmetic(expression.operator, inner(expression.left), inner(expression.right))
    case 'Sign':
      return compileSign(expression.operator, inner(expression.operand))
    case 'Concat':
      return compileFunction('CONCAT', [expression.left, expression.right], scope, compileNode)
    case 'Comparison':
      return boolean(compileComparison(expression.operator, inner(expression.left), inner(expression.right)))
    case 'Logical':
      return compileLogical(expression.operator, inner(expression.left), inner(expression.right))
    case 'Not': {
      const operand = inner(expression.operand)
      return boolean((row) => !nonNull(operand.evaluate(row)))
    }
    case 'IsNull': {
      const operand = inner(expression.operand)
      return boolean((row) => (operand.evaluate(row) === null) !== expression.negated)
    }
    case 'Between':
      return boolean(compileBetween(inner(expression.operand), inner(expression.low), inner(expression.high), expression.negated))
    case 'In':
      return boolean(compileIn(inner(expression.operand), expression.list.map(inner), expression.negated))
    case 'Like': {
      const literal = expression.pattern.kind === 'StringLiteral' ? expression.pattern.value : undefined
      return boolean(compileLike(inner(expression.operand), inner(expression.pattern), expression.negated, expression.escape, literal))
    }
    case 'Case':
      return compileCase(expression, scope)
    case 'Cast': {
      const operand = inner(expression.operand)
      const convert = nullableCast(operand.type, expression.type)
      return { type: expression.type, evaluate: (row) => convert(operand.evaluate(row)) }
    }
    case 'FunctionCall':
      return compileFunction(expression.name, expression.args, scope, compileNode)
    case 'Subscript':
      return compileSubscript(inner(expression.base), inner(expression.index))
    case 'FieldAccess':
      return compileFieldAccess(inner(expression.base), expression.field)
    case 'ArrayConstructor':
      return compileArray(expression.elements.map(inner))
    case 'MapConstructor':
      return compileMap(expression.entries.map(({ key, value }) => ({ key: inner(key), value: inner(value) })))
    case 'StructConstructor':
      return compileStruct(expression.fields.map(({ name, value }) => ({ name, value: inner(value) })))
    case 'Lambda':
      throw new Error('A lambda can only be an argument of a function')
    case 'IntervalUnit':
      return constant(STRING, expression.unit)
  }
}

/** True: nothing in it can fail, so that it needs no guard. */
function isPlain(expression: Expression): boolean {
  return expression.kind === 'ColumnReference' || expression.kind.endsWith('Literal')
}

/**
 * The expression as a function of a row. What fails while running gives null, and `onFailure` hears of it; a null operand is no
 * failure.
 */
export function compileExpression(typed: TypedExpression, scope: Scope, onFailure?: (error: Error) => void): Evaluate {
  const { type, evaluate } = compileNode(typed.expression, onFailure ? { ...scope, report: onFailure } : scope)
  const converted = typed.type && type ? coerce({ type, evaluate }, typed.type) : evaluate
  if (isPlain(typed.expression)) return converted
  return (row) => {
    try {
      return converted(row)
    } catch (error) {
      if (error !== NULL_OPERAND) onFailure?.(error as Error)
      return null
    }
  }
}

/** For WHERE and HAVING: anything but true keeps the row out. */
export function compilePredicate(typed: TypedExpression, scope: Scope, onFailure?: (error: Error) => void): (row: readonly Value[]) => boolean {
  const evaluate = compileExpression(typed, scope, onFailure)
  return (row) => evaluate(row) === true
}
