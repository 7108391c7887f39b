/** Reads the primitive types of the protocol. https://kafka.apache.org/protocol#protocol_types */

/** The bytes are not what they should be; the real broker closes the connection. */
export class WireError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WireError'
  }
}

export class Reader {
  readonly #bytes: Buffer
  #at = 0
  /** Flexible versions (KIP-482): compact lengths, and tagged fields behind every structure. */
  readonly flexible: boolean

  constructor(bytes: Buffer, flexible = false) {
    this.#bytes = bytes
    this.flexible = flexible
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** The same bytes from here on, in the other encoding. */
  rest(flexible: boolean): Reader {
    return new Reader(this.#bytes.subarray(this.#at), flexible)
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }
  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }
  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }
  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8))
  }
  bool(): boolean {
    return this.int8() !== 0
  }
  raw(length: number): Buffer {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new WireError('a varint is too long')
  }
  /** Zigzag, 32 bits. */
  varint(): number {
    const value = this.uvarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  /** Zigzag, 64 bits. */
  varlong(): bigint {
    let value = 0n
    for (let shift = 0n; shift <= 63n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return (value >> 1n) ^ -(value & 1n)
    }
    throw new WireError('a varlong is too long')
  }

  /** 16 bytes as Kafka prints them: base64url without padding. */
  uuid(): string {
    return this.raw(16).toString('base64url')
  }
  string(): string {
    const value = this.nullableString()
    if (value === null) throw new WireError('a string that must not be null is null')
    return value
  }
  nullableString(): string | null {
    const length = this.flexible ? this.uvarint() - 1 : this.int16()
    return length < 0 ? null : this.raw(length).toString('utf8')
  }
  nullableBytes(): Buffer | null {
    const length = this.flexible ? this.uvarint() - 1 : this.int32()
    return length < 0 ? null : this.raw(length)
  }
  bytes(): Buffer {
    const value = this.nullableBytes()
    if (value === null) throw new WireError('bytes that must not be null are null')
    return value
  }

  /** An array of primitives. */
  list<T>(read: () => T): T[] {
    return this.#array(read) ?? []
  }
  nullableStringList(): string[] | null {
    return this.#array(() => this.string())
  }
  /** An array of structures, each with its tagged fields. */
  structs<T>(read: () => T): T[] {
    return this.nullableStructs(read) ?? []
  }
  nullableStructs<T>(read: () => T): T[] | null {
    return this.#array(() => {
      const value = read()
      this.tags()
      return value
    })
  }
  #array<T>(read: () => T): T[] | null {
    const count = this.flexible ? this.uvarint() - 1 : this.int32()
    if (count < 0) return null
    // Every element takes at least a byte, so a larger count is a lie that must not cost memory.
    if (count > this.remaining) throw new WireError('an array is longer than its request')
    const values: T[] = []
    for (let i = 0; i < count; i++) values.push(read())
    return values
  }

  /** Tagged fields carry only what a reader may pass over. */
  tags(): void {
    if (!this.flexible) return
    const count = this.uvarint()
    for (let i = 0; i < count; i++) {
      this.uvarint()
      this.raw(this.uvarint())
    }
  }

  #take(length: number): number {
    const at = this.#at
    if (length < 0 || at + length > this.#bytes.length) throw new WireError('the request ends too early')
    this.#at += length
    return at
  }
}
