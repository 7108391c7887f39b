/** The key a full join (or a join of two expressions) makes up has a name only in the text: what runs sees the expression it stands for. */
import type { AnalysedQuery, TypedExpression } from '../analysis.ts'
import type { Expression } from '../ast.ts'
import { mapColumns } from '../walk.ts'
import type { AnalysedJoins } from './joins.ts'
import type { QueryScope } from './scope.ts'

type Call = AnalysedQuery['aggregates'][number]

export function withoutMadeUpKey(query: AnalysedQuery, key: AnalysedJoins['key'] | undefined, scope: QueryScope): AnalysedQuery {
  if (key === undefined || 'foreign' in key || scope.madeUp.size === 0) return query
  const replace = (expression: Expression): Expression =>
    mapColumns(expression, (reference) => (reference.qualifier === undefined && scope.madeUp.has(reference.name) ? key.value : reference))
  const typed = (part: TypedExpression): TypedExpression => ({ ...part, expression: replace(part.expression) })
  const { where, groupBy, partitionBy, having } = query
  return {
    ...query,
    ...(where === undefined ? {} : { where: typed(where) }),
    ...(groupBy === undefined ? {} : { groupBy: groupBy.map(typed) }),
    ...(partitionBy === undefined ? {} : { partitionBy: partitionBy.map(typed) }),
    ...(having === undefined ? {} : { having: typed(having) }),
    output: query.output.map((column) => ({ ...column, value: typed(column.value) })),
    aggregates: query.aggregates.map((call) => replace(call) as Call),
    tableFunctions: query.tableFunctions.map((call) => replace(call) as Call),
  }
}
