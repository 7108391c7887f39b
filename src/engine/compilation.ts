/** What the operators of one query share while it is compiled. */
import type { AnalysedQuery, OutputColumn, TypedExpression } from '../sql/index.ts'
import type { RepartitionTopic } from './engine.ts'
import type { Scope } from './expression/scope.ts'
import type { Report, Stateful } from './operators/change.ts'
import type { PartitionOf } from './operators/group-by.ts'

export interface Compilation {
  readonly query: AnalysedQuery
  /** Where its functions get randomness and time from. */
  readonly world: Pick<Scope, 'random' | 'now'>
  readonly report: Report
  /** Operators with state, in the order of their making. */
  readonly stateful: Stateful[]
  /** True: rows of the left-most source are changes of a table. */
  readonly table: boolean
  partitionOf(key: readonly TypedExpression[]): PartitionOf
  /** The query goes through this repartition topic; call what is given for each record of it, with its partition. */
  repartitioned(topic: RepartitionTopic): (partition: number) => void
  /** The columns of the output: those of the key in the order of the sink's key. */
  readonly output: readonly OutputColumn[]
}
