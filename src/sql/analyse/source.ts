/** CREATE STREAM and CREATE TABLE over a topic. */
import type { AnalysisOptions } from '../analysis.ts'
import type { ColumnDefinition, CreateSource } from '../ast.ts'
import type { Catalogue, Source } from '../catalogue.ts'
import { durationMs } from '../durations.ts'
import { place, refuse } from '../error.ts'
import { parseDurationText } from '../parse/units.ts'
import { quoteName } from '../print/names.ts'
import { formatType } from '../print/types.ts'
import type { Column, SqlType } from '../types.ts'
import { checkFormat, readWrapping, refuseMapsInKey, withDelimiter, writtenFormat } from './formats.ts'
import { resolveType } from './named-types.ts'
import { defaultFormat, wrapsSingleValues } from './options.ts'
import { readTimestamp } from './timestamps.ts'
import { WithClause } from './with-clause.ts'

/** Columns that every source has besides its own. */
const SYSTEM_COLUMNS: readonly string[] = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND']

export function analyseSource(statement: CreateSource, catalogue: Catalogue, options: AnalysisOptions): Source {
  const clause = new WithClause(statement.properties, 'source', statement.span)
  if (!clause.has('KAFKA_TOPIC')) clause.refuse('Missing required property "KAFKA_TOPIC" which has no default value.', statement.span)
  const window = readWindow(clause)
  refuseDuplicates(statement, clause)
  const columns = statement.columns.map((column) => ({ ...column, type: resolveType(column.type, catalogue, column.span) }))
  checkConstraints(statement)
  if (statement.readOnly && statement.orReplace) {
    const word = statement.sourceType.toLowerCase()
    refuse(`Cannot add ${word} '${statement.name}': CREATE OR REPLACE is not supported on source ${word}s.`, statement.span, { stage: 'build' })
  }

  const topic = clause.text('KAFKA_TOPIC')!
  const keyFormat = writtenFormat(clause, 'KEY', topic) ?? withDelimiter(defaultFormat('key', options, statement) ?? 'KAFKA', clause, 'KEY')
  const valueFormat = writtenFormat(clause, 'VALUE', topic) ?? defaultValueFormat(clause, options, statement)
  if (columns.length === 0) refuse('No columns supplied.', statement.span, { stage: 'build' })

  const key: Column[] = columns.filter(isKey).map(toColumn)
  const value: Column[] = columns.filter((column) => column.constraint === undefined).map(toColumn)
  const headers = readHeaders(columns)
  if (statement.sourceType === 'TABLE' && key.length === 0) {
    refuse('Tables require a PRIMARY KEY. Please define the PRIMARY KEY.', statement.span, { stage: 'build' })
  }
  for (const column of columns) {
    if (SYSTEM_COLUMNS.includes(column.name)) {
      refuse(`'${column.name}' is a reserved column name. You cannot use it as a name for a column.`, column.span, { stage: 'build' })
    }
  }
  if (statement.sourceType === 'TABLE' && headers.length > 0) {
    refuse('Schema contains HEADERS columns on a table.', statement.span, { stage: 'build' })
  }
  refuseMapsInKey(key, statement.span)
  checkFormat(keyFormat.format, 'KEY', key, statement.span)
  checkFormat(valueFormat.format, 'VALUE', value, statement.span)
  const timestamp = readTimestamp(clause, [...key, ...value])
  const partitions = clause.wholeNumber('PARTITIONS') ?? options.partitionsOf?.(topic)
  return {
    name: statement.name,
    sourceType: statement.sourceType,
    topic,
    key,
    value,
    headers,
    keyFormat,
    valueFormat,
    ...(window === undefined ? {} : { window }),
    ...(timestamp === undefined ? {} : { timestamp }),
    readOnly: statement.readOnly,
    ...(partitions === undefined ? {} : { partitions }),
    wrapSingleValue: readWrapping(clause, valueFormat.format, value, wrapsSingleValues(options)),
  }
}

function defaultValueFormat(clause: WithClause, options: AnalysisOptions, statement: CreateSource): Source['valueFormat'] {
  const format = defaultFormat('value', options, statement)
  if (format !== undefined) return withDelimiter(format, clause, 'VALUE')
  return refuse(
    "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    statement.span,
    { stage: 'prepare' },
  )
}

function isKey(column: ColumnDefinition): boolean {
  return column.constraint === 'KEY' || column.constraint === 'PRIMARY KEY'
}

