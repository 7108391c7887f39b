/**
 * FindCoordinator, key 10: which broker looks after a group; here always this one.
 *
 * Request  0-3 => key: string, (1+) key_type: int8 (0 group, 1 transaction)
 *          4   => key_type: int8, keys: [string]
 * Response 1+  => throttle_time_ms: int32,
 *          0-3    error_code: int16, (1+) error_message: nullable string, node_id: int32, host: string, port: int32
 *          4      coordinators: [key: string, node_id: int32, host: string, port: int32, error_code: int16,
 *                   error_message: nullable string]
 */
import { ErrorCode } from '../errors.ts'
import { defineApi } from './api.ts'

const GROUP = 0

export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 3,
  mutating: false,
  read(reader, version) {
    if (version >= 4) return { keyType: reader.int8(), keys: reader.list(() => reader.string()) }
    const key = reader.string()
    return { keyType: version >= 1 ? reader.int8() : GROUP, keys: [key] }
  },
  names: ({ keys }) => keys,
  handle(broker, { keyType, keys }) {
    const refused = keyType !== GROUP
    if (!refused) broker.topics.ensureOffsetsTopic()
    const error = refused ? ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : ErrorCode.NONE
    const message = refused ? 'Transactions are not supported.' : 'NONE'
    const node = refused ? { nodeId: -1, host: '', port: -1 } : { nodeId: broker.nodeId, host: broker.host, port: broker.port }
    return { keys, error, message, ...node }
  },
  status: ({ error }) => error,
  write(writer, { keys, error, message, nodeId, host, port }, version) {
    if (version >= 1) writer.int32(0)
    if (version >= 4) {
      writer.structs(keys, (key) =>
        writer
          .string(key)
          .int32(nodeId)
          .string(host)
          .int32(port)
          .int16(error)
          .string(error === ErrorCode.NONE ? '' : message),
      )
      return
    }
    writer.int16(error)
    if (version >= 1) writer.string(message)
    writer.int32(nodeId).string(host).int32(port)
  },
})
