/**
 * The four ways a Kafka record batch may be compressed, by the number in the batch's attributes.
 * https://kafka.apache.org/documentation/#recordbatch
 */
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import snappy from 'snappyjs'
import { compressLz4, decompressLz4 } from './lz4.ts'

export interface KafkaCodec {
  readonly name: 'gzip' | 'snappy' | 'lz4' | 'zstd'
  compress(plain: Buffer): Buffer
  /** Throws when the input is broken or would grow beyond `maxBytes`. */
  decompress(compressed: Buffer, maxBytes?: number): Buffer
}

/** Enough for any batch that a broker with default settings takes, small enough that a bomb does no harm. */
const MAX_PLAIN_BYTES = 256 * 1024 * 1024

export const kafkaCodecs: Readonly<Record<number, KafkaCodec>> = {
  1: {
    name: 'gzip',
    compress: (plain) => gzipSync(plain),
    decompress: (compressed, maxBytes = MAX_PLAIN_BYTES) => gunzipSync(compressed, { maxOutputLength: maxBytes }),
  },
  2: { name: 'snappy', compress: compressXerial, decompress: decompressSnappy },
  3: { name: 'lz4', compress: compressLz4, decompress: (compressed, maxBytes = MAX_PLAIN_BYTES) => decompressLz4(compressed, maxBytes) },
  4: {
    name: 'zstd',
    compress: (plain) => zstdCompressSync(plain),
    decompress: (compressed, maxBytes = MAX_PLAIN_BYTES) => zstdDecompressSync(compressed, { maxOutputLength: maxBytes }),
  },
}

/** snappy-java's stream: this mark, version 1, compatible version 1, then blocks of [int32 length][raw snappy]. */
const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1, 0, 0, 0, 1])
const XERIAL_MARK_BYTES = 8
/** snappy-java's own block size. */
const XERIAL_BLOCK_BYTES = 32 * 1024

function compressXerial(plain: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_HEADER]
  for (let from = 0; from < plain.length; from += XERIAL_BLOCK_BYTES) {
    const block = bufferOf(snappy.compress(plain.subarray(from, from + XERIAL_BLOCK_BYTES)))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Java writes the framed form, librdkafka the raw one; a reader has to take both. */
function decompressSnappy(compressed: Buffer, maxBytes = MAX_PLAIN_BYTES): Buffer {
  const framed = compressed.length >= XERIAL_HEADER.length && compressed.subarray(0, XERIAL_MARK_BYTES).equals(XERIAL_HEADER.subarray(0, XERIAL_MARK_BYTES))
  if (!framed) return bufferOf(snappy.uncompress(compressed, maxBytes))
  const parts: Buffer[] = []
  let total = 0
  let at = XERIAL_HEADER.length
  while (at < compressed.length) {
    if (at + 4 > compressed.length) throw new Error('snappy: the stream ends within a block length')
    const length = compressed.readInt32BE(at)
    at += 4
    if (length < 0 || at + length > compressed.length) throw new Error('snappy: a block is longer than the stream')
    const part = bufferOf(snappy.uncompress(compressed.subarray(at, at + length), maxBytes - total))
    total += part.length
    parts.push(part)
    at += length
  }
  return Buffer.concat(parts)
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