function toColumn(column: ColumnDefinition): Column {
  return { name: column.name, type: column.type }
}

function refuseDuplicates(statement: CreateSource, clause: WithClause): void {
  const seen = new Set<string>()
  const twice = new Map<string, ColumnDefinition>()
  for (const column of statement.columns) {
    if (seen.has(column.name)) twice.set(column.name, column)
    seen.add(column.name)
  }
  const [first] = twice.values()
  if (first !== undefined) clause.refuse(`Duplicate column names: ${[...twice.keys()].map(quoteName).join(', ')}`, first.span)
}

function checkConstraints(statement: CreateSource): void {
  const table = statement.sourceType === 'TABLE'
  const [right, wrong] = table ? (['PRIMARY KEY', 'KEY'] as const) : (['KEY', 'PRIMARY KEY'] as const)
  for (const column of statement.columns) {
    if (column.constraint !== wrong) continue
    refuse(
      `${place(column.span)}: Column ${quoteName(column.name)} is a '${wrong}' column: please use '${right}' for ${table ? 'tables' : 'streams'}.\n` +
        'Tables have PRIMARY KEYs, which are unique and NON NULL.\nStreams have KEYs, which have no uniqueness or NON NULL constraints.',
      column.span,
      { stage: 'build' },
    )
  }
}

export const HEADERS_TYPE: SqlType = {
  kind: 'ARRAY',
  element: {
    kind: 'STRUCT',
    fields: [
      { name: 'KEY', type: { kind: 'STRING' } },
      { name: 'VALUE', type: { kind: 'BYTES' } },
    ],
  },
}

function readHeaders(columns: readonly ColumnDefinition[]): Source['headers'] {
  const headers = columns.filter((column) => column.constraint === 'HEADERS')
  for (const column of headers) {
    const expected = column.headerKey === undefined ? HEADERS_TYPE : ({ kind: 'BYTES' } as const)
    const shown = column.headerKey === undefined ? 'HEADERS' : `HEADER('${column.headerKey}')`
    if (formatType(column.type) !== formatType(expected)) {
      refuse(`Invalid type for ${shown} column: expected ${formatType(expected)}, got ${formatType(column.type)}`, column.span, { stage: 'build' })
    }
  }
  const all = headers.filter((column) => column.headerKey === undefined)
  if (all.length > 1 || (all.length === 1 && headers.length > 1)) {
    refuse('Schema already contains a HEADERS column.', headers.at(-1)!.span, { stage: 'build' })
  }
  const keys = headers.map((column) => column.headerKey)
  const repeated = headers.find((column, index) => keys.indexOf(column.headerKey) !== index)
  if (repeated !== undefined) refuse(`Schema already contains a HEADER('${repeated.headerKey}') column.`, repeated.span, { stage: 'build' })
  return headers.map((column) => ({ name: column.name, ...(column.headerKey === undefined ? {} : { headerKey: column.headerKey }) }))
}

function readWindow(clause: WithClause): Source['window'] {
  const written = clause.text('WINDOW_TYPE')
  const size = clause.text('WINDOW_SIZE')
  if (written === undefined) {
    if (size !== undefined) clause.refuse("'WINDOW_SIZE' should not be set for SESSION windows.", clause.spanOf('WINDOW_SIZE'))
    return undefined
  }
  const type = (['SESSION', 'HOPPING', 'TUMBLING'] as const).find((candidate) => candidate === written.toUpperCase())
  const span = clause.spanOf('WINDOW_TYPE')
  if (type === undefined) {
    return clause.refuse(`Invalid value ${written} for configuration WINDOW_TYPE: String must be one of: SESSION, HOPPING, TUMBLING, null`, span)
  }
  if (type === 'SESSION') {
    if (size !== undefined) clause.refuse("'WINDOW_SIZE' should not be set for SESSION windows.", clause.spanOf('WINDOW_SIZE'))
    return { type }
  }
  if (size === undefined) {
    return clause.refuse(`${type} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'`, span)
  }
  const duration = parseDurationText(size)
  if (duration === undefined) {
    const message = `Error in WITH clause property 'WINDOW_SIZE': Invalid duration: '${size}'.\nExample valid value: '10 SECONDS'`
    return clause.refuse(message, clause.spanOf('WINDOW_SIZE'))
  }
  return { type, sizeMs: durationMs(duration) }
}
