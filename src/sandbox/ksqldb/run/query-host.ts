/**
 * Runs one query over Kafka: reads its topics in its own consumer group, feeds the engine, writes what comes out, commits.
 *
 * State lives in memory only. After a restart it is rebuilt by reading the source topics again from where the query first
 * began up to its committed offsets, without writing; what follows is processed as ever. So nothing is counted twice, as
 * long as the topics still hold what was read (a changelog would outlive their retention, but needs a stored form of every
 * engine state). Outputs are written before offsets are committed: after a crash they are written again, with the same
 * values, as Kafka Streams does it (at least once).
 */
import { compileQuery, type OutputRow, type ProcessingError, type RunningQuery } from '../../../engine/index.ts'
import type { Clock, Consumer, KafkaClient, KafkaRecord, Logger, Random } from '../../../ports/index.ts'
import type { AnalysedQuery, Source } from '../../../sql/index.ts'
import { Buffers, type Partition } from './buffers.ts'
import { OutputCache } from './output-cache.ts'
import { Sink } from './sink.ts'

export interface QueryError {
  readonly timestamp: number
  readonly errorMessage: string
  readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN'
}

export interface HostOptions {
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly groupId: string
  readonly query: AnalysedQuery
  /** Absent: rows go to `onRow`. */
  readonly sink?: Source
  readonly onRow?: (row: OutputRow) => void
  /** A fault that ends a transient query. Persistent ones are tried again. */
  readonly onFatal?: (error: QueryError) => void
  readonly startsAt: StartOffsets
  readonly commitIntervalMs: number
  /** False: every update is written (cache.max.bytes.buffering = 0). */
  readonly caching: boolean
  readonly retry: { readonly initialMs: number; readonly maxMs: number }
}

/** Where a query began to read: topic -> partition -> offset; what is not named begins at the topic's start. */
export type StartOffsets = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Consumed {
  readonly records: number
  readonly bytes: number
  /** Epoch milliseconds of the last one's processing. */
  readonly lastAt: number
}

const NOTHING: Consumed = { records: 0, bytes: 0, lastAt: 0 }

const BATCH = 2_000
const MAX_WAITING = 50_000
/** How long a record that must be there is waited for before it is taken to be a transaction marker. */
const STALL_MS = 1_500
const MAX_ERRORS = 10
const PRODUCE_RETRY_MS = 1_000

export class QueryHost {
  readonly #o: HostOptions
  readonly #cache = new OutputCache()
  readonly #sink: Sink | undefined
  readonly errors: QueryError[] = []
  #running: RunningQuery
  #buffers = new Buffers([], false)
  #consumer: Consumer | undefined
  /** Everything that touches positions or writes runs one after the other. */
  #line: Promise<void> = Promise.resolve()
  #pumping = false
  #commitDue = false
  #stopped = false
  #paused = false
  #attempt = 0
  #fatal: ProcessingError | undefined
  #cancelCommit: (() => void) | undefined
  #cancelRestart: (() => void) | undefined
  #cancelStall: (() => void) | undefined
  readonly #room: (() => void)[] = []
  readonly #consumed = new Map<string, Consumed>()
  readonly startedAt: number
  readonly #committed = new Map<Partition, bigint>()

  constructor(options: HostOptions) {
    this.#o = options
    this.startedAt = options.clock.now()
    this.#sink = options.sink ? new Sink(options.kafka, options.sink.topic, options.random) : undefined
    this.#running = this.#compile()
  }

  get running(): RunningQuery {
    return this.#running
  }

  get sink(): Sink | undefined {
    return this.#sink
  }

  /** True until the state stands where the query last committed. */
  get restoring(): boolean {
    return this.#consumer === undefined || this.#buffers.restoring
  }

