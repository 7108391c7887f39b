/**
 * Which changes of a statement ksqlDB makes in place by CREATE OR REPLACE, and which rule forbids the others. Its limits as
 * recorded of version 7.9: columns may be appended, nothing else of a schema may change; joins and windowed aggregates
 * cannot be replaced at all; an aggregate may only gain copies of its grouping columns.
 */
import { type AnalysedStatement, analyse, type Catalogue, formatExpression, type OutputColumn, parseStatement, type Source, SqlError } from '../sql/index.ts'
import { canonicalJson } from './hash.ts'
import type { Json } from './resources.ts'

/** Undefined: ksqlDB can do it in place. Else a sentence that says why not. */
export function whatForbids(before: string, after: string, catalogue: Catalogue, properties: Readonly<Record<string, string>> = {}): string | undefined {
  let old: AnalysedStatement
  let wanted: AnalysedStatement
  try {
    old = understood(before, catalogue, properties)
    wanted = understood(after, catalogue, properties)
  } catch (error) {
    if (error instanceof SqlError) return `what ksqlDB has cannot be understood against what is declared: ${error.message}`
    throw error
  }
  return schemaRule(old.sink, wanted.sink) ?? (old.kind === 'query' && wanted.kind === 'query' ? queryRule(old.query, wanted.query) : kindRule(old, wanted))
}

function understood(sql: string, catalogue: Catalogue, properties: Readonly<Record<string, string>>): AnalysedStatement {
  const statement = parseStatement(sql)
  if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect') throw new TypeError(`no stream or table is made by ${sql}`)
  return analyse({ ...statement, orReplace: false, ifNotExists: false }, catalogue.without(statement.name), { properties })
}

function kindRule(old: AnalysedStatement, wanted: AnalysedStatement): string | undefined {
  if (old.kind === wanted.kind) return undefined
  return wanted.kind === 'query' ? 'a source cannot become the result of a query' : 'the result of a query cannot become a plain source'
}

function schemaRule(old: Source, wanted: Source): string | undefined {
  if (old.sourceType !== wanted.sourceType) return `a ${old.sourceType.toLowerCase()} cannot become a ${wanted.sourceType.toLowerCase()}`
  if (old.topic !== wanted.topic) return `its topic cannot change from ${old.topic} to ${wanted.topic}`
  if (!equal(old.keyFormat, wanted.keyFormat) || !equal(old.valueFormat, wanted.valueFormat)) return 'its formats cannot change'
  if (!equal(old.key, wanted.key)) return 'its key columns cannot change'
  for (const [at, column] of old.value.entries()) {
    const now = wanted.value[at]
    if (now && now.name === column.name && equal(now.type, column.type)) continue
    if (!wanted.value.some(({ name }) => name === column.name)) return `column ${column.name} cannot be dropped`
    return now?.name === column.name ? `the type of column ${column.name} cannot change` : `columns can only be added at the end, and ${column.name} would move`
  }
  if (!equal(old.timestamp, wanted.timestamp)) return undefined
  return equal(old.window, wanted.window) ? undefined : 'its window cannot change'
}

type Query = Extract<AnalysedStatement, { kind: 'query' }>['query']

function queryRule(old: Query, wanted: Query): string | undefined {
  if (old.joins.length > 0 || wanted.joins.length > 0) return 'queries with a join cannot be replaced'
  if (old.window || wanted.window) return 'windowed aggregates cannot be replaced'
  if (old.from.source.name !== wanted.from.source.name) return 'the source that it reads cannot change'
  if (text(old.partitionBy) !== text(wanted.partitionBy)) return 'PARTITION BY cannot change'
  if (!old.groupBy && !wanted.groupBy) return undefined
  if (text(old.groupBy) !== text(wanted.groupBy)) return 'GROUP BY cannot change'
  if (text([old.where]) !== text([wanted.where])) return 'WHERE of an aggregate cannot change'
  if (text([old.having]) !== text([wanted.having])) return 'HAVING cannot change'
  const aggregates = (query: Query) => query.aggregates.map((call) => formatExpression(call)).join(', ')
  if (aggregates(old) !== aggregates(wanted)) return 'the aggregates of a table cannot change, nor can one be added'
  return undefined
}

const text = (expressions: readonly (OutputColumn['value'] | undefined)[] | undefined): string =>
  (expressions ?? []).map((typed) => (typed ? formatExpression(typed.expression) : '')).join(', ')

const equal = (a: unknown, b: unknown): boolean => canonicalJson(plain(a)) === canonicalJson(plain(b))
const plain = (value: unknown): Json => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json))
