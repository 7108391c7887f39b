/** UTF-8 in both directions. */
const decoder = new TextDecoder()
const encoder = new TextEncoder()

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}
