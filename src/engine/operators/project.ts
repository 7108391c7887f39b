/** SELECT: the value columns of the output. The key is what the operators before have made it; no expression touches it. */
import type { OutputColumn } from '../../sql/index.ts'
import type { OutputRow } from '../engine.ts'
import { compileExpression } from '../expression/compile.ts'
import type { Evaluate, Scope } from '../expression/scope.ts'
import type { Row, Value } from '../values.ts'
import type { Downstream, Report } from './change.ts'

export type Projection = (row: Row) => Value[]

function evaluateAll(evaluators: readonly Evaluate[]): Projection {
  const width = evaluators.length
  return (row) => {
    const values = new Array<Value>(width)
    for (let i = 0; i < width; i++) values[i] = evaluators[i]!(row)
    return values
  }
}

export function compileProjection(output: readonly OutputColumn[], scope: Scope, report: Report): Projection {
  return evaluateAll(output.filter((column) => column.role === 'VALUE').map((column) => compileExpression(column.value, scope, report)))
}

export function project(projection: Projection, emit: (row: OutputRow) => void): Downstream {
  return ({ key, row, time, window }) => {
    const output = { key, value: row === null ? null : projection(row), timestamp: time }
    emit(window ? { ...output, window } : output)
  }
}
