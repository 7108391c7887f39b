/** + - * / % over numbers, with Java's overflow and ksqlDB's decimal results; + over texts. */
import type { ArithmeticOperator, SqlType } from '../../sql/index.ts'
import { addDecimal, decimalToNumber, fitDecimal, multiplyDecimal, negateDecimal, powerOfTen, remainderDecimal, subtractDecimal } from '../decimal.ts'
import { asDecimalType, BIGINT, type DecimalType, DOUBLE, decimalType, INTEGER, isNumericType, STRING } from '../types.ts'
import type { Decimal, Value } from '../values.ts'
import { type Compiled, type Evaluate, NULL_OPERAND } from './scope.ts'

function arithmeticType(operator: ArithmeticOperator, left: SqlType | undefined, right: SqlType | undefined): SqlType {
  if (operator === '+' && left?.kind === 'STRING' && right?.kind === 'STRING') return STRING
  if (!left || !right || !isNumericType(left) || !isNumericType(right)) {
    throw new Error(`Unsupported arithmetic types. ${left?.kind ?? 'null'} ${right?.kind ?? 'null'}`)
  }
  if (left.kind === 'DOUBLE' || right.kind === 'DOUBLE') return DOUBLE
  if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') return decimalResult(operator, asDecimalType(left), asDecimalType(right))
  return left.kind === 'BIGINT' || right.kind === 'BIGINT' ? BIGINT : INTEGER
}

function decimalResult(operator: ArithmeticOperator, a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  const whole = [a.precision - a.scale, b.precision - b.scale] as const
  switch (operator) {
    case '+':
    case '-':
      return decimalType(Math.max(...whole) + scale + 1, scale)
    case '*':
      return decimalType(a.precision + b.precision + 1, a.scale + b.scale)
    case '/': {
      const digits = Math.max(6, a.scale + b.precision + 1)
      return decimalType(a.precision - a.scale + b.scale + digits, digits)
    }
    case '%':
      return decimalType(Math.min(...whole) + scale, scale)
  }
}

/** A value of a numeric type as a value of a wider one; not for null. */
export function widen(from: SqlType, to: SqlType): (value: Value) => Value {
  if (from.kind === to.kind) return (value) => value
  switch (to.kind) {
    case 'BIGINT':
      return (value) => BigInt(value as number)
    case 'DOUBLE':
      return from.kind === 'DECIMAL' ? (value) => decimalToNumber(value as Decimal) : (value) => Number(value)
    case 'DECIMAL':
      return (value) => ({ unscaled: BigInt(value as number | bigint), scale: 0 })
    default:
      return (value) => value
  }
}

function divideInteger(a: number, b: number): number {
  if (b === 0) throw new Error('/ by zero')
  return Math.trunc(a / b) | 0
}

function remainderInteger(a: number, b: number): number {
  if (b === 0) throw new Error('/ by zero')
  return (a % b) + 0
}

/** The quotient must come out even in the digits that its type gives it, as with RoundingMode.UNNECESSARY. */
function divideExactly(a: Decimal, b: Decimal, type: DecimalType): Decimal {
  if (b.unscaled === 0n) throw new Error('/ by zero')
  const dividend = a.unscaled * powerOfTen(type.scale - a.scale + b.scale)
  if (dividend % b.unscaled !== 0n) throw new Error('Rounding necessary')
  return fitDecimal({ unscaled: dividend / b.unscaled, scale: type.scale }, type.precision, type.scale)
}

type Binary = (a: never, b: never) => Value

function operation(operator: ArithmeticOperator, type: SqlType): Binary {
  switch (type.kind) {
    case 'STRING':
      return (a: string, b: string) => a + b
    case 'INTEGER':
      return {
        '+': (a: number, b: number) => (a + b) | 0,
        '-': (a: number, b: number) => (a - b) | 0,
        '*': (a: number, b: number) => Math.imul(a, b),
        '/': divideInteger,
        '%': remainderInteger,
      }[operator]
    case 'BIGINT':
      return {
        '+': (a: bigint, b: bigint) => BigInt.asIntN(64, a + b),
        '-': (a: bigint, b: bigint) => BigInt.asIntN(64, a - b),
        '*': (a: bigint, b: bigint) => BigInt.asIntN(64, a * b),
        '/': (a: bigint, b: bigint) => BigInt.asIntN(64, a / b),
        '%': (a: bigint, b: bigint) => a % b,
      }[operator]
    case 'DOUBLE':
      return {
        '+': (a: number, b: number) => a + b,
        '-': (a: number, b: number) => a - b,
        '*': (a: number, b: number) => a * b,
        '/': (a: number, b: number) => a / b,
        '%': (a: number, b: number) => a % b,
      }[operator]
    default:
      return decimalOperation(operator, type as DecimalType)
  }
}

function decimalOperation(operator: ArithmeticOperator, type: DecimalType): Binary {
  if (operator === '/') return (a: Decimal, b: Decimal) => divideExactly(a, b, type)
  const exact = { '+': addDecimal, '-': subtractDecimal, '*': multiplyDecimal, '%': remainderDecimal }[operator]
  return (a: Decimal, b: Decimal) => fitDecimal(exact(a, b), type.precision, type.scale)
}

export function compileArithmetic(operator: ArithmeticOperator, left: Compiled, right: Compiled): Compiled {
  const type = arithmeticType(operator, left.type, right.type)
  const apply = operation(operator, type) as (a: Value, b: Value) => Value
  if (type.kind === 'STRING') {
    // Java's concatenation: a null reads as "null".
    return { type, evaluate: (row) => `${left.evaluate(row)}${right.evaluate(row)}` }
  }
  const [widenLeft, widenRight] = [widen(left.type!, type), widen(right.type!, type)]
  const [evaluateLeft, evaluateRight] = [left.evaluate, right.evaluate]
  return {
    type,
    evaluate(row) {
      const a = evaluateLeft(row)
      const b = evaluateRight(row)
      if (a === null || b === null) throw NULL_OPERAND
      return apply(widenLeft(a), widenRight(b))
    },
  }
}

export function compileSign(operator: '+' | '-', operand: Compiled): Compiled {
  if (operator === '+') return operand
  const negate: Record<string, Evaluate> = {
    INTEGER: (row) => -(nonNull(operand.evaluate(row)) as number) | 0,
    BIGINT: (row) => BigInt.asIntN(64, -(nonNull(operand.evaluate(row)) as bigint)),
    DOUBLE: (row) => -(nonNull(operand.evaluate(row)) as number),
    DECIMAL: (row) => negateDecimal(nonNull(operand.evaluate(row)) as Decimal),
  }
  const evaluate = negate[operand.type?.kind ?? '']
  if (!evaluate) throw new Error(`Negation on type ${operand.type?.kind ?? 'null'} is not supported`)
  return { type: operand.type, evaluate }
}

export function nonNull(value: Value): Exclude<Value, null> {
  if (value === null) throw NULL_OPERAND
  return value
}
