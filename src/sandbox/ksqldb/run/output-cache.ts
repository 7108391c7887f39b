/**
 * What Kafka Streams' record caches do to a table's output: of several updates of one key within a commit interval only
 * the last is written, in the order of the last updates.
 */
import type { OutputRecord, OutputRow, Value } from '../../../engine/index.ts'

export class OutputCache {
  readonly #latest = new Map<string, OutputRecord>()

  put(record: OutputRecord): void {
    const key = record.key === null ? '' : Buffer.from(record.key).toString('latin1')
    this.#latest.delete(key)
    this.#latest.set(key, record)
  }

  get size(): number {
    return this.#latest.size
  }

  drain(): OutputRecord[] {
    const records = [...this.#latest.values()]
    this.#latest.clear()
    return records
  }
}

/** The same for rows that never become records, batch by batch. */
export function lastOfEachKey(rows: readonly OutputRow[]): OutputRow[] {
  const latest = new Map<string, OutputRow>()
  for (const row of rows) {
    const key = `${row.window?.start}/${row.window?.end}/${(row.key ?? []).map(identity).join('\u0000')}`
    latest.delete(key)
    latest.set(key, row)
  }
  return [...latest.values()]
}

const identity = (part: Value): string => (typeof part === 'object' && part !== null ? JSON.stringify(part, plain) : `${typeof part}${String(part)}`)

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value] : value)
