/**
 * DescribeLogDirs, key 35: sizes of partitions. There is one directory, and it is not on a disk.
 *
 * Request  1-4 => topics: nullable [name: string, partitions: [int32]]
 * Response 1+  => throttle_time_ms: int32, (3+) error_code: int16,
 *                 results: [error_code: int16, log_dir: string,
 *                   topics: [name: string, partitions: [partition: int32, size: int64, offset_lag: int64, is_future: bool]],
 *                   (4+) total_bytes: int64, usable_bytes: int64]
 */
import { defineApi } from './api.ts'

const LOG_DIR = '/memory'
const UNKNOWN_BYTES = -1n

export const describeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 2,
  mutating: false,
  read: (reader) => reader.nullableStructs(() => ({ name: reader.string(), partitions: reader.list(() => reader.int32()) })),
  names: (asked) => (asked ?? []).map(({ name }) => name),
  handle(broker, asked) {
    const wanted = asked ?? broker.topics.all().map(({ name, partitions }) => ({ name, partitions: partitions.map((_, index) => index) }))
    return wanted
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.flatMap((partition) => {
          const log = broker.topics.log(name, partition)
          return log ? [{ partition, bytes: BigInt(log.bytes) }] : []
        }),
      }))
      .filter(({ partitions }) => partitions.length > 0)
  },
  status: () => 0,
  write(writer, topics, version) {
    writer.int32(0)
    if (version >= 3) writer.int16(0)
    writer.structs([LOG_DIR], (dir) => {
      writer.int16(0).string(dir)
      writer.structs(topics, ({ name, partitions }) => {
        writer.string(name).structs(partitions, ({ partition, bytes }) => writer.int32(partition).int64(bytes).int64(0n).bool(false))
      })
      if (version >= 4) writer.int64(UNKNOWN_BYTES).int64(UNKNOWN_BYTES)
    })
  },
})
