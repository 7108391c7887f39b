/** A format turns the columns of a key or a value into bytes and back. */
import type { Column, SourceFormat } from '../../sql/index.ts'
import type { Value } from '../values.ts'
import { delimitedFormat } from './delimited.ts'
import { jsonFormat } from './json.ts'
import { kafkaFormat } from './kafka.ts'

export interface ColumnsFormat {
  /** Throws when the bytes do not fit the columns. */
  read(bytes: Uint8Array): Value[] | null
  /** Null where the format has no bytes for these values. */
  write(values: readonly Value[]): Uint8Array | null
}

/** No columns, no bytes. */
const noneFormat: ColumnsFormat = { read: () => [], write: () => null }

/** `wrapped` false: a single column stands alone, without field name. */
export function columnsFormat(format: SourceFormat, columns: readonly Column[], wrapped: boolean): ColumnsFormat {
  switch (format.format) {
    case 'JSON':
      return jsonFormat(columns, wrapped)
    case 'KAFKA':
      return kafkaFormat(columns)
    case 'DELIMITED':
      return delimitedFormat(columns, format.delimiter ?? ',')
    case 'NONE':
      return noneFormat
  }
}
