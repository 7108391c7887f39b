/**
 * The tree of the ksqlDB language. One interface per node, discriminated by `kind`; every node carries the span of
 * text it was read from, so that each later finding can name its line and column.
 */
import type { SqlType } from './types.ts'

/** A place in the text: `line` and `column` count from 1, `offset` from 0. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/** Half-open range of text: `end` is the place after the last character. */
export interface Span {
  readonly start: Position
  readonly end: Position
}

interface Node {
  readonly span: Span
}

// ---------------------------------------------------------------- expressions

export type Literal =
  | (Node & { readonly kind: 'NullLiteral' })
  | (Node & { readonly kind: 'BooleanLiteral'; readonly value: boolean })
  | (Node & { readonly kind: 'IntegerLiteral'; readonly value: number })
  | (Node & { readonly kind: 'LongLiteral'; readonly value: bigint })
  | (Node & { readonly kind: 'DoubleLiteral'; readonly value: number })
  /** `text` as written: `12.50` keeps its scale. */
  | (Node & { readonly kind: 'DecimalLiteral'; readonly text: string })
  | (Node & { readonly kind: 'StringLiteral'; readonly value: string })

/** Names are stored as they resolve: upper case unless they were quoted. */
export interface ColumnReference extends Node {
  readonly kind: 'ColumnReference'
  readonly qualifier?: string
  readonly name: string
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'

export type Expression =
  | Literal
  | ColumnReference
  | (Node & { readonly kind: 'Arithmetic'; readonly operator: ArithmeticOperator; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'Sign'; readonly operator: '+' | '-'; readonly operand: Expression })
  | (Node & { readonly kind: 'Concat'; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'Comparison'; readonly operator: ComparisonOperator; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'Logical'; readonly operator: 'AND' | 'OR'; readonly left: Expression; readonly right: Expression })
  | (Node & { readonly kind: 'Not'; readonly operand: Expression })
  | (Node & { readonly kind: 'IsNull'; readonly negated: boolean; readonly operand: Expression })
  | (Node & { readonly kind: 'Between'; readonly negated: boolean; readonly operand: Expression; readonly low: Expression; readonly high: Expression })
  | (Node & { readonly kind: 'In'; readonly negated: boolean; readonly operand: Expression; readonly list: readonly Expression[] })
  | (Node & { readonly kind: 'Like'; readonly negated: boolean; readonly operand: Expression; readonly pattern: Expression; readonly escape?: string })
  /** `operand` is present in the simple form `CASE x WHEN 1 THEN ...`. */
  | (Node & {
      readonly kind: 'Case'
      readonly operand?: Expression
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
      readonly otherwise?: Expression
    })
  | (Node & { readonly kind: 'Cast'; readonly operand: Expression; readonly type: SqlType })
  | (Node & { readonly kind: 'FunctionCall'; readonly name: string; readonly args: readonly Expression[] /** COUNT(*) */; readonly star: boolean })
  | (Node & { readonly kind: 'Subscript'; readonly base: Expression; readonly index: Expression })
  | (Node & { readonly kind: 'FieldAccess'; readonly base: Expression; readonly field: string })
  | (Node & { readonly kind: 'ArrayConstructor'; readonly elements: readonly Expression[] })
  | (Node & { readonly kind: 'MapConstructor'; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] })
  | (Node & { readonly kind: 'StructConstructor'; readonly fields: readonly { readonly name: string; readonly value: Expression }[] })
  | (Node & { readonly kind: 'Lambda'; readonly parameters: readonly string[]; readonly body: Expression })
  /** A unit of time as the first argument of TIMESTAMPADD and its kin. */
  | (Node & { readonly kind: 'IntervalUnit'; readonly unit: TimeUnit })

// ---------------------------------------------------------------- queries

export type TimeUnit = 'MILLISECONDS' | 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS'

/** A length of time as written; `durationMs` gives its value. */
export interface Duration extends Node {
  readonly value: number
  readonly unit: TimeUnit
}

export interface WindowClause extends Node {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  /** Size of a time window; the gap of a session. */
  readonly size: Duration
  readonly advance?: Duration
  readonly retention?: Duration
  readonly grace?: Duration
}

export interface SourceReference extends Node {
  readonly name: string
  /** The name itself when no alias was given. */
  readonly alias: string
}

export interface JoinClause extends Node {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER'
  readonly source: SourceReference
  readonly on: Expression
  readonly within?: { readonly before: Duration; readonly after: Duration; readonly grace?: Duration }
}

export type SelectItem =
  | (Node & { readonly kind: 'All'; readonly qualifier?: string })
  /** `base->*`: every field of a struct. */
  | (Node & { readonly kind: 'AllFields'; readonly base: Expression })
  | (Node & { readonly kind: 'Item'; readonly expression: Expression; readonly alias?: string })

