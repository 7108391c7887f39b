/** Column types as descriptions show them. */
import type { Column, SqlType } from '../../../sql/index.ts'

export interface SchemaInfo {
  readonly type: string
  readonly fields: readonly { readonly name: string; readonly schema: SchemaInfo }[] | null
  readonly memberSchema: SchemaInfo | null
  readonly parameters?: { readonly precision: number; readonly scale: number }
}

export interface FieldInfo {
  readonly name: string
  readonly schema: SchemaInfo
  readonly type?: 'KEY' | 'HEADER'
}

export function schemaInfo(type: SqlType): SchemaInfo {
  switch (type.kind) {
    case 'DECIMAL':
      return { type: 'DECIMAL', fields: null, memberSchema: null, parameters: { precision: type.precision, scale: type.scale } }
    case 'ARRAY':
      return { type: 'ARRAY', fields: null, memberSchema: schemaInfo(type.element) }
    case 'MAP':
      return { type: 'MAP', fields: null, memberSchema: schemaInfo(type.value) }
    case 'STRUCT':
      return { type: 'STRUCT', fields: type.fields.map((field) => ({ name: field.name, schema: schemaInfo(field.type) })), memberSchema: null }
    case 'NAMED':
      return { type: type.name, fields: null, memberSchema: null }
    default:
      return { type: type.kind, fields: null, memberSchema: null }
  }
}

export function fieldInfos(
  key: readonly Column[],
  value: readonly Column[],
  headers: readonly { readonly name: string; readonly headerKey?: string }[] = [],
): FieldInfo[] {
  return [
    ...key.map((column): FieldInfo => ({ name: column.name, schema: schemaInfo(column.type), type: 'KEY' })),
    ...value.map((column): FieldInfo => ({ name: column.name, schema: schemaInfo(column.type) })),
    ...headers.map((header): FieldInfo => ({ name: header.name, schema: schemaInfo(headerType(header.headerKey)), type: 'HEADER' })),
  ]
}

function headerType(headerKey: string | undefined): SqlType {
  if (headerKey !== undefined) return { kind: 'BYTES' }
  const fields = [
    { name: 'KEY', type: { kind: 'STRING' } as const },
    { name: 'VALUE', type: { kind: 'BYTES' } as const },
  ]
  return { kind: 'ARRAY', element: { kind: 'STRUCT', fields } }
}
