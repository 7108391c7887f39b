/** How the contract talks to a broker: raw requests over connections of their own. */
import assert from 'node:assert/strict'
import { systemClock } from '../../../src/ports/index.ts'
import { type ApiName, type Message, RawClient } from './protocol.ts'

export class Broker {
  readonly address: string
  readonly #client: RawClient
  #names = 0
  /** That the conversation's last join was given. */
  memberId = ''

  private constructor(address: string) {
    this.address = address
    this.#client = new RawClient(address)
  }

  static at(address: string): Broker {
    return new Broker(address)
  }

  /** A real broker makes its internal topics at the first question for a coordinator, which fails until they are there. */
  async warmUp(): Promise<void> {
    for (const [api, version, request] of [
      ['FindCoordinator', 3, { key: 'warm-up', type: 0 }],
      ['OffsetFetch', 7, { group: 'warm-up', topics: null, stable: false }],
      ['InitProducerId', 4, { transactionalId: null, timeout: 1000, producer: -1, epoch: -1 }],
    ] as const) {
      const deadline = systemClock.now() + 60_000
      while ((await this.call(api, version, request)).error !== 0) {
        assert.ok(systemClock.now() < deadline, `${api} still fails`)
        await systemClock.sleep(200)
      }
    }
  }

  call(name: ApiName, version: number, message: Message): Promise<Message> {
    return this.#client.call(name, version, message)
  }

  callRaw(name: ApiName, version: number, message: Message): Promise<Buffer | undefined> {
    return this.#client.callRaw(name, version, message)
  }

  /** Another connection. */
  connect(): RawClient {
    return new RawClient(this.address)
  }

  /** A name that no other case has. */
  fresh(what: string): string {
    return `${what}-${++this.#names}-${Math.random().toString(36).slice(2, 8)}`
  }

  close(): void {
    this.#client.close()
  }
}
