/** The KAFKA format: the bytes of Kafka's own serializers, for a single column of a primitive type. */
import type { Column, SqlType } from '../../sql/index.ts'
import type { Value } from '../values.ts'
import type { ColumnsFormat } from './format.ts'
import { decodeText, encodeText } from './text.ts'

interface Primitive {
  /** Undefined: any length. */
  readonly size?: number
  read(bytes: Uint8Array): Value
  write(value: Value): Uint8Array
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function fixed(size: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size)
  fill(viewOf(bytes))
  return bytes
}

const PRIMITIVES: Partial<Record<SqlType['kind'], Primitive>> = {
  INTEGER: {
    size: 4,
    read: (bytes) => viewOf(bytes).getInt32(0),
    write(value) {
      const number = value as number
      return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number)
    },
  },
  BIGINT: {
    size: 8,
    read: (bytes) => viewOf(bytes).getBigInt64(0),
    write: (value) => fixed(8, (view) => view.setBigInt64(0, value as bigint)),
  },
  DOUBLE: {
    size: 8,
    read: (bytes) => viewOf(bytes).getFloat64(0),
    write: (value) => fixed(8, (view) => view.setFloat64(0, value as number)),
  },
  STRING: { read: decodeText, write: (value) => encodeText(value as string) },
  BYTES: { read: (bytes) => bytes.slice(), write: (value) => value as Uint8Array },
}

export function kafkaFormat(columns: readonly Column[]): ColumnsFormat {
  if (columns.length === 0) return { read: () => [], write: () => null }
  const type = columns[0]!.type
  const primitive = PRIMITIVES[type.kind]
  if (columns.length > 1 || !primitive)
    throw new Error(`The 'KAFKA' format does not support ${columns.length > 1 ? 'multiple columns' : `type '${type.kind}'`}`)
  return {
    read(bytes) {
      if (primitive.size !== undefined && bytes.length !== primitive.size) throw new Error(`Size of data received by the deserializer is not ${primitive.size}`)
      return [primitive.read(bytes)]
    },
    write: (values) => (values[0] === null || values[0] === undefined ? null : primitive.write(values[0])),
  }
}
