/** The type of an expression, bottom up; every rule that is broken says so in the words of the server. */
import type { Expression, Span } from '../ast.ts'
import { refuse } from '../error.ts'
import { type ArgumentType, resolveFunction } from '../functions/resolve.ts'
import { functionSignature } from '../functions/signatures.ts'
import { formatType } from '../print/types.ts'
import { arithmeticType, castable, isNumeric, sameType } from '../type-rules.ts'
import type { SqlType } from '../types.ts'
import { constructedArray, constructedMap } from './constructors.ts'
import { checkBetween, checkIn, typeOfComparison } from './predicates.ts'

/** `null` is the type of the untyped NULL. */
export type MaybeType = SqlType | null

export interface TypingScope {
  /** Of a column or of a lambda's parameter; refuses what it does not know. */
  columnType(reference: Extract<Expression, { kind: 'ColumnReference' }>): SqlType
  /** Of a type that CREATE TYPE named. */
  resolveType(type: SqlType, span: Span): SqlType
  /** How the expression is shown in a message. */
  show(expression: Expression): string
  /** What is read, as some messages add it: `, schema:...`. */
  showSchema(): string
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>

const BOOLEAN: SqlType = { kind: 'BOOLEAN' }

export function typeOfExpression(expression: Expression, scope: TypingScope): MaybeType {
  const typeOf = (child: Expression): MaybeType => typeOfExpression(child, scope)
  switch (expression.kind) {
    case 'NullLiteral':
      return null
    case 'BooleanLiteral':
      return BOOLEAN
    case 'IntegerLiteral':
      return { kind: 'INTEGER' }
    case 'LongLiteral':
      return { kind: 'BIGINT' }
    case 'DoubleLiteral':
      return { kind: 'DOUBLE' }
    case 'DecimalLiteral':
      return decimalLiteralType(expression.text)
    case 'StringLiteral':
      return { kind: 'STRING' }
    case 'ColumnReference':
      return scope.columnType(expression)
    case 'Arithmetic':
      return typeOfArithmetic(expression, scope)
    case 'Sign':
      return mustBe('a number', typeOf(expression.operand), expression.operand, expression, scope)
    case 'Concat':
      return refuse(
        `Invalid Select: Cannot get name for \`concat\` 0 times. expression: ${scope.show(expression)}${scope.showSchema()}\nStatement: ${scope.show(expression)}`,
        expression.span,
        { stage: 'build' },
      )
    case 'Comparison':
      return typeOfComparison(expression, scope, typeOf)
    case 'Logical':
      for (const side of [expression.left, expression.right]) mustBe('BOOLEAN', mustBeKnown(typeOf(side), side), side, expression, scope)
      return BOOLEAN
    case 'Not':
      mustBe('BOOLEAN', typeOf(expression.operand), expression.operand, expression, scope)
      return BOOLEAN
    case 'IsNull':
      typeOf(expression.operand)
      return BOOLEAN
    case 'Between':
      checkBetween(expression, scope, typeOf)
      return BOOLEAN
    case 'In':
      checkIn(expression, scope, typeOf)
      return BOOLEAN
    case 'Like':
      for (const side of [expression.operand, expression.pattern]) mustBe('STRING', typeOf(side), side, expression, scope)
      return BOOLEAN
    case 'Case':
      return typeOfCase(expression, scope)
    case 'Cast':
      return typeOfCast(expression, scope)
    case 'FunctionCall':
      return typeOfCall(expression, scope)
    case 'Subscript':
      return typeOfSubscript(expression, scope)
    case 'FieldAccess':
      return typeOfField(expression, scope)
    case 'ArrayConstructor':
      return constructedArray(expression, { typeOf, show: scope.show })
    case 'MapConstructor':
      return constructedMap(expression, { typeOf, show: scope.show })
    case 'StructConstructor':
      return {
        kind: 'STRUCT',
        fields: expression.fields.map((field) => ({ name: field.name, type: mustBeKnown(typeOf(field.value), field.value) })),
      }
    case 'Lambda':
    case 'IntervalUnit':
      return refuse(`Unexpected ${expression.kind === 'Lambda' ? 'lambda' : 'unit of time'}: ${scope.show(expression)}`, expression.span)
  }
}

export function mustBeKnown(type: MaybeType, expression: Expression): SqlType {
  if (type !== null) return type
  return refuse("Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).", expression.span, { code: 50000 })
}

/** For these operators the server has no words of its own: it breaks while it generates code. The untyped NULL fits anywhere. */
function mustBe(wanted: 'BOOLEAN' | 'STRING' | 'a number', type: MaybeType, operand: Expression, whole: Expression, scope: TypingScope): MaybeType {
  if (type === null || (wanted === 'a number' ? isNumeric(type) : type.kind === wanted)) return type
  const shown = scope.show(whole)
  return refuse(
    `Error processing expression: ${shown}. Expected ${wanted} but ${scope.show(operand)} is ${formatType(type)}.\nStatement: ${shown}`,
    operand.span,
  )
}

/** `12.50` is a DECIMAL(4, 2). */
function decimalLiteralType(text: string): SqlType {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const significant = whole.replace(/^0+/, '').length
  return { kind: 'DECIMAL', precision: Math.max(significant + fraction.length, fraction.length + (significant === 0 ? 1 : 0)), scale: fraction.length }
}

function typeOfArithmetic(expression: Of<'Arithmetic'>, scope: TypingScope): SqlType {
  const left = typeOfExpression(expression.left, scope)
  const right = typeOfExpression(expression.right, scope)
  const shown = scope.show(expression)
  if (left === null || right === null) {
    return refuse(
      `Error processing expression: ${shown}. Arithmetic on types ${name(left)} and ${name(right)} are not supported.\nStatement: ${shown}`,
      expression.span,
    )
  }
  const type = arithmeticType(expression.operator, left, right)
  if (type !== undefined) return type
  return refuse(`Error processing expression: ${shown}. Unsupported arithmetic types. ${left.kind} ${right.kind}\nStatement: ${shown}`, expression.span)
}

function name(type: MaybeType): string {
  return type === null ? 'null' : formatType(type)
}

function typeOfCase(expression: Of<'Case'>, scope: TypingScope): MaybeType {
  if (expression.operand !== undefined) {
    return refuse('not yet implemented: io.confluent.ksql.execution.util.ExpressionTypeManager$Visitor.visitSimpleCaseExpression', expression.span, {
      code: 50000,
    })
  }
  let result: MaybeType = null
  for (const { when, then } of expression.branches) {
    const condition = typeOfExpression(when, scope)
    if (condition === null) {
      return refuse('Cannot invoke "io.confluent.ksql.schema.ksql.types.SqlType.baseType()" because "operandType" is null', when.span, { code: 50000 })
    }
    if (condition.kind !== 'BOOLEAN') {
      refuse(`WHEN operand type should be boolean.\nType for '${scope.show(when)}' is ${formatType(condition)}`, when.span)
    }
    const type = typeOfExpression(then, scope)
    if (type !== null && result !== null && !sameType(type, result)) {
      refuse(
        "Invalid Case expression. Type for all 'THEN' clauses should be the same.\n" +
          `THEN expression 'WHEN ${scope.show(when)} THEN ${scope.show(then)}' has type: ${formatType(type)}.\n` +
          `Previous THEN expression(s) type: ${formatType(result)}.`,
        then.span,
      )
    }
    result = result ?? type
  }
  const otherwise = expression.otherwise === undefined ? null : typeOfExpression(expression.otherwise, scope)
  if (result !== null && otherwise !== null && !sameType(result, otherwise)) {
    refuse(
      `Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: ${formatType(result)}.\nDEFAULT type: ${formatType(otherwise)}.`,
      expression.span,
    )
  }
  if (result === null && otherwise === null) refuse('Invalid Case expression. All case branches have NULL type', expression.span)
  return result ?? otherwise
}

function typeOfCast(expression: Of<'Cast'>, scope: TypingScope): SqlType {
  const target = scope.resolveType(expression.type, expression.span)
  const source = typeOfExpression(expression.operand, scope)
  if (source === null || castable(source, target)) return target
  return refuse(
    `Invalid Select: Cast of ${formatType(source)} to ${formatType(target)} is not supported. expression: ${scope.show(expression)}${scope.showSchema()}\nStatement: ${scope.show(expression)}`,
    expression.span,
    { stage: 'build' },
  )
}

function typeOfCall(expression: Of<'FunctionCall'>, scope: TypingScope): MaybeType {
  const signature = functionSignature(expression.name)
  if (signature === undefined) return refuse(`Can't find any functions with the name '${expression.name}'`, expression.span)
  if (expression.star) {
    if (signature.name === 'COUNT') return { kind: 'BIGINT' }
    return refuse(`Function '${signature.name}' does not accept parameters (*).`, expression.span)
  }
  const resolution = resolveFunction(
    signature,
    expression.args.map((arg) => argumentType(arg, scope)),
  )
  if ('problem' in resolution) return refuse(resolution.problem, expression.span, resolution.internal ? { code: 50000 } : {})
  return resolution.found.returns
}

function argumentType(arg: Expression, scope: TypingScope): ArgumentType {
  if (arg.kind === 'IntervalUnit') return { kind: 'UNIT' }
  if (arg.kind !== 'Lambda') return typeOfExpression(arg, scope)
  return {
    kind: 'LAMBDA',
    parameters: arg.parameters,
    bind: (inputs) => typeOfExpression(arg.body, withParameters(scope, new Map(arg.parameters.map((parameter, index) => [parameter, inputs[index]!])))),
  }
}

/** A parameter of a lambda hides a column of the same name. */
function withParameters(scope: TypingScope, parameters: ReadonlyMap<string, SqlType>): TypingScope {
  return {
    columnType: (reference) => (reference.qualifier === undefined ? parameters.get(reference.name) : undefined) ?? scope.columnType(reference),
    resolveType: (type, span) => scope.resolveType(type, span),
    show: (expression) => scope.show(expression),
    showSchema: () => scope.showSchema(),
  }
}

function typeOfSubscript(expression: Of<'Subscript'>, scope: TypingScope): SqlType {
  const base = typeOfExpression(expression.base, scope)
  const index = typeOfExpression(expression.index, scope)
  if (base?.kind === 'ARRAY') {
    if (index === null || !isNumeric(index)) refuse(`Unsupported index type for ${scope.show(expression)}: ${name(index)}`, expression.index.span)
    return base.element
  }
  if (base?.kind === 'MAP') {
    if (index === null || !sameType(index, base.key)) refuse(`Unsupported key type for ${scope.show(expression)}: ${name(index)}`, expression.index.span)
    return base.value
  }
  const hint = base?.kind === 'STRUCT' ? ` Use the dereference operator for STRUCTS: ${scope.show(expression.base)}->${scope.show(expression.index)}` : ''
  return refuse(`Subscript expression (${scope.show(expression)}) do not apply to ${name(base)}.${hint}`, expression.span)
}

function typeOfField(expression: Of<'FieldAccess'>, scope: TypingScope): SqlType {
  const base = typeOfExpression(expression.base, scope)
  if (base?.kind !== 'STRUCT') {
    return refuse(`Expected STRUCT type, got: ${name(base)}`, expression.span)
  }
  const field = base.fields.find((candidate) => candidate.name === expression.field)
  return field?.type ?? refuse(`Could not find field '${expression.field}' in '${scope.show(expression.base)}'.`, expression.span)
}
