/** Offsets as sums over partitions: enough to see whether something moves and how much waits. */
import type { KafkaClient } from '../ports/index.ts'
import type { Progress } from './target.ts'

export async function endOffsetSums(kafka: KafkaClient, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>()
  if (topics.length === 0) return sums
  for (const [topic, partitions] of await kafka.topicOffsets(topics)) {
    sums.set(
      topic,
      partitions.reduce((sum, { end }) => sum + Number(end), 0),
    )
  }
  return sums
}

/** Group -> what it has committed of the topics that are asked for. */
export async function groupOffsetSums(kafka: KafkaClient, groups: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, number>> {
  if (groups.size === 0) return new Map()
  const sumOf = (topics: ReadonlyMap<string, ReadonlyMap<number, bigint>>) =>
    [...topics.values()].flatMap((partitions) => [...partitions.values()]).reduce((sum, offset) => sum + Math.max(0, Number(offset)), 0)
  return new Map([...(await kafka.offsetsOfGroups(groups))].map(([group, topics]) => [group, sumOf(topics)]))
}

/** Consumer group of a sink connector, by the name that Kafka Connect knows it under. */
export const connectGroup = (connector: string): string => `connect-${connector}`

/** Of those that read topics: what they have committed, and what there is. `topics`: with commas between. */
export async function sinkProgress(
  kafka: KafkaClient,
  connectors: readonly { readonly id: string; readonly connector: string; readonly topics: string | undefined }[],
): Promise<Progress[]> {
  const sinks = connectors.flatMap(({ topics = '', ...rest }) => {
    const named = topics.split(',').flatMap((topic) => (topic.trim() === '' ? [] : [topic.trim()]))
    return named.length > 0 ? [{ ...rest, topics: named }] : []
  })
  const ends = await endOffsetSums(kafka, [...new Set(sinks.flatMap((sink) => sink.topics))])
  const consumed = await groupOffsetSums(kafka, new Map(sinks.map(({ connector, topics }) => [connectGroup(connector), topics])))
  return sinks.map(({ id, connector, topics }) => ({
    id,
    consumed: consumed.get(connectGroup(connector)) ?? 0,
    available: topics.reduce((sum, topic) => sum + (ends.get(topic) ?? 0), 0),
  }))
}
