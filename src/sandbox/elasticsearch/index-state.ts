/** One index: mapping, settings, aliases, and the values of its documents' fields. Sources stay in the store. */
import type { Clock } from '../../ports/index.ts'
import { type Bound, DocBlocks } from './doc-blocks.ts'
import { type DocFields, FieldLayout } from './doc-fields.ts'
import type { JsonObject } from './json.ts'
import { parseDocument } from './mapping/document.ts'
import type { Value } from './mapping/field.ts'
import { Mapping } from './mapping/mapping.ts'
import type { Store, StoredDocument, StoredIndex } from './store.ts'
import { durationMs } from './time.ts'

export interface Doc {
  readonly id: string
  readonly index: IndexState
  readonly seqNo: number
  readonly version: number
  readonly fields: DocFields
}

/** What is remembered of a deleted document, so that versions go on. */
export interface Tombstone {
  readonly version: number
  readonly seqNo: number
}

/** A document as searches still find it, though it was written over or deleted since. */
interface Unrefreshed {
  readonly doc: Doc
  readonly stored: StoredDocument
}

const DEFAULT_INTERVAL_MS = 1_000
/** An index that says nothing of its refreshes and was not searched for this long is refreshed by the next search. */
const IDLE_AFTER_MS = 30_000

export class IndexState {
  readonly name: string
  readonly uuid: string
  readonly createdAt: number
  /** Flat, with the prefix `index.`; every value a string. */
  settings: Readonly<Record<string, string>>
  mapping: Mapping
  aliases: JsonObject
  /** In the order of their sequence numbers. */
  readonly docs = new Map<string, Doc>()
  readonly deleted = new Map<string, Tombstone>()
  nextSeqNo = 0
  readonly #store: Store
  readonly #clock: Clock
  /** By id, what was written since the last refresh: what searches find instead, undefined where that is nothing. */
  readonly #unrefreshed = new Map<string, Unrefreshed | undefined>()
  #unrefreshedSince = 0
  #searchedAt: number
  /** Epoch milliseconds from which on its shards answer; infinite while they are not to be allocated. */
  startsAt = 0
  readonly #layout = new FieldLayout()
  readonly #blocks = new DocBlocks()
  #kept: ReadonlyMap<string, StoredDocument> | undefined

  constructor(store: Store, clock: Clock, from: StoredIndex) {
    this.#store = store
    this.#clock = clock
    this.#searchedAt = clock.now()
    this.name = from.name
    this.uuid = from.uuid
    this.createdAt = from.createdAt
    this.settings = from.settings
    this.mapping = new Mapping(from.mapping)
    this.aliases = from.aliases
  }

  save(): void {
    const { name, uuid, createdAt, settings, aliases } = this
    this.#store.saveIndex({ name, uuid, createdAt, settings, mapping: this.mapping.json, aliases })
  }

  /** Reads the documents of an earlier run. */
  load(): void {
    for (const { id, seqNo, version, source } of this.#store.documents(this.uuid)) {
      const { fields } = parseDocument(this.mapping, id, source, JSON.parse(source), true)
      this.#add({ id, index: this, seqNo, version, fields: this.#layout.pack(fields) })
      this.nextSeqNo = seqNo + 1
    }
  }

