/** Writes the primitive types of the protocol: the mirror of reader.ts. */
export class Writer {
  #bytes: Buffer
  #at = 0
  readonly flexible: boolean

  constructor(flexible = false, initialBytes = 256) {
    this.flexible = flexible
    this.#bytes = Buffer.allocUnsafe(initialBytes)
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  int8(value: number): this {
    // The room first: it may replace the buffer.
    const at = this.#room(1)
    this.#bytes.writeInt8(value, at)
    return this
  }
  int16(value: number): this {
    const at = this.#room(2)
    this.#bytes.writeInt16BE(value, at)
    return this
  }
  int32(value: number): this {
    const at = this.#room(4)
    this.#bytes.writeInt32BE(value, at)
    return this
  }
  int64(value: bigint): this {
    const at = this.#room(8)
    this.#bytes.writeBigInt64BE(value, at)
    return this
  }
  bool(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }
  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  uvarint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      const at = this.#room(1)
      this.#bytes[at] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    const at = this.#room(1)
    this.#bytes[at] = rest
    return this
  }
  varint(value: number): this {
    return this.uvarint(value >= 0 ? value * 2 : -value * 2 - 1)
  }
  varlong(value: bigint): this {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest >= 0x80n) {
      const at = this.#room(1)
      this.#bytes[at] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    const at = this.#room(1)
    this.#bytes[at] = Number(rest)
    return this
  }

  uuid(value: string): this {
    return this.raw(Buffer.from(value, 'base64url'))
  }
  string(value: string | null): this {
    const bytes = value === null ? null : Buffer.from(value)
    if (this.flexible) this.uvarint(bytes === null ? 0 : bytes.length + 1)
    else this.int16(bytes === null ? -1 : bytes.length)
    return bytes === null ? this : this.raw(bytes)
  }
  bytes(value: Uint8Array | null): this {
    if (this.flexible) this.uvarint(value === null ? 0 : value.length + 1)
    else this.int32(value === null ? -1 : value.length)
    return value === null ? this : this.raw(value)
  }

  /** An array of primitives. */
  list<T>(values: readonly T[], write: (value: T) => void): this {
    return this.#array(values, write)
  }
  /** An array of structures, each with (no) tagged fields behind it. */
  structs<T>(values: readonly T[] | null, write: (value: T) => void): this {
    return this.#array(values, (value) => {
      write(value)
      this.tags()
    })
  }
  #array<T>(values: readonly T[] | null, write: (value: T) => void): this {
    const count = values === null ? -1 : values.length
    if (this.flexible) this.uvarint(count + 1)
    else this.int32(count)
    for (const value of values ?? []) write(value)
    return this
  }

  tags(): this {
    return this.flexible ? this.uvarint(0) : this
  }

  #room(length: number): number {
    const at = this.#at
    if (at + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + length))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#at = at + length
    return at
  }
}
