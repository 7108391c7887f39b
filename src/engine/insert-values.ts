/** INSERT INTO ... VALUES: the row that it writes, its values converted to the types of the columns. */
import { type Column, type Expression, formatType, type Source, SqlError, type SqlType, type Statement } from '../sql/index.ts'
import type { OutputRow } from './engine.ts'
import { nullableCast } from './expression/cast.ts'
import { compileNode } from './expression/compile.ts'
import type { Scope } from './expression/scope.ts'
import { BIGINT, isNumericType } from './types.ts'
import type { Value } from './values.ts'

export type InsertValues = Extract<Statement, { kind: 'InsertValues' }>

const ROWTIME: Column = { name: 'ROWTIME', type: BIGINT }

/** @throws SqlError when columns and values do not fit the source. `timestamp` counts where no ROWTIME is given. */
export function insertedRow(statement: InsertValues, source: Source, timestamp: number, world: Omit<Scope, 'columns'> = {}): OutputRow {
  const refuse = (message: string): never => {
    throw new SqlError('analysis', `Failed to insert values into '${source.name}'. ${message}`, statement.targetSpan)
  }
  if (source.readOnly)
    throw new SqlError('analysis', `Cannot insert values into read-only ${source.sourceType.toLowerCase()}: ${source.name}`, statement.targetSpan)
  const given = pair(statement, source, refuse)
  const convertedValue = (column: Column): Value => {
    const expression = given.get(column.name)
    return expression === undefined ? null : convert(expression, column, world, refuse)
  }
  const key = source.key.map(convertedValue)
  if (source.sourceType === 'TABLE' && key.includes(null)) {
    return refuse(`Value for primary key column(s) ${source.key.map(({ name }) => name).join(', ')} is required for tables`)
  }
  const rowtime = convertedValue(ROWTIME)
  return {
    key: key.every((part) => part === null) ? null : key,
    value: source.value.map(convertedValue),
    timestamp: rowtime === null ? timestamp : Number(rowtime),
  }
}

function pair(statement: InsertValues, source: Source, refuse: (message: string) => never): Map<string, Expression> {
  const columns = [...source.key, ...source.value]
  const names = statement.columns ?? columns.map(({ name }) => name)
  if (names.length !== statement.values.length) refuse(`Expected ${names.length} values, got ${statement.values.length}`)
  for (const name of names) {
    if (name !== ROWTIME.name && !columns.some((column) => column.name === name)) refuse(`Column name \`${name}\` does not exist.`)
  }
  return new Map(names.map((name, i) => [name, statement.values[i]!]))
}

function convert(expression: Expression, column: Column, world: Omit<Scope, 'columns'>, refuse: (message: string) => never): Value {
  const { type, evaluate } = compileNode(expression, { ...world, columns: [] })
  if (type && !accepts(column.type, type)) refuse(`Expected type ${formatType(column.type)} for field \`${column.name}\` but got ${formatType(type)}`)
  return nullableCast(type, column.type)(evaluate([]))
}

const WIDTHS: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']
const FROM_TEXT: readonly SqlType['kind'][] = ['DATE', 'TIME', 'TIMESTAMP']

/** Numbers widen, a text becomes a time; nothing else is converted. */
function accepts(column: SqlType, value: SqlType): boolean {
  if (column.kind === value.kind) return true
  if (isNumericType(column) && isNumericType(value)) return WIDTHS.indexOf(column.kind) >= WIDTHS.indexOf(value.kind)
  return value.kind === 'STRING' && FROM_TEXT.includes(column.kind)
}
