/**
 * LeaveGroup, key 13.
 *
 * Request  0-2 => group_id: string, member_id: string
 *          3-5 => group_id: string, members: [member_id: string, group_instance_id: nullable string, (5+) reason: nullable string]
 * Response 1+  => throttle_time_ms: int32,
 *          0+     error_code: int16,
 *          3+     members: [member_id: string, group_instance_id: nullable string, error_code: int16]
 */
import { ErrorCode, refusalOf } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  mutating: false,
  read(reader, version) {
    const groupId = reader.string()
    if (version < 3) return { groupId, members: [{ memberId: reader.string(), instanceId: null as string | null }] }
    const members = reader.structs(() => {
      const member = { memberId: reader.string(), instanceId: reader.nullableString() }
      if (version >= 5) reader.nullableString()
      return member
    })
    return { groupId, members }
  },
  names: ({ groupId }) => [groupId],
  handle: (broker, { groupId, members }) =>
    members.map((member) => ({
      ...member,
      error: refusalOf(() => broker.groups.leave(groupId, member.memberId, member.instanceId))?.code ?? ErrorCode.NONE,
    })),
  status: (members) => firstError(members.map(({ error }) => error)),
  write(writer, members, version) {
    if (version >= 1) writer.int32(0)
    if (version < 3) {
      writer.int16(members[0]?.error ?? ErrorCode.NONE)
      return
    }
    writer.int16(ErrorCode.NONE).structs(members, ({ memberId, instanceId, error }) => writer.string(memberId).string(instanceId).int16(error))
  },
})
