/** What survives: indices, templates and document sources, in SQLite; in memory unless a path is given. */
import { DatabaseSync } from 'node:sqlite'
import type { JsonObject } from './json.ts'

export interface StoredIndex {
  readonly name: string
  readonly uuid: string
  readonly createdAt: number
  readonly settings: Readonly<Record<string, string>>
  readonly mapping: JsonObject
  readonly aliases: JsonObject
}

export interface StoredDocument {
  readonly id: string
  readonly seqNo: number
  readonly version: number
  readonly source: string
  readonly routing: string | null
}

export type TemplateKind = 'index' | 'component'

const SCHEMA = `
  create table if not exists meta (key text primary key, value text not null);
  create table if not exists indices (uuid text primary key, name text not null, created_at integer not null, settings text not null, mapping text not null, aliases text not null);
  create table if not exists templates (kind text not null, name text not null, body text not null, primary key (kind, name));
  create table if not exists documents (uuid text not null, id text not null, seq_no integer not null, version integer not null, source text not null, routing text,
    primary key (uuid, id)) without rowid;
`

export class Store {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  constructor(path: string) {
    this.#db = new DatabaseSync(path)
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal;')
    this.#db.exec(SCHEMA)
  }

  #sql(text: string) {
    let statement = this.#statements.get(text)
    if (!statement) {
      statement = this.#db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  /** All or nothing; a throw inside undoes it. */
  transaction<T>(work: () => T): T {
    this.#db.exec('begin')
    try {
      const result = work()
      this.#db.exec('commit')
      return result
    } catch (error) {
      this.#db.exec('rollback')
      throw error
    }
  }

  meta(key: string, initial: () => string): string {
    const row = this.#sql('select value from meta where key = ?').get(key)
    if (row) return String(row.value)
    const value = initial()
    this.#sql('insert into meta values (?, ?)').run(key, value)
    return value
  }

  indices(): StoredIndex[] {
    return this.#sql('select * from indices order by name')
      .all()
      .map((row) => ({
        name: String(row.name),
        uuid: String(row.uuid),
        createdAt: Number(row.created_at),
        settings: JSON.parse(String(row.settings)),
        mapping: JSON.parse(String(row.mapping)),
        aliases: JSON.parse(String(row.aliases)),
      }))
  }

  saveIndex(index: StoredIndex): void {
    this.#sql('insert or replace into indices values (?, ?, ?, ?, ?, ?)').run(
      index.uuid,
      index.name,
      index.createdAt,
      JSON.stringify(index.settings),
      JSON.stringify(index.mapping),
      JSON.stringify(index.aliases),
    )
  }

  dropIndex(uuid: string): void {
    this.#sql('delete from indices where uuid = ?').run(uuid)
    this.#sql('delete from documents where uuid = ?').run(uuid)
  }

  templates(kind: TemplateKind): Map<string, JsonObject> {
    const rows = this.#sql('select name, body from templates where kind = ? order by name').all(kind)
    return new Map(rows.map((row) => [String(row.name), JSON.parse(String(row.body))]))
  }

  saveTemplate(kind: TemplateKind, name: string, body: JsonObject): void {
    this.#sql('insert or replace into templates values (?, ?, ?)').run(kind, name, JSON.stringify(body))
  }

  dropTemplate(kind: TemplateKind, name: string): void {
    this.#sql('delete from templates where kind = ? and name = ?').run(kind, name)
  }

  *documents(uuid: string): IterableIterator<StoredDocument> {
    for (const row of this.#sql('select * from documents where uuid = ? order by seq_no').iterate(uuid)) yield stored(row)
  }

  document(uuid: string, id: string): StoredDocument | undefined {
    const row = this.#sql('select * from documents where uuid = ? and id = ?').get(uuid, id)
    return row ? stored(row) : undefined
  }

  saveDocument(uuid: string, document: StoredDocument): void {
    this.#sql('insert or replace into documents values (?, ?, ?, ?, ?, ?)').run(
      uuid,
      document.id,
      document.seqNo,
      document.version,
      document.source,
      document.routing,
    )
  }

  dropDocument(uuid: string, id: string): void {
    this.#sql('delete from documents where uuid = ? and id = ?').run(uuid, id)
  }

  sourceBytes(uuid: string): number {
    return Number(this.#sql('select coalesce(sum(length(source)), 0) as bytes from documents where uuid = ?').get(uuid)?.bytes ?? 0)
  }

  close(): void {
    this.#db.close()
  }
}

function stored(row: Record<string, unknown>): StoredDocument {
  return {
    id: String(row.id),
    seqNo: Number(row.seq_no),
    version: Number(row.version),
    source: String(row.source),
    routing: row.routing === null ? null : String(row.routing),
  }
}
