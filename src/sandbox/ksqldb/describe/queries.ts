/** EXPLAIN and LIST QUERIES EXTENDED. */
import type { AnalysedQuery } from '../../../sql/index.ts'
import type { World } from '../statements/world.ts'
import type { PersistentQuery } from '../store/state.ts'
import { executionPlan } from './execution-plan.ts'
import { type FieldInfo, fieldInfos } from './schema.ts'
import { sourceTopics, subtopologies } from './subtopologies.ts'
import { topologyText } from './topology.ts'

/** All of them, with the ends of their topics asked for once. */
export async function describeQueries(queries: readonly PersistentQuery[], world: World) {
  const ends = await world.kafka.topicOffsets([...new Set(queries.flatMap(topicsOf))])
  return Promise.all(queries.map((query) => describeQuery(query, world, ends)))
}

const topicsOf = ({ query }: PersistentQuery) => sourceTopics(query)

type Ends = Awaited<ReturnType<World['kafka']['topicOffsets']>>

async function describeQuery(query: PersistentQuery, world: World, ends: Ends) {
  const { server } = world
  const host = server.hostOf(query.id)
  return {
    id: query.id,
    statementText: query.statementText,
    windowType: windowType(query.query, query.sink !== undefined),
    fields: query.sink === undefined ? fieldInfos(query.query.from.source.key, query.query.from.source.value) : fieldInfos(query.sink.key, query.sink.value),
    sources: query.sources,
    sinks: query.sink === undefined ? [] : [query.sink.name],
    topology: topologyText(query.query, { sinkTopic: query.sink?.topic, push: false }),
    executionPlan: executionPlan(query.query, query.id, query.sink, query.sink === undefined),
    overriddenProperties: query.properties,
    // Also while it is paused.
    ksqlHostQueryStatus: { [server.host]: 'RUNNING' },
    queryType: 'PERSISTENT',
    queryErrors: host?.errors ?? [],
    tasksMetadata: await tasks(query, world, ends),
    consumerGroupId: server.groupOf(query.id),
    state: 'RUNNING',
  }
}

/** A statement that is explained without being run. */
export function describeUnrun(
  query: AnalysedQuery,
  made: { id: string; statementText: string; sink?: PersistentQuery['sink']; consumerGroupId: string; properties: object; sources: readonly string[] },
) {
  return {
    id: made.id,
    statementText: made.statementText,
    windowType: windowType(query, made.sink !== undefined),
    fields: made.sink === undefined ? transientFields(query) : fieldInfos(made.sink.key, made.sink.value),
    sources: made.sources,
    sinks: made.sink === undefined ? [] : [made.sink.name],
    topology: topologyText(query, { sinkTopic: made.sink?.topic, push: made.sink === undefined }),
    executionPlan: executionPlan(query, made.id, made.sink),
    overriddenProperties: made.properties,
    ksqlHostQueryStatus: {},
    queryType: made.sink === undefined ? 'PUSH' : 'PERSISTENT',
    queryErrors: [],
    tasksMetadata: [],
    consumerGroupId: made.consumerGroupId,
    state: null,
  }
}

/** The key stands before the selected columns, which may hold it a second time. */
function transientFields(query: AnalysedQuery): FieldInfo[] {
  const columns = query.output.map((column) => ({ name: column.name, type: column.value.type ?? { kind: 'STRING' as const } }))
  const key =
    query.groupBy === undefined && query.partitionBy === undefined && query.joins.length === 0
      ? query.from.source.key
      : columns.filter((_, index) => query.output[index]?.role === 'KEY')
  return fieldInfos(key, columns)
}

const windowType = (query: AnalysedQuery, persistent: boolean) =>
  persistent ? (query.window?.type ?? query.from.source.window?.type ?? null) : (query.window?.type ?? null)

/** One for each partition of each part of the query; none before its partitions are its own. */
async function tasks(query: PersistentQuery, world: World, ends: Ends) {
  const host = world.server.hostOf(query.id)
  if (host?.waiting === true) return []
  const committed = await world.kafka.groupOffsets(
    world.server.groupOf(query.id),
    sourceTopics(query.query).filter((topic) => ends.has(topic)),
  )
  const sources = sourceTopics(query.query)
  const hasRead = (topics: readonly string[]) => topics.some((topic) => (host?.consumption.of(topic).records ?? 0) > 0)
  const repartitions = Map.groupBy(host?.repartitions() ?? [], ({ topic }) => topic)
  const positions = (topic: string) =>
    repartitions.get(topic) ?? ends.get(topic)?.map(({ partition, end }) => ({ topic, partition, end, committed: committed.get(topic)?.get(partition) ?? -1n }))
  return subtopologies(query.query, host).flatMap((topics, part) => {
    const partitions = Math.max(1, ...topics.map((topic) => positions(topic)?.length ?? 0))
    return Array.from({ length: partitions }, (_, partition) => ({
      taskId: `${part}_${partition}`,
      topicOffsets: topics.flatMap((topic) => {
        const all = positions(topic)
        // A topic that is gone stands with -1.
        const at = all === undefined ? { end: 0n, committed: committed.get(topic)?.get(partition) ?? -1n } : all[partition]
        if (at === undefined) return []
        // A task that started with nothing left to read knows neither until something comes.
        if (at.committed >= at.end && !hasRead(repartitions.has(topic) ? sources : [topic])) {
          return [{ topicPartitionEntity: { topic, partition }, endOffset: -1n, committedOffset: -1n }]
        }
        return [{ topicPartitionEntity: { topic, partition }, endOffset: lastOffset(at.end), committedOffset: at.committed }]
      }),
      timeCurrentIdlingStarted: null,
    }))
  })
}

/** The offset of the last record; -1 where there is none. */
const lastOffset = (end: bigint) => end - 1n
