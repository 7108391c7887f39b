/**
 * CreatePartitions, key 37.
 *
 * Request  0-3 => topics: [name: string, count: int32, assignments: nullable [broker_ids: [int32]]], timeout_ms: int32,
 *                 validate_only: bool
 * Response 0+  => throttle_time_ms: int32, results: [name: string, error_code: int16, error_message: nullable string]
 */
import { refusalOf } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  mutating: true,
  read(reader) {
    const topics = reader.structs(() => ({
      name: reader.string(),
      count: reader.int32(),
      assignments: reader.nullableStructs(() => reader.list(() => reader.int32())),
    }))
    reader.int32()
    return { topics, validateOnly: reader.bool() }
  },
  names: ({ topics }) => topics.map(({ name }) => name),
  onlyAsks: ({ validateOnly }) => validateOnly,
  handle: (broker, { topics, validateOnly }) =>
    topics.map(({ name, count, assignments }) => {
      const refused = refusalOf(() => broker.topics.addPartitions(name, count, assignments, validateOnly))
      // The real broker gives no words for this one.
      const wordless = refused?.type === 'UNKNOWN_TOPIC_OR_PARTITION'
      return { name, error: refused?.code ?? 0, message: refused && !wordless ? refused.message : null }
    }),
  status: (topics) => firstError(topics.map(({ error }) => error)),
  write(writer, topics) {
    writer.int32(0).structs(topics, ({ name, error, message }) => writer.string(name).int16(error).string(message))
  },
})
