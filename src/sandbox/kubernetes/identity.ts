/** What the server gives each object: times, uids and generated names, all from clock and randomness of outside. */
import type { Random } from '../../ports/index.ts'

/** RFC 3339 in whole seconds, as metadata carries times. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** A version 4 UUID. */
export function newUid(random: Random): string {
  const hex = Array.from({ length: 32 }, (_, i) => {
    const digit = Math.floor(random.next() * 16)
    return (i === 12 ? 4 : i === 16 ? (digit & 3) | 8 : digit).toString(16)
  }).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Without vowels and look-alikes, as the real server's. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** A prefix and five characters, 63 at most. */
export function generateName(prefix: string, random: Random): string {
  const suffix = Array.from({ length: 5 }, () => ALPHABET[Math.floor(random.next() * ALPHABET.length)]).join('')
  return prefix.slice(0, 63 - suffix.length) + suffix
}
