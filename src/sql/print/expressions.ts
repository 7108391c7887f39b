/** Expression -> text, with brackets round every operator, as the server prints them. */
import type { Expression } from '../ast.ts'
import { formatName } from './names.ts'
import { formatDecimalExponent } from './numbers.ts'
import { formatTypeInStatement } from './types.ts'

export function formatExpression(expression: Expression): string {
  return format(expression, true)
}

/** Columns without their qualifier, as messages show them while only one source is read. */
export function formatWithoutQualifiers(expression: Expression): string {
  return format(expression, false)
}

function format(expression: Expression, qualifiers: boolean): string {
  const print = (child: Expression): string => format(child, qualifiers)
  const list = (children: readonly Expression[]): string => children.map(print).join(', ')
  switch (expression.kind) {
    case 'NullLiteral':
      return 'null'
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'LongLiteral':
      return String(expression.value)
    case 'DoubleLiteral':
      return formatDecimalExponent(expression.value)
    case 'DecimalLiteral':
      return expression.text
    case 'StringLiteral':
      return quoteText(expression.value)
    case 'ColumnReference':
      return expression.qualifier === undefined || !qualifiers
        ? formatName(expression.name)
        : `${formatName(expression.qualifier)}.${formatName(expression.name)}`
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return `(${print(expression.left)} ${expression.operator} ${print(expression.right)})`
    case 'Concat':
      return `concat(${print(expression.left)}, ${print(expression.right)})`
    case 'Sign': {
      const operand = print(expression.operand)
      return `${expression.operator}${operand.startsWith('-') ? ' ' : ''}${operand}`
    }
    case 'Not':
      return `(NOT ${print(expression.operand)})`
    case 'IsNull':
      return `(${print(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL)`
    case 'Between':
      return negatable(expression.negated, `(${print(expression.operand)} BETWEEN ${print(expression.low)} AND ${print(expression.high)})`)
    case 'In':
      return negatable(expression.negated, `(${print(expression.operand)} IN (${list(expression.list)}))`)
    case 'Like': {
      const escaped = expression.escape === undefined ? '' : ` ESCAPE ${quoteText(expression.escape)}`
      return negatable(expression.negated, `(${print(expression.operand)} LIKE ${print(expression.pattern)}${escaped})`)
    }
    case 'Case': {
      const operand = expression.operand === undefined ? '' : ` ${print(expression.operand)}`
      const branches = expression.branches.map((branch) => ` WHEN ${print(branch.when)} THEN ${print(branch.then)}`).join('')
      const otherwise = expression.otherwise === undefined ? '' : ` ELSE ${print(expression.otherwise)}`
      return `(CASE${operand}${branches}${otherwise} END)`
    }
    case 'Cast':
      return `CAST(${print(expression.operand)} AS ${formatTypeInStatement(expression.type)})`
    case 'FunctionCall':
      return `${formatName(expression.name)}(${expression.star ? '*' : list(expression.args)})`
    case 'Subscript':
      return `${print(expression.base)}[${print(expression.index)}]`
    case 'FieldAccess':
      return `${print(expression.base)}->${formatName(expression.field)}`
    case 'ArrayConstructor':
      return `ARRAY[${list(expression.elements)}]`
    case 'MapConstructor':
      return `MAP(${expression.entries.map((entry) => `${print(entry.key)}:=${print(entry.value)}`).join(', ')})`
    case 'StructConstructor':
      return `STRUCT(${expression.fields.map((field) => `${formatName(field.name)}:=${print(field.value)}`).join(', ')})`
    case 'Lambda':
      return `${expression.parameters.length === 1 ? formatName(expression.parameters[0]!) : `(${expression.parameters.map(formatName).join(', ')})`} => ${print(expression.body)}`
    case 'IntervalUnit':
      return expression.unit
  }
}

function negatable(negated: boolean, text: string): string {
  return negated ? `(NOT ${text})` : text
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
