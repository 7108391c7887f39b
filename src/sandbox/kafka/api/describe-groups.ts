/**
 * DescribeGroups, key 15.
 *
 * Request  0-5 => groups: [string], (3+) include_authorized_operations: bool
 * Response 1+  => throttle_time_ms: int32,
 *          0+     groups: [error_code: int16, group_id: string, state: string, protocol_type: string, protocol: string,
 *                   members: [member_id: string, (4+) group_instance_id: nullable string, client_id: string,
 *                     client_host: string, metadata: bytes, assignment: bytes],
 *                   (3+) authorized_operations: int32]
 */
import { ErrorCode } from '../errors.ts'
import type { Group } from '../group/group.ts'
import type { Member } from '../group/member.ts'
import { defineApi } from './api.ts'

const NO_OPERATIONS = -2_147_483_648
const NOTHING = Buffer.alloc(0)

export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 5,
  mutating: false,
  read(reader, version) {
    const groups = reader.list(() => reader.string())
    if (version >= 3) reader.bool()
    return groups
  },
  names: (groups) => groups,
  handle: (broker, groups) => groups.map((id) => ({ id, group: broker.groups.get(id) })),
  status: () => ErrorCode.NONE,
  write(writer, groups, version) {
    if (version >= 1) writer.int32(0)
    writer.structs(groups, ({ id, group }) => {
      writer.int16(ErrorCode.NONE).string(id)
      // A group that is not there is Dead, without an error.
      writer
        .string(group?.state ?? 'Dead')
        .string(group?.protocolType ?? '')
        .string(stableProtocol(group))
      writer.structs([...(group?.members.values() ?? [])], (member) => {
        writer.string(member.id)
        if (version >= 4) writer.string(member.instanceId)
        writer.string(member.clientId).string(member.clientHost).bytes(metadataOf(group, member)).bytes(member.assignment)
      })
      if (version >= 3) writer.int32(NO_OPERATIONS)
    })
  },
})

const metadataOf = (group: Group | undefined, member: Member): Buffer =>
  member.protocols.find(({ name }) => name === stableProtocol(group))?.metadata ?? NOTHING

/** What members agreed on shows only while it is in force. */
const stableProtocol = (group: Group | undefined): string => (group?.state === 'Stable' ? group.protocol : '')
