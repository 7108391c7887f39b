/** Plays recorded requests of a real server, in their order, against the stand-in and says which answers are the same. */
import { connect } from 'node:http2'
import { createKafkaClient, createLogger, type KafkaClient, seededRandom, systemClock } from '../../../src/ports/index.ts'
import { startKafka } from '../../../src/sandbox/kafka/index.ts'
import { startKsqldb } from '../../../src/sandbox/ksqldb/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { startRecordedConnect } from './replay-connect.ts'
import { comparable, difference, type Recorded, withoutUnfinished } from './replay-normal.ts'
import { fastClock } from './setup.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies of any shape
type Any = any

/** Time-outs of the server pass this many times faster. */
const SPEED = 10
const log = createLogger({ name: 'replay', level: process.env.REPLAY_LOG ?? 'silent' })

/** What the recording did between two requests without saying so. */
const UNRECORDED: Readonly<Record<string, readonly string[]>> = {
  // A request that was answered 500 after its first statement had run, and then repeated.
  '481': ['DROP STREAM S5F DELETE TOPIC;'],
}

export interface Outcome {
  readonly number: string
  readonly name: string
  /** Undefined: the answers are the same. */
  readonly difference: string | undefined
  /** Milliseconds. */
  readonly took: number
}

/** `known`: differences that are there for sure, so that nothing is waited for. */
export async function replay(recordings: readonly { number: string; recorded: Recorded }[], known: ReadonlySet<string> = new Set()): Promise<Outcome[]> {
  const player = await Player.start(known)
  const outcomes: Outcome[] = []
  try {
    for (const { number, recorded } of recordings) {
      const before = systemClock.now()
      const found = await withLimit(player.play(number, recorded), () => player.giveUp()).catch(
        (error: unknown) => `the replay failed: ${error instanceof Error ? error.message : String(error)}`,
      )
      outcomes.push({ number, name: recorded.name, difference: found, took: systemClock.now() - before })
    }
  } finally {
    await player.close()
  }
  return outcomes
}

const LIMIT_MS = 30_000
const PATIENCE_MS = 15_000

/** At most for as long as one is patient. */
async function until(true_: () => boolean): Promise<void> {
  const deadline = systemClock.now() + PATIENCE_MS
  while (!true_() && systemClock.now() < deadline) await systemClock.sleep(20)
}

function reads({ request, response }: Recorded): boolean {
  if (response.stillOpen === true) return false
  if (request.method === 'GET') return true
  const sql = String(request.body?.ksql ?? request.body?.sql ?? '')
  return /^\s*(?:LIST|SHOW|DESCRIBE|EXPLAIN|SELECT)\b/i.test(sql) && !/;.*\S/.test(sql) && !/EMIT/.test(sql)
}

/** An answer that never comes is a difference, not the end of the replay. */
function withLimit<T>(promise: Promise<T>, giveUp: () => void): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const cancel = systemClock.after(LIMIT_MS, () => {
    giveUp()
    reject(new Error('no answer in time'))
  })
  return Promise.race([promise, late]).finally(cancel)
}

interface Push {
  readonly id: string
  /** As recorded. */
  readonly recordedId: string
  received(): string
  close(): void
}

class Player {
  #broker: SandboxServer
  #kafka: KafkaClient
  #server: SandboxServer
  /** Nobody listens there before the recording starts its Connect. */
  readonly #connectPort: number
  readonly #known: ReadonlySet<string>
  #connect: { close(): Promise<void> } | undefined
  #push: Push | undefined
  /** Of the request that is under way. */
  #abort: AbortController | undefined

  private constructor(broker: SandboxServer, kafka: KafkaClient, server: SandboxServer, connectPort: number, known: ReadonlySet<string>) {
    this.#known = known
    this.#connectPort = connectPort
    this.#broker = broker
    this.#kafka = kafka
    this.#server = server
  }

  static async start(known: ReadonlySet<string>): Promise<Player> {
    const { broker, kafka } = await startBroker()
    const reserved = await startRecordedConnect()
    await reserved.close()
    return new Player(broker, kafka, await startServer(kafka, reserved.url), Number(new URL(reserved.url).port), known)
  }

