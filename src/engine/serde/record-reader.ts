/** Reads the records of a source's topic into its columns; compiled once per statement. */
import type { Source } from '../../sql/index.ts'
import type { WindowBounds } from '../engine.ts'
import type { Value } from '../values.ts'
import { columnsFormat } from './format.ts'
import { splitWindow } from './window-key.ts'

export interface ReadKey {
  /** Null: the record has no key. */
  readonly key: readonly Value[] | null
  readonly window?: WindowBounds
}

export interface RecordReader {
  /** Throws when the bytes are no key of this source. */
  readKey(bytes: Uint8Array | null): ReadKey
  /** Null: a tombstone. Throws when the bytes are no value of this source. */
  readValue(bytes: Uint8Array | null): Value[] | null
  readHeaders(headers: ReadonlyArray<readonly [string, Uint8Array | null]>): Value[]
}

const NO_KEY: ReadKey = { key: null }

export function compileReader(source: Source): RecordReader {
  const keyFormat = columnsFormat(source.keyFormat, source.key, false)
  const valueFormat = columnsFormat(source.valueFormat, source.value, source.wrapSingleValue)
  const { window } = source
  return {
    readKey(bytes) {
      if (bytes === null || source.key.length === 0) return NO_KEY
      if (!window) return { key: keyFormat.read(bytes) }
      const parts = splitWindow(bytes, window)
      return { key: keyFormat.read(parts.key), window: parts.window }
    },
    readValue: (bytes) => (bytes === null ? null : valueFormat.read(bytes)),
    readHeaders: (headers) =>
      source.headers.map(({ headerKey }) => {
        if (headerKey === undefined)
          return headers.map(([name, value]) => ({
            fields: new Map<string, Value>([
              ['KEY', name],
              ['VALUE', value],
            ]),
          }))
        return headers.findLast(([name]) => name === headerKey)?.[1] ?? null
      }),
  }
}
