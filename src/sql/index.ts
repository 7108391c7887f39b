/** The ksqlDB language: text -> tree -> text, and what a tree means against a catalogue. Pure: no clock, no I/O. */
import type { AnalysedQuery, AnalysedStatement, TypedExpression } from './analysis.ts'
import type { CreateAsSelect, CreateSource, Expression, InsertInto, PropertyValue, Query, Statement } from './ast.ts'
import type { Catalogue, Source } from './catalogue.ts'
import { NOWHERE, SqlError } from './error.ts'
import type { Column, SqlType } from './types.ts'

export type * from './analysis.ts'
export type * from './ast.ts'
export type * from './catalogue.ts'
export * from './durations.ts'
export { SqlError, type SqlErrorCode } from './error.ts'
export { type ParseOptions, parseExpression, parseStatement, parseStatements } from './parse/statements.ts'
export { formatExpression } from './print/expressions.ts'
export { formatName, quoteName } from './print/names.ts'
export { formatStatement } from './print/statements.ts'
export { formatSchema, formatType } from './print/types.ts'
export { sameExpression, sameStatement } from './same.ts'
export type * from './types.ts'

// The bodies of what follows arrive with the next commits; the signatures are what neighbours build against.

export interface AnalysisOptions {
  /** Effective properties of the statement: `ksql.persistence.default.format.value` and the like. */
  readonly properties?: ReadonlyMap<string, PropertyValue> | Readonly<Record<string, PropertyValue>>
  /** Partition count of a topic, where known; used for sinks without PARTITIONS and for co-partitioning of joins. */
  readonly partitionsOf?: (topic: string) => number | undefined
}

export interface StatementLineage {
  readonly statement: Statement
  /** Name of the stream, table or type it makes. */
  readonly makes?: string
  /** Name of the stream it writes into (INSERT INTO). */
  readonly writes?: string
  /** Names of the streams and tables it reads. */
  readonly reads: readonly string[]
  /** Names of the custom types it uses. */
  readonly types: readonly string[]
}

export interface FunctionVariation {
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly variadic: boolean }[]
  readonly returns: string
}

export interface FunctionSignature {
  readonly name: string
  readonly kind: 'scalar' | 'table' | 'aggregate'
  readonly category: string
  readonly variations: readonly FunctionVariation[]
}

const later = (): never => {
  throw new SqlError('analysis', 'Not yet understood', NOWHERE)
}

export const createCatalogue: (sources?: Iterable<Source>, types?: Iterable<readonly [string, SqlType]>) => Catalogue = later
export const analyse: (statement: CreateSource | CreateAsSelect | InsertInto, catalogue: Catalogue, options?: AnalysisOptions) => AnalysedStatement = later
/** For push and pull queries. */
export const analyseSelect: (query: Query, catalogue: Catalogue, options?: AnalysisOptions) => AnalysedQuery = later
/** The statement as the server would store it: WITH defaults filled in, columns qualified and named; what `statementText` prints. */
export const completeStatement: (statement: Statement, catalogue: Catalogue, options?: AnalysisOptions) => Statement = later
export const typeOf: (expression: Expression, columns: readonly Column[]) => SqlType | undefined = later
export const functionSignature: (name: string) => FunctionSignature | undefined = later
export const functionNames: () => readonly string[] = later
export const lineage: (statements: readonly Statement[]) => StatementLineage[] = later
/** Statements so ordered that each stands after what it reads; throws on a cycle. Types come first, inserts last of their readers' wait. */
export const orderByLineage: (statements: readonly Statement[]) => Statement[] = later
export type { TypedExpression }
