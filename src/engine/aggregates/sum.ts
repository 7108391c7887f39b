/** SUM, SUM_LIST and AVG. INTEGER wraps round as Java's int does; a DECIMAL beyond its precision stops the query. */
import type { SqlType } from '../../sql/index.ts'
import { addDecimal, precisionOf, subtractDecimal } from '../decimal.ts'
import { DOUBLE } from '../types.ts'
import type { Decimal, Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

interface Adder {
  readonly zero: Value
  plus(a: Value, b: Value): Value
  minus(a: Value, b: Value): Value
}

function bounded(value: Decimal, precision: number): Decimal {
  if (precisionOf(value) > precision) throw new Error('Numeric field overflow')
  return value
}

function adderOf(type: SqlType): Adder {
  switch (type.kind) {
    case 'INTEGER':
      return { zero: 0, plus: (a, b) => ((a as number) + (b as number)) | 0, minus: (a, b) => ((a as number) - (b as number)) | 0 }
    case 'BIGINT':
      return {
        zero: 0n,
        plus: (a, b) => BigInt.asIntN(64, (a as bigint) + (b as bigint)),
        minus: (a, b) => BigInt.asIntN(64, (a as bigint) - (b as bigint)),
      }
    case 'DECIMAL':
      return {
        zero: { unscaled: 0n, scale: 0 },
        plus: (a, b) => bounded(addDecimal(a as Decimal, b as Decimal), type.precision),
        minus: (a, b) => bounded(subtractDecimal(a as Decimal, b as Decimal), type.precision),
      }
    default:
      return { zero: 0, plus: (a, b) => (a as number) + (b as number), minus: (a, b) => (a as number) - (b as number) }
  }
}

export const sum: MakeAggregator = ([type]): Aggregator<Value> => {
  const { zero, plus, minus } = adderOf(type!)
  return {
    type: type!,
    init: () => zero,
    add: (state, [value]) => (value === null ? state : plus(state, value!)),
    remove: (state, [value]) => (value === null ? state : minus(state, value!)),
    merge: plus,
    result: (state) => state,
  }
}

export const sumList: MakeAggregator = ([type]): Aggregator<Value> => {
  const element = (type as Extract<SqlType, { kind: 'ARRAY' }>).element
  const { zero, plus, minus } = adderOf(element)
  const fold = (state: Value, list: Value, step: Adder['plus']): Value =>
    ((list ?? []) as readonly Value[]).reduce((total, item) => (item === null ? total : step(total, item)), state)
  return {
    type: element,
    init: () => zero,
    add: (state, [list]) => fold(state, list!, plus),
    remove: (state, [list]) => fold(state, list!, minus),
    merge: plus,
    result: (state) => state,
  }
}

interface Average {
  sum: Value
  count: number
}

export const average: MakeAggregator = ([type]): Aggregator<Average> => {
  const { zero, plus, minus } = adderOf(type!)
  return {
    type: DOUBLE,
    init: () => ({ sum: zero, count: 0 }),
    add: (state, [value]) => (value === null ? state : { sum: plus(state.sum, value!), count: state.count + 1 }),
    remove: (state, [value]) => (value === null ? state : { sum: minus(state.sum, value!), count: state.count - 1 }),
    merge: (a, b) => ({ sum: plus(a.sum, b.sum), count: a.count + b.count }),
    result: (state) => (state.count === 0 ? 0 : Number(state.sum) / state.count),
  }
}
