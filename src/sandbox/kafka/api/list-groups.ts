/**
 * ListGroups, key 16.
 *
 * Request  0-4 => (4+) states: [string]
 * Response 1+  => throttle_time_ms: int32,
 *          0+     error_code: int16, groups: [group_id: string, protocol_type: string, (4+) state: string]
 */
import { ErrorCode } from '../errors.ts'
import { defineApi } from './api.ts'

export const listGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 3,
  mutating: false,
  read: (reader, version) => (version >= 4 ? reader.list(() => reader.string()) : []),
  names: () => [],
  handle: (broker, states) => broker.groups.all().filter(({ state }) => states.length === 0 || states.includes(state)),
  status: () => ErrorCode.NONE,
  write(writer, groups, version) {
    if (version >= 1) writer.int32(0)
    writer.int16(ErrorCode.NONE).structs(groups, (group) => {
      writer.string(group.id).string(group.protocolType)
      if (version >= 4) writer.string(group.state)
    })
  },
})
