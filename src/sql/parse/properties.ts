import type { Property, PropertyValue } from '../ast.ts'
import type { Cursor } from './cursor.ts'
import { parseList } from './expressions.ts'
import { tryLiteral } from './literals.ts'

/** `WITH (KEY = value, ...)` if it stands here. Keys of streams and tables are upper-cased, those of connectors stay as written. */
export function parseProperties(cursor: Cursor, keys: 'upper-case' | 'as-written' = 'upper-case'): readonly Property[] {
  if (!cursor.accept('WITH')) return []
  cursor.expect('(')
  const properties = parseList(cursor, () => parseProperty(cursor, keys))
  cursor.expect(')')
  return properties
}

function parseProperty(cursor: Cursor, keys: 'upper-case' | 'as-written'): Property {
  const start = cursor.start
  const written = cursor.token.kind === 'string' ? cursor.string() : cursor.name().value
  cursor.expect('=')
  const value = parsePropertyValue(cursor)
  return { key: keys === 'upper-case' ? written.toUpperCase() : written, value, span: cursor.spanFrom(start) }
}

function parsePropertyValue(cursor: Cursor): PropertyValue {
  const literal = cursor.is('NULL') ? undefined : tryLiteral(cursor)
  if (literal === undefined) cursor.fail()
  switch (literal.kind) {
    case 'DecimalLiteral':
      return Number(literal.text)
    case 'NullLiteral':
      return cursor.fail()
    default:
      return literal.value
  }
}
