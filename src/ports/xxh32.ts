/** xxHash, 32 bits, seed 0: the checksum of LZ4 frames. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md */
const P1 = 2_654_435_761
const P2 = 2_246_822_519
const P3 = 3_266_489_917
const P4 = 668_265_263
const P5 = 374_761_393

const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits))
const round = (lane: number, word: number) => Math.imul(rotate((lane + Math.imul(word, P2)) | 0, 13), P1)

export function xxh32(bytes: Buffer): number {
  let at = 0
  let hash: number
  if (bytes.length >= 16) {
    let a = (P1 + P2) | 0
    let b = P2 | 0
    let c = 0
    let d = -P1 | 0
    for (; at + 16 <= bytes.length; at += 16) {
      a = round(a, bytes.readInt32LE(at))
      b = round(b, bytes.readInt32LE(at + 4))
      c = round(c, bytes.readInt32LE(at + 8))
      d = round(d, bytes.readInt32LE(at + 12))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  } else {
    hash = P5 | 0
  }
  hash = (hash + bytes.length) | 0
  for (; at + 4 <= bytes.length; at += 4) hash = Math.imul(rotate((hash + Math.imul(bytes.readInt32LE(at), P3)) | 0, 17), P4)
  for (; at < bytes.length; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}
