/** How much a query has read of each of its topics since this run of the server began. */
import type { Clock, KafkaRecord } from '../../../ports/index.ts'

export interface Consumed {
  records: number
  bytes: number
  /** Epoch milliseconds of the last one's processing. */
  lastAt: number
}

export class Consumption {
  readonly startedAt: number
  readonly #clock: Clock
  readonly #topics = new Map<string, Consumed>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.startedAt = clock.now()
  }

  count(record: KafkaRecord): void {
    const known = this.#topics.get(record.topic)
    const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0)
    if (known === undefined) this.#topics.set(record.topic, { records: 1, bytes, lastAt: this.#clock.now() })
    else {
      known.records++
      known.bytes += bytes
      known.lastAt = this.#clock.now()
    }
  }

  of(topic: string): Readonly<Consumed> {
    return this.#topics.get(topic) ?? { records: 0, bytes: 0, lastAt: 0 }
  }
}
