/** Scalar functions by name, and how a call is compiled. */
import type { Expression } from '../../sql/index.ts'
import { type Compiled, type Evaluate, NULL_OPERAND, type Scope } from '../expression/scope.ts'
import type { Row, Value } from '../values.ts'
import { ARRAY_FUNCTIONS } from './arrays.ts'
import { BYTES_FUNCTIONS } from './bytes.ts'
import type { Family } from './define.ts'
import { EXTREME_FUNCTIONS } from './greatest.ts'
import { JSON_FUNCTIONS } from './json.ts'
import { compileLambdaFunction } from './lambdas.ts'
import { MAP_FUNCTIONS } from './maps.ts'
import { MASK_FUNCTIONS } from './mask.ts'
import { MATH_FUNCTIONS } from './math.ts'
import { NULL_FUNCTIONS } from './nulls.ts'
import { REGEX_FUNCTIONS } from './regex.ts'
import { STRING_FUNCTIONS } from './strings.ts'
import { TIME_FUNCTIONS } from './times.ts'
import { URL_FUNCTIONS } from './urls.ts'

const FUNCTIONS = new Map(
  Object.entries<Family[string]>({
    ...ARRAY_FUNCTIONS,
    ...BYTES_FUNCTIONS,
    ...EXTREME_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...MAP_FUNCTIONS,
    ...MASK_FUNCTIONS,
    ...MATH_FUNCTIONS,
    ...NULL_FUNCTIONS,
    ...REGEX_FUNCTIONS,
    ...STRING_FUNCTIONS,
    ...TIME_FUNCTIONS,
    ...URL_FUNCTIONS,
  }),
)

type CompileNode = (expression: Expression, scope: Scope) => Compiled

export function compileFunction(name: string, args: readonly Expression[], scope: Scope, compile: CompileNode): Compiled {
  const lambda = compileLambdaFunction(name, args, scope, compile)
  if (lambda) return lambda
  const resolve = FUNCTIONS.get(name)
  if (!resolve) throw new Error(`Can't find any functions with the name '${name}'`)
  const compiled = args.map((arg) => compile(arg, scope))
  const { type, run } = resolve(
    compiled.map((arg) => arg.type),
    scope,
  )
  const evaluators = compiled.map((arg, i) => guard(args[i]!, arg.evaluate, scope))
  return { type, evaluate: call(run as (...values: Value[]) => Value, evaluators, scope) }
}

/** An argument that fails is null to the function. */
function guard(expression: Expression, evaluate: Evaluate, scope: Scope): Evaluate {
  if (expression.kind === 'ColumnReference' || expression.kind === 'FunctionCall' || expression.kind.endsWith('Literal')) return evaluate
  return (row) => {
    try {
      return evaluate(row)
    } catch (error) {
      if (error !== NULL_OPERAND) scope.report?.(error as Error)
      return null
    }
  }
}

/** A function that fails gives null. */
function call(run: (...values: Value[]) => Value, args: readonly Evaluate[], scope: Scope): Evaluate {
  const apply = spread(run, args)
  return (row) => {
    try {
      return apply(row)
    } catch (error) {
      scope.report?.(error as Error)
      return null
    }
  }
}

function spread(run: (...values: Value[]) => Value, args: readonly Evaluate[]): Evaluate {
  const [a, b, c] = args
  switch (args.length) {
    case 0:
      return () => run()
    case 1:
      return (row: Row) => run(a!(row))
    case 2:
      return (row: Row) => run(a!(row), b!(row))
    case 3:
      return (row: Row) => run(a!(row), b!(row), c!(row))
    default:
      return (row: Row) => run(...args.map((arg) => arg(row)))
  }
}
