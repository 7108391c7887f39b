/** Ways through the tree of an expression. */
import type { Expression } from './ast.ts'

/** The expression with each direct child replaced. */
export function mapChildren(expression: Expression, replace: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
    case 'Concat':
      return { ...expression, left: replace(expression.left), right: replace(expression.right) }
    case 'Sign':
    case 'Not':
    case 'IsNull':
    case 'Cast':
      return { ...expression, operand: replace(expression.operand) }
    case 'Between':
      return { ...expression, operand: replace(expression.operand), low: replace(expression.low), high: replace(expression.high) }
    case 'In':
      return { ...expression, operand: replace(expression.operand), list: expression.list.map(replace) }
    case 'Like':
      return { ...expression, operand: replace(expression.operand), pattern: replace(expression.pattern) }
    case 'Case':
      return {
        ...expression,
        ...(expression.operand === undefined ? {} : { operand: replace(expression.operand) }),
        // biome-ignore lint/suspicious/noThenProperty: the tree is never awaited, and THEN is the word of the language.
        branches: expression.branches.map((branch) => ({ when: replace(branch.when), then: replace(branch.then) })),
        ...(expression.otherwise === undefined ? {} : { otherwise: replace(expression.otherwise) }),
      }
    case 'FunctionCall':
      return { ...expression, args: expression.args.map(replace) }
    case 'Subscript':
      return { ...expression, base: replace(expression.base), index: replace(expression.index) }
    case 'FieldAccess':
      return { ...expression, base: replace(expression.base) }
    case 'ArrayConstructor':
      return { ...expression, elements: expression.elements.map(replace) }
    case 'MapConstructor':
      return { ...expression, entries: expression.entries.map((entry) => ({ key: replace(entry.key), value: replace(entry.value) })) }
    case 'StructConstructor':
      return { ...expression, fields: expression.fields.map((field) => ({ name: field.name, value: replace(field.value) })) }
    case 'Lambda':
      return { ...expression, body: replace(expression.body) }
    default:
      return expression
  }
}

/** Every node, outer ones first; `visit` says whether to go on below it. */
export function walk(expression: Expression, visit: (node: Expression) => boolean): void {
  if (!visit(expression)) return
  mapChildren(expression, (child) => {
    walk(child, visit)
    return child
  })
}

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>

/** Column references that are no parameters of a lambda, in the order of the text. */
export function columnReferences(expression: Expression): Of<'ColumnReference'>[] {
  const found: Of<'ColumnReference'>[] = []
  mapColumns(expression, (reference) => {
    found.push(reference)
    return reference
  })
  return found
}

/** The expression with every column reference replaced, parameters of lambdas left alone. */
export function mapColumns(
  expression: Expression,
  replace: (reference: Of<'ColumnReference'>) => Expression,
  hidden: ReadonlySet<string> = new Set(),
): Expression {
  if (expression.kind === 'ColumnReference') {
    return expression.qualifier === undefined && hidden.has(expression.name) ? expression : replace(expression)
  }
  const inner = expression.kind === 'Lambda' ? new Set([...hidden, ...expression.parameters]) : hidden
  return mapChildren(expression, (child) => mapColumns(child, replace, inner))
}
