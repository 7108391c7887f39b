/** The names a query can use: columns of its sources, system columns, window bounds, and the key a join makes up. */
import type { QuerySource, TypedExpression } from '../analysis.ts'
import type { Expression, Query, SourceReference, Span } from '../ast.ts'
import type { Catalogue, Source } from '../catalogue.ts'
import { place, refuse } from '../error.ts'
import { formatExpression } from '../print/expressions.ts'
import { formatSchema } from '../print/types.ts'
import { sourceNamed } from '../similar-source.ts'
import type { Column, SqlType } from '../types.ts'
import { mapColumns, walk } from '../walk.ts'
import { resolveType } from './named-types.ts'
import { HEADERS_TYPE } from './source.ts'
import { type TypingScope, typeOfExpression } from './typing.ts'

const BIGINT: SqlType = { kind: 'BIGINT' }

/** Key, value and header columns: what `*` stands for. */
export function columnsOf(source: Source): readonly Column[] {
  const headers = source.headers.map((header) => ({ name: header.name, type: header.headerKey === undefined ? HEADERS_TYPE : ({ kind: 'BYTES' } as const) }))
  return [...source.key, ...source.value, ...headers]
}

export const PSEUDO_COLUMNS: readonly Column[] = [
  { name: 'ROWTIME', type: BIGINT },
  { name: 'ROWPARTITION', type: { kind: 'INTEGER' } },
  { name: 'ROWOFFSET', type: BIGINT },
]

export const WINDOW_BOUNDS: readonly Column[] = [
  { name: 'WINDOWSTART', type: BIGINT },
  { name: 'WINDOWEND', type: BIGINT },
]

function systemColumnsOf(source: Source): readonly Column[] {
  return source.window === undefined ? PSEUDO_COLUMNS : [...PSEUDO_COLUMNS, ...WINDOW_BOUNDS]
}

export function boundsMisused(name: string): string {
  return (
    `Window bounds column ${name} can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.\n` +
    'See https://github.com/confluentinc/ksql/issues/4397'
  )
}

export type Clause = 'SELECT' | 'WHERE' | 'GROUP BY' | 'PARTITION BY' | 'HAVING' | 'JOIN ON'

export class QueryScope {
  readonly sources: readonly QuerySource[]
  readonly #catalogue: Catalogue
  /** Whether the query makes windows of its own, whose bounds may then be selected. */
  readonly #windowed: boolean
  /** Names that stand for the key of a join of two expressions. */
  readonly madeUp = new Map<string, SqlType>()

  constructor(query: Query, catalogue: Catalogue) {
    this.#catalogue = catalogue
    this.#windowed = query.window !== undefined
    this.sources = [query.from, ...query.joins.map((join) => join.source)].map((reference) => this.#source(reference))
  }

  #source(reference: SourceReference): QuerySource {
    return { alias: reference.alias, source: sourceNamed(reference.name, this.#catalogue, reference.span) }
  }

  get isJoin(): boolean {
    return this.sources.length > 1
  }

  sourceOf(alias: string): QuerySource | undefined {
    return this.sources.find((source) => source.alias === alias)
  }

  /** Whether more than one source has a column of this name. */
  isShared(name: string): boolean {
    return this.sources.filter((source) => this.#column(source, name) !== undefined).length > 1
  }

  #column(source: QuerySource, name: string): Column | undefined {
    return [...columnsOf(source.source), ...systemColumnsOf(source.source)].find((column) => column.name === name)
  }

  /** The expression with the alias of its source written before every column that one source has. */
  qualify(expression: Expression): Expression {
    this.#refuseLambdas(expression, new Set())
    return mapColumns(expression, (reference) => {
      if (reference.qualifier !== undefined || this.#isWindowBound(reference.name)) return reference
      const owners = this.sources.filter((source) => this.#column(source, reference.name) !== undefined)
      if (owners.length > 1) {
        const options = owners.map((source) => `${source.alias}.${reference.name}`)
        refuse(`${place(reference.span)}: Column '${reference.name}' is ambiguous. Could be ${options.join(' or ')}.`, reference.span, { stage: 'prepare' })
      }
      return owners.length === 1 ? { ...reference, qualifier: owners[0]!.alias } : reference
    })
  }

  /** A parameter of a lambda must be named like no column and like no parameter of a lambda around it. */
  #refuseLambdas(expression: Expression, outer: ReadonlySet<string>): void {
    walk(expression, (node) => {
      if (node.kind !== 'Lambda') return true
      for (const parameter of node.parameters) {
        if (this.sources.some(({ source }) => columnsOf(source).some((column) => column.name === parameter))) {
          refuse(`Lambda function argument can't be a column name: ${parameter}`, node.span, { stage: 'prepare' })
        }
      }
      const all = new Set([...outer, ...node.parameters])
      if (all.size < outer.size + node.parameters.length) refuse('Reusing lambda arguments in nested lambda is not allowed', node.span, { stage: 'prepare' })
      this.#refuseLambdas(node.body, all)
      return false
    })
  }

  #isWindowBound(name: string): boolean {
    return this.#windowed && WINDOW_BOUNDS.some((column) => column.name === name)
  }

  /** Types an expression that has been qualified. */
  typed(expression: Expression, clause: Clause): TypedExpression {
    return { expression, type: typeOfExpression(expression, this.typing(clause)) ?? undefined }
  }

  typing(clause: Clause): TypingScope {
    return {
      columnType: (reference) => this.#columnType(reference, clause),
      resolveType: (type: SqlType, span: Span) => resolveType(type, this.#catalogue, span),
      show: (expression) => this.show(expression),
      showSchema: () => `, schema:${this.showSchema()}`,
    }
  }

  #columnType(reference: Extract<Expression, { kind: 'ColumnReference' }>, clause: Clause): SqlType {
    if (reference.qualifier === undefined) {
      const madeUp = this.madeUp.get(reference.name)
      if (madeUp !== undefined) return madeUp
      if (this.#isWindowBound(reference.name)) {
        if (clause === 'SELECT') return BIGINT
        refuse(boundsMisused(reference.name), reference.span)
      }
    }
    const source = reference.qualifier === undefined ? undefined : this.sourceOf(reference.qualifier)
    const column = source === undefined ? undefined : this.#column(source, reference.name)
    if (column !== undefined) return column.type
    const shown = formatExpression(reference)
    const why = clause === 'PARTITION BY' ? ` '${shown}' must be a column in the source schema since PARTITION BY is applied on the input.` : ''
    return refuse(`${place(reference.span)}: ${clause} column '${shown}' cannot be resolved.${why}`, reference.span)
  }

  /** As messages show an expression: bare columns of one source, `ALIAS_NAME` of several. */
  show(expression: Expression): string {
    const shown = mapColumns(expression, (reference) => {
      if (reference.qualifier === undefined) return reference
      const { qualifier, ...bare } = reference
      return this.isJoin ? { ...bare, name: `${qualifier}_${reference.name}` } : bare
    })
    return formatExpression(shown)
  }

  /** What the steps of the query read, with the key once more among the values. */
  showSchema(): string {
    if (this.isJoin) {
      const columns = this.sources.flatMap((source) =>
        [...columnsOf(source.source), ...systemColumnsOf(source.source)].map((column) => ({ ...column, name: `${source.alias}_${column.name}` })),
      )
      return formatSchema([], columns)
    }
    const { source } = this.sources[0]!
    return formatSchema(source.key, [...columnsOf(source).slice(source.key.length), ...systemColumnsOf(source), ...source.key])
  }
}
