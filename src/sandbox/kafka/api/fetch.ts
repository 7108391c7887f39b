/**
 * Fetch, key 1: records out of partitions, with a long poll.
 *
 * Request  4-12 => replica_id: int32, max_wait_ms: int32, min_bytes: int32, max_bytes: int32, isolation_level: int8,
 *          7+      session_id: int32, session_epoch: int32,
 *          4+      topics: [name: string, partitions: [partition: int32, (9+) current_leader_epoch: int32,
 *                    fetch_offset: int64, (12+) last_fetched_epoch: int32, (5+) log_start_offset: int64,
 *                    partition_max_bytes: int32]],
 *          7+      forgotten_topics: [name: string, partitions: [int32]],
 *          11+     rack_id: string
 * Response 4+   => throttle_time_ms: int32, (7+) error_code: int16, session_id: int32,
 *                  responses: [name: string, partitions: [partition: int32, error_code: int16, high_watermark: int64,
 *                    last_stable_offset: int64, (5+) log_start_offset: int64,
 *                    aborted_transactions: nullable [producer_id: int64, first_offset: int64],
 *                    (11+) preferred_read_replica: int32, records: nullable bytes]]
 *
 * Session id 0 in the answer tells the client that there are no fetch sessions (KIP-227): it names all partitions
 * each time. There are no transactions, so that last stable offset and high watermark are the end of the log.
 */
import type { Broker } from '../broker.ts'
import { ErrorCode, Refusal } from '../errors.ts'
import { LEADER_EPOCH, type PartitionLog } from '../log/partition-log.ts'
import { defineApi, firstError, type RequestContext } from './api.ts'

interface FetchPartition {
  readonly partition: number
  readonly leaderEpoch: number
  readonly offset: bigint
  readonly maxBytes: number
}
interface FetchRequest {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly { readonly name: string; readonly partitions: readonly FetchPartition[] }[]
}
interface FetchedPartition {
  readonly partition: number
  readonly error: number
  readonly endOffset: bigint
  readonly startOffset: bigint
  readonly batches: readonly Buffer[]
}
type Fetched = { readonly name: string; readonly partitions: readonly FetchedPartition[] }[]

export const fetch = defineApi({
  key: 1,
  name: 'Fetch',
  minVersion: 4,
  maxVersion: 12,
  flexibleFrom: 12,
  mutating: false,
  read(reader, version): FetchRequest {
    reader.int32()
    const limits = { maxWaitMs: reader.int32(), minBytes: reader.int32(), maxBytes: reader.int32() }
    reader.int8()
    if (version >= 7) {
      reader.int32()
      reader.int32()
    }
    const topics = reader.structs(() => ({
      name: reader.string(),
      partitions: reader.structs(() => {
        const partition = reader.int32()
        const leaderEpoch = version >= 9 ? reader.int32() : -1
        const offset = reader.int64()
        if (version >= 12) reader.int32()
        if (version >= 5) reader.int64()
        return { partition, leaderEpoch, offset, maxBytes: reader.int32() }
      }),
    }))
    if (version >= 7) reader.structs(() => [reader.string(), reader.list(() => reader.int32())])
    if (version >= 11) reader.string()
    return { ...limits, topics }
  },
  names: ({ topics }) => topics.map(({ name }) => name),
  async handle(broker, request, context) {
    const deadline = broker.clock.now() + request.maxWaitMs
    for (;;) {
      const fetched = collect(broker, request)
      const waitMs = deadline - broker.clock.now()
      if (isEnough(fetched, request.minBytes) || waitMs <= 0 || context.signal.aborted) return fetched
      await nextAppend(broker, logsOf(broker, request), waitMs, context)
    }
  },
  status: (fetched) => firstError(fetched.flatMap(({ partitions }) => partitions.map(({ error }) => error))),
  write(writer, fetched, version) {
    writer.int32(0)
    if (version >= 7) writer.int16(ErrorCode.NONE).int32(0)
    writer.structs(fetched, ({ name, partitions }) => {
      writer.string(name).structs(partitions, (partition) => {
        writer.int32(partition.partition).int16(partition.error).int64(partition.endOffset).int64(partition.endOffset)
        if (version >= 5) writer.int64(partition.startOffset)
        writer.structs(partition.error === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ? [] : null, () => undefined)
        if (version >= 11) writer.int32(-1)
        writer.bytes(partition.batches.length === 1 ? partition.batches[0]! : Buffer.concat(partition.batches))
      })
    })
  },
})

function collect(broker: Broker, request: FetchRequest): Fetched {
  let left = request.maxBytes
  let empty = true
  return request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((asked) => {
      const log = broker.topics.log(name, asked.partition)
      try {
        if (!log) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION')
        assertLeaderEpoch(asked.leaderEpoch)
        // The first batch of the whole answer is given however large it is, or a reader would never get past it.
        const batches = log.read(asked.offset, Math.min(asked.maxBytes, left), empty)
        left -= sizeOf(batches)
        if (batches.length > 0) empty = false
        return { partition: asked.partition, error: ErrorCode.NONE, endOffset: log.endOffset, startOffset: log.startOffset, batches }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { partition: asked.partition, error: error.code, endOffset: -1n, startOffset: -1n, batches: [] }
      }
    }),
  }))
}

export function assertLeaderEpoch(epoch: number): void {
  if (epoch > LEADER_EPOCH) throw new Refusal('UNKNOWN_LEADER_EPOCH')
  if (epoch >= 0 && epoch < LEADER_EPOCH) throw new Refusal('FENCED_LEADER_EPOCH')
}

const sizeOf = (batches: readonly Buffer[]) => batches.reduce((sum, batch) => sum + batch.length, 0)

/** An error is answered at once. */
function isEnough(fetched: Fetched, minBytes: number): boolean {
  let bytes = 0
  for (const { partitions } of fetched) {
    for (const { error, batches } of partitions) {
      if (error !== 0) return true
      bytes += sizeOf(batches)
    }
  }
  return bytes >= minBytes
}

const logsOf = (broker: Broker, request: FetchRequest): PartitionLog[] =>
  request.topics.flatMap(({ name, partitions }) => partitions.flatMap(({ partition }) => broker.topics.log(name, partition) ?? []))

function nextAppend(broker: Broker, logs: readonly PartitionLog[], waitMs: number, context: RequestContext): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancelTimer()
      stopWaiting()
      context.signal.removeEventListener('abort', done)
      resolve()
    }
    const cancelTimer = broker.clock.after(waitMs, done)
    const stopWaiting = broker.waitForRecords(logs, done)
    context.signal.addEventListener('abort', done, { once: true })
  })
}
