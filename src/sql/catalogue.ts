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
