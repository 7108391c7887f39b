/** What a broker does by itself from time to time: retention, compaction, expiry, and here a bound on memory. */
import type { Broker } from './broker.ts'
import { compact } from './log/compaction.ts'
import { applyRetention } from './log/retention.ts'

/** offsets.retention.minutes and producer.id.expiration.ms of the real broker. */
const OFFSETS_RETENTION_MS = 7 * 24 * 3_600_000
const PRODUCER_EXPIRY_MS = 24 * 3_600_000

export function keepHouse(broker: Broker, memoryBytes: number): void {
  const now = broker.clock.now()
  for (const topic of broker.topics.all()) {
    for (const log of topic.partitions) {
      applyRetention(log, topic.config, now)
      compact(log, topic.config, now)
      log.producers.expire(now - PRODUCER_EXPIRY_MS)
    }
  }
  broker.groups.expire(OFFSETS_RETENTION_MS)
  boundMemory(broker, memoryBytes)
}

/** Everything is in memory, so the largest partitions that may forget lose their oldest segment until all fits. */
function boundMemory(broker: Broker, memoryBytes: number): void {
  const logs = broker.topics.all().flatMap((topic) => topic.partitions)
  const forgetful = broker.topics.all().flatMap((topic) => (topic.config.deletes ? topic.partitions : []))
  let total = logs.reduce((sum, log) => sum + log.memoryBytes, 0)
  while (total > memoryBytes) {
    const largest = forgetful.reduce<(typeof forgetful)[number] | undefined>((max, log) => (log.memoryBytes > (max?.memoryBytes ?? 0) ? log : max), undefined)
    if (!largest) return
    const before = largest.memoryBytes
    largest.dropOldestSegment()
    total -= before - largest.memoryBytes
  }
}
