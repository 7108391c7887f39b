/** Documents in blocks that know which times they hold, so that a search over the last minutes does not read a whole day. */
import type { Doc } from './index-state.ts'

/** A range that every match of a query lies in. Times are epoch milliseconds, ends included. */
export interface Bound {
  readonly field: string
  readonly low: number
  readonly high: number
}

const BLOCK_SIZE = 1024

interface Block {
  readonly docs: Doc[]
  /** By date field: lowest and highest value of any document ever put in. */
  readonly ranges: Map<string, { low: number; high: number }>
}

export class DocBlocks {
  #blocks: Block[] = []
  #count = 0

  /** How many documents are held, replaced and deleted ones among them. */
  get count(): number {
    return this.#count
  }

  add(doc: Doc, dateFields: Iterable<string>): void {
    let block = this.#blocks[this.#blocks.length - 1]
    if (!block || block.docs.length >= BLOCK_SIZE) {
      block = { docs: [], ranges: new Map() }
      this.#blocks.push(block)
    }
    block.docs.push(doc)
    this.#count++
    for (const field of dateFields) {
      for (const value of doc.fields.get(field) ?? []) widen(block, field, Number(value))
    }
  }

  clear(): void {
    this.#blocks = []
    this.#count = 0
  }

  /** In the order they were added; whoever asks must leave out what is no longer there. */
  *within(bounds: readonly Bound[]): IterableIterator<Doc> {
    for (const { docs, ranges } of this.#blocks) {
      const possible = bounds.every(({ field, low, high }) => {
        const range = ranges.get(field)
        return range !== undefined && range.low <= high && range.high >= low
      })
      if (possible) yield* docs
    }
  }
}

function widen({ ranges }: Block, field: string, value: number): void {
  const range = ranges.get(field)
  if (!range) ranges.set(field, { low: value, high: value })
  else if (value < range.low) range.low = value
  else if (value > range.high) range.high = value
}
