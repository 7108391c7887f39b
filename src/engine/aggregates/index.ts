/** Aggregate functions by name. */

import type { SqlType } from '../../sql/index.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'
import { earliestByOffset, latestByOffset } from './by-offset.ts'
import { attr, collectList, collectSet, histogram } from './collect.ts'
import { count, countDistinct } from './count.ts'
import { max, min } from './extremes.ts'
import { correlation, sampleDeviation, sampleVariance } from './statistics.ts'
import { average, sum, sumList } from './sum.ts'
import { topK, topKDistinct } from './top.ts'

const AGGREGATES = new Map<string, MakeAggregator>(
  Object.entries({
    ATTR: attr,
    AVG: average,
    COLLECT_LIST: collectList,
    COLLECT_SET: collectSet,
    CORRELATION: correlation,
    COUNT: count,
    COUNT_DISTINCT: countDistinct,
    EARLIEST_BY_OFFSET: earliestByOffset,
    HISTOGRAM: histogram,
    LATEST_BY_OFFSET: latestByOffset,
    MAX: max,
    MIN: min,
    STDDEV_SAMP: sampleVariance,
    STDDEV_SAMPLE: sampleDeviation,
    SUM: sum,
    SUM_LIST: sumList,
    TOPK: topK,
    TOPKDISTINCT: topKDistinct,
  }),
)

export type { Aggregator } from './aggregator.ts'

export function makeAggregator(name: string, types: readonly SqlType[], constants: readonly (Value | undefined)[], nextPlace: () => number): Aggregator {
  const make = AGGREGATES.get(name)
  if (!make) throw new Error(`Can't find any aggregate functions with the name '${name}'`)
  return make(types, constants, nextPlace)
}
