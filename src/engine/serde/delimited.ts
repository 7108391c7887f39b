/** The DELIMITED format: one line of CSV, a field per column, an empty field for null. */
import type { Column, SqlType } from '../../sql/index.ts'
import { exactDecimal, formatDecimal, parseDecimal } from '../decimal.ts'
import { formatDouble } from '../java/double.ts'
import type { Decimal, Value } from '../values.ts'
import { fromBase64, toBase64 } from './base64.ts'
import type { ColumnsFormat } from './format.ts'
import { parseJavaDouble, parseWhole } from './json-values.ts'
import { decodeText, encodeText } from './text.ts'

/** The fields of the first line; undefined when there is none. */
function splitLine(text: string, delimiter: string): string[] | undefined {
  const line = text.replace(/^[\r\n]+/, '')
  if (line === '') return undefined
  const fields: string[] = []
  let at = 0
  for (;;) {
    const { field, end } = line[at] === '"' ? quotedField(line, at, delimiter) : bareField(line, at, delimiter)
    fields.push(field)
    if (line[end] !== delimiter) return fields
    at = end + 1
  }
}

function bareField(line: string, start: number, delimiter: string): { field: string; end: number } {
  let end = start
  while (end < line.length && line[end] !== delimiter && line[end] !== '\n' && line[end] !== '\r') end++
  return { field: line.slice(start, end), end }
}

function quotedField(line: string, start: number, delimiter: string): { field: string; end: number } {
  let field = ''
  for (let i = start + 1; i < line.length; i++) {
    if (line[i] !== '"') field += line[i]
    else if (line[i + 1] === '"') {
      field += '"'
      i++
    } else {
      let end = i + 1
      while (line[end] === ' ' && delimiter !== ' ') end++
      if (end < line.length && line[end] !== delimiter && line[end] !== '\n' && line[end] !== '\r') {
        throw new Error('invalid char between encapsulated token and delimiter')
      }
      return { field, end }
    }
  }
  throw new Error('EOF reached before encapsulated token finished')
}

function need<T>(value: T | undefined, text: string, type: string): T {
  if (value === undefined) throw new Error(`For input string: "${text}" as ${type}`)
  return value
}

function fieldReader(type: SqlType): (text: string) => Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return (text) => text.toLowerCase() === 'true'
    case 'INTEGER':
      return (text) => Number(need(parseWhole(text, 32), text, 'INTEGER'))
    case 'BIGINT':
      return (text) => need(parseWhole(text, 64), text, 'BIGINT')
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (text) => Number(need(parseWhole(text, 64), text, type.kind))
    case 'DOUBLE':
      return (text) => need(parseJavaDouble(text), text, 'DOUBLE')
    case 'STRING':
      return (text) => text
    case 'DECIMAL':
      return (text) => exactDecimal(need(parseDecimal(text), text, 'DECIMAL'), type.precision, type.scale)
    case 'BYTES':
      return (text) => need(fromBase64(text), text, 'BYTES')
    default:
      throw new Error(`The 'DELIMITED' format does not support type '${type.kind}'`)
  }
}

function fieldText(type: SqlType): (value: Value) => string {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => formatDouble(value as number)
    case 'DECIMAL':
      return (value) => formatDecimal(value as Decimal)
    case 'BYTES':
      return (value) => toBase64(value as Uint8Array)
    default:
      return (value) => String(value)
  }
}

/** Quotes where a reader could misread: the first field of a line also when it is empty or starts oddly. */
function quote(text: string, first: boolean, delimiter: string): string {
  const code = text.charCodeAt(0)
  const odd =
    text === '' ? first : (first && (code < 0x20 || code === 0x22 || code === 0x2c || code > 0x7e)) || code <= 0x23 || text.charCodeAt(text.length - 1) <= 0x20
  if (odd || text.includes(delimiter) || /["\r\n]/.test(text)) return `"${text.replaceAll('"', '""')}"`
  return text
}

export function delimitedFormat(columns: readonly Column[], delimiter: string): ColumnsFormat {
  const readers = columns.map((column) => fieldReader(column.type))
  const writers = columns.map((column) => fieldText(column.type))
  return {
    read(bytes) {
      const fields = splitLine(decodeText(bytes), delimiter)
      if (!fields) throw new Error('No fields in record')
      if (fields.length !== columns.length) {
        throw new Error(`Unexpected field count, csvFields:${fields.length} schemaFields:${columns.length}`)
      }
      return fields.map((field, index) => (field === '' ? null : readers[index]!(field)))
    },
    write: (values) =>
      encodeText(writers.map((text, index) => (values[index] === null ? '' : quote(text(values[index]!), index === 0, delimiter))).join(delimiter)),
  }
}
