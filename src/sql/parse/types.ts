import type { PrimitiveKind, SqlType } from '../types.ts'
import type { Cursor } from './cursor.ts'
import { wholeNumber } from './literals.ts'

/** Every spelling of a plain type. */
const PRIMITIVES: Readonly<Record<string, PrimitiveKind>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  VARCHAR: 'STRING',
  STRING: 'STRING',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
}

/** https://docs.confluent.io/platform/current/ksqldb/reference/sql/data-types.html */
export function parseType(cursor: Cursor): SqlType {
  let type = parseBaseType(cursor)
  while (cursor.accept('ARRAY')) type = { kind: 'ARRAY', element: type }
  return type
}

function parseBaseType(cursor: Cursor): SqlType {
  if (cursor.accept('ARRAY', '<')) {
    const element = parseType(cursor)
    cursor.expect('>')
    return { kind: 'ARRAY', element }
  }
  if (cursor.accept('MAP', '<')) {
    const key = parseType(cursor)
    cursor.expect(',')
    const value = parseType(cursor)
    cursor.expect('>')
    return { kind: 'MAP', key, value }
  }
  // `STRUCT<>`: the lexer reads the brackets as one sign.
  if (cursor.accept('STRUCT', '<>')) return { kind: 'STRUCT', fields: [] }
  if (cursor.accept('STRUCT', '<')) {
    const fields: { name: string; type: SqlType }[] = []
    do {
      const name = cursor.name().value
      fields.push({ name, type: parseType(cursor) })
    } while (cursor.accept(','))
    cursor.expect('>')
    return { kind: 'STRUCT', fields }
  }
  if (cursor.accept('DECIMAL')) {
    cursor.expect('(')
    const precision = wholeNumber(cursor)
    cursor.expect(',')
    const scale = wholeNumber(cursor)
    cursor.expect(')')
    return { kind: 'DECIMAL', precision, scale }
  }
  if (!cursor.isName()) cursor.failHere()
  const quoted = cursor.token.kind === 'quoted'
  const name = cursor.name().value
  const primitive = PRIMITIVES[name]
  if (primitive === undefined || quoted) return { kind: 'NAMED', name }
  // VARCHAR(255): a length may be written and means nothing.
  if (cursor.accept('(')) {
    do {
      if (cursor.token.kind !== 'integer' && !cursor.is('STRING')) cursor.fail()
      cursor.next()
    } while (cursor.accept(','))
    cursor.expect(')')
  }
  return { kind: primitive }
}
