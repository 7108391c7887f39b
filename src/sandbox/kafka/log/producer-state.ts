/**
 * What one partition knows of idempotent producers: the epoch and the last five batches of each, so that a batch sent
 * again gets the offset of the first time and a gap is refused. https://cwiki.apache.org/confluence/x/0HE0B (KIP-98)
 */
import { Refusal } from '../errors.ts'
import type { BatchHeader } from './record-batch.ts'

const KEPT_BATCHES = 5
const SEQUENCES = 2 ** 31

interface AppendedBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly baseOffset: bigint
}

interface ProducerEntry {
  epoch: number
  batches: AppendedBatch[]
  /** When it last wrote. */
  at: number
}

export class ProducerStates {
  readonly #entries = new Map<bigint, ProducerEntry>()

  /** The base offset of the first time when this batch is a repeated one; throws when it is out of order. */
  check(header: BatchHeader): bigint | undefined {
    const entry = this.#entries.get(header.producerId)
    if (!entry) return undefined
    if (header.producerEpoch < entry.epoch) {
      throw new Refusal(
        'INVALID_PRODUCER_EPOCH',
        `Epoch of producer ${header.producerId} is ${header.producerEpoch}, which is smaller than the last seen ${entry.epoch}`,
      )
    }
    const last = lastSequence(header)
    if (header.producerEpoch > entry.epoch) {
      if (header.baseSequence !== 0) throw outOfOrder(header, 'a new epoch starts with 0')
      return undefined
    }
    const repeated = entry.batches.find((batch) => batch.firstSequence === header.baseSequence && batch.lastSequence === last)
    if (repeated) return repeated.baseOffset
    const expected = ((entry.batches.at(-1)?.lastSequence ?? -1) + 1) % SEQUENCES
    if (header.baseSequence !== expected) throw outOfOrder(header, `expected ${expected}`)
    return undefined
  }

  record(header: BatchHeader, baseOffset: bigint, now: number): void {
    const known = this.#entries.get(header.producerId)
    const entry = known && known.epoch === header.producerEpoch ? known : { epoch: header.producerEpoch, batches: [], at: now }
    entry.batches.push({ firstSequence: header.baseSequence, lastSequence: lastSequence(header), baseOffset })
    if (entry.batches.length > KEPT_BATCHES) entry.batches.shift()
    entry.at = now
    this.#entries.set(header.producerId, entry)
  }

  /** Forgets producers that have not written since `before`. */
  expire(before: number): void {
    for (const [id, entry] of this.#entries) if (entry.at < before) this.#entries.delete(id)
  }
}

const lastSequence = (header: BatchHeader) => (header.baseSequence + Number(header.lastOffset - header.baseOffset)) % SEQUENCES

const outOfOrder = (header: BatchHeader, why: string) =>
  new Refusal('OUT_OF_ORDER_SEQUENCE_NUMBER', `Out of order sequence number for producer ${header.producerId}: ${header.baseSequence}, ${why}`)
