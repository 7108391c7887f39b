/** COUNT and COUNT_DISTINCT. */
import { type Identity, identityOf } from '../compare.ts'
import { BIGINT } from '../types.ts'
import type { Value } from '../values.ts'
import type { Aggregator, MakeAggregator } from './aggregator.ts'

/** Without arguments: COUNT(*). */
export const count: MakeAggregator = (types): Aggregator<bigint> => {
  const counts = types.length === 0 ? () => true : (args: readonly Value[]) => args[0] !== null
  return {
    type: BIGINT,
    init: () => 0n,
    add: (state, args) => (counts(args) ? state + 1n : state),
    remove: (state, args) => (counts(args) ? state - 1n : state),
    merge: (a, b) => a + b,
    result: (state) => state,
  }
}

/** Exact, where ksqlDB's estimate is exact too: in small groups. */
export const countDistinct: MakeAggregator = (): Aggregator<Set<Identity>> => ({
  type: BIGINT,
  init: () => new Set(),
  add: (state, args) => (args[0] === null ? state : state.add(identityOf(args[0]!))),
  merge: (a, b) => a.union(b),
  result: (state) => BigInt(state.size),
})
