/** What suites run against: the stand-in, or with KAFKA=HOST:PORT in the environment a real, empty broker. */
import { seededRandom, systemClock } from '../../../src/ports/index.ts'
import { type KafkaServer, startKafka } from '../../../src/sandbox/kafka/index.ts'

export interface TestBroker {
  readonly url: string
  /** Absent: the broker is a real one. */
  readonly standIn?: KafkaServer
  close(): Promise<void>
}

export async function startBroker(seed: number): Promise<TestBroker> {
  const url = process.env.KAFKA
  if (url !== undefined) return { url, close: async () => {} }
  const standIn = await startKafka({ clock: systemClock, random: seededRandom(seed) })
  return { url: standIn.url, standIn, close: () => standIn.close() }
}
