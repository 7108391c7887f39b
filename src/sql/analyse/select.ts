/** The items of a select: every one gets a name, `*` becomes the columns it stands for. */
import type { Expression, Query, SelectItem, Span } from '../ast.ts'
import { place, refuse } from '../error.ts'
import { columnsOf, PSEUDO_COLUMNS, type QueryScope, WINDOW_BOUNDS } from './scope.ts'

export interface NamedItem {
  readonly name: string
  readonly expression: Expression
  readonly span: Span
  /** The name was written with AS, or is the column's own. */
  readonly aliased: boolean
}

/** Items qualified and named as the server writes them back; `*` stays. */
export function completeItems(query: Query, scope: QueryScope): SelectItem[] {
  const names = new NameMaker(scope)
  return query.select.map((item) => {
    if (item.kind === 'All') {
      if (item.qualifier !== undefined && scope.sourceOf(item.qualifier) === undefined) {
        refuse(`'${item.qualifier}' is not a valid stream/table name or alias.`, item.span, { stage: 'prepare' })
      }
      return item
    }
    if (item.kind === 'AllFields') return { ...item, base: scope.qualify(item.base) }
    const expression = scope.qualify(item.expression)
    return { ...item, expression, alias: item.alias ?? names.of(expression) }
  })
}

/** The completed items with `*` written out. `bounds`: a query that only reads shows the bounds of windowed sources, too. */
export function expandItems(query: Query, written: Query, scope: QueryScope, bounds: boolean): NamedItem[] {
  // A join that is partitioned anew carries the system columns of both sides along.
  const pseudo = scope.isJoin && query.partitionBy !== undefined
  // Of a stream that is partitioned anew, the columns of the former key stand behind the others.
  const keysLast = !scope.isJoin && query.partitionBy !== undefined
  return query.select.flatMap((item, index): NamedItem[] => {
    if (item.kind === 'AllFields') return expandStruct(item.base, item.span, scope)
    if (item.kind === 'All') return expandStar(item.qualifier, item.span, scope, { bounds, pseudo, keysLast })
    return [{ name: item.alias!, expression: item.expression, span: item.span, aliased: (written.select[index] as typeof item).alias !== undefined }]
  })
}

function expandStar(
  qualifier: string | undefined,
  span: Span,
  scope: QueryScope,
  add: { readonly bounds: boolean; readonly pseudo: boolean; readonly keysLast: boolean },
): NamedItem[] {
  const sources = qualifier === undefined ? scope.sources : [scope.sourceOf(qualifier)!]
  const madeUp = qualifier === undefined ? [...scope.madeUp.keys()] : []
  const keys: NamedItem[] = madeUp.map((name) => ({ name, expression: { kind: 'ColumnReference', name, span }, span, aliased: true }))
  const columns: NamedItem[] = sources.flatMap(({ alias, source }) => {
    const all = columnsOf(source)
    const bounds = add.bounds && source.window !== undefined ? WINDOW_BOUNDS : []
    const values = all.slice(source.key.length)
    const shown = add.keysLast ? [...values, ...source.key] : [...source.key, ...bounds, ...values, ...(add.pseudo ? PSEUDO_COLUMNS : [])]
    return shown.map(
      ({ name }): NamedItem => ({
        name: scope.isJoin ? `${alias}_${name}` : name,
        expression: { kind: 'ColumnReference', qualifier: alias, name, span },
        span,
        aliased: true,
      }),
    )
  })
  return [...keys, ...columns]
}

function expandStruct(base: Expression, span: Span, scope: QueryScope): NamedItem[] {
  const { type } = scope.typed(base, 'SELECT')
  if (type?.kind !== 'STRUCT') return refuse(`${place(span)}: Expected STRUCT type, got: ${type?.kind ?? 'null'}`, span)
  return type.fields.map((field) => ({ name: field.name, expression: { kind: 'FieldAccess', base, field: field.name, span }, span, aliased: true }))
}

/** Names for items that have none: a column's own, a field's, or KSQL_COL_n. */
export class NameMaker {
  readonly #scope: QueryScope
  readonly #taken: Set<string>
  #next = 0

  constructor(scope: QueryScope) {
    this.#scope = scope
    this.#taken = new Set(scope.sources.flatMap((source) => columnsOf(source.source).map((column) => column.name)))
  }

  of(expression: Expression): string {
    if (expression.kind === 'ColumnReference') {
      const { qualifier, name } = expression
      return qualifier !== undefined && this.#scope.isShared(name) ? `${qualifier}_${name}` : name
    }
    if (expression.kind === 'FieldAccess') return this.#field(expression.field)
    for (;;) {
      const name = `KSQL_COL_${this.#next++}`
      if (!this.#taken.has(name)) return name
    }
  }

  #field(field: string): string {
    let name = field
    for (let number = 1; this.#taken.has(name); number++) name = `${field}_${number}`
    this.#taken.add(name)
    return name
  }
}
