/** What the text functions do on BYTES. */
import type { Value } from '../values.ts'

/** Positions count from 1, from the end when negative; 0 is read as 1. */
export function rangeOf(size: number, position: number, count: number | undefined): [number, number] {
  const start = position > 0 ? Math.min(position - 1, size) : position < 0 ? Math.max(size + position, 0) : 0
  const end = count === undefined ? size : Math.min(Math.max(start + count, start), size)
  return [start, end]
}

export function sliceBytes(bytes: Uint8Array, position: number, count?: number): Value {
  return bytes.slice(...rangeOf(bytes.length, position, count))
}

export function joinBytes(parts: readonly Uint8Array[], separator: Uint8Array = new Uint8Array()): Uint8Array {
  const pieces = parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]))
  const joined = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

/** Java's buffers are read only once: one that comes again leaves its room empty. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts.map((part, i) => (parts.indexOf(part) < i ? new Uint8Array(part.length) : part)))
}

export function padBytes(side: 'left' | 'right'): (bytes: Uint8Array, width: number, padding: Uint8Array) => Value {
  return (bytes, width, padding) => {
    if (padding.length === 0 || width < 0) return null
    if (bytes.length >= width) return bytes.slice(0, width)
    const fill = Uint8Array.from({ length: width - bytes.length }, (_, i) => padding[i % padding.length]!)
    return joinBytes(side === 'left' ? [fill, bytes] : [bytes, fill])
  }
}

export function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): Value {
  if (delimiter.length === 0) return [...bytes].map((byte) => Uint8Array.of(byte))
  const parts: Uint8Array[] = []
  let start = 0
  for (let i = 0; i + delimiter.length <= bytes.length; ) {
    if (delimiter.every((byte, k) => bytes[i + k] === byte)) {
      parts.push(bytes.slice(start, i))
      i += delimiter.length
      start = i
    } else i++
  }
  return [...parts, bytes.slice(start)]
}