  async start(): Promise<void> {
    if (this.#stopped) return
    const { kafka, groupId } = this.#o
    const topics = [...new Set(this.#running.inputs.map((input) => input.topic))]
    const [ends, committed] = await Promise.all([kafka.topicOffsets(topics), kafka.groupOffsets(groupId, topics)])
    const missing = topics.filter((topic) => !ends.has(topic))
    if (missing.length > 0) return this.#sourceMissing()
    const partitions = topics.flatMap((topic) => {
      const table = this.#running.inputs.some((input) => input.topic === topic && input.as === 'TABLE')
      return (ends.get(topic) ?? []).map(({ partition, start, end }): Partition => {
        const done = committed.get(topic)?.get(partition)
        const began = BigInt(this.#o.startsAt[topic]?.[partition] ?? start)
        const from = began < start ? start : began > end ? end : began
        // A commit beyond the end is of a topic that was deleted and made anew.
        const replayUntil = done !== undefined && done <= end ? done : from
        return { topic, partition, rank: table ? 0 : 1, position: from, replayUntil, knownEnd: end, queue: [], head: 0 }
      })
    })
    this.#buffers = new Buffers(partitions, topics.length > 1)
    for (const one of partitions) if (one.replayUntil > one.position) this.#committed.set(one, one.replayUntil)
    if (this.#stopped) return
    const consumer = kafka.consume({
      groupId,
      topics,
      from: 'earliest',
      commit: 'never',
      onBatch: (records, batch) => this.#take(records, batch),
      onError: (error, fatal) => void this.#consumerFailed(consumer, error, fatal),
    })
    this.#consumer = consumer
    for (const one of partitions) consumer.seek(one.topic, one.partition, one.position)
    if (this.#paused) consumer.pause()
    consumer.joined.catch((error: unknown) => this.#o.log.debug({ groupId, err: error }, 'the consumer did not join'))
  }

  pause(): void {
    this.#paused = true
    this.#consumer?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#consumer?.resume()
    this.#wake()
  }

  /** Writes what is cached, commits and leaves the group. */
  async stop(): Promise<void> {
    await this.finish()
    await this.#consumer?.stop()
  }

  /** The first part of `stop`: after it the query does nothing more, but still is a member of its group. */
  async finish(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancelRestart?.()
    this.#cancelStall?.()
    this.#freeRoom()
    await this.#line
    this.#cancelCommit?.()
    await this.#commit().catch((error: unknown) => this.#o.log.warn({ groupId: this.#o.groupId, err: error }, 'the last output was not written'))
  }

  /** Offsets of what was processed, for each partition of the sources. */
  positions(): readonly { readonly topic: string; readonly partition: number; readonly position: bigint; readonly committed: bigint | undefined }[] {
    return this.#buffers.partitions.map((one) => ({
      topic: one.topic,
      partition: one.partition,
      position: one.position,
      committed: this.#committed.get(one),
    }))
  }

  /** What was read from a topic since this run of the server began. */
  consumed(topic: string): Consumed {
    return this.#consumed.get(topic) ?? NOTHING
  }

  #count(record: KafkaRecord): void {
    const { records, bytes } = this.consumed(record.topic)
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0)
    this.#consumed.set(record.topic, { records: records + 1, bytes: bytes + size, lastAt: this.#o.clock.now() })
  }

  #compile(): RunningQuery {
    return compileQuery({
      query: this.#o.query,
      random: () => this.#o.random.next(),
      now: () => this.#o.clock.now(),
      ...(this.#o.sink ? { sink: this.#o.sink } : {}),
      onError: (error) => {
        if (error.fatal) this.#fatal = error
        else this.#o.log.debug({ groupId: this.#o.groupId, ...error, offset: String(error.offset) }, 'record skipped')
      },
    })
  }

  async #take(records: readonly KafkaRecord[], batch: { topic: string; partition: number }): Promise<void> {
    const at = this.#buffers.find(batch.topic, batch.partition)
    if (at === undefined || this.#stopped) return
    this.#buffers.add(at, records)
    this.#wake()
    while (this.#buffers.waiting > MAX_WAITING && !this.#stopped && this.#pumping) await new Promise<void>((resolve) => this.#room.push(resolve))
  }

  #freeRoom(): void {
    for (const free of this.#room.splice(0)) free()
  }

  #wake(): void {
    if (this.#pumping || this.#stopped || this.#paused) return
    this.#pumping = true
    this.#line = this.#line
      .then(() => this.#run())
      .catch((error: unknown) => this.#crash('UNKNOWN', `${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        this.#pumping = false
        this.#freeRoom()
        this.#watchForStall()
      })
  }

  async #run(): Promise<void> {
    // Batches of other partitions that came with the same fetch are taken in first: their timestamps count.
    await turn()
    if (this.#buffers.partitions.length > 1) await this.#refreshEnds()
    while (!this.#stopped && !this.#paused) {
      const written: OutputRow[] = []
      let taken = 0
      while (taken < BATCH) {
        const next = this.#buffers.next()
        if (next === undefined) break
        taken++
        const rows = this.#running.process(next.record)
        if (this.#fatal !== undefined) {
          const { topic, partition, offset, message } = this.#fatal
          await this.#emit(written)
          await this.#flush()
          return this.#crash(
            'UNKNOWN',
            `org.apache.kafka.streams.errors.StreamsException: Exception caught in process. taskId=0_${partition}, processor=KSTREAM-SOURCE-0000000000, topic=${topic}, partition=${partition}, offset=${offset}\nCaused by: ${message}\n`,
          )
        }
        if (!next.replay) {
          this.#count(next.record)
          for (const row of rows) written.push(row)
        }
      }
      if (taken === 0) return
      await this.#emit(written)
      this.#armCommit()
      if (this.#commitDue) await this.#commit()
      this.#freeRoom()
      await turn()
    }
  }

  async #refreshEnds(): Promise<void> {
    const topics = [...new Set(this.#buffers.partitions.map((one) => one.topic))]
    if (topics.length === 1) return
    const ends = await this.#o.kafka.topicOffsets(topics)
    for (const one of this.#buffers.partitions) {
      const end = ends.get(one.topic)?.find(({ partition }) => partition === one.partition)?.end
      if (end !== undefined && end > one.knownEnd) one.knownEnd = end
    }
  }

  /** If records that were announced do not come, they are none (markers of transactions): go on without them. */
  #watchForStall(): void {
    this.#cancelStall?.()
    if (this.#stopped || this.#paused || (this.#buffers.waiting === 0 && !this.#buffers.restoring)) return
    const before = this.#buffers.partitions.map((one) => one.position + BigInt(one.queue.length))
    this.#cancelStall = this.#o.clock.after(STALL_MS, () => {
      if (this.#stopped || this.#pumping) return
      if (this.#buffers.partitions.every((one, index) => one.position + BigInt(one.queue.length) === before[index])) this.#buffers.skipWaits()
      this.#wake()
    })
  }

  async #emit(rows: readonly OutputRow[]): Promise<void> {
    if (rows.length === 0) return
    if (this.#o.onRow) {
      if (this.#o.query.outputType === 'STREAM' || !this.#o.caching) for (const row of rows) this.#o.onRow(row)
      else for (const row of lastOfEachKey(rows)) this.#o.onRow(row)
      return
    }
    if (this.#sink === undefined) return
    const records = rows.map((row) => this.#running.encode(row))
    if (this.#o.query.outputType === 'TABLE' && this.#o.caching) for (const record of records) this.#cache.put(record)
    else await this.#write(this.#sink, records)
  }

  /** A sink topic that is gone shows nowhere at first: the producer goes on trying. */
  async #write(sink: Sink, records: Parameters<Sink['write']>[0]): Promise<void> {
    for (;;) {
      try {
        return await sink.write(records, this.#o.clock.now())
      } catch (error) {
        if (this.#stopped) throw error
        this.#o.log.warn({ topic: sink.topic, err: error }, 'writing to the sink topic failed, trying again')
        await this.#o.clock.sleep(PRODUCE_RETRY_MS)
      }
    }
  }

  async #flush(): Promise<void> {
    if (this.#sink !== undefined) await this.#write(this.#sink, this.#cache.drain())
  }

  #armCommit(): void {
    if (this.#cancelCommit !== undefined || this.#o.onRow !== undefined) return
    this.#cancelCommit = this.#o.clock.after(this.#o.commitIntervalMs, () => {
      this.#cancelCommit = undefined
      this.#commitDue = true
      // Between two batches: what is committed has been written.
      if (!this.#pumping) this.#line = this.#line.then(() => this.#commit())
    })
  }

  async #commit(): Promise<void> {
    this.#commitDue = false
    if (this.#o.onRow !== undefined || this.#consumer === undefined) return
    const reached = this.#buffers.partitions
      .map((one) => ({ one, position: one.position }))
      .filter(({ one, position }) => position > (this.#committed.get(one) ?? 0n))
    await this.#flush()
    const offsets = reached.map(({ one, position }) => ({ topic: one.topic, partition: one.partition, offset: position }))
    try {
      if (offsets.length > 0) await this.#consumer.commit(offsets)
    } catch (error) {
      this.#o.log.debug({ groupId: this.#o.groupId, err: error }, 'the commit failed, it is made again with the next')
      this.#armCommit()
      return
    }
    for (const { one, position } of reached) this.#committed.set(one, position)
  }

  async #consumerFailed(consumer: Consumer, error: unknown, fatal: boolean): Promise<void> {
    if (this.#stopped || consumer !== this.#consumer) return
    const topics = new Set(await this.#o.kafka.listTopics().catch(() => undefined))
    if (topics.size > 0 && this.#running.inputs.some((input) => !topics.has(input.topic))) return this.#sourceMissing()
    if (fatal) return this.#crash('SYSTEM', error instanceof Error ? error.message : String(error))
    this.#o.log.debug({ groupId: this.#o.groupId, err: error }, 'the consumer tries again')
  }

  #sourceMissing(): void {
    this.#crash('USER', 'org.apache.kafka.streams.errors.MissingSourceTopicException: One or more source topics were missing during rebalance')
  }

  /** Ends the run; a persistent query begins again from its last commit, later and later. */
  #crash(type: QueryError['type'], errorMessage: string): void {
    if (this.#stopped || this.#cancelRestart !== undefined) return
    const error = { timestamp: this.#o.clock.now(), errorMessage, type }
    this.errors.push(error)
    if (this.errors.length > MAX_ERRORS) this.errors.shift()
    this.#o.log.warn({ groupId: this.#o.groupId, type }, errorMessage)
    const consumer = this.#consumer
    this.#consumer = undefined
    this.#cancelCommit?.()
    this.#cancelCommit = undefined
    void consumer?.stop().catch((err: unknown) => this.#o.log.debug({ err }, 'stopping a failed consumer'))
    if (this.#o.onFatal) {
      this.#stopped = true
      this.#o.onFatal(error)
      return
    }
    this.#attempt++
    const wait = Math.min(this.#o.retry.maxMs, this.#o.retry.initialMs * 2 ** this.#attempt)
    this.#cancelRestart = this.#o.clock.after(wait, () => {
      this.#cancelRestart = undefined
      this.#fatal = undefined
      this.#cache.drain()
      this.#committed.clear()
      this.#running = this.#compile()
      this.start().catch((err: unknown) => this.#crash('SYSTEM', err instanceof Error ? err.message : String(err)))
    })
  }
}

/** Of several updates of one key in a batch the last, in the order of the last updates: what the caches do. */
function lastOfEachKey(rows: readonly OutputRow[]): OutputRow[] {
  const latest = new Map<string, OutputRow>()
  for (const row of rows) {
    const key = `${row.window?.start}/${row.window?.end}/${row.key?.map((part) => (typeof part === 'object' ? JSON.stringify(part, plain) : `${typeof part}${String(part)}`)).join('\u0000')}`
    latest.delete(key)
    latest.set(key, row)
  }
  return [...latest.values()]
}

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value] : value)

/** Lets other callbacks of the event loop run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
