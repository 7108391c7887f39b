/** What holds between types: which are the same, which wider, what may be compared and cast. */
import type { ArithmeticOperator, ComparisonOperator } from './ast.ts'
import type { SqlType } from './types.ts'

type Decimal = Extract<SqlType, { kind: 'DECIMAL' }>

export function sameType(a: SqlType, b: SqlType): boolean {
  if (a.kind !== b.kind) return false
  switch (a.kind) {
    case 'DECIMAL':
      return a.precision === (b as typeof a).precision && a.scale === (b as typeof a).scale
    case 'ARRAY':
      return sameType(a.element, (b as typeof a).element)
    case 'MAP':
      return sameType(a.key, (b as typeof a).key) && sameType(a.value, (b as typeof a).value)
    case 'STRUCT': {
      const { fields } = b as typeof a
      return (
        a.fields.length === fields.length && a.fields.every((field, index) => field.name === fields[index]!.name && sameType(field.type, fields[index]!.type))
      )
    }
    case 'NAMED':
      return a.name === (b as typeof a).name
    default:
      return true
  }
}

export function isNumeric(type: SqlType): boolean {
  return type.kind === 'INTEGER' || type.kind === 'BIGINT' || type.kind === 'DECIMAL' || type.kind === 'DOUBLE'
}

/** An INTEGER is a DECIMAL(10, 0), a BIGINT a DECIMAL(19, 0). */
function asDecimal(type: SqlType): Decimal {
  if (type.kind === 'DECIMAL') return type
  return { kind: 'DECIMAL', precision: type.kind === 'BIGINT' ? 19 : 10, scale: 0 }
}

/** Holds every value of both. */
export function widestDecimal(a: SqlType, b: SqlType): Decimal {
  const left = asDecimal(a)
  const right = asDecimal(b)
  const scale = Math.max(left.scale, right.scale)
  return { kind: 'DECIMAL', precision: Math.max(left.precision - left.scale, right.precision - right.scale) + scale, scale }
}

/** The result of `a operator b`; `undefined`: there is none. */
export function arithmeticType(operator: ArithmeticOperator, a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === 'STRING' && b.kind === 'STRING') return operator === '+' ? a : undefined
  if (!isNumeric(a) || !isNumeric(b)) return undefined
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return { kind: 'DOUBLE' }
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') return decimalArithmetic(operator, asDecimal(a), asDecimal(b))
  return { kind: a.kind === 'BIGINT' || b.kind === 'BIGINT' ? 'BIGINT' : 'INTEGER' }
}

function decimalArithmetic(operator: ArithmeticOperator, a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  switch (operator) {
    case '+':
    case '-':
      return { kind: 'DECIMAL', precision: Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale }
    case '*':
      return { kind: 'DECIMAL', precision: a.precision + b.precision + 1, scale: a.scale + b.scale }
    case '/': {
      const quotient = Math.max(6, a.scale + b.precision + 1)
      return { kind: 'DECIMAL', precision: a.precision - a.scale + b.scale + quotient, scale: quotient }
    }
    case '%':
      return { kind: 'DECIMAL', precision: Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale }
  }
}

const TIMES: readonly SqlType['kind'][] = ['TIMESTAMP', 'DATE', 'TIME']

/** Numbers with numbers; times with texts and with their kind; truth values, arrays, maps and structs only for equality. */
export function comparable(a: SqlType, b: SqlType, operator: ComparisonOperator): boolean {
  if (isNumeric(a) && isNumeric(b)) return true
  if (a.kind === 'STRING' && (b.kind === 'STRING' || TIMES.includes(b.kind))) return true
  if (b.kind === 'STRING' && TIMES.includes(a.kind)) return true
  if (TIMES.includes(a.kind) && TIMES.includes(b.kind)) return a.kind === b.kind || (a.kind !== 'TIME' && b.kind !== 'TIME')
  if (a.kind === 'BYTES' && b.kind === 'BYTES') return true
  const equality = operator === '=' || operator === '<>' || operator === 'IS DISTINCT FROM' || operator === 'IS NOT DISTINCT FROM'
  // What is in them is compared value by value.
  return equality && a.kind === b.kind
}

/** Whether CAST takes a value from one type to the other. */
export function castable(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true
  if (isNumeric(from) && isNumeric(to)) return true
  if (to.kind === 'STRING') return from.kind !== 'BYTES'
  if (from.kind === 'STRING') return isNumeric(to) || to.kind === 'BOOLEAN' || TIMES.includes(to.kind)
  if (from.kind === 'TIMESTAMP') return to.kind === 'DATE' || to.kind === 'TIME'
  if (from.kind === 'DATE') return to.kind === 'TIMESTAMP'
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return castable(from.element, to.element)
  if (from.kind === 'MAP' && to.kind === 'MAP') return castable(from.key, to.key) && castable(from.value, to.value)
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    return from.fields.every((field) => {
      const target = to.fields.find((candidate) => candidate.name === field.name)
      return target === undefined || castable(field.type, target.type)
    })
  }
  return false
}
