/** The time of a record: its own, or what the column named by WITH (TIMESTAMP = ...) says. */
import type { Source } from '../../sql/index.ts'
import type { InputRecord, OutputRow } from '../engine.ts'
import { compileInstantParser } from '../temporal/parse.ts'
import type { Value } from '../values.ts'

export type TimestampOf = (record: InputRecord, key: readonly Value[] | null, value: readonly Value[]) => number

/** Epoch milliseconds of the value of a timestamp column. Throws when there is none. */
function columnTimestamp(format: string | undefined): (value: Value) => number {
  const parse = format === undefined ? undefined : compileInstantParser(format)
  return (value) => {
    if (value === null || value === undefined) throw new Error('The timestamp column is null')
    const time = parse ? parse(value as string, 'UTC') : Number(value)
    if (!(time >= 0)) throw new Error(`Timestamp ${time} is negative`)
    return time
  }
}

export function compileTimestamp(source: Source): TimestampOf {
  const { timestamp } = source
  if (!timestamp) return (record) => record.timestamp
  const toTime = columnTimestamp(timestamp.format)
  const inKey = source.key.findIndex((column) => column.name === timestamp.column)
  const inValue = source.value.findIndex((column) => column.name === timestamp.column)
  return (_record, key, value) => toTime((inKey >= 0 ? key?.[inKey] : value[inValue]) ?? null)
}

/**
 * Gives a row the time that WITH (TIMESTAMP = ...) of its sink says; a tombstone gets the stream time. Throws when the column
 * holds no time: then the row is not written.
 */
export function compileSinkTime({ timestamp, key, value }: Source): ((row: OutputRow, streamTime: number) => OutputRow) | undefined {
  if (!timestamp) return undefined
  const toTime = columnTimestamp(timestamp.format)
  const inKey = key.findIndex((column) => column.name === timestamp.column)
  const inValue = value.findIndex((column) => column.name === timestamp.column)
  return (row, streamTime) => {
    if (row.value === null) return { ...row, timestamp: streamTime }
    return { ...row, timestamp: toTime((inKey >= 0 ? row.key?.[inKey] : row.value[inValue]) ?? null) }
  }
}
