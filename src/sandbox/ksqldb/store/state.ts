/** What the server knows: sources, types and persistent queries. A copy of it is the sandbox in which statements are checked. */
import type { AnalysedQuery, Source, SqlType } from '../../../sql/index.ts'
import type { BodyValue } from '../rest/body.ts'
import type { StartOffsets } from '../run/partitions.ts'

export interface SourceEntry {
  readonly source: Source
  /** The statement that made it, as the server stores it. */
  readonly statementText: string
  /** Made by CREATE ... AS SELECT. */
  readonly fromQuery: boolean
  /** Streams and tables that its query reads: they cannot be dropped while it exists. */
  readonly parents: readonly string[]
}

export interface PersistentQuery {
  readonly id: string
  readonly kind: 'CREATE_AS' | 'INSERT' | 'CREATE_SOURCE'
  readonly statementText: string
  readonly query: AnalysedQuery
  /** In the order in which the statement names them. */
  readonly sources: readonly string[]
  /** Absent for the query that materialises a source table. */
  readonly sink?: Source
  readonly properties: Readonly<Record<string, BodyValue>>
  readonly startsAt: StartOffsets
  readonly paused: boolean
}

export class State {
  readonly #sources: Map<string, SourceEntry>
  readonly #types: Map<string, SqlType>
  readonly #queries: Map<string, PersistentQuery>
  /** The number of the next query id. */
  nextQueryNumber: number

  constructor(from?: State) {
    this.#sources = new Map(from?.entries().map((entry) => [entry.source.name, entry]))
    this.#types = new Map(from?.types())
    this.#queries = new Map(from?.queries().map((query) => [query.id, query]))
    this.nextQueryNumber = from?.nextQueryNumber ?? 0
  }

  entry(name: string): SourceEntry | undefined {
    return this.#sources.get(name)
  }

  entries(): readonly SourceEntry[] {
    return [...this.#sources.values()]
  }

  putSource(entry: SourceEntry): void {
    this.#sources.set(entry.source.name, entry)
  }

  dropSource(name: string): void {
    this.#sources.delete(name)
  }

  type(name: string): SqlType | undefined {
    return this.#types.get(name)
  }

  types(): ReadonlyMap<string, SqlType> {
    return this.#types
  }

  putType(name: string, type: SqlType): void {
    this.#types.set(name, type)
  }

  dropType(name: string): void {
    this.#types.delete(name)
  }

  query(id: string): PersistentQuery | undefined {
    return this.#queries.get(id)
  }

  queries(): readonly PersistentQuery[] {
    return [...this.#queries.values()]
  }

  putQuery(query: PersistentQuery): void {
    this.#queries.set(query.id, query)
  }

  dropQuery(id: string): void {
    this.#queries.delete(id)
  }

  /** The query that fills (or, for a source table, materialises) the source of this name. */
  queryOf(name: string): PersistentQuery | undefined {
    return this.queries().find(
      (query) => (query.kind === 'CREATE_AS' && query.sink?.name === name) || (query.kind === 'CREATE_SOURCE' && query.sources[0] === name),
    )
  }

  readersOf(name: string): readonly PersistentQuery[] {
    return this.queries().filter((query) => query.sources.includes(name))
  }

  writersOf(name: string): readonly PersistentQuery[] {
    return this.queries().filter((query) => query.sink?.name === name)
  }

  /** Streams and tables made from it by a query. */
  childrenOf(name: string): readonly string[] {
    return this.entries()
      .filter((entry) => entry.parents.includes(name))
      .map((entry) => entry.source.name)
  }
}
