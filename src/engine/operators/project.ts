/** SELECT: the value columns of the output. The key is what the operators before have made it; no expression touches it. */
import type { Expression, OutputColumn } from '../../sql/index.ts'
import type { OutputRow } from '../engine.ts'
import { compileExpression } from '../expression/compile.ts'
import { canonical, type Evaluate, type Scope } from '../expression/scope.ts'
import type { Row, Value } from '../values.ts'
import type { Downstream, Report } from './change.ts'

export interface Projection {
  value(row: Row): Value[]
  /** Puts the parts of the key in the order in which the output names them. */
  key(key: readonly Value[]): readonly Value[]
  /** And back. */
  groupKey(key: readonly Value[]): readonly Value[]
}

function evaluateAll(evaluators: readonly Evaluate[]): Projection['value'] {
  const width = evaluators.length
  return (row) => {
    const values = new Array<Value>(width)
    for (let i = 0; i < width; i++) values[i] = evaluators[i]!(row)
    return values
  }
}

/** `keys` are the expressions that the operators before have made the key of. */
export function compileProjection(output: readonly OutputColumn[], keys: readonly Expression[], scope: Scope, report: Report): Projection {
  const values = output.filter((column) => column.role === 'VALUE')
  return {
    value: evaluateAll(values.map((column) => compileExpression(column.value, scope, report))),
    ...reorder(
      output.filter((column) => column.role === 'KEY'),
      keys,
    ),
  }
}

function reorder(columns: readonly OutputColumn[], keys: readonly Expression[]): Pick<Projection, 'key' | 'groupKey'> {
  const made = keys.map(canonical)
  const order = columns.map((column) => made.indexOf(canonical(column.value.expression)))
  const isPermutation = order.length === made.length && new Set(order).size === made.length && !order.includes(-1)
  if (!isPermutation || order.every((from, to) => from === to)) return { key: (key) => key, groupKey: (key) => key }
  return { key: (key) => order.map((from) => key[from]!), groupKey: (key) => made.map((_, to) => key[order.indexOf(to)]!) }
}

export function project(projection: Projection, emit: (row: OutputRow) => void): Downstream {
  return ({ key, row, time, window }) => {
    const output = { key: key === null ? null : projection.key(key), value: row === null ? null : projection.value(row), timestamp: time }
    emit(window ? { ...output, window } : output)
  }
}
