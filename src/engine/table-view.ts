/** The result of a query over tables, kept for pull queries. */
import { type Identity, keyIdentity } from './compare.ts'
import type { OutputRow, TableRow, TableView } from './engine.ts'
import type { Stateful } from './operators/change.ts'

export interface ResultTable extends TableView, Stateful {
  put(row: OutputRow): void
}

function identityOfRow(row: { key: OutputRow['key']; window?: OutputRow['window'] }): Identity {
  return keyIdentity(row.window ? [...row.key!, row.window.start, row.window.end] : row.key!)
}

export function resultTable(emit: (row: OutputRow) => void): ResultTable {
  let rows = new Map<Identity, TableRow>()
  return {
    put(row) {
      if (row.key !== null) {
        if (row.value === null) rows.delete(identityOfRow(row))
        else rows.set(identityOfRow(row), row as TableRow)
      }
      emit(row)
    },
    get(key) {
      const row = rows.get(keyIdentity(key))
      if (row) return [row]
      const wanted = keyIdentity(key)
      return [...rows.values()].filter((candidate) => candidate.window && keyIdentity(candidate.key) === wanted)
    },
    rows: () => rows.values(),
    snapshot: () => rows,
    restore(state) {
      rows = state as Map<Identity, TableRow>
    },
  }
}
