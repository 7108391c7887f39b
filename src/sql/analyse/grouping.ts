/** What a grouped select may hold: grouping expressions, aggregates, and what is built of them. */
import type { Expression, Query } from '../ast.ts'
import type { Source } from '../catalogue.ts'
import { refuse } from '../error.ts'
import { type FunctionKind, functionSignature } from '../functions/signatures.ts'
import { formatExpression } from '../print/expressions.ts'
import { sameExpression } from '../same.ts'
import { columnReferences, mapChildren, walk } from '../walk.ts'
import { boundsMisused, type QueryScope, WINDOW_BOUNDS } from './scope.ts'
import type { NamedItem } from './select.ts'

type Call = Extract<Expression, { kind: 'FunctionCall' }>

/** The outermost calls of functions of that kind, each once. */
export function collectCalls(expressions: readonly Expression[], kind: FunctionKind): Call[] {
  const calls: Call[] = []
  for (const expression of expressions) {
    walk(expression, (node) => {
      if (node.kind !== 'FunctionCall' || functionSignature(node.name)?.kind !== kind) return true
      if (!calls.some((call) => sameExpression(call, node))) calls.push(node)
      return false
    })
  }
  return calls
}

export function checkGrouping(
  query: Query,
  items: readonly NamedItem[],
  aggregates: readonly Call[],
  tableFunctions: readonly Call[],
  scope: QueryScope,
): void {
  for (const call of aggregates) {
    refuseNested(call)
    refuseVariableParameters(call, scope)
    refuseBounds(call)
  }
  if (tableFunctions.length > 0 && (query.groupBy !== undefined || aggregates.length > 0)) {
    refuse('Table functions cannot be used with aggregations.', tableFunctions[0]!.span)
  }
  for (const call of tableFunctions) {
    const [inner] = collectCalls(call.args, 'table')
    if (inner !== undefined) refuse(`Table functions cannot be nested: ${call.name}(${inner.name}())`, call.span)
  }
  for (const item of items) refuseTableFunctionsInCase(item.expression)
  const [tableSource] = scope.sources
  if (tableFunctions.length > 0 && tableSource!.source.sourceType === 'TABLE')
    refuse('Table source is not supported with table functions', tableFunctions[0]!.span)
  const grouped =
    query.groupBy !== undefined ||
    collectCalls(
      items.map((item) => item.expression),
      'aggregate',
    ).length > 0
  if (!grouped) {
    if (query.having !== undefined) refuse('HAVING requires a GROUP BY clause.', query.having.span)
    return
  }
  const keys = query.groupBy ?? []
  const [aggregateKey] = collectCalls(keys, 'aggregate')
  if (aggregateKey !== undefined) {
    refuse(`GROUP BY does not support aggregate functions: ${aggregateKey.name} is an aggregate function.`, aggregateKey.span)
  }
  if (aggregates.length === 0) refuse('GROUP BY requires aggregate functions in either the SELECT or HAVING clause.', query.span)
  const ungrouped = items.filter((item) => !isGrouped(item.expression, keys))
  if (ungrouped.length > 0) {
    refuse(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${ungrouped.map((item) => scope.show(item.expression)).join(', ')}\n` +
        'Either add the column(s) to the GROUP BY or remove them from the SELECT.',
      ungrouped[0]!.span,
    )
  }
  const ungroupedInHaving = query.having === undefined ? [] : ungroupedColumns(query.having, keys)
  if (ungroupedInHaving.length > 0) {
    refuse(
      `Non-aggregate HAVING expression not part of GROUP BY: ${[...new Set(ungroupedInHaving.map((column) => scope.show(column)))].join(', ')}\n` +
        'Consider switching the HAVING clause to a WHERE clause before the GROUP BY.',
      query.having!.span,
    )
  }
}

function refuseTableFunctionsInCase(expression: Expression): void {
  walk(expression, (node) => {
    if (node.kind === 'Case' && collectCalls([node], 'table').length > 0) {
      refuse(`Table functions cannot be used in CASE: ${formatExpression(node)}`, node.span)
    }
    return true
  })
}

/** Aggregates that keep more than one plain value between rows. */
const KEEPS_MORE = [
  'ATTR',
  'AVG',
  'COLLECT_LIST',
  'COLLECT_SET',
  'CORRELATION',
  'COUNT_DISTINCT',
  'EARLIEST_BY_OFFSET',
  'HISTOGRAM',
  'LATEST_BY_OFFSET',
  'STDDEV_SAMP',
  'STDDEV_SAMPLE',
  'TOPK',
  'TOPKDISTINCT',
]

/** What an aggregate keeps is stored in the value format of the source. */
export function checkIntermediate(aggregates: readonly Call[], source: Source, query: Query): void {
  if (source.valueFormat.format !== 'DELIMITED' || !aggregates.some((call) => KEEPS_MORE.includes(call.name))) return
  refuse(
    'One of the functions used in the statement has an intermediate type that the value format can not handle. Please remove the function or change the format.',
    query.span,
    { stage: 'build' },
  )
}

function refuseNested(call: Call): void {
  const [inner] = collectCalls(call.args, 'aggregate')
  if (inner !== undefined) refuse(`Aggregate functions can not be nested: ${call.name}(${inner.name}())`, call.span)
}

function refuseBounds(call: Call): void {
  const bound = call.args
    .flatMap(columnReferences)
    .find((reference) => reference.qualifier === undefined && WINDOW_BOUNDS.some((column) => column.name === reference.name))
  if (bound !== undefined) refuse(boundsMisused(bound.name), bound.span)
}

/** From which argument on an aggregate takes settings instead of values: they must be known beforehand. */
const SETTINGS_FROM: Readonly<Record<string, number>> = { TOPK: -1, TOPKDISTINCT: 1, LATEST_BY_OFFSET: 1, EARLIEST_BY_OFFSET: 1 }

function refuseVariableParameters(call: Call, scope: QueryScope): void {
  const from = SETTINGS_FROM[call.name]
  if (from === undefined) return
  const start = from < 0 ? call.args.length + from : from
  for (const [offset, arg] of call.args.slice(start).entries()) {
    if (arg.kind.endsWith('Literal')) continue
    refuse(`Parameter ${start + offset + 1} passed to function ${call.name} must be a literal constant, but was expression: '${scope.show(arg)}'`, arg.span)
  }
}

/** Whether nothing is left of it but constants once grouping expressions, aggregates and window bounds are taken out. */
function isGrouped(expression: Expression, keys: readonly Expression[]): boolean {
  return ungroupedColumns(expression, keys).length === 0
}

function ungroupedColumns(expression: Expression, keys: readonly Expression[]): Expression[] {
  const isBound = (name: string): boolean => WINDOW_BOUNDS.some((column) => column.name === name)
  return columnReferences(takeOut(expression, keys)).filter((reference) => reference.qualifier !== undefined || !isBound(reference.name))
}

function takeOut(expression: Expression, keys: readonly Expression[]): Expression {
  const isKey = keys.some((key) => sameExpression(key, expression))
  const isAggregate = expression.kind === 'FunctionCall' && functionSignature(expression.name)?.kind === 'aggregate'
  if (isKey || isAggregate) return { kind: 'NullLiteral', span: expression.span }
  return mapChildren(expression, (child) => takeOut(child, keys))
}
