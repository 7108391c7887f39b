/** How SQL values stand in memory. BIGINT is a bigint: 64 bits must survive. */
export interface Decimal {
  readonly unscaled: bigint
  readonly scale: number
}

export interface Struct {
  readonly fields: ReadonlyMap<string, Value>
}

/**
 * BOOLEAN boolean; INTEGER, DOUBLE number; BIGINT bigint; STRING string; DECIMAL Decimal; BYTES Uint8Array;
 * DATE (days), TIME and TIMESTAMP (milliseconds) number; ARRAY array; MAP Map, its entries in the order of Java's
 * HashMap; STRUCT Struct.
 */
export type Value = null | boolean | number | bigint | string | Decimal | Uint8Array | readonly Value[] | ReadonlyMap<Value, Value> | Struct

/** The columns of a record side by side, in the order of some scope. */
export type Row = readonly Value[]

export function isStruct(value: Value): value is Struct {
  return typeof value === 'object' && value !== null && 'fields' in value
}

export function isMap(value: Value): value is ReadonlyMap<Value, Value> {
  return value instanceof Map
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function struct(entries: Iterable<readonly [string, Value]>): Struct {
  return { fields: new Map(entries) }
}
