/** The time of a record: its own, or what the column named by WITH (TIMESTAMP = ...) says. */
import type { Source } from '../../sql/index.ts'
import type { InputRecord } from '../engine.ts'
import { compileInstantParser } from '../temporal/pattern.ts'
import type { Value } from '../values.ts'

export type TimestampOf = (record: InputRecord, key: readonly Value[] | null, value: readonly Value[]) => number

/** Epoch milliseconds of the value of a timestamp column. Throws when there is none. */
export function columnTimestamp(format: string | undefined): (value: Value) => number {
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
