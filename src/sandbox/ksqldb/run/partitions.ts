/** The partitions a query reads, with where it begins: before its last commit, so that the state is rebuilt. */
import type { RunningQuery } from '../../../engine/index.ts'
import type { KafkaClient } from '../../../ports/index.ts'
import type { Partition } from './buffers.ts'

/** Where a query began to read: topic -> partition -> offset; what is not named begins at the topic's start. */
export type StartOffsets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Topics of tables first: of what one fetch brings, their records are taken in first. */
export function inputTopics(running: RunningQuery): string[] {
  const tables = new Set(running.inputs.filter((input) => input.as === 'TABLE').map((input) => input.topic))
  const streams = running.inputs.map((input) => input.topic).filter((topic) => !tables.has(topic))
  return [...tables, ...new Set(streams)]
}

/** Undefined: a topic is missing. `rebuilds`: whether records of streams left state behind that must be rebuilt from them. */
export async function openPartitions(
  kafka: KafkaClient,
  groupId: string,
  running: RunningQuery,
  startsAt: StartOffsets,
  rebuilds: boolean,
): Promise<Partition[] | undefined> {
  const topics = inputTopics(running)
  const [ends, committed] = await Promise.all([kafka.topicOffsets(topics), kafka.groupOffsets(groupId, topics)])
  if (topics.some((topic) => !ends.has(topic))) return undefined
  return topics.flatMap((topic) => {
    const rank = running.inputs.some((input) => input.topic === topic && input.as === 'TABLE') ? 0 : 1
    return (ends.get(topic) ?? []).map(({ partition, start, end }): Partition => {
      const done = committed.get(topic)?.get(partition)
      const began = BigInt(startsAt[topic]?.[partition] ?? start)
      const within = (offset: bigint) => (offset < start ? start : offset > end ? end : offset)
      const first = within(began)
      // A commit beyond the end is of a topic that was deleted and made anew.
      const replayUntil = done !== undefined && done <= end ? within(done) : first
      const position = rebuilds || rank === 0 ? first : replayUntil
      return { topic, partition, rank, position, replayUntil, knownEnd: end, queue: [], head: 0 }
    })
  })
}
