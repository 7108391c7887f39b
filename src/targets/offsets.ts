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

export async function groupOffsetSums(kafka: KafkaClient, group: string, topics: readonly string[]): Promise<number> {
  let sum = 0
  for (const partitions of (await kafka.groupOffsets(group, topics)).values()) for (const offset of partitions.values()) sum += Math.max(0, Number(offset))
  return sum
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
  const progress: Progress[] = []
  for (const { id, connector, topics } of sinks) {
    const consumed = await groupOffsetSums(kafka, connectGroup(connector), topics)
    progress.push({ id, consumed, available: topics.reduce((sum, topic) => sum + (ends.get(topic) ?? 0), 0) })
  }
  return progress
}
