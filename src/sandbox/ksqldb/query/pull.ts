/** Pull queries on materialised tables: the rows as they stand now. */
import { compileExpression, compilePredicate, compileWriter, type Scope, type ScopeColumn, type TableRow, type Value } from '../../../engine/index.ts'
import type { AnalysedQuery, Expression, Query, Source } from '../../../sql/index.ts'
import { StatementFault } from '../rest/errors.ts'
import type { QueryHost } from '../run/query-host.ts'
import { type AnswerColumn, answerColumns } from './columns.ts'

const SEE = ' See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.'

/** Throws for the clauses that only push queries can have. */
export function checkPullClauses(query: Query): void {
  const clause =
    query.joins.length > 0
      ? 'JOIN'
      : query.window !== undefined
        ? 'WINDOW'
        : query.groupBy !== undefined
          ? 'GROUP BY'
          : query.partitionBy !== undefined
            ? 'PARTITION BY'
            : query.having !== undefined
              ? 'HAVING'
              : undefined
  if (clause !== undefined) throw new StatementFault(`Pull queries don't support ${clause} clauses.${SEE}`)
}

export function notQueryable(name: string): StatementFault {
  return new StatementFault(
    `The \`${name}\` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'.${SEE}`,
  )
}

export const SCANS_DISABLED = new StatementFault(
  `Missing WHERE clause.  See https://cnfl.io/queries for more info.
Add EMIT CHANGES if you intended to issue a push query.
Pull queries require a WHERE clause that:
 - includes a key equality expression, e.g. \`SELECT * FROM X WHERE <key-column> = Y;\`.
 - in the case of a multi-column key, is a conjunction of equality expressions that cover all key columns.
 - to support range expressions, e.g.,  SELECT * FROM X WHERE <key-column> < Y;\`, range scans need to be enabled by setting ksql.query.pull.range.scan.enabled=true
If more flexible queries are needed, , table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true.`,
)

/** Rows in the order of the store: by the bytes of their keys. */
export function pullRows(query: AnalysedQuery, host: QueryHost): { columns: AnswerColumn[]; rows: Value[][] } {
  const { source, alias } = query.from
  const table = host.running.table
  if (table === undefined) throw notQueryable(source.name)
  const scope: Scope = { columns: scopeColumns(source, alias) }
  const passes = query.where === undefined ? () => true : compilePredicate(query.where, scope)
  const select = query.output.map((column) => compileExpression(column.value, scope))
  const key = query.where === undefined ? undefined : keyIn(query.where.expression, source)
  const found = [...(key === undefined ? table.rows() : table.get(key))]
    .map((row) => ({ row, flat: flat(row, source) }))
    .filter(({ flat: values }) => passes(values))
  const rows = inStoreOrder(found, source)
    .slice(0, query.limit)
    .map(({ flat: values }) => select.map((evaluate) => evaluate(values)))
  return { columns: answerColumns(query).map((column) => (isBound(column, query) ? { ...column, key: true } : column)), rows }
}

/** The bounds of a windowed table's rows are part of their key. */
const isBound = (column: AnswerColumn, query: AnalysedQuery) =>
  query.from.source.window !== undefined && (column.name === 'WINDOWSTART' || column.name === 'WINDOWEND')

/** The key that a condition asks for, where it gives a value for every key column: only its rows need be looked at. */
function keyIn(where: Expression, source: Source): Value[] | undefined {
  const given = new Map<string, Expression>()
  for (const part of conjuncts(where)) {
    if (part.kind !== 'Comparison' || part.operator !== '=') continue
    for (const [column, value] of [
      [part.left, part.right],
      [part.right, part.left],
    ] as const) {
      if (column.kind === 'ColumnReference' && isLiteral(value)) given.set(column.name, value)
    }
  }
  const key: Value[] = []
  for (const { name, type } of source.key) {
    const expression = given.get(name)
    if (expression === undefined) return undefined
    key.push(compileExpression({ expression, type }, { columns: [] })([]))
  }
  return key.length > 0 && key.every((part) => part !== null) ? key : undefined
}

function conjuncts(expression: Expression): Expression[] {
  return expression.kind === 'Logical' && expression.operator === 'AND' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression]
}

/** Of the key's own type: a number that would be rounded to fit is compared row by row. */
const isLiteral = (expression: Expression) => ['IntegerLiteral', 'LongLiteral', 'StringLiteral', 'BooleanLiteral'].includes(expression.kind)

function scopeColumns(source: Source, qualifier: string): ScopeColumn[] {
  const bigint = (name: string): ScopeColumn => ({ qualifier, name, type: { kind: 'BIGINT' } })
  return [
    ...[...source.key, ...source.value].map(({ name, type }) => ({ qualifier, name, type })),
    bigint('ROWTIME'),
    ...(source.window === undefined ? [] : [bigint('WINDOWSTART'), bigint('WINDOWEND')]),
  ]
}

function flat(row: TableRow, source: Source): Value[] {
  const bounds = source.window === undefined ? [] : [BigInt(row.window?.start ?? 0), BigInt(row.window?.end ?? 0)]
  return [...row.key, ...row.value, BigInt(row.timestamp), ...bounds]
}

function inStoreOrder<T extends { readonly row: TableRow }>(found: readonly T[], source: Source): T[] {
  const writer = compileWriter(source)
  return found
    .map((one) => ({ one, bytes: Buffer.from(writer(one.row).key ?? []) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ one }) => one)
}
