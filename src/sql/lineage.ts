/** What statements make and read, and the order in which they can run. */
import type { Query, Statement } from './ast.ts'
import { refuse } from './error.ts'
import type { SqlType } from './types.ts'

export interface StatementLineage {
  readonly statement: Statement
  /** Name of the stream or table it makes. */
  readonly makes?: string
  /** Name of the type it makes. */
  readonly makesType?: string
  /** Name of the stream it writes into (INSERT INTO). */
  readonly writes?: string
  /** Names of the streams and tables it reads or changes. */
  readonly reads: readonly string[]
  /** Names of the custom types it uses. */
  readonly types: readonly string[]
}

export function lineage(statements: readonly Statement[]): StatementLineage[] {
  return statements.map(lineageOf)
}

function lineageOf(statement: Statement): StatementLineage {
  switch (statement.kind) {
    case 'CreateSource':
      return { statement, makes: statement.name, reads: [], types: statement.columns.flatMap((column) => namedTypes(column.type)) }
    case 'CreateAsSelect':
      return { statement, makes: statement.name, reads: sourcesOf(statement.query), types: [] }
    case 'InsertInto':
      return { statement, writes: statement.target, reads: sourcesOf(statement.query), types: [] }
    case 'InsertValues':
      return { statement, writes: statement.target, reads: [], types: [] }
    case 'Select':
      return { statement, reads: sourcesOf(statement.query), types: [] }
    case 'CreateType':
      return { statement, makesType: statement.name, reads: [], types: namedTypes(statement.type) }
    case 'AlterSource':
      return { statement, writes: statement.name, reads: [], types: statement.columns.flatMap((column) => namedTypes(column.type)) }
    default:
      return { statement, reads: [], types: [] }
  }
}

function sourcesOf(query: Query): string[] {
  return [...new Set([query.from.name, ...query.joins.map((join) => join.source.name)])]
}

function namedTypes(type: SqlType): string[] {
  switch (type.kind) {
    case 'NAMED':
      return [type.name]
    case 'ARRAY':
      return namedTypes(type.element)
    case 'MAP':
      return [...namedTypes(type.key), ...namedTypes(type.value)]
    case 'STRUCT':
      return type.fields.flatMap((field) => namedTypes(field.type))
    default:
      return []
  }
}

/**
 * The statements so ordered that each stands after the makers of what it reads and writes. Otherwise the order of the text
 * is kept. Sources that nobody here makes are taken to exist. @throws SqlError that names the sources of a cycle
 */
export function orderByLineage(statements: readonly Statement[]): Statement[] {
  const all = lineage(statements)
  const makers = new Map<string, StatementLineage>()
  const typeMakers = new Map<string, StatementLineage>()
  for (const entry of all) {
    if (entry.makes !== undefined && !makers.has(entry.makes)) makers.set(entry.makes, entry)
    if (entry.makesType !== undefined && !typeMakers.has(entry.makesType)) typeMakers.set(entry.makesType, entry)
  }
  const ordered: Statement[] = []
  const done = new Set<StatementLineage>()
  const visit = (entry: StatementLineage, path: readonly StatementLineage[]): void => {
    if (done.has(entry)) return
    if (path.includes(entry)) {
      const names = [...path.slice(path.indexOf(entry)), entry].map((step) => step.makes ?? step.makesType ?? step.writes)
      refuse(`Statements read from each other in a circle: ${names.join(' <- ')}`, entry.statement.span)
    }
    const needs = [...entry.reads, ...(entry.writes === undefined ? [] : [entry.writes])].map((name) => makers.get(name))
    for (const needed of [...entry.types.map((name) => typeMakers.get(name)), ...needs]) {
      if (needed !== undefined) visit(needed, [...path, entry])
    }
    done.add(entry)
    ordered.push(entry.statement)
  }
  for (const entry of all) visit(entry, [])
  return ordered
}

/** Names that are read or written but made by none of the statements, with the statement that names them. */
export function unknownSources(statements: readonly Statement[], known: (name: string) => boolean): { readonly name: string; readonly statement: Statement }[] {
  const all = lineage(statements)
  const made = new Set(all.flatMap((entry) => (entry.makes === undefined ? [] : [entry.makes])))
  return all.flatMap((entry) =>
    [...entry.reads, ...(entry.writes === undefined ? [] : [entry.writes])]
      .filter((name) => !made.has(name) && !known(name))
      .map((name) => ({ name, statement: entry.statement })),
  )
}
