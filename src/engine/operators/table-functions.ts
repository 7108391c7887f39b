/** Table functions (EXPLODE, CUBE_EXPLODE): one record becomes as many as the longest result; shorter ones are filled with null. */
import type { Row, Value } from '../values.ts'
import type { Downstream } from './change.ts'

export type TableFunction = (row: Row) => readonly Value[]

export function explode(functions: readonly TableFunction[], downstream: Downstream): Downstream {
  return (change) => {
    const { row } = change
    if (row === null) return
    const results = functions.map((run) => run(row))
    const count = Math.max(...results.map((result) => result.length))
    for (let i = 0; i < count; i++) downstream({ ...change, row: [...row, ...results.map((result) => result[i] ?? null)] })
  }
}
