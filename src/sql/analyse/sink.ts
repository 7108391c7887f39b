/** The stream or table that CREATE ... AS SELECT makes. */
import type { AnalysisOptions } from '../analysis.ts'
import type { CreateAsSelect } from '../ast.ts'
import type { Source, SourceFormat } from '../catalogue.ts'
import { refuse } from '../error.ts'
import { checkFormat, readWrapping, refuseMapsInKey, withDelimiter, writtenFormat } from './formats.ts'
import { defaultFormat, wrapsSingleValues } from './options.ts'
import type { QueryResult } from './query.ts'
import { readTimestamp } from './timestamps.ts'
import type { WithClause } from './with-clause.ts'

export function buildSink(statement: CreateAsSelect, result: QueryResult, clause: WithClause, options: AnalysisOptions): Source {
  const first = result.query.from.source
  const topic = clause.text('KAFKA_TOPIC') ?? statement.name
  const written = writtenFormat(clause, 'KEY', topic, first.keyFormat)
  if (isPartitionedByNull(statement) && written !== undefined && written.format !== 'NONE') {
    refuse('Key format specified for stream without key columns.', statement.span)
  }
  const keyFormat = written ?? inheritedKeyFormat(first, result, clause, options, statement)
  const valueFormat =
    writtenFormat(clause, 'VALUE', topic, first.valueFormat) ?? withDelimiter(first.valueFormat.format, clause, 'VALUE', first.valueFormat.delimiter)
  refuseMapsInKey(result.key, statement.span)
  checkFormat(keyFormat.format, 'KEY', result.key, statement.span, 40000)
  checkFormat(valueFormat.format, 'VALUE', result.value, statement.span, 40000)
  if (statement.sourceType === 'TABLE' && result.key.length === 0) {
    refuse('The projection contains no key columns.', statement.span)
  }
  const timestamp = readTimestamp(clause, [...result.key, ...result.value])
  const partitions = clause.wholeNumber('PARTITIONS') ?? options.partitionsOf?.(topic) ?? options.partitionsOf?.(first.topic) ?? first.partitions
  return {
    name: statement.name,
    sourceType: statement.sourceType,
    topic,
    key: result.key,
    value: result.value,
    headers: [],
    keyFormat,
    valueFormat,
    ...(result.window === undefined ? {} : { window: result.window }),
    ...(timestamp === undefined ? {} : { timestamp }),
    readOnly: false,
    ...(partitions === undefined ? {} : { partitions }),
    wrapSingleValue: readWrapping(clause, valueFormat.format, result.value, wrapsSingleValues(options)),
  }
}

/** A source without a key has a format that can hold none: then the default stands in. */
function inheritedKeyFormat(first: Source, result: QueryResult, clause: WithClause, options: AnalysisOptions, statement: CreateAsSelect): SourceFormat {
  const inherited = first.keyFormat
  if (isPartitionedByNull(statement)) return { format: 'NONE' }
  if (inherited.format === 'NONE' && result.key.length > 0) {
    return withDelimiter(defaultFormat('key', options, statement) ?? 'KAFKA', clause, 'KEY')
  }
  return withDelimiter(inherited.format, clause, 'KEY', inherited.delimiter)
}

function isPartitionedByNull({ query }: CreateAsSelect): boolean {
  return query.partitionBy?.length === 1 && query.partitionBy[0]!.kind === 'NullLiteral'
}
