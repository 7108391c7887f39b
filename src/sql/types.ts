/** The types of the ksqlDB language. */
export type PrimitiveKind = 'BOOLEAN' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'STRING' | 'BYTES' | 'DATE' | 'TIME' | 'TIMESTAMP'

export type SqlType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'ARRAY'; readonly element: SqlType }
  | { readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'STRUCT'; readonly fields: readonly { readonly name: string; readonly type: SqlType }[] }
  /** A custom type named where a type may stand; the analysis replaces it by what CREATE TYPE said. */
  | { readonly kind: 'NAMED'; readonly name: string }

export interface Column {
  readonly name: string
  readonly type: SqlType
}
