/** LIST STREAMS / TABLES and DESCRIBE. */
import type { KafkaClient, PartitionOffsets } from '../../../ports/index.ts'
import type { QueryHost } from '../run/query-host.ts'
import type { ServerView } from '../server-view.ts'
import type { Warning, World } from '../statements/world.ts'
import type { PersistentQuery, SourceEntry } from '../store/state.ts'
import { fieldInfos } from './schema.ts'
import { sourceTopics } from './subtopologies.ts'

export function sourceLine(entry: SourceEntry) {
  const { source } = entry
  return {
    type: source.sourceType,
    name: source.name,
    topic: source.topic,
    keyFormat: source.keyFormat.format,
    valueFormat: source.valueFormat.format,
    isWindowed: source.window !== undefined,
  }
}

/** The short form of a query in LIST QUERIES and DESCRIBE. */
export function queryLine(query: PersistentQuery) {
  return {
    queryString: query.statementText,
    sinks: query.sink === undefined ? [] : [query.sink.name],
    sinkKafkaTopics: query.sink === undefined ? [] : [query.sink.topic],
    id: query.id,
    statusCount: { [query.paused ? 'PAUSED' : 'RUNNING']: 1 },
    queryType: 'PERSISTENT',
    // Also while it is paused, restarts or fails: so does the server that this one stands in for.
    state: 'RUNNING',
  }
}

export async function describeSource(entry: SourceEntry, extended: boolean, world: World): Promise<{ description: object; warnings: Warning[] }> {
  const { source } = entry
  const { state, server } = world
  const readers = state.readersOf(source.name)
  const writers = state.writersOf(source.name)
  const shape = world.topics.shape(source.topic)
  const statistics = topicStatistics(source.topic, world)
  const description = {
    name: source.name,
    windowType: source.window?.type ?? null,
    readQueries: readers.map(queryLine),
    writeQueries: writers.map(queryLine),
    fields: fieldInfos(source.key, source.value, source.headers),
    type: source.sourceType,
    timestamp: source.timestamp?.column ?? '',
    statistics: extended ? statisticsText(statistics) : '',
    errorStats: '',
    extended,
    keyFormat: source.keyFormat.format,
    valueFormat: source.valueFormat.format,
    topic: source.topic,
    partitions: shape?.partitions ?? 0,
    replication: shape?.replicas ?? 0,
    statement: entry.statementText,
    queryOffsetSummaries: extended ? await Promise.all(writers.map((query) => offsetSummary(query, server, world.kafka))) : [],
    sourceConstraints: shape === undefined ? [] : state.childrenOf(source.name),
    clusterStatistics: statistics.map(({ name, value, at }) => ({ name, host: server.host, value, timestamp: at })),
    clusterErrorStats: [],
  }
  const warnings = shape === undefined ? [{ message: `Error from Kafka: Failed to Describe Kafka Topic(s): [${source.topic}]` }] : []
  return { description, warnings }
}

interface Statistic {
  readonly name: string
  readonly value: number
  readonly at: number
}

/** What the queries of this server wrote to and read from a topic. */
function topicStatistics(topic: string, world: World): Statistic[] {
  const hosts = world.state.queries().flatMap((query) => {
    const host = world.server.hostOf(query.id)
    return host === undefined ? [] : [{ query, host }]
  })
  const now = world.server.now()
  const statistics: Statistic[] = []
  const writers = hosts.filter(({ query, host }) => query.sink?.topic === topic && (host.sink?.written ?? 0) > 0)
  if (writers.length > 0) {
    const total = sum(writers, (host) => host.sink?.written ?? 0)
    const at = Math.max(...writers.map(({ host }) => host.sink?.lastAt ?? 0))
    statistics.push({ name: 'messages-per-sec', value: perSecond(total, writers, now), at }, { name: 'total-messages', value: total, at })
  }
  const readers = hosts.filter(({ host }) => host.consumption.of(topic).records > 0)
  if (readers.length > 0) {
    const total = sum(readers, (host) => host.consumption.of(topic).records)
    const at = Math.max(...readers.map(({ host }) => host.consumption.of(topic).lastAt))
    statistics.push(
      { name: 'consumer-messages-per-sec', value: perSecond(total, readers, now), at },
      { name: 'consumer-total-messages', value: total, at },
      { name: 'consumer-total-bytes', value: sum(readers, (host) => host.consumption.of(topic).bytes), at },
    )
  }
  return statistics
}

const sum = (hosts: readonly { host: QueryHost }[], of: (host: QueryHost) => number) => hosts.reduce((total, { host }) => total + of(host), 0)

function perSecond(total: number, hosts: readonly { host: QueryHost }[], now: number): number {
  const since = Math.min(...hosts.map(({ host }) => host.consumption.startedAt))
  return total / Math.max(1, (now - since) / 1000)
}

const DEPRECATED =
  'The statistics field is deprecated and will be removed in a future version of ksql. Please update your client to the latest version and use statisticsMap instead.\n'

function statisticsText(statistics: readonly Statistic[]): string {
  if (statistics.length === 0) return ''
  const parts = statistics.map(({ name, value }) => `${name.padStart(16)}:${(name.endsWith('per-sec') ? value.toFixed(2) : String(value)).padStart(10)}`)
  const last = Math.max(...statistics.map(({ at }) => at))
  return `${DEPRECATED}${parts.join(' ')} ${'last-message'.padStart(16)}: ${new Date(last).toISOString()}`
}

async function offsetSummary(query: PersistentQuery, server: ServerView, kafka: KafkaClient) {
  const topics = sourceTopics(query.query)
  const groupId = server.groupOf(query.id)
  const [committed, ends] = await Promise.all([kafka.groupOffsets(groupId, topics), kafka.topicOffsets(topics)])
  const topicSummaries = topics.flatMap((topic) => {
    const offsets = (ends.get(topic) ?? []).flatMap((end) => partitionSummary(end, committed.get(topic)))
    return offsets.length === 0 ? [] : [{ kafkaTopic: topic, offsets }]
  })
  const repartitions = Map.groupBy(server.hostOf(query.id)?.repartitions() ?? [], ({ topic }) => topic)
  for (const [kafkaTopic, partitions] of repartitions) {
    const offsets = partitions.flatMap(({ partition, end, committed: consumerOffset }) =>
      consumerOffset < 0n ? [] : [{ partition, logStartOffset: 0n, logEndOffset: end, consumerOffset }],
    )
    if (offsets.length > 0) topicSummaries.push({ kafkaTopic, offsets })
  }
  return { groupId, topicSummaries }
}

function partitionSummary({ partition, start, end }: PartitionOffsets, committed: ReadonlyMap<number, bigint> | undefined) {
  const consumerOffset = committed?.get(partition)
  return consumerOffset === undefined ? [] : [{ partition, logStartOffset: start, logEndOffset: end, consumerOffset }]
}