  put(id: string, version: number, source: string, fields: ReadonlyMap<string, readonly Value[]>, routing: string | null): Doc {
    this.#remember(id)
    const doc: Doc = { id, index: this, seqNo: this.nextSeqNo++, version, fields: this.#layout.pack(fields) }
    this.docs.delete(id)
    this.#add(doc)
    this.deleted.delete(id)
    this.#store.saveDocument(this.uuid, { id, seqNo: doc.seqNo, version, source, routing })
    return doc
  }

  /** Takes over every document of another index, with its version. */
  copy(from: IndexState): void {
    for (const { id, seqNo, version, source, routing } of this.#store.documents(from.uuid)) {
      const { fields } = parseDocument(this.mapping, id, source, JSON.parse(source), true)
      this.#add({ id, index: this, seqNo, version, fields: this.#layout.pack(fields) })
      this.#store.saveDocument(this.uuid, { id, seqNo, version, source, routing })
      this.nextSeqNo = seqNo + 1
    }
  }

  /** Also of a document that was not there: a delete takes a sequence number either way. */
  remove(id: string, version: number): Tombstone {
    this.#remember(id)
    const tombstone = { version, seqNo: this.nextSeqNo++ }
    this.docs.delete(id)
    this.deleted.set(id, tombstone)
    this.#store.dropDocument(this.uuid, id)
    return tombstone
  }

  source(id: string): string | undefined {
    return this.#stored(id)?.source
  }

  routing(id: string): string | null {
    return this.#stored(id)?.routing ?? null
  }

  /** Source and routing of a document that a search found, which may have been written over since. */
  storedAs(doc: Doc): StoredDocument | undefined {
    const kept = this.#unrefreshed.get(doc.id)
    return kept?.doc === doc ? kept.stored : this.#stored(doc.id)
  }

  /** Makes every write known to searches. */
  refresh(): void {
    this.#unrefreshed.clear()
  }

  #remember(id: string): void {
    this.#refreshIfDue()
    if (this.#unrefreshed.has(id)) return
    if (this.#unrefreshed.size === 0) this.#unrefreshedSince = this.#clock.now()
    const [doc, stored] = [this.docs.get(id), this.#stored(id)]
    this.#unrefreshed.set(id, doc && stored && { doc, stored })
  }

  #refreshIfDue(): void {
    if (this.#unrefreshed.size === 0) return
    const given = this.settings['index.refresh_interval']
    const interval = given === undefined ? DEFAULT_INTERVAL_MS : (durationMs(given) ?? -1)
    if (interval >= 0 && this.#clock.now() - this.#unrefreshedSince >= interval) this.refresh()
  }

  #stored(id: string): StoredDocument | undefined {
    return this.#kept ? this.#kept.get(id) : this.#store.document(this.uuid, id)
  }

  /** The same index with the documents that a search finds now; what is written later does not reach it. */
  frozen(): IndexState {
    const { name, uuid, createdAt, settings, aliases } = this
    const view = new IndexState(this.#store, this.#clock, { name, uuid, createdAt, settings, mapping: this.mapping.json, aliases })
    const kept = new Map([...this.#store.documents(uuid)].map((document) => [document.id, document]))
    for (const [id, before] of this.#unrefreshed) if (before) kept.set(id, before.stored)
    view.#kept = kept
    for (const doc of this.candidates([])) view.#add({ ...doc, index: view })
    return view
  }

  #add(doc: Doc): void {
    // When most of what the blocks hold is gone, they are laid out anew.
    if (this.#blocks.count > 2 * this.docs.size + 4096) {
      this.#blocks.clear()
      for (const kept of this.docs.values()) this.#blocks.add(kept, this.mapping.dateFields)
    }
    this.docs.set(doc.id, doc)
    this.#blocks.add(doc, this.mapping.dateFields)
  }

  /**
   * The documents, as of the last refresh, that can lie within all the bounds, and perhaps others; in the order of their
   * sequence numbers.
   */
  *candidates(bounds: readonly Bound[]): IterableIterator<Doc> {
    const now = this.#clock.now()
    if (this.settings['index.refresh_interval'] === undefined && now - this.#searchedAt >= IDLE_AFTER_MS) this.refresh()
    this.#searchedAt = now
    this.#refreshIfDue()
    const before = [...this.#unrefreshed.values()].flatMap((kept) => kept?.doc ?? []).sort((a, b) => a.seqNo - b.seqNo)
    let next = 0
    for (const doc of this.#current(bounds)) {
      if (this.#unrefreshed.has(doc.id)) continue
      for (; before[next] !== undefined && before[next]!.seqNo < doc.seqNo; next++) yield before[next]!
      yield doc
    }
    yield* before.slice(next)
  }

  *#current(bounds: readonly Bound[]): IterableIterator<Doc> {
    if (bounds.length === 0) yield* this.docs.values()
    else for (const doc of this.#blocks.within(bounds)) if (this.docs.get(doc.id) === doc) yield doc
  }

  /** How many documents a search finds. */
  get found(): number {
    let count = 0
    for (const _ of this.candidates([])) count++
    return count
  }

  get shards(): number {
    return Number(this.settings['index.number_of_shards'] ?? '1')
  }

  get replicas(): number {
    return Number(this.settings['index.number_of_replicas'] ?? '1')
  }

  /** The write index of one of its aliases, or the only index that has it. */
  isWriteIndex(alias: string): boolean {
    const entry = this.aliases[alias]
    return typeof entry === 'object' && entry !== null && !Array.isArray(entry) && entry.is_write_index === true
  }
}
