/**
 * OffsetFetch, key 9: what groups have committed; -1 where nothing is.
 *
 * Request  1-7 => group_id: string, topics: [name: string, partitions: [int32]] (null from 2 on: all),
 *                 (7+) require_stable: bool
 *          8   => groups: [group_id: string, topics: nullable [name: string, partitions: [int32]]], require_stable: bool
 * Response 3+  => throttle_time_ms: int32,
 *          1-7    topics: [name: string, partitions: [partition: int32, offset: int64, (5+) leader_epoch: int32,
 *                   metadata: nullable string, error_code: int16]], (2+) error_code: int16
 *          8      groups: [group_id: string, topics: [as above], error_code: int16]
 */
import type { Broker } from '../broker.ts'
import { ErrorCode } from '../errors.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { defineApi } from './api.ts'

interface AskedGroup {
  readonly groupId: string
  /** Null: every topic with an offset. */
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[] | null
}

export const offsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 8,
  flexibleFrom: 6,
  mutating: false,
  read(reader, version) {
    const groups: AskedGroup[] =
      version >= 8
        ? reader.structs(() => ({ groupId: reader.string(), topics: readTopics(reader) }))
        : [{ groupId: reader.string(), topics: readTopics(reader) }]
    if (version >= 7) reader.bool()
    return groups
  },
  names: (groups) => groups.flatMap(({ groupId, topics }) => [groupId, ...(topics ?? []).map(({ name }) => name)]),
  handle: (broker, groups) => groups.map((group) => ({ groupId: group.groupId, topics: committed(broker, group) })),
  status: () => ErrorCode.NONE,
  write(writer, groups, version) {
    if (version >= 3) writer.int32(0)
    if (version >= 8) {
      writer.structs(groups, ({ groupId, topics }) => {
        writer.string(groupId)
        writeTopics(writer, topics, version)
        writer.int16(ErrorCode.NONE)
      })
      return
    }
    writeTopics(writer, groups[0]?.topics ?? [], version)
    if (version >= 2) writer.int16(ErrorCode.NONE)
  },
})

const readTopics = (reader: Reader) => reader.nullableStructs(() => ({ name: reader.string(), partitions: reader.list(() => reader.int32()) }))

function committed(broker: Broker, { groupId, topics }: AskedGroup) {
  const group = broker.groups.get(groupId)
  const asked = topics ?? [...(group?.offsets ?? [])].map(([name, partitions]) => ({ name, partitions: [...partitions.keys()] }))
  return asked.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => {
      const found = group?.offsets.get(name)?.get(partition)
      return { partition, offset: found?.offset ?? -1n, leaderEpoch: found?.leaderEpoch ?? -1, metadata: found?.metadata ?? '' }
    }),
  }))
}

function writeTopics(writer: Writer, topics: ReturnType<typeof committed>, version: number): void {
  writer.structs(topics, ({ name, partitions }) => {
    writer.string(name).structs(partitions, ({ partition, offset, leaderEpoch, metadata }) => {
      writer.int32(partition).int64(offset)
      if (version >= 5) writer.int32(leaderEpoch)
      writer.string(metadata).int16(ErrorCode.NONE)
    })
  })
}
