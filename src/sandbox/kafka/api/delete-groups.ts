/**
 * DeleteGroups, key 42.
 *
 * Request  0-2 => groups: [string]
 * Response 0+  => throttle_time_ms: int32, results: [group_id: string, error_code: int16]
 */
import { ErrorCode, refusalOf } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

export const deleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  mutating: true,
  read: (reader) => reader.list(() => reader.string()),
  names: (groups) => groups,
  handle: (broker, groups) => groups.map((id) => ({ id, error: refusalOf(() => broker.groups.delete(id))?.code ?? ErrorCode.NONE })),
  status: (groups) => firstError(groups.map(({ error }) => error)),
  write(writer, groups) {
    writer.int32(0).structs(groups, ({ id, error }) => writer.string(id).int16(error))
  },
})
