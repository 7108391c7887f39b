import type { Column, SqlType } from '../types.ts'
import { formatName, quoteName } from './names.ts'

/** As schemas and messages show a type: fields of structs are always quoted. */
export function formatType(type: SqlType): string {
  return print(type, quoteName)
}

/** As statements show it: names are quoted only where they need it. */
export function formatTypeInStatement(type: SqlType): string {
  return print(type, formatName)
}

function print(type: SqlType, name: (name: string) => string): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ARRAY':
      return `ARRAY<${print(type.element, name)}>`
    case 'MAP':
      return `MAP<${print(type.key, name)}, ${print(type.value, name)}>`
    case 'STRUCT':
      return `STRUCT<${type.fields.map((field) => `${name(field.name)} ${print(field.type, name)}`).join(', ')}>`
    case 'NAMED':
      return formatName(type.name)
    default:
      return type.kind
  }
}

/** `\`K\` INTEGER KEY, \`A\` STRING` */
export function formatSchema(key: readonly Column[], value: readonly Column[], keyWord = 'KEY'): string {
  return [...key.map((column) => `${formatColumn(column)} ${keyWord}`), ...value.map(formatColumn)].join(', ')
}

export function formatColumn(column: Column): string {
  return `${quoteName(column.name)} ${formatType(column.type)}`
}
