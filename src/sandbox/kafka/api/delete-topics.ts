/**
 * DeleteTopics, key 20.
 *
 * Request  1-5 => topic_names: [string], timeout_ms: int32
 *          6   => topics: [name: nullable string, topic_id: uuid], timeout_ms: int32
 * Response 1+  => throttle_time_ms: int32,
 *                 responses: [name: string (nullable from 6 on), (6+) topic_id: uuid, error_code: int16,
 *                   (5+) error_message: nullable string]
 */
import { ErrorCode, Refusal } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  minVersion: 1,
  maxVersion: 6,
  flexibleFrom: 4,
  mutating: true,
  read(reader, version) {
    const topics =
      version >= 6
        ? reader.structs(() => ({ name: reader.nullableString(), id: reader.uuid() }))
        : reader.list(() => ({ name: reader.string() as string | null, id: NO_ID }))
    reader.int32()
    return topics
  },
  names: (topics) => topics.map(({ name, id }) => name ?? id),
  handle: (broker, topics) =>
    topics.map(({ name, id }) => {
      const topic = name === null ? broker.topics.byId(id) : broker.topics.get(name)
      try {
        if (!topic) throw name === null ? new Refusal('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.') : unknownTopic()
        broker.deleteTopic(topic.name)
        return { name: topic.name, id: topic.id, error: ErrorCode.NONE, message: null }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { name, id, error: error.code, message: error.message }
      }
    }),
  status: (topics) => firstError(topics.map(({ error }) => error)),
  write(writer, topics, version) {
    writer.int32(0).structs(topics, ({ name, id, error, message }) => {
      writer.string(version >= 6 ? name : (name ?? ''))
      if (version >= 6) writer.uuid(id)
      writer.int16(error)
      if (version >= 5) writer.string(message)
    })
  },
})

const unknownTopic = () => new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
