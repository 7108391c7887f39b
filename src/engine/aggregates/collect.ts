/** COLLECT_LIST, COLLECT_SET, HISTOGRAM and ATTR. */
import { type Identity, identityOf, valuesEqual } from '../compare.ts'
import { entriesOf, type HashTable, hashTable, lookUp, merge, put, remove } from '../java/hash-map.ts'
import { textOf } from '../text.ts'
import { arrayOf, BIGINT, mapOf, STRING } from '../types.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

/** Nulls are kept. */
export const collectList: MakeAggregator = ([type]): Aggregator<Value[]> => ({
  type: arrayOf(type!),
  init: () => [],
  add(state, [value]) {
    state.push(value!)
    return state
  },
  remove(state, [value]) {
    const at = state.findLastIndex((item) => valuesEqual(item, value!))
    return at < 0 ? state : state.toSpliced(at, 1)
  },
  merge: (a, b) => [...a, ...b],
  result: (state) => [...state],
})

export const collectSet: MakeAggregator = ([type]): Aggregator<Map<Identity, Value>> => ({
  type: arrayOf(type!),
  init: () => new Map(),
  add(state, [value]) {
    const identity = identityOf(value!)
    return state.has(identity) ? state : state.set(identity, value!)
  },
  merge: (a, b) => new Map([...a, ...b]),
  result: (state) => [...state.values()],
})

const HISTOGRAM_MAX = 1000

/** `stored`: it has been through the state store, from where it comes back as a map of just its size. */
interface Counts {
  table: HashTable<bigint>
  stored: boolean
}

function reread({ table, stored }: Counts): HashTable<bigint> {
  if (!stored) return table
  const fresh = hashTable<bigint>(table.size)
  for (const [key, value] of entriesOf(table)) put(fresh, key, value)
  return fresh
}

/** A null counts under "null". */
export const histogram: MakeAggregator = ([type]): Aggregator<Counts> => {
  const text = textOf(type!)
  const keyOf = (value: Value): string => (value === null ? 'null' : text(value))
  const count = (table: HashTable<bigint>, key: string, by: bigint): void => {
    if (table.size < HISTOGRAM_MAX || lookUp(table, key) !== undefined) merge(table, key, by, (a, b) => a + b)
  }
  return {
    type: mapOf(STRING, BIGINT),
    init: () => ({ table: hashTable(), stored: false }),
    add(state, [value]) {
      const table = reread(state)
      count(table, keyOf(value!), 1n)
      return { table, stored: false }
    },
    remove(state, [value]) {
      if (value === null) throw new Error('HISTOGRAM cannot take back a null')
      const table = reread(state)
      const key = keyOf(value!)
      const left = (lookUp(table, key) ?? 0n) - 1n
      if (left < 1n) remove(table, key)
      else put(table, key, left)
      return { table, stored: false }
    },
    merge(a, b) {
      const table = reread(a)
      for (const [key, value] of entriesOf(reread(b))) count(table, key, value)
      return { table, stored: false }
    },
    result(state) {
      state.stored = true
      return new Map(entriesOf(state.table))
    },
  }
}

/** The value that all rows of the group share, null included; rows that differ make it null. */
export const attr: MakeAggregator = ([type]): Aggregator<Map<Identity, { value: Value; rows: number }>> => {
  const change = (state: Map<Identity, { value: Value; rows: number }>, value: Value, by: number) => {
    const identity = identityOf(value)
    const rows = (state.get(identity)?.rows ?? 0) + by
    if (rows > 0) state.set(identity, { value, rows })
    else state.delete(identity)
    return state
  }
  return {
    type: type!,
    init: () => new Map(),
    add: (state, [value]) => change(state, value!, 1),
    remove: (state, [value]) => change(state, value!, -1),
    merge(a, b) {
      const merged = new Map(a)
      for (const { value, rows } of b.values()) change(merged, value, rows)
      return merged
    },
    result: (state) => (state.size === 1 ? state.values().next().value!.value : null),
  }
}
