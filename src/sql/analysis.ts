/**
 * What the analysis says of a statement: every name resolved, every expression typed, the schema of its output.
 * The planner reads lineage and output from it; the engine compiles it.
 */
import type { CreateAsSelect, CreateSource, Expression, InsertInto, PropertyValue, SourceType } from './ast.ts'
import type { Source } from './catalogue.ts'
import type { SqlType } from './types.ts'

export interface AnalysisOptions {
  /** Effective properties of the statement: `ksql.persistence.default.format.value` and the like. */
  readonly properties?: ReadonlyMap<string, PropertyValue> | Readonly<Record<string, PropertyValue>>
  /** Partition count of a topic, where known; used for sinks without PARTITIONS and for co-partitioning of joins. */
  readonly partitionsOf?: (topic: string) => number | undefined
  /** Replicas and retention of a topic, where known: a sink's topic takes them over from its first source's. */
  readonly topicOf?: (topic: string) => { readonly replicas: number; readonly retentionMs: number } | undefined
}

/**
 * An expression whose column references are resolved: `qualifier` is an alias of the query. Only the bounds of the query's own
 * windows (WINDOWSTART, WINDOWEND) stand without one.
 */
export interface TypedExpression {
  readonly expression: Expression
  /** `undefined`: the untyped NULL. */
  readonly type: SqlType | undefined
}

export interface QuerySource {
  readonly alias: string
  readonly source: Source
}

export interface AnalysedJoin {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER'
  readonly right: QuerySource
  /** Over the columns of what stands left of the join. */
  readonly leftKey: TypedExpression
  readonly rightKey: TypedExpression
  /** A stream-stream join's window, in milliseconds. */
  readonly within?: { readonly beforeMs: number; readonly afterMs: number; readonly graceMs?: number }
  /** Foreign-key join of two tables: leftKey is no key of the left table. */
  readonly foreignKey: boolean
}

export interface AnalysedWindow {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  /** Size of a time window, gap of a session. */
  readonly sizeMs: number
  readonly advanceMs: number
  readonly graceMs: number
  readonly retentionMs: number
}

/** Of a join's key column `value` is what holds the key on every row, whichever side's column was selected. */
export interface OutputColumn {
  readonly name: string
  readonly role: 'KEY' | 'VALUE'
  readonly value: TypedExpression
}

export interface AnalysedQuery {
  readonly from: QuerySource
  readonly joins: readonly AnalysedJoin[]
  readonly where?: TypedExpression
  /** An answer that counts without GROUP BY is grouped by the literal 1. */
  readonly groupBy?: readonly TypedExpression[]
  /** Empty: PARTITION BY NULL, the key is taken away. */
  readonly partitionBy?: readonly TypedExpression[]
  readonly window?: AnalysedWindow
  readonly having?: TypedExpression
  readonly output: readonly OutputColumn[]
  readonly outputType: SourceType
  readonly emit: 'CHANGES' | 'FINAL'
  readonly limit?: number
  /** Aggregate calls of select and having, each once. */
  readonly aggregates: readonly Extract<Expression, { kind: 'FunctionCall' }>[]
  /** Table functions (EXPLODE, ...) of the select. */
  readonly tableFunctions: readonly Extract<Expression, { kind: 'FunctionCall' }>[]
}

/** A persistent statement, ready to run. `sink` is the source it makes (or, for INSERT INTO, the one that exists). */
export type AnalysedStatement =
  | { readonly kind: 'source'; readonly statement: CreateSource; readonly sink: Source }
  | { readonly kind: 'query'; readonly statement: CreateAsSelect | InsertInto; readonly sink: Source; readonly query: AnalysedQuery }