  get #connectUrl(): string {
    return `http://127.0.0.1:${this.#connectPort}`
  }

  async close(): Promise<void> {
    this.#push?.close()
    await this.#connect?.close()
    this.#connect = undefined
    await this.#server.close()
    await this.#kafka.close()
    await this.#broker.close()
  }

  giveUp(): void {
    this.#abort?.abort()
  }

  async play(number: string, recorded: Recorded): Promise<string | undefined> {
    for (const sql of UNRECORDED[number] ?? []) await this.#ksql(sql)
    await this.#prepare(recorded.before ?? {})
    await this.#openPush(number, recorded)
    // What only reads is asked again for a while: queries work on meanwhile, and the recording waited for them.
    const patience = reads(recorded) && !this.#known.has(number) ? PATIENCE_MS : 0
    const deadline = systemClock.now() + patience
    for (;;) {
      const found = await this.#ask(recorded, this.#known.has(number))
      if (found === undefined) return this.#pushDifference(recorded)
      if (systemClock.now() >= deadline) return found
      await systemClock.sleep(50)
    }
  }

  async #ask(recorded: Recorded, known: boolean): Promise<string | undefined> {
    const { response } = recorded
    const answer = await this.#send(this.#translated(recorded), response, known ? LATE_MS : SILENCE_MS)
    const expected = comparable(response.status, response.headers['content-type'], response.text ?? response.body)
    const textual = response.text !== undefined || typeof response.body === 'string'
    const got = comparable(answer.status, answer.type, textual ? answer.text : parsed(answer.text))
    return difference(expected, withoutUnfinished(expected, got))
  }

  async #prepare(before: Any): Promise<void> {
    if (before.freshServer !== undefined) {
      await this.close()
      const { broker, kafka } = await startBroker()
      this.#broker = broker
      this.#kafka = kafka
      this.#server = await startServer(kafka, this.#connectUrl, before.freshServer)
    }
    if (before.restartServer !== undefined) {
      await this.#server.close()
      this.#server = await startServer(this.#kafka, this.#connectUrl, before.restartServer === true ? {} : before.restartServer)
    }
    if (before.startConnect !== undefined) this.#connect = await startRecordedConnect(this.#connectPort)
    if (before.createTopic !== undefined)
      await this.#kafka.createTopic({ name: before.createTopic.name, partitions: before.createTopic.partitions ?? 1, replicas: 1 })
    if (before.deleteTopic !== undefined) await this.#kafka.deleteTopic(before.deleteTopic)
    for (const record of before.produce ?? []) {
      const value = Buffer.from(JSON.stringify(record.value))
      await this.#kafka.produce(record.topic, [{ partition: 0, timestamp: record.timestamp, key: keyOf(record.key), value }])
    }
    if (before.settle !== undefined) await this.#settle()
  }

  /** Until every persistent query has consumed its topics. */
  async #settle(): Promise<void> {
    let [last, same] = ['', 0]
    while (same < 20) {
      const { text } = await this.#ksql('SHOW QUERIES EXTENDED;')
      const tasks = parsed(text)[0].queryDescriptions.flatMap((query: Any) => query.tasksMetadata)
      const open = tasks
        .flatMap((task: Any) => task.topicOffsets)
        .filter((offset: Any) => offset.endOffset >= 0 && offset.endOffset + 1 !== offset.committedOffset)
      if (open.length === 0) return
      // A paused query never gets there.
      const now = JSON.stringify(open)
      same = now === last ? same + 1 : 0
      last = now
      await systemClock.sleep(50)
    }
  }

  #ksql(sql: string) {
    return this.#send({ method: 'POST', path: '/ksql', headers: {}, body: { ksql: sql } }, {})
  }

  // Recordings 328 to 337 were made while a push query of another connection was open.
  async #openPush(number: string, recorded: Recorded): Promise<void> {
    const opens: Readonly<Record<string, [path: string, sql: string]>> = {
      '328': ['/query-stream', 'SELECT K, A FROM S1 EMIT CHANGES;'],
      '332': ['/query-stream', 'SELECT K, A FROM S1 EMIT CHANGES;'],
      '333': ['/query', 'SELECT K, A FROM S1 EMIT CHANGES;'],
      '335': ['/query-stream', 'SELECT A FROM GONE EMIT CHANGES;'],
      '336': ['/query-stream', 'SELECT A FROM GONE EMIT CHANGES;'],
      '337': ['/query', 'SELECT A FROM GONE EMIT CHANGES;'],
    }
    const open = opens[number]
    if (open === undefined) return
    this.#push?.close()
    const [path, sql] = open
    if (sql.includes('GONE') && !(await this.#kafka.listTopics()).includes('gone')) await this.#kafka.createTopic({ name: 'gone', partitions: 1, replicas: 1 })
    const recordedId = /transient_[A-Z0-9]+_\d+/i.exec(JSON.stringify(recorded.otherConnection ?? recorded.response.body ?? recorded.request.body))?.[0] ?? ''
    const asked = /transient_[A-Z0-9]+_\d+/i.exec(JSON.stringify(recorded.request.body))?.[0]
    this.#push = await openPush(`${this.#server.url}${path}`, recorded.otherConnection?.request?.headers?.Accept, sql, asked ?? recordedId)
    if (sql.includes('GONE')) {
      await this.#kafka.deleteTopic('gone')
      await until(() => this.#push?.received().includes('MissingSourceTopic') === true)
    }
  }

  async #pushDifference(recorded: Recorded): Promise<string | undefined> {
    const other = recorded.otherConnection
    if (other?.afterwards === undefined || this.#push === undefined) return undefined
    const push = this.#push
    const all = `${other.first}${other.afterwards}`
    await until(() => push.received().length >= all.length)
    return difference(comparable(0, '', all), comparable(0, '', push.received()), 'other connection')
  }

  #translated(recorded: Recorded): Recorded['request'] {
    if (this.#push === undefined) return recorded.request
    const { id, recordedId } = this.#push
    const number = (text: string) => /\d{6,}/.exec(text)?.[0] ?? ''
    return JSON.parse(JSON.stringify(recorded.request).replaceAll(number(recordedId) || 'nothing', number(id))) as Recorded['request']
  }

  async #send(
    request: Recorded['request'],
    response: Partial<Recorded['response']>,
    silenceMs = SILENCE_MS,
  ): Promise<{ status: number; type: string | null; text: string }> {
    const body = request.body === undefined ? undefined : typeof request.body === 'string' ? request.body : python(request.body)
    if (request.httpVersion?.startsWith('2')) return http2Request(this.#server.url, request, body ?? '')
    const abort = new AbortController()
    this.#abort = abort
    const answer = await fetch(`${this.#server.url}${request.path}`, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: abort.signal,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    })
    const type = answer.headers.get('content-type')
    if (response.stillOpen !== true) return { status: answer.status, type, text: await answer.text() }
    const wanted = typeof response.text === 'string' ? response.text : typeof response.body === 'string' ? response.body : ''
    const text = await readOpen(answer, wanted.length, silenceMs)
    abort.abort()
    return { status: answer.status, type, text }
  }
}

