/**
 * InitProducerId, key 22: an id for an idempotent producer.
 *
 * Request  0-4 => transactional_id: nullable string, transaction_timeout_ms: int32,
 *                 (3+) producer_id: int64, producer_epoch: int16
 * Response 0+  => throttle_time_ms: int32, error_code: int16, producer_id: int64, producer_epoch: int16
 */
import { ErrorCode } from '../errors.ts'
import { defineApi } from './api.ts'

export const initProducerId = defineApi({
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 2,
  mutating: false,
  read(reader, version) {
    const transactionalId = reader.nullableString()
    reader.int32()
    if (version >= 3) {
      reader.int64()
      reader.int16()
    }
    return { transactionalId }
  },
  names: ({ transactionalId }) => (transactionalId === null ? [] : [transactionalId]),
  handle: (broker, { transactionalId }) =>
    transactionalId === null
      ? { error: ErrorCode.NONE, id: broker.nextProducerId(), epoch: 0 }
      : // Transactions are not supported; of the codes that end a producer at once this one fits.
        { error: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, id: -1n, epoch: -1 },
  status: ({ error }) => error,
  write(writer, { error, id, epoch }) {
    writer.int32(0).int16(error).int64(id).int16(epoch)
  },
})
