/** The runs of all persistent queries: started, replaced, paused and ended as commands say. */
import type { Clock, KafkaClient, Logger, Random } from '../../../ports/index.ts'
import type { AnalysedQuery } from '../../../sql/index.ts'
import type { BodyValue } from '../rest/body.ts'
import type { Effects } from '../statements/change.ts'
import type { PersistentQuery } from '../store/state.ts'
import type { StartOffsets } from './partitions.ts'
import { QueryHost } from './query-host.ts'

export interface RunsOptions {
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly serviceId: string
  /** Of the server. */
  readonly properties: Readonly<Record<string, string>>
}

type Properties = Readonly<Record<string, BodyValue>>

/** ksql.query.retry.backoff.*: the first wait is twice the initial one, as the real server was seen to do it. */
const RETRY = { initialMs: 15_000, maxMs: 900_000 }
const COMMIT_INTERVAL_MS = 2_000

export class QueryRuns {
  readonly #o: RunsOptions
  readonly #hosts = new Map<string, QueryHost>()
  /** Queries that are gone but still members of their groups. */
  readonly #leaving = new Set<Promise<unknown>>()
  readonly #handovers = new Set<() => void>()
  #closing = false

  constructor(options: RunsOptions) {
    this.#o = options
  }

  host(queryId: string): QueryHost | undefined {
    return this.#hosts.get(queryId)
  }

  async perform(effects: Effects): Promise<void> {
    const replaced = new Set(effects.start.map((query) => query.id))
    await Promise.all(effects.stop.map((id) => this.stop(id, !replaced.has(id))))
    for (const query of effects.start) await this.start(query)
    for (const id of effects.pause) this.#hosts.get(id)?.pause()
    for (const id of effects.resume) this.#hosts.get(id)?.resume()
  }

  /** `handoverMs`: how long its partitions still are those of the server that went away. */
  async start(query: PersistentQuery, handoverMs = 0): Promise<void> {
    if (this.#closing) return
    const host = new QueryHost({
      ...this.defaults(query.properties),
      groupId: this.groupOf(query.id),
      query: query.query,
      ...(query.sink === undefined ? {} : { sink: query.sink }),
      startsAt: query.startsAt,
    })
    this.#hosts.set(query.id, host)
    if (query.paused) host.pause()
    if (handoverMs === 0) return host.begin()
    host.waiting = true
    const cancel = this.#o.clock.after(handoverMs, () => {
      this.#handovers.delete(cancel)
      host.waiting = false
      void host.begin()
    })
    this.#handovers.add(cancel)
  }

  /** `forGood`: its consumer group goes as well. */
  async stop(id: string, forGood: boolean): Promise<void> {
    const host = this.#hosts.get(id)
    this.#hosts.delete(id)
    await host?.finish()
    // Leaving the group takes as long as a fetch: nobody need wait for that, the query that replaces this one will.
    const leave = async () => {
      await host?.stop()
      if (forGood) await this.#o.kafka.deleteGroup(this.groupOf(id))
    }
    const left = leave().catch((error: unknown) => this.#o.log.debug({ query: id, err: error }, 'its consumer group could not be left or deleted'))
    this.#leaving.add(left)
    void left.finally(() => this.#leaving.delete(left))
  }

  async close(): Promise<void> {
    this.#closing = true
    for (const cancel of this.#handovers) cancel()
    await Promise.all([...[...this.#hosts.values()].map((host) => host.stop()), ...this.#leaving])
  }

  /** What all runs of queries have in common, push queries too. */
  defaults(properties: Properties) {
    const { kafka, clock, random, log } = this.#o
    const cache = this.#effective(properties, 'cache.max.bytes.buffering') ?? this.#effective(properties, 'statestore.cache.max.bytes')
    const commitIntervalMs = Number(this.#effective(properties, 'commit.interval.ms') ?? COMMIT_INTERVAL_MS)
    return { kafka, clock, random, log, commitIntervalMs, caching: cache !== '0', retry: RETRY }
  }

  /** Where a new query begins: what it reads from the end on is noted, so that its state can be rebuilt. */
  async startOffsets(query: AnalysedQuery, properties: Properties): Promise<StartOffsets> {
    const reset = this.#effective(properties, 'auto.offset.reset')
    const sources = [query.from.source, ...query.joins.map((join) => join.right.source)]
    // Tables are read whole unless told otherwise.
    const fromEnd = sources.filter((source) => (reset ?? (source.sourceType === 'TABLE' ? 'earliest' : 'latest')) === 'latest').map((source) => source.topic)
    if (fromEnd.length === 0) return {}
    const offsets = await this.#o.kafka.topicOffsets(fromEnd)
    return Object.fromEntries([...offsets].map(([topic, parts]) => [topic, Object.fromEntries(parts.map(({ partition, end }) => [partition, String(end)]))]))
  }

  groupOf(queryId: string): string {
    return `_confluent-ksql-${this.#o.serviceId}query_${queryId}`
  }

  /** What the consumer group of a push query begins with. */
  transientGroupOf(queryId: string): string {
    return `_confluent-ksql-${this.#o.serviceId}transient_${queryId}`
  }

  /** A Kafka Streams property as it holds for a query: its own, else the server's. */
  #effective(properties: Properties, name: string): string | undefined {
    const server = this.#o.properties
    const value = properties[name] ?? properties[`ksql.streams.${name}`] ?? server[`ksql.streams.${name}`] ?? server[name]
    return value === undefined || value === null ? undefined : String(value)
  }
}
