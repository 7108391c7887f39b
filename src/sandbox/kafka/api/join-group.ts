/**
 * JoinGroup, key 11: become a member; answered when the generation is complete.
 *
 * Request  0-9 => group_id: string, session_timeout_ms: int32, (1+) rebalance_timeout_ms: int32, member_id: string,
 *                 (5+) group_instance_id: nullable string, protocol_type: string,
 *                 protocols: [name: string, metadata: bytes], (8+) reason: nullable string
 * Response 2+  => throttle_time_ms: int32,
 *          0+     error_code: int16, generation_id: int32, (7+) protocol_type: nullable string,
 *                 protocol_name: string (nullable from 7 on), leader: string, (9+) skip_assignment: bool,
 *                 member_id: string, members: [member_id: string, (5+) group_instance_id: nullable string, metadata: bytes]
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { MemberIdRequired } from '../group/coordinator.ts'
import type { JoinAnswer } from '../group/member.ts'
import { defineApi } from './api.ts'

export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 6,
  mutating: false,
  read(reader, version) {
    const groupId = reader.string()
    const sessionTimeoutMs = reader.int32()
    const rebalanceTimeoutMs = version >= 1 ? reader.int32() : sessionTimeoutMs
    const memberId = reader.string()
    const instanceId = version >= 5 ? reader.nullableString() : null
    const protocolType = reader.string()
    // Copies: they outlive the network buffer.
    const protocols = reader.structs(() => ({ name: reader.string(), metadata: Buffer.from(reader.bytes()) }))
    if (version >= 8) reader.nullableString()
    return { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId, instanceId, protocolType, protocols }
  },
  names: ({ groupId }) => [groupId],
  async handle(broker, request, { version, clientId, clientHost }): Promise<JoinAnswer & { error: number }> {
    try {
      const answer = await broker.groups.join(request.groupId, { ...request, clientId, clientHost }, version >= 4)
      // Before there was a word for it, a leader that came back was told of its former self, so as not to share out again.
      const former = version < 9 && answer.returnedLeader !== undefined ? { leader: answer.returnedLeader, members: [] } : {}
      return { error: ErrorCode.NONE, ...answer, ...former }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const memberId = error instanceof MemberIdRequired ? error.memberId : request.memberId
      return { error: error.code, generation: -1, protocolType: '', protocol: '', leader: '', memberId, members: [] }
    }
  },
  status: ({ error }) => error,
  write(writer, answer, version) {
    const failed = answer.error !== ErrorCode.NONE
    if (version >= 2) writer.int32(0)
    writer.int16(answer.error).int32(answer.generation)
    if (version >= 7) writer.string(failed ? null : answer.protocolType)
    writer.string(failed && version >= 7 ? null : answer.protocol).string(answer.leader)
    if (version >= 9) writer.bool(answer.returnedLeader !== undefined)
    writer.string(answer.memberId).structs(answer.members, (member) => {
      writer.string(member.memberId)
      if (version >= 5) writer.string(member.instanceId)
      writer.bytes(member.metadata)
    })
  },
})
