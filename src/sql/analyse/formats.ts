/** Key and value formats: which there are, and what each can hold. */
import type { Span } from '../ast.ts'
import type { Format, SourceFormat } from '../catalogue.ts'
import { refuse, type SqlErrorCode } from '../error.ts'
import { formatColumn, formatType } from '../print/types.ts'
import type { Column, SqlType } from '../types.ts'
import type { WithClause } from './with-clause.ts'

const FORMATS: readonly Format[] = ['JSON', 'KAFKA', 'DELIMITED', 'NONE']
/** Known to ksqlDB, but without a schema registry it refuses them. */
const WITH_REGISTRY: readonly string[] = ['AVRO', 'JSON_SR', 'PROTOBUF']

export type Part = 'KEY' | 'VALUE'

/**
 * The format the WITH clause names for the key or the value, with its delimiter; `undefined`: it names none. A format that
 * is `inherited`'s takes over its delimiter.
 */
export function writtenFormat(clause: WithClause, part: Part, topic: string, inherited?: SourceFormat): SourceFormat | undefined {
  const key = clause.has('FORMAT') ? 'FORMAT' : `${part}_FORMAT`
  const written = clause.text(key)
  if (written === undefined) return undefined
  const format = readFormat(written, topic, clause.spanOf(key))
  return withDelimiter(format, clause, part, format === inherited?.format ? inherited.delimiter : undefined)
}

export function readFormat(written: string, topic: string, span: Span): Format {
  const name = written.trim().toUpperCase()
  const format = FORMATS.find((candidate) => candidate === name)
  if (format !== undefined) return format
  if (WITH_REGISTRY.includes(name)) {
    return refuse(`Cannot create topic '${topic}' with format ${name} without configuring 'ksql.schema.registry.url'`, span, { code: 42801, stage: 'build' })
  }
  return refuse(`Unknown format: ${written}`, span, { stage: 'build' })
}

/** `format` with the delimiter the WITH clause gives it, if it takes one. */
export function withDelimiter(format: Format, clause: WithClause, part: Part, inherited?: string): SourceFormat {
  refuseRegistryProperties(format, clause, part)
  const key = `${part}_DELIMITER`
  const written = clause.text(key)
  if (written === undefined) return { format, ...(format === 'DELIMITED' && inherited !== undefined ? { delimiter: inherited } : {}) }
  if (format !== 'DELIMITED') refuse(`${format} does not support the following configs: [delimiter]`, clause.spanOf(key), { stage: 'build' })
  return { format, delimiter: readDelimiter(written, clause.spanOf(key)) }
}

/** What only formats with a schema registry, or protobuf, understand. */
function refuseRegistryProperties(format: Format, clause: WithClause, part: Part): void {
  const nullable = `${part}_PROTOBUF_NULLABLE_REPRESENTATION`
  if (clause.has(nullable)) refuse(`Property ${nullable} can only be enabled with protobuf format`, clause.spanOf(nullable), { stage: 'build' })
  for (const [key, config] of [
    [`${part}_SCHEMA_ID`, 'schemaId'],
    [`${part}_SCHEMA_FULL_NAME`, 'fullSchemaName'],
    [`${part}_AVRO_SCHEMA_FULL_NAME`, 'fullSchemaName'],
  ] as const) {
    if (clause.has(key)) refuse(`${format} does not support the following configs: [${config}]`, clause.spanOf(key), { stage: 'build' })
  }
}

function readDelimiter(written: string, span: Span): string {
  if (written.toUpperCase() === 'SPACE') return ' '
  if (written.toUpperCase() === 'TAB') return '\t'
  if (written === '')
    refuse('Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values TAB or SPACE', span, { stage: 'build' })
  if ([...written].length !== 1) refuse(`Invalid delimiter value: '${written}'. Delimiter must be a single character or TAB or SPACE`, span, { stage: 'build' })
  return written
}

