/** MIN and MAX; nothing seen is null. */
import { comparatorOf } from '../compare.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

function extreme(sign: 1 | -1): MakeAggregator {
  return ([type]): Aggregator<Value> => {
    const compare = comparatorOf(type!)
    const better = (a: Value, b: Value): Value => {
      if (a === null || b === null) return a ?? b
      return sign * compare(b, a) < 0 ? b : a
    }
    return { type: type!, init: () => null, add: (state, [value]) => better(state, value!), merge: better, result: (state) => state }
  }
}

export const min = extreme(1)
export const max = extreme(-1)
