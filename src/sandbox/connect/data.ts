/** Connect's data model: a value with an optional schema, and the record that converters and transforms hand on. */

export type SchemaType = 'int8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64' | 'boolean' | 'string' | 'bytes' | 'array' | 'map' | 'struct'

export interface Schema {
  readonly type: SchemaType
  readonly optional: boolean
  readonly name?: string
  readonly version?: number
  /** Of a struct. */
  readonly fields?: readonly { readonly field: string; readonly schema: Schema }[]
  /** Of an array or a map. */
  readonly items?: Schema
  readonly keys?: Schema
  readonly values?: Schema
}

export type ConnectValue = null | boolean | number | bigint | string | Uint8Array | ConnectValue[] | { [key: string]: ConnectValue }

/** Structs and maps are both plain objects; `schema` tells a struct. */
export interface SchemaAndValue {
  readonly schema: Schema | null
  readonly value: ConnectValue
}

export const NULL_VALUE: SchemaAndValue = { schema: null, value: null }

export interface ConnectRecord {
  readonly topic: string
  readonly partition: number | null
  readonly key: SchemaAndValue
  readonly value: SchemaAndValue
  /** Epoch milliseconds; null on a source record: the producer's time. */
  readonly timestamp: number | null
  readonly headers: ReadonlyArray<readonly [string, SchemaAndValue]>
  /** Of a sink record. */
  readonly offset?: bigint
}

export function isMap(value: ConnectValue): value is { [key: string]: ConnectValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

export const schemaOf = (type: SchemaType, optional = false): Schema => ({ type, optional })

export function structSchema(fields: Readonly<Record<string, Schema>>, name?: string): Schema {
  return { type: 'struct', optional: false, ...(name ? { name } : {}), fields: Object.entries(fields).map(([field, schema]) => ({ field, schema })) }
}
