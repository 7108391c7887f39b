/** Comparisons, BETWEEN, IN and IS [NOT] DISTINCT FROM. A comparison with null is false, not null. */
import type { ComparisonOperator, SqlType } from '../../sql/index.ts'
import { comparatorOf } from '../compare.ts'
import { decimalOfNumber } from '../decimal.ts'
import { isNumericType, sameType, widerNumeric } from '../types.ts'
import type { Value } from '../values.ts'
import { widen } from './arithmetic.ts'
import { nullableCast } from './cast.ts'
import type { Compiled, Evaluate } from './scope.ts'

/** The type in which values of both are compared: the wider number, the time that a text is written for. */
export function commonType(a: SqlType | undefined, b: SqlType | undefined): SqlType | undefined {
  if (!a || !b) return a ?? b
  if (isNumericType(a) && isNumericType(b)) return widerNumeric(a, b)
  if (a.kind === 'STRING' && b.kind !== 'STRING') return b
  if (b.kind === 'STRING' && a.kind !== 'STRING') return a
  if (a.kind === 'DATE' && b.kind === 'TIMESTAMP') return b
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') return { kind: 'ARRAY', element: commonType(a.element, b.element)! }
  if (a.kind === 'MAP' && b.kind === 'MAP') return { kind: 'MAP', key: commonType(a.key, b.key)!, value: commonType(a.value, b.value)! }
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') return commonStruct(a, b)
  return a
}

function commonStruct(a: Extract<SqlType, { kind: 'STRUCT' }>, b: Extract<SqlType, { kind: 'STRUCT' }>): SqlType {
  const fields = a.fields.map(({ name, type }) => ({ name, type: commonType(type, b.fields.find((field) => field.name === name)?.type)! }))
  return { kind: 'STRUCT', fields: [...fields, ...b.fields.filter(({ name }) => !fields.some((field) => field.name === name))] }
}

/** A DOUBLE beside a DECIMAL is compared by its shortest decimal text. */
function comparedAs(a: SqlType | undefined, b: SqlType | undefined): SqlType | undefined {
  const kinds = [a?.kind, b?.kind]
  return kinds.includes('DECIMAL') && kinds.includes('DOUBLE') ? [a, b].find((type) => type!.kind === 'DECIMAL') : commonType(a, b)
}

function operandAs(operand: Compiled, type: SqlType): Evaluate {
  if (type.kind !== 'DECIMAL' || !operand.type || operand.type.kind === 'STRING') return coerce(operand, type)
  const widenOperand = operand.type.kind === 'DOUBLE' ? (value: Value) => decimalOfNumber(value as number) : widen(operand.type, type)
  return once(operand, (row) => {
    const value = operand.evaluate(row)
    return value === null ? null : widenOperand(value)
  })
}

/** A constant is converted at its first use and not again. */
function once(operand: Compiled, evaluate: Evaluate): Evaluate {
  if (!operand.constant) return evaluate
  let value: Value | undefined
  return (row) => {
    value ??= evaluate(row)
    return value
  }
}

/** The operand as a value of the type. */
export function coerce(operand: Compiled, type: SqlType): Evaluate {
  if (!operand.type) return () => null
  if (sameType(operand.type, type)) return operand.evaluate
  const convert = nullableCast(operand.type, type)
  return once(operand, (row) => convert(operand.evaluate(row)))
}

const TESTS: Record<ComparisonOperator, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  'IS DISTINCT FROM': (order) => order !== 0,
  'IS NOT DISTINCT FROM': (order) => order === 0,
}

export function compileComparison(operator: ComparisonOperator, left: Compiled, right: Compiled): Evaluate {
  const type = comparedAs(left.type, right.type)
  if (!type) throw new Error('Comparison with NULL not supported')
  const [a, b] = [operandAs(left, type), operandAs(right, type)]
  const compare = comparatorOf(type)
  const test = TESTS[operator]
  const distinct = operator === 'IS DISTINCT FROM'
  const nullSafe = distinct || operator === 'IS NOT DISTINCT FROM'
  if (type.kind === 'INTEGER' || type.kind === 'BIGINT' || type.kind === 'DOUBLE') return comparePrimitives(operator, a, b)
  return (row) => {
    const x = a(row)
    const y = b(row)
    if (x === null || y === null) return nullSafe ? (x === y) !== distinct : false
    return test(compare(x, y))
  }
}

/** The hot path of WHERE: numbers, by Java's own operators; nothing is equal to, or other than, NaN. */
function comparePrimitives(operator: ComparisonOperator, a: Evaluate, b: Evaluate): Evaluate {
  const ready = (x: Value, y: Value): boolean => x !== null && y !== null
  switch (operator) {
    case '=':
      return (row) => {
        const x = a(row)
        return x !== null && x === b(row)
      }
    case '<>':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) && (x! < y! || x! > y!)
      }
    case '<':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) && x! < y!
      }
    case '<=':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) && x! <= y!
      }
    case '>':
      return (row) => {
        const x = a(row)
        const y = b(row)
        return x !== null && y !== null && x > y
      }
    case '>=':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) && x! >= y!
      }
    case 'IS DISTINCT FROM':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) ? x! < y! || x! > y! : x !== y
      }
    case 'IS NOT DISTINCT FROM':
      return (row) => {
        const [x, y] = [a(row), b(row)]
        return ready(x, y) ? !(x! < y! || x! > y!) : x === y
      }
  }
}

export function compileBetween(operand: Compiled, low: Compiled, high: Compiled, negated: boolean): Evaluate {
  const notBelow = compileComparison('>=', operand, low)
  const notAbove = compileComparison('<=', operand, high)
  return (row) => ((notBelow(row) && notAbove(row)) as boolean) !== negated
}

export function compileIn(operand: Compiled, list: readonly Compiled[], negated: boolean): Evaluate {
  const tests = list.filter((item) => item.type).map((item) => compileComparison('=', operand, item))
  return (row) => tests.some((test) => test(row) === true) !== negated
}
