/**
 * Keys of windowed tables as Kafka Streams writes them to topics: the key's bytes, then for a time window the 8 bytes of its
 * start, for a session the 8 bytes of its end and the 8 of its start.
 */
import type { WindowBounds } from '../engine.ts'

export interface WindowShape {
  readonly type: WindowBounds['type']
  /** Absent for sessions. */
  readonly sizeMs?: number | undefined
}

/** 8 bytes, big-endian; in two halves, which is much faster than by bigint. */
function writeTime(bytes: Uint8Array, at: number, time: number): void {
  const high = Math.floor(time / 4_294_967_296)
  for (let i = 0; i < 4; i++) {
    bytes[at + i] = high >>> (24 - 8 * i)
    bytes[at + 4 + i] = time >>> (24 - 8 * i)
  }
}

export function appendWindow(key: Uint8Array | null, window: WindowBounds): Uint8Array {
  const base = key ?? new Uint8Array()
  const session = window.type === 'SESSION'
  const bytes = new Uint8Array(base.length + (session ? 16 : 8))
  bytes.set(base)
  if (session) writeTime(bytes, base.length, window.end)
  writeTime(bytes, bytes.length - 8, window.start)
  return bytes
}

/** Throws when there are too few bytes for a window. */
export function splitWindow(bytes: Uint8Array, shape: WindowShape): { key: Uint8Array; window: WindowBounds } {
  const width = shape.type === 'SESSION' ? 16 : 8
  if (bytes.length < width) throw new Error(`A windowed key has at least ${width} bytes, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = Number(view.getBigInt64(bytes.length - 8))
  const end = shape.type === 'SESSION' ? Number(view.getBigInt64(bytes.length - 16)) : start + (shape.sizeMs ?? 0)
  return { key: bytes.subarray(0, bytes.length - width), window: { type: shape.type, start, end } }
}
