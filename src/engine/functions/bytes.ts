/** Encodings, numbers in bytes, checksums and UUIDs. */
import { createHash } from 'node:crypto'
import { fromBase64, toBase64 } from '../serde/base64.ts'
import { encodeText } from '../serde/text.ts'
import { BIGINT, BYTES, DOUBLE, INTEGER, STRING } from '../types.ts'
import { type Family, plain, strict } from './define.ts'

const strictDecoder = new TextDecoder('utf-8', { fatal: true })

function fromHex(text: string): Uint8Array {
  const digits = text.replace(/^(0x|X'|x')/, '').replace(/'$/, '')
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  if (!/^[0-9a-fA-F]*$/.test(even)) throw new Error(`Illegal hexadecimal character in ${text}`)
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(i * 2, i * 2 + 2), 16))
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function decode(text: string, encoding: string): Uint8Array {
  switch (encoding.toLowerCase()) {
    case 'hex':
      return fromHex(text)
    case 'utf8':
      // A value of its own: it may be kept for long.
      return encodeText(text).slice()
    case 'ascii':
      return Uint8Array.from(text, (char) => (char.charCodeAt(0) < 128 ? char.charCodeAt(0) : 63))
    case 'base64': {
      const bytes = fromBase64(text)
      if (!bytes) throw new Error(`Illegal base64 text ${text}`)
      return bytes
    }
    default:
      throw new Error(`Unknown encoding type '${encoding}'`)
  }
}

function encode(bytes: Uint8Array, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'hex':
      return toHex(bytes)
    case 'utf8':
      return strictDecoder.decode(bytes)
    case 'ascii':
      return [...bytes].map((byte) => (byte < 128 ? String.fromCharCode(byte) : '\ufffd')).join('')
    case 'base64':
      return toBase64(bytes)
    default:
      throw new Error(`Unknown encoding type '${encoding}'`)
  }
}

function viewOf(bytes: Uint8Array, size: number): DataView {
  if (bytes.length !== size) throw new Error(`Number of bytes must be equal to ${size}, but found ${bytes.length}`)
  return new DataView(bytes.buffer, bytes.byteOffset, size)
}

function isLittle(order = 'BIG_ENDIAN'): boolean {
  if (order !== 'BIG_ENDIAN' && order !== 'LITTLE_ENDIAN') throw new Error('Byte order must be BIG_ENDIAN or LITTLE_ENDIAN')
  return order === 'LITTLE_ENDIAN'
}

function uuidText(bytes: Uint8Array): string {
  const hex = toHex(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export const BYTES_FUNCTIONS: Family = {
  ENCODE: strict(STRING, (text: string, from: string, to: string) => encode(decode(text, from), to)),
  TO_BYTES: strict(BYTES, decode),
  FROM_BYTES: strict(STRING, encode),
  INT_FROM_BYTES: strict(INTEGER, (bytes: Uint8Array, order?: string) => viewOf(bytes, 4).getInt32(0, isLittle(order))),
  BIGINT_FROM_BYTES: strict(BIGINT, (bytes: Uint8Array, order?: string) => viewOf(bytes, 8).getBigInt64(0, isLittle(order))),
  DOUBLE_FROM_BYTES: strict(DOUBLE, (bytes: Uint8Array, order?: string) => viewOf(bytes, 8).getFloat64(0, isLittle(order))),
  MD5: strict(STRING, (text: string) => createHash('md5').update(text).digest('hex')),
  UUID: (types, { random }) =>
    types.length > 0
      ? strict(STRING, (bytes: Uint8Array) => (bytes.length === 16 ? uuidText(bytes) : null))(types, {})
      : plain(STRING, () => {
          if (!random) throw new Error('UUID needs a source of randomness')
          const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256))
          bytes[6] = (bytes[6]! & 0x0f) | 0x40
          bytes[8] = (bytes[8]! & 0x3f) | 0x80
          return uuidText(bytes)
        })(types, {}),
}
