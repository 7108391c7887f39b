/**
 * Several queries in one process, each reading what others write. A record's effects run through all queries before the next
 * record: first every reader of its topic, in the order of the statements, then the readers of what those wrote, and so on.
 */
import type { InputRecord, OutputRecord, RunningQuery } from './engine.ts'

export interface TopologyQuery {
  readonly id: string
  readonly query: RunningQuery
}

export interface Topology {
  add(query: TopologyQuery): void
  remove(id: string): void
  /** Everything that is written because of this record, in the order of writing. */
  process(record: Omit<InputRecord, 'offset'> & { readonly offset?: bigint }): OutputRecord[]
}

/** `partitionOf` places the records that queries write; by default every topic has one partition. */
export function createTopology(partitionOf: (record: OutputRecord) => number = () => 0): Topology {
  const queries = new Map<string, RunningQuery>()
  const offsets = new Map<string, bigint[]>()
  let readers = new Map<string, RunningQuery[]>()

  const next = (topic: string, partition: number): bigint => {
    const ends = offsets.getOrInsertComputed(topic, () => [])
    const offset = ends[partition] ?? 0n
    ends[partition] = offset + 1n
    return offset
  }

  const readersOf = (topic: string): RunningQuery[] =>
    readers.getOrInsertComputed(topic, () => [...queries.values()].filter((query) => query.inputs.some((input) => input.topic === topic)))

  return {
    add({ id, query }) {
      if (queries.has(id)) throw new Error(`There is a query ${id} already`)
      queries.set(id, query)
      readers = new Map()
    },
    remove(id) {
      queries.delete(id)
      readers = new Map()
    },
    process(record) {
      const written: OutputRecord[] = []
      const waiting: InputRecord[] = [{ ...record, offset: record.offset ?? next(record.topic, record.partition) }]
      // The list grows while it is read.
      for (const input of waiting) {
        for (const query of readersOf(input.topic)) {
          for (const row of query.process(input)) {
            const output = query.encode(row)
            written.push(output)
            if (readersOf(output.topic).length === 0) continue
            const partition = partitionOf(output)
            waiting.push({
              topic: output.topic,
              partition,
              offset: next(output.topic, partition),
              timestamp: output.timestamp,
              key: output.key,
              value: output.value,
              ...(output.headers ? { headers: output.headers } : {}),
            })
          }
        }
      }
      return written
    },
  }
}
