/** What an expression can refer to, and what its pieces become: functions of a row. */
import type { Expression, SqlType } from '../../sql/index.ts'
import type { Row, Value } from '../values.ts'

export interface ScopeColumn {
  /** The alias of the source the column comes from. */
  readonly qualifier?: string
  readonly name: string
  readonly type: SqlType
}

export type Evaluate = (row: Row) => Value

export interface Compiled {
  /** Undefined: the untyped NULL. */
  readonly type: SqlType | undefined
  readonly evaluate: Evaluate
  /** The same value for every row. */
  readonly constant?: boolean
}

export interface Scope {
  readonly columns: readonly ScopeColumn[]
  /** Whole expressions that already stand in the row, by their canonical text: aggregates, grouping expressions, table functions. */
  readonly computed?: ReadonlyMap<string, number>
  /** Parameters of the lambdas around. */
  readonly lambda?: ReadonlyMap<string, Compiled>
  /** Hears of functions that fail; their result is null then. */
  readonly report?: (error: Error) => void
  /** Of RANDOM and UUID; absent: they are refused. */
  readonly random?: () => number
  /** Of UNIX_TIMESTAMP() and UNIX_DATE(), epoch milliseconds. */
  readonly now?: () => number
}

/**
 * An operand that must not be null was null: the whole select expression gives null. Not a fault, so it has no stack.
 */
export const NULL_OPERAND: { readonly nullOperand: true } = { nullOperand: true }

/** Where the row holds a column; undefined when the scope has none of that name. */
export function findColumn(columns: readonly ScopeColumn[], name: string, qualifier?: string): number | undefined {
  let index = columns.findIndex((column) => column.name === name && (qualifier === undefined || column.qualifier === qualifier))
  if (index < 0 && qualifier !== undefined) index = columns.findIndex((column) => column.name === name && column.qualifier === undefined)
  return index < 0 ? undefined : index
}

/** The same text for expressions that differ only in where they stand. */
export function canonical(expression: Expression): string {
  return JSON.stringify(expression, (key, value) => (key === 'span' ? undefined : typeof value === 'bigint' ? `${value}n` : value))
}
