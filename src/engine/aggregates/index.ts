/** Aggregate functions by name. */

import type { SqlType } from '../../sql/index.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'
import { count, countDistinct } from './count.ts'
import { max, min } from './extremes.ts'
import { average, sum, sumList } from './sum.ts'

const AGGREGATES = new Map<string, MakeAggregator>(
  Object.entries({ COUNT: count, COUNT_DISTINCT: countDistinct, SUM: sum, SUM_LIST: sumList, AVG: average, MIN: min, MAX: max }),
)

export type { Aggregator } from './aggregator.ts'

export function makeAggregator(name: string, types: readonly SqlType[], constants: readonly (Value | undefined)[]): Aggregator {
  const make = AGGREGATES.get(name)
  if (!make) throw new Error(`Can't find any aggregate functions with the name '${name}'`)
  return make(types, constants)
}
