/** CRC-32C (Castagnoli), the checksum of record batches; node:zlib only has the other polynomial. */
const POLYNOMIAL = 0x82f63b78

const table = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  table[byte] = value >>> 0
}

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!
  return (crc ^ 0xffff_ffff) >>> 0
}
