/** Which columns of a select become the key of the result. */
import type { OutputColumn, TypedExpression } from '../analysis.ts'
import type { Expression, Query } from '../ast.ts'
import { refuse } from '../error.ts'
import { formatExpression } from '../print/expressions.ts'
import { quoteName } from '../print/names.ts'
import { sameExpression } from '../same.ts'
import type { JoinKey } from './joins.ts'
import type { QueryPurpose } from './query.ts'
import type { QueryScope } from './scope.ts'
import type { NamedItem, NameMaker } from './select.ts'

export type KeyRule =
  /** The key stays as it is; `foreign`: that of the left table in a foreign-key join. */
  | { readonly kind: 'source'; readonly foreign: boolean; readonly keys: readonly Expression[]; readonly scope: QueryScope }
  | { readonly kind: 'grouping'; readonly keys: readonly Expression[]; readonly scope: QueryScope }
  | { readonly kind: 'partitioning'; readonly keys: readonly Expression[]; readonly scope: QueryScope; readonly names: NameMaker }
  | { readonly kind: 'join'; readonly key: JoinKey; readonly scope: QueryScope }

type TypedItem = NamedItem & { readonly typed: TypedExpression }

export function assignKeys(items: readonly TypedItem[], rule: KeyRule, purpose: QueryPurpose, query: Query): OutputColumn[] {
  const output = rule.kind === 'join' ? joinOutput(items, rule.key) : plainOutput(items, rule, query)
  if (purpose.kind === 'answer') return output
  refuseMissing(output, rule, purpose.sink, query)
  if (!output.some((column) => column.role === 'VALUE')) {
    refuse('The projection contains no value columns.', query.span)
  }
  return output
}

function plainOutput(items: readonly TypedItem[], rule: Exclude<KeyRule, { kind: 'join' }>, query: Query): OutputColumn[] {
  const found = new Map<Expression, TypedItem>()
  const output = items.map((item): OutputColumn => {
    const key = rule.keys.find((candidate) => sameExpression(candidate, item.expression))
    if (key === undefined) return { name: item.name, role: 'VALUE', value: item.typed }
    const before = found.get(key)
    if (before !== undefined) refuseTwice(rule, key, [before.name, item.name], query)
    found.set(key, item)
    return { name: item.name, role: 'KEY', value: item.typed }
  })
  // With `*` an expression to partition by comes along under a name of its own.
  if (rule.kind === 'partitioning' && query.select.some((item) => item.kind === 'All')) {
    const missing = rule.keys.filter((key) => !found.has(key))
    return [...missing.map((key): OutputColumn => ({ name: rule.names.of(key), role: 'KEY', value: rule.scope.typed(key, 'PARTITION BY') })), ...output]
  }
  return output
}

/** Of the columns that hold the key the first one that is selected becomes the key; the others are values like any. */
function joinOutput(items: readonly TypedItem[], key: JoinKey): OutputColumn[] {
  const places = key.columns.map((column) => items.findIndex((item) => sameExpression(column, item.expression)))
  const at = places.find((index) => index !== -1)
  return items.map((item, index) =>
    index === at ? { name: item.name, role: 'KEY', value: { expression: key.value, type: key.type } } : { name: item.name, role: 'VALUE', value: item.typed },
  )
}

function refuseTwice(rule: KeyRule, key: Expression, names: readonly [string, string], query: Query): never {
  const shown = names.map(quoteName).join(' and ')
  return refuse(
    (rule.kind === 'grouping'
      ? `The projection contains a key column more than once: ${shown}.\n`
      : `The projection contains a key column (\`${rule.scope.show(key)}\`) more than once, aliased as: ${shown}.\n`) +
      'Each key column must only be in the projection once. If you intended to copy the key into the value, then consider using the AS_VALUE function ' +
      'to indicate which key reference should be copied.',
    query.span,
  )
}

const WORDS = { source: 'key column', grouping: 'grouping expression', partitioning: 'partitioning expression' } as const

function refuseMissing(output: readonly OutputColumn[], rule: KeyRule, sink: string, query: Query): void {
  const has = (key: Expression): boolean => output.some((column) => column.role === 'KEY' && sameExpression(column.value.expression, key))
  if (rule.kind === 'join') {
    if (output.some((column) => column.role === 'KEY')) return
    const shown = rule.key.columns.map((column) => formatExpression(column))
    refuseKey(sink, `join expression${shown.length === 1 ? '' : 's'} ${shown.join(' or ')}`, shown[0]!, query)
  }
  const missing = rule.keys.filter((key) => !has(key))
  if (missing.length === 0) return
  if (rule.kind === 'source' && rule.foreign) refuseForeign(missing, rule.scope, query)
  const shown = rule.keys.map((key) => rule.scope.show(key))
  refuseKey(sink, `${WORDS[rule.kind]}${shown.length === 1 ? '' : 's'} ${shown.join(' and ')}`, shown.join(', '), query)
}

function refuseForeign(missing: readonly Expression[], scope: QueryScope, query: Query): never {
  const columns = missing.length === 1 ? 'column' : 'columns'
  const names = missing.map((key) => (key.kind === 'ColumnReference' ? quoteName(key.name) : formatExpression(key)))
  return refuse(
    `Primary key ${columns} missing in projection. For foreign-key table-table joins, the projection must include all primary key columns ` +
      `from the left input table (${quoteName(scope.sources[0]!.source.name)}). Missing ${columns}: ${names.join(', ')}.`,
    query.span,
  )
}

function refuseKey(sink: string, what: string, example: string, query: Query): never {
  return refuse(
    `Key missing from projection (ie, SELECT). \nThe query used to build \`${sink}\` must include the ${what} in its projection (eg, SELECT ${example}...).`,
    query.span,
  )
}
