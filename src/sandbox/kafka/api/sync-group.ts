/**
 * SyncGroup, key 14: the leader gives the assignment, everybody gets its part.
 *
 * Request  0-5 => group_id: string, generation_id: int32, member_id: string, (3+) group_instance_id: nullable string,
 *                 (5+) protocol_type: nullable string, protocol_name: nullable string,
 *                 assignments: [member_id: string, assignment: bytes]
 * Response 1+  => throttle_time_ms: int32,
 *          0+     error_code: int16, (5+) protocol_type: nullable string, protocol_name: nullable string, assignment: bytes
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { defineApi } from './api.ts'

export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  mutating: false,
  read(reader, version) {
    const groupId = reader.string()
    const generation = reader.int32()
    const memberId = reader.string()
    const instanceId = version >= 3 ? reader.nullableString() : null
    const protocolType = version >= 5 ? reader.nullableString() : null
    const protocol = version >= 5 ? reader.nullableString() : null
    const assignments = reader.structs(() => ({ memberId: reader.string(), assignment: reader.bytes() }))
    return { groupId, generation, memberId, instanceId, protocolType, protocol, assignments }
  },
  names: ({ groupId }) => [groupId],
  async handle(broker, { groupId, generation, memberId, instanceId, protocolType, protocol, assignments }, { version }) {
    try {
      if (version >= 5 && (protocolType === null || protocol === null)) throw new Refusal('INCONSISTENT_GROUP_PROTOCOL')
      const group = broker.groups.requireGroup(groupId)
      if ((protocolType ?? group.protocolType) !== group.protocolType || (protocol ?? group.protocol) !== group.protocol) {
        throw new Refusal('INCONSISTENT_GROUP_PROTOCOL')
      }
      const assignment = await group.sync(memberId, generation, assignments, instanceId)
      return { error: ErrorCode.NONE, protocolType: group.protocolType, protocol: group.protocol, assignment }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { error: error.code, protocolType: null, protocol: null, assignment: Buffer.alloc(0) }
    }
  },
  status: ({ error }) => error,
  write(writer, { error, protocolType, protocol, assignment }, version) {
    if (version >= 1) writer.int32(0)
    writer.int16(error)
    if (version >= 5) writer.string(protocolType).string(protocol)
    writer.bytes(assignment)
  },
})
