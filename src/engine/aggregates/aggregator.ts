/** An aggregate function at work: a state per group, a change of it per record. States are plain data. */
import type { SqlType } from '../../sql/index.ts'
import type { Value } from '../values.ts'

export interface Aggregator<S = unknown> {
  readonly type: SqlType
  init(): S
  /** May change the state in place; gives the state to keep. */
  add(state: S, args: readonly Value[]): S
  /** Takes a row of a table out again; absent: the function cannot aggregate a table. */
  remove?(state: S, args: readonly Value[]): S
  /** Of two sessions that become one; `earlier` is the older session's. */
  merge(earlier: S, later: S): S
  /** A value that later changes of the state do not touch. */
  result(state: S): Value
}

/**
 * `types` are those of the arguments, `constants` their values where they are literals. `nextPlace` numbers records in the order
 * of processing, over all groups of the query.
 */
export type MakeAggregator = (types: readonly SqlType[], constants: readonly (Value | undefined)[], nextPlace: () => number) => Aggregator