/** Refuses columns that the format cannot hold. */
export function checkFormat(format: Format, part: Part, columns: readonly Column[], span: Span, code: SqlErrorCode = 40001): void {
  const reason = unsupported(format, part, columns)
  if (reason === undefined) return
  const shown = columns.map((column) => show(column, part))
  refuse(
    `${part === 'KEY' ? 'Key' : 'Value'} format does not support schema.\nformat: ${format}\n` +
      `schema: Persistence{columns=[${shown.join(', ')}], features=[${part === 'KEY' && format === 'JSON' && columns.length === 1 ? 'UNWRAP_SINGLES' : ''}]}\nreason: ${reason}`,
    span,
    { code, stage: 'build' },
  )
}

function show(column: Column, part: Part): string {
  return part === 'KEY' ? `${formatColumn(column)} KEY` : formatColumn(column)
}

function unsupported(format: Format, part: Part, columns: readonly Column[]): string | undefined {
  if (columns.length === 0) return undefined
  const shown = columns.map((column) => show(column, part)).join(', ')
  switch (format) {
    case 'NONE':
      return `The 'NONE' format can only be used when no columns are defined. Got: [${shown}]`
    case 'KAFKA': {
      if (columns.length > 1) return `The 'KAFKA' format only supports a single field. Got: [${shown}]`
      const { kind } = columns[0]!.type
      return ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'].includes(kind) ? undefined : `The 'KAFKA' format does not support type '${kind}'`
    }
    case 'DELIMITED': {
      const bad = columns.find((column) => ['ARRAY', 'MAP', 'STRUCT'].includes(column.type.kind))
      return bad === undefined ? undefined : `The 'DELIMITED' format does not support type '${bad.type.kind}'`
    }
    case 'JSON': {
      const bad = columns.map((column) => mapWithOtherKeys(column.type)).find((type) => type !== undefined)
      return bad === undefined ? undefined : 'JSON only supports MAP types with STRING keys'
    }
  }
}

function mapWithOtherKeys(type: SqlType): SqlType | undefined {
  switch (type.kind) {
    case 'MAP':
      return type.key.kind === 'STRING' ? mapWithOtherKeys(type.value) : type
    case 'ARRAY':
      return mapWithOtherKeys(type.element)
    case 'STRUCT':
      return type.fields.map((field) => mapWithOtherKeys(field.type)).find((found) => found !== undefined)
    default:
      return undefined
  }
}

/** Maps have no order, so two equal keys could be written in two ways. */
export function refuseMapsInKey(key: readonly Column[], span: Span): void {
  for (const column of key) {
    if (!holdsMap(column.type)) continue
    refuse(
      'Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent serialization. ' +
        `Key column name: \`${column.name}\`. Column type: ${formatType(column.type)}. See https://github.com/confluentinc/ksql/issues/6621 for more.`,
      span,
    )
  }
}

function holdsMap(type: SqlType): boolean {
  if (type.kind === 'MAP') return true
  if (type.kind === 'ARRAY') return holdsMap(type.element)
  return type.kind === 'STRUCT' && type.fields.some((field) => holdsMap(field.type))
}

/** WRAP_SINGLE_VALUE: only for a value of one column, and only where the format leaves a choice; `usual` is the server's own setting. */
export function readWrapping(clause: WithClause, format: Format, value: readonly Column[], usual: boolean): boolean {
  const wrap = clause.flag('WRAP_SINGLE_VALUE')
  if (wrap === undefined) return usual || value.length !== 1 || format !== 'JSON'
  const span = clause.spanOf('WRAP_SINGLE_VALUE')
  if (value.length !== 1) refuse(`'WRAP_SINGLE_VALUE' is only valid for single-field value schemas`, span, { stage: 'build' })
  if (format !== 'JSON' && wrap) refuse(`Format '${format}' does not support 'WRAP_SINGLE_VALUE' set to 'true'.`, span, { stage: 'build' })
  return wrap
}
