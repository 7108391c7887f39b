/** Base64 without the platform's own helpers, so that the engine needs no more than the language. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Map([...ALPHABET].map((char, index) => [char, index]))

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!
    text += i + 1 < bytes.length ? ALPHABET[(group >> 6) & 63]! : '='
    text += i + 2 < bytes.length ? ALPHABET[group & 63]! : '='
  }
  return text
}

/** Undefined: the text is no base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const body = text.replace(/={1,2}$/, '')
  if (body.length % 4 === 1 || (body.length !== text.length && text.length % 4 !== 0)) return undefined
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4))
  let buffer = 0
  let filled = 0
  let at = 0
  for (const char of body) {
    const value = VALUES.get(char)
    if (value === undefined) return undefined
    buffer = (buffer << 6) | value
    filled += 6
    if (filled >= 8) {
      filled -= 8
      bytes[at++] = (buffer >> filled) & 0xff
    }
  }
  return bytes
}
