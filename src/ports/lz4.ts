/**
 * LZ4 frames with independent blocks, as Kafka wants them (its readers refuse dependent ones).
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
import { xxh32 } from './xxh32.ts'

const MAGIC = 0x184d2204
const VERSION = 0x40
const INDEPENDENT = 0x20
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY = 0x01
const UNCOMPRESSED = 0x8000_0000
/** By the number in the descriptor. */
const BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 64 * 1024, 5: 256 * 1024, 6: 1024 * 1024, 7: 4 * 1024 * 1024 }
const OUR_BLOCK = 4
const OUR_BLOCK_BYTES = 64 * 1024

const MIN_MATCH = 4
/** The block's end: no match starts in its last 12 bytes, and its last 5 are literals. */
const MATCH_START_LIMIT = 12
const LAST_LITERALS = 5
const HASH_BITS = 14

export function compressLz4(plain: Buffer): Buffer {
  const header = Buffer.alloc(7)
  header.writeUInt32LE(MAGIC, 0)
  header[4] = VERSION | INDEPENDENT
  header[5] = OUR_BLOCK << 4
  header[6] = headerChecksum(header.subarray(4, 6))
  const parts: Buffer[] = [header]
  for (let from = 0; from < plain.length; from += OUR_BLOCK_BYTES) {
    const block = plain.subarray(from, from + OUR_BLOCK_BYTES)
    const packed = compressBlock(block)
    const size = Buffer.alloc(4)
    if (packed.length < block.length) {
      size.writeUInt32LE(packed.length)
      parts.push(size, packed)
    } else {
      size.writeUInt32LE((UNCOMPRESSED | block.length) >>> 0)
      parts.push(size, block)
    }
  }
  parts.push(Buffer.alloc(4))
  return Buffer.concat(parts)
}

/** Throws when the frame is cut, broken, fails a checksum or holds more than `maxBytes`. */
export function decompressLz4(frame: Buffer, maxBytes: number): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw new Error('lz4: not a frame')
  const flags = frame[4]!
  if ((flags & 0xc0) !== VERSION) throw new Error('lz4: unknown version')
  if (flags & DICTIONARY) throw new Error('lz4: dictionaries are not supported')
  const blockBytes = BLOCK_BYTES[(frame[5]! >> 4) & 7]
  if (blockBytes === undefined) throw new Error('lz4: invalid block size')
  let at = 6 + (flags & CONTENT_SIZE ? 8 : 0)
  if (at >= frame.length || frame[at] !== headerChecksum(frame.subarray(4, at))) throw new Error('lz4: wrong header checksum')
  at++

  let out = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(1024, frame.length * 4)))
  let length = 0
  for (;;) {
    const size = readUInt32(frame, at)
    at += 4
    if (size === 0) break
    const packedBytes = size & 0x7fff_ffff
    if (packedBytes > blockBytes || at + packedBytes > frame.length) throw new Error('lz4: a block is too long')
    const block = frame.subarray(at, at + packedBytes)
    at += packedBytes
    if (flags & BLOCK_CHECKSUM) {
      if (readUInt32(frame, at) !== xxh32(block)) throw new Error('lz4: wrong block checksum')
      at += 4
    }
    out = withRoom(out, length, Math.min(blockBytes, maxBytes - length))
    if (size >= UNCOMPRESSED) {
      if (packedBytes > maxBytes - length) throw tooLarge(maxBytes)
      length += block.copy(out, length)
    } else {
      length = decompressBlock(block, out, length, Math.min(length + blockBytes, maxBytes))
    }
  }
  const content = out.subarray(0, length)
  if (flags & CONTENT_CHECKSUM && readUInt32(frame, at) !== xxh32(content)) throw new Error('lz4: wrong content checksum')
  return content
}

const headerChecksum = (descriptor: Buffer) => (xxh32(descriptor) >>> 8) & 0xff
const tooLarge = (maxBytes: number) => new Error(`lz4: the content is larger than ${maxBytes} bytes`)

function readUInt32(frame: Buffer, at: number): number {
  if (at + 4 > frame.length) throw new Error('lz4: the frame is cut')
  return frame.readUInt32LE(at)
}

function withRoom(out: Buffer, used: number, needed: number): Buffer<ArrayBuffer> {
  if (out.length - used >= needed) return out as Buffer<ArrayBuffer>
  const larger = Buffer.allocUnsafe(Math.max(out.length * 2, used + needed))
  out.copy(larger, 0, 0, used)
  return larger
}

/** Writes behind `at` and returns the new end; matches may reach back into earlier blocks of the frame. */
function decompressBlock(block: Buffer, out: Buffer, at: number, limit: number): number {
  let from = 0
  let to = at
  const lengthFrom = (start: number) => {
    let length = start
    if (start !== 15) return length
    for (;;) {
      const byte = block[from++]
      if (byte === undefined) throw new Error('lz4: a block is cut')
      length += byte
      if (byte !== 255) return length
    }
  }
  while (from < block.length) {
    const token = block[from++]!
    const literals = lengthFrom(token >> 4)
    if (from + literals > block.length) throw new Error('lz4: a block is cut')
    if (to + literals > limit) throw tooLarge(limit)
    block.copy(out, to, from, from + literals)
    from += literals
    to += literals
    if (from === block.length) break
    if (from + 2 > block.length) throw new Error('lz4: a block is cut')
    const distance = block.readUInt16LE(from)
    from += 2
    if (distance === 0 || distance > to) throw new Error('lz4: a match reaches before the start')
    const length = lengthFrom(token & 15) + MIN_MATCH
    if (to + length > limit) throw tooLarge(limit)
    // Byte by byte: a match may overlap what it writes.
    for (let i = 0; i < length; i++, to++) out[to] = out[to - distance]!
  }
  return to
}

function compressBlock(block: Buffer): Buffer {
  const out = Buffer.allocUnsafe(block.length + Math.ceil(block.length / 255) + 16)
  // Position + 1 of the last sight of a hash; 0: none.
  const seen = new Uint32Array(1 << HASH_BITS)
  let to = 0
  let anchor = 0
  let from = 0
  const writeLength = (length: number) => {
    let rest = length - 15
    for (; rest >= 255; rest -= 255) out[to++] = 255
    out[to++] = rest
  }
  const writeLiterals = (end: number, matchLength: number) => {
    const literals = end - anchor
    out[to++] = (Math.min(literals, 15) << 4) | Math.min(matchLength, 15)
    if (literals >= 15) writeLength(literals)
    to += block.copy(out, to, anchor, end)
  }
  while (from + MATCH_START_LIMIT < block.length) {
    const word = block.readUInt32LE(from)
    const hash = Math.imul(word, 2_654_435_761) >>> (32 - HASH_BITS)
    const candidate = seen[hash]! - 1
    seen[hash] = from + 1
    if (candidate < 0 || from - candidate > 0xffff || block.readUInt32LE(candidate) !== word) {
      from++
      continue
    }
    let length = MIN_MATCH
    while (from + length < block.length - LAST_LITERALS && block[from + length] === block[candidate + length]) length++
    writeLiterals(from, length - MIN_MATCH)
    out.writeUInt16LE(from - candidate, to)
    to += 2
    if (length - MIN_MATCH >= 15) writeLength(length - MIN_MATCH)
    from += length
    anchor = from
  }
  writeLiterals(block.length, 0)
  return out.subarray(0, to)
}
