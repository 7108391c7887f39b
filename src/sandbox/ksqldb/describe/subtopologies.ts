/**
 * The parts of a query that Kafka Streams runs apart, one task a partition each: what stands before a repartition topic and
 * what stands behind it.
 */
import type { AnalysedQuery } from '../../../sql/index.ts'
import type { QueryHost } from '../run/query-host.ts'

export const sourceTopics = (query: AnalysedQuery) => [...new Set([query.from.source.topic, ...query.joins.map((join) => join.right.source.topic)])]

/** In the order of their numbers; of each its topics in the order of their names. */
export function subtopologies(query: AnalysedQuery, host: QueryHost | undefined): (readonly string[])[] {
  const repartitions = new Set(host?.repartitions().map(({ topic }) => topic))
  const ending = (end: string) => [...repartitions].filter((topic) => topic.endsWith(end))
  const [join, group] = [ending('-Join-repartition'), ending('-Aggregate-GroupBy-repartition')]
  const { topic } = query.from.source
  // The table of a join is put together first, so that the stream that gets a new key comes after it.
  const parts = join.length === 0 ? [sourceTopics(query)] : [[...join, ...query.joins.map(({ right }) => right.source.topic)], [topic]]
  if (group.length > 0) parts.push(group)
  return parts.map((topics) => [...new Set(topics)].sort())
}
