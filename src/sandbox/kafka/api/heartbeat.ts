/**
 * Heartbeat, key 12: the member is alive; the answer tells whether it has to join again.
 *
 * Request  0-4 => group_id: string, generation_id: int32, member_id: string, (3+) group_instance_id: nullable string
 * Response 1+  => throttle_time_ms: int32,
 *          0+     error_code: int16
 */
import { refusalOf } from '../errors.ts'
import { defineApi } from './api.ts'

export const heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  mutating: false,
  read(reader, version) {
    const request = { groupId: reader.string(), generation: reader.int32(), memberId: reader.string() }
    return { ...request, instanceId: version >= 3 ? reader.nullableString() : null }
  },
  names: ({ groupId }) => [groupId],
  handle: (broker, { groupId, generation, memberId, instanceId }) =>
    refusalOf(() => broker.groups.requireGroup(groupId).heartbeat(memberId, generation, instanceId))?.code ?? 0,
  status: (error) => error,
  write(writer, error, version) {
    if (version >= 1) writer.int32(0)
    writer.int16(error)
  },
})
