/** Writes rows as the records of a sink's topic; compiled once per statement. */
import type { Source } from '../../sql/index.ts'
import type { OutputRecord, OutputRow } from '../engine.ts'
import { columnsFormat } from './format.ts'
import { appendWindow } from './window-key.ts'

export type RecordWriter = (row: OutputRow) => OutputRecord

export function compileWriter(sink: Source): RecordWriter {
  const keyFormat = columnsFormat(sink.keyFormat, sink.key, false)
  const valueFormat = columnsFormat(sink.valueFormat, sink.value, sink.wrapSingleValue)
  return (row) => {
    const key = row.key === null ? null : keyFormat.write(row.key)
    const record = {
      topic: sink.topic,
      timestamp: row.timestamp,
      key: row.window ? appendWindow(key, row.window) : key,
      value: row.value === null ? null : valueFormat.write(row.value),
      row,
    }
    return row.headers ? { ...record, headers: row.headers } : record
  }
}
