/**
 * Runs one query over Kafka: reads its topics in its own consumer group, feeds the engine, writes what comes out, commits.
 *
 * State lives in memory only. After a restart it is rebuilt by reading the source topics again from where the query first
 * began up to its committed offsets, without writing; what follows is processed as ever. So nothing is counted twice, as
 * long as the topics still hold what was read (a changelog would outlive their retention, but needs a stored form of every
 * engine state). Outputs are written before offsets are committed: after a crash they are written again, with the same
 * values, as Kafka Streams does it (at least once).
 */
import { compileQuery, type OutputRow, type ProcessingError, type RepartitionTopic, type RunningQuery } from '../../../engine/index.ts'
import type { Clock, Consumer, KafkaClient, KafkaRecord, Logger, Random } from '../../../ports/index.ts'
import type { AnalysedQuery, Source } from '../../../sql/index.ts'
import { Buffers, type Partition } from './buffers.ts'
import { Consumption } from './consumption.ts'
import { Output } from './output.ts'
import { inputTopics, openPartitions, type StartOffsets } from './partitions.ts'
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
  readonly sink?: Source
  /** Of a push query: rows go here, nothing is committed. */
  readonly onRow?: (row: OutputRow) => void
  /** A fault that ends a push query. Persistent ones are tried again. */
  readonly onFatal?: (error: QueryError) => void
  readonly startsAt: StartOffsets
  readonly commitIntervalMs: number
  /** False: every update is written (cache.max.bytes.buffering = 0). */
  readonly caching: boolean
  readonly retry: { readonly initialMs: number; readonly maxMs: number }
}

const BATCH = 2_000
const MAX_WAITING = 50_000
/** How long a record that must be there is waited for before it is taken to be a transaction marker. */
const STALL_MS = 1_500
const MAX_ERRORS = 10

const BEGIN_TRIES = 20
const BEGIN_AGAIN_MS = 500

export class QueryHost {
  readonly #o: HostOptions
  readonly sink: Sink | undefined
  readonly #output: Output
  readonly consumption: Consumption
  readonly errors: QueryError[] = []
  readonly #committed = new Map<Partition, bigint>()
  /** Of the repartition topics, by partition. */
  #repartitionCommitted: ReadonlyMap<RepartitionTopic, readonly number[]> = new Map()
  /** Callers of `#take` that wait for room. */
  readonly #room: (() => void)[] = []
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

  /** Throws when the engine does not run the query. */
  constructor(options: HostOptions) {
    this.#o = options
    const { kafka, clock, random, log, sink, onRow, query, caching } = options
    this.consumption = new Consumption(clock)
    this.sink = sink === undefined ? undefined : new Sink(kafka, sink.topic, random)
    this.#output = new Output({ clock, log, sink: this.sink, onRow, cached: caching && query.outputType === 'TABLE' })
    this.#running = this.#compile()
  }

  get running(): RunningQuery {
    return this.#running
  }

  /** After a restart: its partitions still are those of the server that went away. */
  waiting = false

  /** True until the state stands where the query last committed. */
  get restoring(): boolean {
    return this.#consumer === undefined || this.#buffers.restoring
  }

