/** TOPK and TOPKDISTINCT: the largest values, largest first; nulls are left out. */
import type { SqlType } from '../../sql/index.ts'
import { comparatorOf, valuesEqual } from '../compare.ts'
import { arrayOf } from '../types.ts'
import { struct, type Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

type Entry = readonly Value[]

function topType(columns: readonly SqlType[]): SqlType {
  if (columns.length === 1) return columns[0]!
  return { kind: 'STRUCT', fields: columns.map((type, i) => ({ name: fieldName(i), type })) }
}

function fieldName(column: number): string {
  return column === 0 ? 'sort_col' : `col${column - 1}`
}

function top(distinct: boolean): MakeAggregator {
  return (types, constants): Aggregator<Entry[]> => {
    const columns = types.slice(0, -1)
    const count = Number(constants.at(-1) ?? 0)
    const compare = comparatorOf(columns[0]!)
    /** Equal values stand in the order in which they came. */
    const insert = (list: Entry[], entry: Entry): Entry[] => {
      if (distinct && list.some((other) => valuesEqual(other[0]!, entry[0]!))) return list
      const at = list.findIndex((other) => compare(other[0]!, entry[0]!) < 0)
      return list.toSpliced(at < 0 ? list.length : at, 0, entry).slice(0, count)
    }
    return {
      type: arrayOf(topType(columns)),
      init: () => [],
      add: (state, args) => (args[0] === null ? state : insert(state, args.slice(0, -1))),
      merge: (a, b) => b.reduce(insert, a),
      result: (state) => state.map((entry) => (entry.length === 1 ? entry[0]! : struct(entry.map((value, i) => [fieldName(i), value] as const)))),
    }
  }
}

export const topK = top(false)
export const topKDistinct = top(true)
