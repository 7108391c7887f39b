/** What a statement can refer to: the sources and types that exist before it runs. */
import type { SourceType } from './ast.ts'
import type { Column, SqlType } from './types.ts'

export type Format = 'JSON' | 'KAFKA' | 'DELIMITED' | 'NONE'

export interface SourceFormat {
  readonly format: Format
  /** DELIMITED: one character, default `,`. */
  readonly delimiter?: string
}

/** A stream or table as the metastore knows it. */
export interface Source {
  readonly name: string
  readonly sourceType: SourceType
  readonly topic: string
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  readonly headers: readonly { readonly name: string; readonly headerKey?: string }[]
  readonly keyFormat: SourceFormat
  readonly valueFormat: SourceFormat
  /** Of the key in the topic; absent: not windowed. `sizeMs` is absent for sessions. */
  readonly window?: { readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'; readonly sizeMs?: number }
  readonly timestamp?: { readonly column: string; readonly format?: string }
  readonly readOnly: boolean
  /** Known partition count, where somebody knows it. */
  readonly partitions?: number
  /** WRAP_SINGLE_VALUE; default true. */
  readonly wrapSingleValue: boolean
}

export interface Catalogue {
  source(name: string): Source | undefined
  type(name: string): SqlType | undefined
  /** Names that exist, for "did you mean". */
  sourceNames(): readonly string[]
  typeNames(): readonly string[]
  /** A catalogue that also holds `source` (in place of one with the same name). */
  with(source: Source): Catalogue
  without(name: string): Catalogue
  withType(name: string, type: SqlType): Catalogue
  withoutType(name: string): Catalogue
}

/** A catalogue of these sources and types. It never changes: `with` and its kin give another one. */
export function createCatalogue(sources: Iterable<Source> = [], types: Iterable<readonly [string, SqlType]> = []): Catalogue {
  return new MapCatalogue(new Map([...sources].map((source) => [source.name, source])), new Map(types))
}

class MapCatalogue implements Catalogue {
  readonly #sources: ReadonlyMap<string, Source>
  readonly #types: ReadonlyMap<string, SqlType>

  constructor(sources: ReadonlyMap<string, Source>, types: ReadonlyMap<string, SqlType>) {
    this.#sources = sources
    this.#types = types
  }

  source(name: string): Source | undefined {
    return this.#sources.get(name)
  }

  type(name: string): SqlType | undefined {
    return this.#types.get(name)
  }

  sourceNames(): readonly string[] {
    return [...this.#sources.keys()]
  }

  typeNames(): readonly string[] {
    return [...this.#types.keys()]
  }

  with(source: Source): Catalogue {
    return new MapCatalogue(new Map(this.#sources).set(source.name, source), this.#types)
  }

  without(name: string): Catalogue {
    const sources = new Map(this.#sources)
    sources.delete(name)
    return new MapCatalogue(sources, this.#types)
  }

  withType(name: string, type: SqlType): Catalogue {
    return new MapCatalogue(this.#sources, new Map(this.#types).set(name, type))
  }

  withoutType(name: string): Catalogue {
    const types = new Map(this.#types)
    types.delete(name)
    return new MapCatalogue(this.#sources, types)
  }
}