/** With prior knowledge, as the recording did it. */
function http2Request(url: string, request: Recorded['request'], body: string): Promise<{ status: number; type: string | null; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; type: string | null; text: string }>()
  const session = connect(url)
  session.on('error', reject)
  const stream = session.request({ ':method': request.method, ':path': request.path, ...request.headers })
  let [status, type, text]: [number, string | null, string] = [0, null, '']
  stream.on('error', reject)
  stream.on('response', (headers) => {
    status = Number(headers[':status'])
    type = headers['content-type'] ?? null
  })
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  stream.on('end', () => {
    session.close()
    resolve({ status, type, text })
  })
  stream.end(body)
  return promise
}

/** After as much as was recorded has come: nothing more should follow for so long. */
const SILENCE_MS = 150
/** Where more is known to follow, however busy the machine: as soon as it has come, nobody waits any longer. */
const LATE_MS = 7_000

async function readOpen(answer: Response, length: number, silenceMs: number): Promise<string> {
  let text = ''
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return text
  const until = systemClock.now() + Math.max(silenceMs, 4_000)
  let pending: ReturnType<typeof reader.read> | undefined
  while (systemClock.now() < until) {
    pending ??= reader.read()
    const next = await Promise.race([pending, systemClock.sleep(text.length >= length ? silenceMs : 400).then(() => undefined)])
    if (next === undefined) {
      if (text.length >= length) break
      continue
    }
    pending = undefined
    if (next.done) break
    text += next.value
    if (text.length >= length && (silenceMs === LATE_MS ? text.length > length : /^\n+$/.test(text))) break
  }
  return text
}

async function openPush(url: string, accept: string | undefined, sql: string, recordedId: string): Promise<Push> {
  const abort = new AbortController()
  const body = url.endsWith('/query') ? { ksql: sql } : { sql }
  const answer = await fetch(url, { method: 'POST', headers: accept === undefined ? {} : { accept }, body: JSON.stringify(body), signal: abort.signal })
  let text = ''
  const first = Promise.withResolvers<void>()
  const read = async () => {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      first.resolve()
    }
  }
  read().catch(() => first.resolve())
  await first.promise
  return { id: /"queryId":"([^"]+)"/.exec(text)?.[1] ?? '', recordedId, received: () => text, close: () => abort.abort() }
}

/**
 * Records of 2023 are beyond the retention of their topics: the recording's broker was kept from looking as well. A replay that took
 * longer than 30 s lost them.
 */
const NEVER_MS = 2 ** 31 - 1

async function startBroker(): Promise<{ broker: SandboxServer; kafka: KafkaClient }> {
  const broker = await startKafka({ clock: systemClock, random: seededRandom(1), log, housekeepingMs: NEVER_MS })
  return { broker, kafka: createKafkaClient({ brokers: [broker.url], clientId: 'ksqldb', log }) }
}

/** session.timeout.ms of the recorded server's consumers. */
const HANDOVER_MS = 45_000

/** `properties`: as recorded, of any type. */
const startServer = (kafka: KafkaClient, connectUrl: string, properties: Any = {}) =>
  startKsqldb({
    kafka,
    clock: fastClock(SPEED),
    random: seededRandom(2),
    log,
    connectUrl,
    handoverMs: HANDOVER_MS,
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])),
  })

function keyOf(key: unknown): Buffer | null {
  if (key === undefined || key === null) return null
  if (typeof key === 'string') return Buffer.from(key)
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(Number(key))
  return bytes
}

/** Bodies were sent with a blank after each comma and colon: columns in messages count them. */
function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}: ${python(member)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

function parsed(text: string): Any {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