export interface Query extends Node {
  readonly select: readonly SelectItem[]
  readonly from: SourceReference
  readonly joins: readonly JoinClause[]
  readonly window?: WindowClause
  readonly where?: Expression
  readonly groupBy?: readonly Expression[]
  readonly partitionBy?: readonly Expression[]
  readonly having?: Expression
  /** EMIT; absent in a pull query and, as the default CHANGES, in a persistent one. */
  readonly emit?: 'CHANGES' | 'FINAL'
  readonly limit?: number
}

// ---------------------------------------------------------------- statements

export type PropertyValue = string | number | bigint | boolean
/** WITH (...): keys upper-cased, in the order written. */
export interface Property extends Node {
  readonly key: string
  readonly value: PropertyValue
}

export interface ColumnDefinition extends Node {
  readonly name: string
  readonly type: SqlType
  readonly constraint?: 'KEY' | 'PRIMARY KEY' | 'HEADERS'
  /** Of `HEADER('name')`; the constraint is HEADERS then, too. */
  readonly headerKey?: string
}

export type SourceType = 'STREAM' | 'TABLE'

export interface CreateSource extends Node {
  readonly kind: 'CreateSource'
  readonly sourceType: SourceType
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  /** CREATE SOURCE STREAM / TABLE: read only. */
  readonly readOnly: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly properties: readonly Property[]
}

export interface CreateAsSelect extends Node {
  readonly kind: 'CreateAsSelect'
  readonly sourceType: SourceType
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly properties: readonly Property[]
  readonly query: Query
}

export interface InsertInto extends Node {
  readonly kind: 'InsertInto'
  readonly target: string
  readonly targetSpan: Span
  readonly properties: readonly Property[]
  readonly query: Query
}

export type Statement =
  | CreateSource
  | CreateAsSelect
  | InsertInto
  | (Node & {
      readonly kind: 'InsertValues'
      readonly target: string
      readonly targetSpan: Span
      readonly columns?: readonly string[]
      readonly values: readonly Expression[]
    })
  | (Node & { readonly kind: 'Select'; readonly query: Query })
  | (Node & { readonly kind: 'CreateType'; readonly name: string; readonly ifNotExists: boolean; readonly type: SqlType })
  | (Node & { readonly kind: 'DropType'; readonly name: string; readonly ifExists: boolean })
  | (Node & {
      readonly kind: 'CreateConnector'
      readonly direction: 'SOURCE' | 'SINK'
      readonly name: string
      readonly ifNotExists: boolean
      readonly config: readonly Property[]
    })
  | (Node & { readonly kind: 'DropConnector'; readonly name: string; readonly ifExists: boolean })
  | (Node & { readonly kind: 'DropSource'; readonly sourceType: SourceType; readonly name: string; readonly ifExists: boolean; readonly deleteTopic: boolean })
  | (Node & { readonly kind: 'AlterSource'; readonly sourceType: SourceType; readonly name: string; readonly columns: readonly ColumnDefinition[] })
  /** `queryId` absent: ALL. */
  | (Node & { readonly kind: 'Terminate' | 'Pause' | 'Resume'; readonly queryId?: string })
  | (Node & { readonly kind: 'SetProperty'; readonly key: string; readonly value: string })
  | (Node & { readonly kind: 'UnsetProperty'; readonly key: string })
  | (Node & { readonly kind: 'AlterSystemProperty'; readonly key: string; readonly value: string })
  | (Node & { readonly kind: 'RunScript'; readonly path: string })
  | (Node & { readonly kind: 'Define'; readonly name: string; readonly value: string })
  | (Node & { readonly kind: 'Undefine'; readonly name: string })
  | (Node & {
      readonly kind: 'List'
      readonly what: ListTarget
      readonly all: boolean
      readonly extended: boolean
      readonly connectorScope?: 'SOURCE' | 'SINK'
    })
  | (Node & { readonly kind: 'Describe'; readonly name: string; readonly extended: boolean })
  | (Node & { readonly kind: 'DescribeAll'; readonly what: 'STREAMS' | 'TABLES'; readonly extended: boolean })
  | (Node & { readonly kind: 'DescribeFunction'; readonly name: string })
  | (Node & { readonly kind: 'DescribeConnector'; readonly name: string })
  | (Node & { readonly kind: 'Explain'; readonly target: { readonly queryId: string } | { readonly statement: Statement } })
  | (Node & { readonly kind: 'Print'; readonly topic: string; readonly fromBeginning: boolean; readonly interval?: number; readonly limit?: number })
  | (Node & {
      readonly kind: 'AssertTopic'
      readonly topic: string
      readonly exists: boolean
      readonly properties: readonly Property[]
      readonly timeout?: Duration
    })
  | (Node & { readonly kind: 'AssertSchema'; readonly subject?: string; readonly id?: number; readonly exists: boolean; readonly timeout?: Duration })

export type ListTarget = 'STREAMS' | 'TABLES' | 'TOPICS' | 'QUERIES' | 'PROPERTIES' | 'FUNCTIONS' | 'TYPES' | 'VARIABLES' | 'CONNECTORS' | 'CONNECTOR PLUGINS'
