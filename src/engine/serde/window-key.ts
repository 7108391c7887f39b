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

export function appendWindow(key: Uint8Array | null, window: WindowBounds): Uint8Array {
  const base = key ?? new Uint8Array()
  const session = window.type === 'SESSION'
  const bytes = new Uint8Array(base.length + (session ? 16 : 8))
  bytes.set(base)
  const view = new DataView(bytes.buffer)
  if (session) view.setBigInt64(base.length, BigInt(window.end))
  view.setBigInt64(bytes.length - 8, BigInt(window.start))
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
