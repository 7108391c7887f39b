/** GROUP BY: from a row to the key of its group and the arguments of the aggregates; and the row that an aggregate makes. */
import type { AnalysedQuery, SqlType } from '../../sql/index.ts'
import { type Aggregator, makeAggregator } from '../aggregates/index.ts'
import type { WindowBounds } from '../engine.ts'
import { compileExpression, compileNode } from '../expression/compile.ts'
import { canonical, type Evaluate, type Scope, type ScopeColumn } from '../expression/scope.ts'
import { BIGINT } from '../types.ts'
import type { Row, Value } from '../values.ts'
import { FatalError, type Report, type Stateful } from './change.ts'

export interface Grouping {
  /** Null: a grouping expression is null, so the row is in no group. */
  keyOf(row: Row): Value[] | null
  readonly states: GroupStates
  readonly places: Stateful
  /** What HAVING and SELECT see: grouping values, aggregates, window bounds, row time. */
  readonly scope: Scope
}

/** Numbers records in the order of processing. */
class Places implements Stateful {
  #last = 0
  readonly next = (): number => ++this.#last

  snapshot(): unknown {
    return this.#last
  }

  restore(state: unknown): void {
    this.#last = state as number
  }
}

/** Of each aggregate its arguments. */
export type Arguments = readonly (readonly Value[])[]

/** The aggregates of one group, side by side. */
export interface GroupStates {
  init(): unknown[]
  /** The arguments of every aggregate: read once, they serve all windows of a record. */
  read(row: Row): Arguments
  add(states: unknown[], args: Arguments): void
  remove(states: unknown[], args: Arguments): void
  merge(earlier: unknown[], later: unknown[]): unknown[]
  /** The row as downstream sees it. */
  row(key: readonly Value[], states: readonly unknown[], time: number, window?: WindowBounds): Row
}

function compileArguments(
  call: AnalysedQuery['aggregates'][number],
  scope: Scope,
  report: Report,
  nextPlace: () => number,
): { aggregator: Aggregator; args: Evaluate[] } {
  const compiled = call.args.map((arg) => compileNode(arg, scope))
  const types = compiled.map(({ type }) => type) as SqlType[]
  const constants = call.args.map((arg, i) => (arg.kind.endsWith('Literal') ? compiled[i]!.evaluate([]) : undefined))
  const aggregator = makeAggregator(call.name, types, constants, nextPlace)
  const args = call.args.map((expression, i) => compileExpression({ expression, type: types[i] }, scope, report))
  return { aggregator, args }
}

function evaluateInto(args: readonly Evaluate[]): (row: Row) => readonly Value[] {
  if (args.length === 0) return () => []
  if (args.length === 1) {
    const first = args[0]!
    return (row) => [first(row)]
  }
  return (row) => args.map((arg) => arg(row))
}

function groupStates(query: AnalysedQuery, scope: Scope, report: Report, nextPlace: () => number): { states: GroupStates; types: SqlType[] } {
  const parts = query.aggregates.map((call) => compileArguments(call, scope, report, nextPlace))
  const aggregators = parts.map(({ aggregator }) => aggregator)
  const argumentsOf = parts.map(({ args }) => evaluateInto(args))
  const width = aggregators.length
  /** Kafka Streams dies of an aggregate that throws. */
  const fatal = (i: number, error: unknown): FatalError => new FatalError(`${query.aggregates[i]!.name}: ${(error as Error).message}`)
  const states: GroupStates = {
    init: () => aggregators.map((aggregator) => aggregator.init()),
    read: (row) => argumentsOf.map((read) => read(row)),
    add(group, args) {
      for (let i = 0; i < width; i++) {
        try {
          group[i] = aggregators[i]!.add(group[i], args[i]!)
        } catch (error) {
          throw fatal(i, error)
        }
      }
    },
    remove(group, args) {
      for (let i = 0; i < width; i++) {
        const aggregator = aggregators[i]!
        if (!aggregator.remove) throw new FatalError(`${query.aggregates[i]!.name} cannot aggregate a table`)
        try {
          group[i] = aggregator.remove(group[i], args[i]!)
        } catch (error) {
          throw fatal(i, error)
        }
      }
    },
    merge: (earlier, later) => aggregators.map((aggregator, i) => aggregator.merge(earlier[i], later[i])),
    row(key, group, time, window) {
      const row: Value[] = [...key]
      for (let i = 0; i < width; i++) row.push(aggregators[i]!.result(group[i]))
      row.push(BigInt(time))
      if (window) row.push(BigInt(window.start), BigInt(window.end))
      return row
    },
  }
  return { states, types: aggregators.map(({ type }) => type) }
}

export function compileGrouping(query: AnalysedQuery, scope: Scope, report: Report): Grouping {
  const groupBy = query.groupBy ?? []
  const evaluators = groupBy.map((typed) => compileExpression(typed, scope, report))
  const places = new Places()
  const { states, types } = groupStates(query, scope, report, places.next)
  const computed = new Map<string, number>()
  const columns: ScopeColumn[] = []
  for (const { expression, type } of groupBy) {
    const column =
      expression.kind === 'ColumnReference'
        ? { name: expression.name, ...(expression.qualifier === undefined ? {} : { qualifier: expression.qualifier }) }
        : { name: '' }
    computed.set(canonical(expression), columns.length)
    columns.push({ ...column, type: type! })
  }
  query.aggregates.forEach((call, i) => {
    computed.set(canonical(call), columns.length)
    columns.push({ name: '', type: types[i]! })
  })
  for (const name of ['ROWTIME', 'WINDOWSTART', 'WINDOWEND']) columns.push({ name, type: BIGINT })
  return { keyOf: keyReader(evaluators), states, places, scope: { ...scope, columns, computed } }
}

function keyReader(evaluators: readonly Evaluate[]): (row: Row) => Value[] | null {
  return (row) => {
    const key: Value[] = []
    for (const evaluate of evaluators) {
      const part = evaluate(row)
      if (part === null) return null
      key.push(part)
    }
    return key
  }
}
