/**
 * A kafkajs client that is made when it is first used, and made anew after a fault. kafkajs itself keeps a connection whose
 * answers never come, or make no sense: every request over it times out and is tried again over the same one.
 */
import type { Clock } from './clock.ts'
import { Failure } from './failure.ts'
import { KafkaFault } from './kafka.ts'
import { toKafkaError } from './kafkajs-library.ts'

export interface Renewable<Client> {
  /** Connects first, if need be; throws KafkaFault or Failure. */
  use<T>(call: (client: Client) => Promise<T>): Promise<T>
  /** The next use gets a new client; the old one goes once nobody uses it. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** `bound`: how long a use may take, connecting and retries included. Who waits longer gets a Failure, and the client is given up. */
export function renewable<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
  create: () => Client,
  bound?: { readonly clock: Clock; readonly ms: number },
): Renewable<Client> {
  interface Held {
    readonly client: Client
    readonly connected: Promise<void>
    users: number
    retired: boolean
  }
  let held: Held | undefined
  const leaving = new Set<Promise<void>>()

  /** Nobody waits for it: taking leave of a broker that does not answer takes as long as its last requests. */
  const leave = (client: Client) => {
    const left: Promise<void> = client.disconnect().then(
      () => void leaving.delete(left),
      () => void leaving.delete(left),
    )
    leaving.add(left)
  }
  const retire = (one: Held) => {
    if (held === one) held = undefined
    if (one.retired) return
    one.retired = true
    if (one.users === 0) leave(one.client)
  }
  const release = (one: Held) => {
    one.users--
    if (one.retired && one.users === 0) leave(one.client)
  }

  async function answer<T>(mine: Held, call: (client: Client) => Promise<T>): Promise<T> {
    try {
      await mine.connected
      return await call(mine.client)
    } catch (error) {
      const fault = toKafkaError(error)
      // A lost connection: the next call starts with a new client instead of finding out the same.
      if (!(fault instanceof KafkaFault) && fault.reason !== 'Forbidden') retire(mine)
      throw fault
    } finally {
      release(mine)
    }
  }

  return {
    async use(call) {
      if (!held) {
        const client = create()
        held = { client, connected: client.connect(), users: 0, retired: false }
      }
      const mine = held
      mine.users++
      const answered = answer(mine, call)
      if (bound === undefined) return await answered
      const inTime = new AbortController()
      const late = bound.clock.sleep(bound.ms, inTime.signal).then(() => {
        retire(mine)
        throw new Failure('Retry', 'TimedOut', `Kafka did not answer within ${bound.ms / 1000} s`)
      })
      try {
        return await Promise.race([answered, late])
      } finally {
        inTime.abort()
        // Whichever of the two was too late.
        answered.catch(() => undefined)
        late.catch(() => undefined)
      }
    },
    async renew() {
      if (held) retire(held)
    },
    async close() {
      const one = held
      held = undefined
      if (one)
        await one.connected.then(
          () => one.client.disconnect(),
          () => undefined,
        )
      await Promise.all(leaving)
    },
  }
}
