/** What a single message transform is: a definition of its options and a function over records. */
import type { ConfigKey, Settings } from '../config-def.ts'
import { type ConnectRecord, type ConnectValue, isMap, type SchemaAndValue } from '../data.ts'
import { DataException } from '../errors.ts'

export type Side = 'Key' | 'Value'

export interface TransformClass {
  readonly options: readonly ConfigKey[]
  /** Null: the record is dropped. */
  create(settings: Settings): (record: ConnectRecord) => ConnectRecord | null
}

export const partOf = (record: ConnectRecord, side: Side): SchemaAndValue => (side === 'Key' ? record.key : record.value)

export const withPart = (record: ConnectRecord, side: Side, part: SchemaAndValue): ConnectRecord =>
  side === 'Key' ? { ...record, key: part } : { ...record, value: part }

/** The map or struct a transform works on; anything else is a fault of the data, in Connect's words. */
export function requireMap(part: SchemaAndValue, purpose: string): { [key: string]: ConnectValue } {
  if (isMap(part.value)) return part.value
  const found = part.value === null ? 'null' : javaName(part.value)
  throw new DataException(
    part.schema === null
      ? `Only Map objects supported in absence of schema for [${purpose}], found: ${found}`
      : `Only Struct objects supported for [${purpose}], found: ${found}`,
  )
}

function javaName(value: ConnectValue): string {
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'bigint') return 'java.lang.Long'
  if (typeof value === 'number') return Number.isInteger(value) ? 'java.lang.Long' : 'java.lang.Double'
  return Array.isArray(value) ? 'java.util.ArrayList' : 'byte[]'
}
