/** WHERE and HAVING. A row of a table that passes no longer becomes a tombstone; one that never passed leaves no trace. */
import type { Row } from '../values.ts'
import type { Downstream } from './change.ts'

type Predicate = (row: Row) => boolean

export function filterStream(passes: Predicate, downstream: Downstream): Downstream {
  return (change) => {
    if (change.row !== null && passes(change.row)) downstream(change)
  }
}

export function filterTable(passes: Predicate, downstream: Downstream): Downstream {
  return (change) => {
    const row = change.row !== null && passes(change.row) ? change.row : null
    const old = change.old !== null && passes(change.old) ? change.old : null
    if (row === null && old === null) return
    downstream({ ...change, row, old })
  }
}
