/** A ksqlDB stand-in over a Kafka stand-in, and a client in the style of curl. */
import { type Clock, createKafkaClient, createLogger, type KafkaClient, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startKafka } from '../../../src/sandbox/kafka/index.ts'
import { startKsqldb } from '../../../src/sandbox/ksqldb/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'

export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared as they come
  readonly body: any
}

export interface Bench {
  readonly kafka: KafkaClient
  readonly server: SandboxServer
  ksql(sql: string, properties?: Record<string, unknown>): Promise<Answer>
  queryStream(sql: string, properties?: Record<string, unknown>, accept?: string): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown, accept?: string): Promise<Answer>
  /** Stops the server and starts another on the same Kafka. */
  restart(): Promise<void>
  /** Until `look` gives something, at most 5 s. */
  until<T>(look: () => Promise<T | undefined>): Promise<T>
  close(): Promise<void>
}

const log = createLogger({ name: 'test', level: 'silent' })
/** Quick commits, every update written: what comes out does not depend on time. */
const PROPERTIES = { 'ksql.streams.commit.interval.ms': '50', 'ksql.streams.cache.max.bytes.buffering': '0' }

/** A clock whose time passes `speed` times as fast. */
export function fastClock(speed: number): Clock {
  const started = systemClock.now()
  return {
    now: () => started + (systemClock.now() - started) * speed,
    after: (ms, fn) => systemClock.after(ms / speed, fn),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  }
}

export async function startBench(
  options: { properties?: Readonly<Record<string, string>>; clock?: Clock; handoverMs?: number; faulty?: (kafka: KafkaClient) => KafkaClient } = {},
): Promise<Bench> {
  const { properties = PROPERTIES, clock = systemClock, handoverMs = 0, faulty = (it) => it } = options
  // The same tests run over a real Kafka whose address is given; it should hold no topics yet.
  const real = process.env.KSQLDB_TEST_KAFKA
  const broker = real === undefined ? await startKafka({ clock: systemClock, random: seededRandom(1), log }) : undefined
  const kafka = createKafkaClient({ brokers: [broker?.url ?? String(real)], clientId: 'ksqldb', log })
  const start = () => startKsqldb({ kafka: faulty(kafka), clock, random: seededRandom(2), log, properties, handoverMs })
  let server = await start()
  const request = async (method: string, path: string, body?: string, accept?: string): Promise<Answer> => {
    const headers = accept === undefined ? {} : { accept }
    const response = await fetch(`${server.url}${path}`, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) })
    const text = await response.text()
    let parsed: unknown = text
    try {
      parsed = JSON.parse(text)
    } catch {
      // Not every answer is JSON.
    }
    return { status: response.status, type: response.headers.get('content-type'), text, body: parsed }
  }
  const post = (path: string, body: unknown, accept?: string) => request('POST', path, typeof body === 'string' ? body : JSON.stringify(body), accept)
  return {
    kafka,
    get server() {
      return server
    },
    ksql: (sql, streamsProperties = {}) => post('/ksql', { ksql: sql, streamsProperties }),
    queryStream: (sql, queryProperties = {}, accept) => post('/query-stream', { sql, properties: queryProperties }, accept),
    get: (path) => request('GET', path),
    post,
    async restart() {
      await server.close()
      server = await start()
    },
    async until(look) {
      for (let tries = 0; tries < 100; tries++) {
        const found = await look()
        if (found !== undefined) return found
        await systemClock.sleep(50)
      }
      throw new Error('it did not come true in 5 s')
    },
    async close() {
      await server.close()
      await kafka.close()
      await broker?.close()
    },
  }
}
