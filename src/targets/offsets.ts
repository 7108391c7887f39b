/** Offsets as sums over partitions: enough to see whether something moves and how much waits. */
import type { KafkaClient } from '../ports/index.ts'

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
