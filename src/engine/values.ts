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
 * DATE (days), TIME and TIMESTAMP (milliseconds) number; ARRAY array; MAP Map; STRUCT Struct.
 */
export type Value = null | boolean | number | bigint | string | Decimal | Uint8Array | readonly Value[] | ReadonlyMap<Value, Value> | Struct
