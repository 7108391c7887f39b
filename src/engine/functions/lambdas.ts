/** TRANSFORM, FILTER and REDUCE: functions whose arguments are functions. */
import type { Expression, SqlType } from '../../sql/index.ts'
import type { Compiled, Scope } from '../expression/scope.ts'
import { hashOrdered } from '../java/hash-map.ts'
import { arrayOf, mapOf } from '../types.ts'
import type { Row, Value } from '../values.ts'

type CompileNode = (expression: Expression, scope: Scope) => Compiled

interface CompiledLambda {
  readonly type: SqlType | undefined
  /** Runs the body with the parameters set; the row is that of the expression around. */
  run(row: Row, ...values: Value[]): Value
}

function compileLambda(expression: Expression, types: readonly SqlType[], scope: Scope, compile: CompileNode): CompiledLambda {
  if (expression.kind !== 'Lambda') throw new Error('A lambda is expected here')
  if (expression.parameters.length !== types.length) throw new Error(`The lambda takes ${expression.parameters.length} parameters, ${types.length} are given`)
  const cells: Value[] = types.map(() => null)
  const parameters = new Map(scope.lambda)
  for (const [i, name] of expression.parameters.entries()) parameters.set(name, { type: types[i], evaluate: () => cells[i]! })
  const { type, evaluate } = compile(expression.body, { ...scope, lambda: parameters })
  return {
    type,
    run(row, ...values) {
      for (let i = 0; i < values.length; i++) cells[i] = values[i]!
      return evaluate(row)
    },
  }
}

type Mapping = ReadonlyMap<Value, Value>

function transform(collection: Compiled, lambdas: readonly Expression[], scope: Scope, compile: CompileNode): Compiled {
  const { type } = collection
  if (type?.kind === 'MAP') {
    const [key, value] = lambdas.map((lambda) => compileLambda(lambda, [type.key, type.value], scope, compile)) as [CompiledLambda, CompiledLambda]
    return {
      type: mapOf(key.type!, value.type!),
      evaluate(row) {
        const map = collection.evaluate(row) as Mapping | null
        return map === null ? null : hashOrdered([...map].map(([k, v]) => [key.run(row, k, v), value.run(row, k, v)] as const))
      },
    }
  }
  if (type?.kind !== 'ARRAY') throw new Error('TRANSFORM takes an array or a map')
  const each = compileLambda(lambdas[0]!, [type.element], scope, compile)
  return {
    type: arrayOf(each.type!),
    evaluate: (row) => (collection.evaluate(row) as readonly Value[] | null)?.map((item) => each.run(row, item)) ?? null,
  }
}

function filter(collection: Compiled, lambdas: readonly Expression[], scope: Scope, compile: CompileNode): Compiled {
  const { type } = collection
  if (type?.kind === 'MAP') {
    const keep = compileLambda(lambdas[0]!, [type.key, type.value], scope, compile)
    return {
      type,
      evaluate(row) {
        const map = collection.evaluate(row) as Mapping | null
        return map === null ? null : hashOrdered([...map].filter(([k, v]) => keep.run(row, k, v) === true))
      },
    }
  }
  if (type?.kind !== 'ARRAY') throw new Error('FILTER takes an array or a map')
  const keep = compileLambda(lambdas[0]!, [type.element], scope, compile)
  return { type, evaluate: (row) => (collection.evaluate(row) as readonly Value[] | null)?.filter((item) => keep.run(row, item) === true) ?? null }
}

function reduce(collection: Compiled, start: Compiled, lambda: Expression, scope: Scope, compile: CompileNode): Compiled {
  const { type } = collection
  if (type?.kind !== 'MAP' && type?.kind !== 'ARRAY') throw new Error('REDUCE takes an array or a map')
  const items = type.kind === 'MAP' ? [type.key, type.value] : [type.element]
  const step = compileLambda(lambda, [start.type!, ...items], scope, compile)
  return {
    type: start.type,
    evaluate(row) {
      const from = collection.evaluate(row)
      const state = start.evaluate(row)
      if (from === null || state === null) return state
      if (type.kind === 'ARRAY') return (from as readonly Value[]).reduce((value, item) => step.run(row, value, item), state)
      return [...(from as Mapping)].reduce<Value>((value, [k, v]) => step.run(row, value, k, v), state)
    },
  }
}

/** Undefined: not a function of this kind. */
export function compileLambdaFunction(name: string, args: readonly Expression[], scope: Scope, compile: CompileNode): Compiled | undefined {
  if (name !== 'TRANSFORM' && name !== 'FILTER' && name !== 'REDUCE') return undefined
  const collection = compile(args[0]!, scope)
  if (name === 'TRANSFORM') return transform(collection, args.slice(1), scope, compile)
  if (name === 'FILTER') return filter(collection, args.slice(1), scope, compile)
  return reduce(collection, compile(args[1]!, scope), args[2]!, scope, compile)
}
