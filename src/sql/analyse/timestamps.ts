import type { Source } from '../catalogue.ts'
import { refuse } from '../error.ts'
import type { Column } from '../types.ts'
import type { WithClause } from './with-clause.ts'

/** TIMESTAMP and TIMESTAMP_FORMAT: the column that is the record's time. */
export function readTimestamp(clause: WithClause, columns: readonly Column[]): Source['timestamp'] {
  const written = clause.text('TIMESTAMP')
  const format = clause.text('TIMESTAMP_FORMAT')
  if (written === undefined) {
    if (format !== undefined) clause.refuse('TIMESTAMP_FORMAT requires TIMESTAMP to be set', clause.spanOf('TIMESTAMP_FORMAT'))
    return undefined
  }
  const span = clause.spanOf('TIMESTAMP')
  const quoted = /^[`"](.*)[`"]$/.exec(written.trim())
  const name = quoted === null ? written.trim().toUpperCase() : quoted[1]!
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined) {
    return refuse(`The TIMESTAMP column set in the WITH clause does not exist in the schema: '${name}'`, span, { stage: 'build' })
  }
  const { kind } = column.type
  if (format !== undefined && kind !== 'STRING') {
    refuse(
      `A column \`${name}\` of type ${kind} has been specified as the timestamp with a format: '${format}'. Only STRING columns take a TIMESTAMP_FORMAT.`,
      span,
      { stage: 'build' },
    )
  }
  if (kind === 'BIGINT' || kind === 'TIMESTAMP' || (kind === 'STRING' && format !== undefined)) {
    return { column: name, ...(format === undefined ? {} : { format }) }
  }
  return refuse(`Timestamp column, \`${name}\`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified.`, span, { stage: 'build' })
}
