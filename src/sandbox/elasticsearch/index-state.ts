/** One index: mapping, settings, aliases, and the values of its documents' fields. Sources stay in the store. */

import { type Bound, DocBlocks } from './doc-blocks.ts'
import { type DocFields, FieldLayout } from './doc-fields.ts'
import type { JsonObject } from './json.ts'
import { parseDocument } from './mapping/document.ts'
import type { Value } from './mapping/field.ts'
import { Mapping } from './mapping/mapping.ts'
import type { Store, StoredDocument, StoredIndex } from './store.ts'

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
  readonly #layout = new FieldLayout()
  readonly #blocks = new DocBlocks()
  #kept: ReadonlyMap<string, StoredDocument> | undefined

  constructor(store: Store, from: StoredIndex) {
    this.#store = store
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
    const doc: Doc = { id, index: this, seqNo: this.nextSeqNo++, version, fields: this.#layout.pack(fields) }
    this.docs.delete(id)
    this.#add(doc)
    this.deleted.delete(id)
    this.#store.saveDocument(this.uuid, { id, seqNo: doc.seqNo, version, source, routing })
    return doc
  }

  /** Also of a document that was not there: a delete takes a sequence number either way. */
  remove(id: string, version: number): Tombstone {
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

  #stored(id: string): StoredDocument | undefined {
    return this.#kept ? this.#kept.get(id) : this.#store.document(this.uuid, id)
  }

  /** The same index with its documents of now; what is written later does not reach it. */
  frozen(): IndexState {
    const { name, uuid, createdAt, settings, aliases } = this
    const view = new IndexState(this.#store, { name, uuid, createdAt, settings, mapping: this.mapping.json, aliases })
    view.#kept = new Map([...this.#store.documents(uuid)].map((document) => [document.id, document]))
    for (const doc of this.docs.values()) view.#add({ ...doc, index: view })
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

  /** The documents that can lie within all the bounds, and perhaps others; in the order of their sequence numbers. */
  *candidates(bounds: readonly Bound[]): IterableIterator<Doc> {
    if (bounds.length === 0) yield* this.docs.values()
    else for (const doc of this.#blocks.within(bounds)) if (this.docs.get(doc.id) === doc) yield doc
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
