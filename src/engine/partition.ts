/** The partition that Kafka's default partitioner gives a key: murmur2 (seed 0x9747b28c), made positive, modulo the count. */

const MULTIPLIER = 0x5bd1e995

export function murmur2(bytes: Uint8Array): number {
  let hash = 0x9747b28c ^ bytes.length
  const whole = bytes.length & ~3
  for (let i = 0; i < whole; i += 4) {
    let block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    block = Math.imul(block, MULTIPLIER)
    block ^= block >>> 24
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block, MULTIPLIER)
  }
  const rest = bytes.length & 3
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) hash ^= bytes[whole + i]! << (8 * i)
    hash = Math.imul(hash, MULTIPLIER)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER)
  return hash ^ (hash >>> 15)
}

export function partitionFor(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count
}
