/** What becomes of old segments where cleanup.policy has `delete`: gone by time, then by size. */
import type { TopicConfig } from '../topic-config.ts'
import type { PartitionLog, Segment } from './partition-log.ts'

export function applyRetention(log: PartitionLog, config: TopicConfig, now: number): void {
  if (!config.deletes) return
  const retentionMs = config.number('retention.ms')
  // The segment being written to may go as well: the real broker then rolls it first.
  while (retentionMs >= 0 && log.segments[0] && now - log.segments[0].maxTimestamp > retentionMs) log.dropOldestSegment()
  const retentionBytes = config.number('retention.bytes')
  if (retentionBytes < 0) return
  for (let excess = log.bytes - retentionBytes; excess > 0; ) {
    const oldest: Segment | undefined = log.segments[0]
    if (!oldest || log.segments.length < 2 || excess - oldest.bytes < 0) return
    excess -= oldest.bytes
    log.dropOldestSegment()
  }
}