  /** What it reads, repartition topics included. */
  partitions(): readonly { readonly topic: string; readonly partition: number }[] {
    return [...this.#buffers.partitions, ...this.repartitions()]
  }

  /** Ends and commits of the repartition topics, which are counted rather than written. */
  repartitions(): { topic: string; partition: number; end: bigint; committed: bigint }[] {
    return [...this.#running.repartitioned].flatMap(([topic, counts]) =>
      counts.map((end, partition) => ({
        topic: `${this.#o.groupId}-${topic}-repartition`,
        partition,
        end: BigInt(end),
        committed: BigInt(this.#repartitionCommitted.get(topic)?.[partition] || -1),
      })),
    )
  }

  async start(): Promise<void> {
    if (this.#stopped) return
    const { kafka, groupId } = this.#o
    const { query, startsAt } = this.#o
    const rebuilds =
      query.groupBy !== undefined || query.joins.some((join) => join.right.source.sourceType === 'STREAM') || this.#running.repartitioned.size > 0
    const partitions = await openPartitions(kafka, groupId, this.#running, startsAt, rebuilds)
    if (partitions === undefined) return this.#sourceMissing()
    if (this.#stopped) return
    const topics = inputTopics(this.#running)
    this.#buffers = new Buffers(partitions, topics.length > 1)
    this.#committed.clear()
    for (const one of partitions) this.#committed.set(one, one.replayUntil)
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

  /** As `start`, but a coordinator that is not there yet, as on a fresh broker, is asked again before it counts as a fault. */
  async begin(): Promise<void> {
    await this.start().catch((error: unknown) => this.#beginAgain(error, 1))
  }

  #beginAgain(error: unknown, tries: number): void {
    const { clock, log, groupId } = this.#o
    if (this.#stopped) return
    if (tries >= BEGIN_TRIES) {
      this.#crash('SYSTEM', error instanceof Error ? error.message : String(error))
      return
    }
    log.debug({ groupId, err: error }, 'a query could not begin; tried again')
    this.#cancelRestart = clock.after(BEGIN_AGAIN_MS, () => {
      this.#cancelRestart = undefined
      this.start().catch((again: unknown) => this.#beginAgain(again, tries + 1))
    })
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
    this.#output.stop()
    this.#cancelRestart?.()
    this.#cancelStall?.()
    this.#freeRoom()
    await this.#line
    this.#cancelCommit?.()
    await this.#commit().catch((error: unknown) => this.#o.log.warn({ groupId: this.#o.groupId, err: error }, 'the last output was not written'))
  }

  #compile(): RunningQuery {
    const { query, sink, random, clock, groupId, log } = this.#o
    return compileQuery({
      query,
      random: () => random.next(),
      now: () => clock.now(),
      ...(sink ? { sink } : {}),
      onError: (error) => {
        if (error.fatal) this.#fatal = error
        else log.debug({ groupId, ...error, offset: String(error.offset) }, 'record skipped')
      },
    })
  }

  async #take(records: readonly KafkaRecord[], batch: { topic: string; partition: number; endOffset: bigint }): Promise<void> {
    if (this.#stopped) return
    const at = this.#buffers.find(batch.topic, batch.partition)
    if (at === undefined) return this.#crash('SYSTEM', `The partitions of topic ${batch.topic} have changed`)
    this.#buffers.add(at, records, batch.endOffset)
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
      .catch((error: unknown) => this.#crash('UNKNOWN', error instanceof Error ? error.message : String(error)))
      .finally(() => {
        this.#pumping = false
        this.#freeRoom()
        this.#watchForStall()
      })
  }

  async #run(): Promise<void> {
    // Batches of other partitions that came with the same fetch are taken in first: their timestamps count.
    await turn()
    while (!this.#stopped && !this.#paused) {
      const rows: OutputRow[] = []
      const taken = this.#process(rows)
      await this.#output.emit(rows, this.#running)
      if (this.#fatal !== undefined) return this.#fail(this.#fatal)
      if (taken === 0) return
      this.#armCommit()
      if (this.#commitDue) await this.#commit()
      this.#freeRoom()
      await turn()
    }
  }

  /** Some records through the engine; what they change goes to `rows`, unless it was written before a restart. */
  #process(rows: OutputRow[]): number {
    let taken = 0
    let replaying = false
    for (; taken < BATCH; taken++) {
      const next = this.#buffers.next()
      if (next === undefined) break
      // What was read before the last commit has gone through the repartition topics and was committed there as well.
      if (replaying && !next.replay) this.#noteRepartitions()
      replaying = next.replay
      const changed = this.#running.process(next.record)
      if (this.#fatal !== undefined) return taken
      if (next.replay) continue
      this.consumption.count(next.record)
      for (const row of changed) rows.push(row)
    }
    if (replaying) this.#noteRepartitions()
    return taken
  }

  #noteRepartitions(): void {
    this.#repartitionCommitted = new Map([...this.#running.repartitioned].map(([topic, counts]) => [topic, [...counts]]))
  }

  async #fail({ topic, partition, offset, message }: ProcessingError): Promise<void> {
    // What came before the fatal record has been written; it is not committed, so it will be written again.
    await this.#output.flush()
    const place = `taskId=0_${partition}, processor=KSTREAM-SOURCE-0000000000, topic=${topic}, partition=${partition}, offset=${offset}`
    this.#crash('UNKNOWN', `org.apache.kafka.streams.errors.StreamsException: Exception caught in process. ${place}\nCaused by: ${message}\n`)
  }

  /** If records that were announced do not come, they are none (markers of transactions): go on without them. */
  #watchForStall(): void {
    this.#cancelStall?.()
    if (this.#stopped || this.#paused || (this.#buffers.waiting === 0 && !this.#buffers.restoring)) return
    const before = this.#buffers.arrived
    this.#cancelStall = this.#o.clock.after(STALL_MS, () => {
      if (this.#stopped || this.#pumping) return
      if (this.#buffers.arrived === before) this.#buffers.skipWaits()
      this.#wake()
    })
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
    const consumer = this.#consumer
    if (this.#o.onRow !== undefined || consumer === undefined) return
    const reached = this.#buffers.partitions
      .map((one) => ({ one, topic: one.topic, partition: one.partition, offset: one.position }))
      .filter(({ one, offset }) => offset > (this.#committed.get(one) ?? 0n))
    await this.#output.flush()
    if (reached.length === 0) return
    try {
      await consumer.commit(reached)
    } catch (error) {
      this.#o.log.debug({ groupId: this.#o.groupId, err: error }, 'the commit failed, it is made again with the next')
      this.#armCommit()
      return
    }
    this.#attempt = 0
    for (const { one, offset } of reached) this.#committed.set(one, offset)
    this.#noteRepartitions()
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
    const { clock, log, groupId, onFatal, retry } = this.#o
    const error = { timestamp: clock.now(), errorMessage, type }
    this.errors.push(error)
    if (this.errors.length > MAX_ERRORS) this.errors.shift()
    log.warn({ groupId, type }, errorMessage)
    const consumer = this.#consumer
    this.#consumer = undefined
    this.#cancelCommit?.()
    this.#cancelCommit = undefined
    void consumer?.stop().catch((err: unknown) => log.debug({ groupId, err }, 'stopping a failed consumer'))
    if (onFatal !== undefined) {
      this.#stopped = true
      onFatal(error)
      return
    }
    this.#attempt++
    this.#cancelRestart = clock.after(Math.min(retry.maxMs, retry.initialMs * 2 ** this.#attempt), () => {
      this.#cancelRestart = undefined
      this.#fatal = undefined
      this.#output.forget()
      this.#running = this.#compile()
      void this.begin()
    })
  }
}

/** Lets other callbacks of the event loop run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
