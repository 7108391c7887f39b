import type { Span } from '../ast.ts'
import type { Catalogue } from '../catalogue.ts'
import { refuse } from '../error.ts'
import type { SqlType } from '../types.ts'

/** The type with every custom type in it replaced by what CREATE TYPE said. */
export function resolveType(type: SqlType, catalogue: Catalogue, span: Span): SqlType {
  const resolve = (inner: SqlType): SqlType => resolveType(inner, catalogue, span)
  switch (type.kind) {
    case 'NAMED': {
      const known = catalogue.type(type.name)
      if (known === undefined) refuse(`Failed to prepare statement: Cannot resolve unknown type: ${type.name}`, span, { stage: 'prepare' })
      return resolve(known)
    }
    case 'ARRAY':
      return { kind: 'ARRAY', element: resolve(type.element) }
    case 'MAP':
      return { kind: 'MAP', key: resolve(type.key), value: resolve(type.value) }
    case 'STRUCT':
      return { kind: 'STRUCT', fields: type.fields.map((field) => ({ name: field.name, type: resolve(field.type) })) }
    case 'DECIMAL':
      if (type.precision < 1)
        refuse(`Failed to prepare statement: DECIMAL precision must be >= 1: DECIMAL(${type.precision},${type.scale})`, span, { stage: 'prepare' })
      if (type.scale < 0)
        refuse(`Failed to prepare statement: DECIMAL scale must be >= 0: DECIMAL(${type.precision},${type.scale})`, span, { stage: 'prepare' })
      if (type.scale > type.precision) {
        refuse(`Failed to prepare statement: DECIMAL precision must be >= scale: DECIMAL(${type.precision},${type.scale})`, span, { stage: 'prepare' })
      }
      return type
    default:
      return type
  }
}
