/**
 * CreateTopics, key 19.
 *
 * Request  2-7 => topics: [name: string, num_partitions: int32, replication_factor: int16,
 *                   assignments: [partition: int32, broker_ids: [int32]], configs: [name: string, value: nullable string]],
 *                 timeout_ms: int32, validate_only: bool
 * Response 2+  => throttle_time_ms: int32,
 *                 topics: [name: string, (7+) topic_id: uuid, error_code: int16, error_message: nullable string,
 *                   (5+) num_partitions: int32, replication_factor: int16,
 *                   configs: nullable [name: string, value: nullable string, read_only: bool, source: int8, is_sensitive: bool]]
 */
import { describeTopicConfig } from '../describe-config.ts'
import { ErrorCode, Refusal } from '../errors.ts'
import type { NewTopic, Topic } from '../topics.ts'
import { defineApi, firstError } from './api.ts'

const configsByName = (topic: Topic) => describeTopicConfig(topic.config).sort((a, b) => (a.name < b.name ? -1 : 1))
const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

interface Created {
  readonly name: string
  readonly error: number
  readonly message: string | null
  readonly topic?: Topic
  readonly validateOnly: boolean
}

export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  minVersion: 2,
  maxVersion: 7,
  flexibleFrom: 5,
  mutating: true,
  read(reader) {
    const topics: NewTopic[] = reader.structs(() => ({
      name: reader.string(),
      partitions: reader.int32(),
      replicas: reader.int16(),
      assignments: reader.structs(() => ({ partition: reader.int32(), brokers: reader.list(() => reader.int32()) })),
      configs: reader.structs(() => ({ name: reader.string(), value: reader.nullableString() })),
    }))
    reader.int32()
    return { topics, validateOnly: reader.bool() }
  },
  names: ({ topics }) => topics.map(({ name }) => name),
  onlyAsks: ({ validateOnly }) => validateOnly,
  handle(broker, { topics, validateOnly }): Created[] {
    const counts = Map.groupBy(topics, ({ name }) => name)
    return [...counts].map(([name, wanted]) => {
      try {
        const [first] = wanted
        if (!first || wanted.length > 1) throw new Refusal('INVALID_REQUEST', 'Duplicate topic name.')
        const topic = broker.topics.create(first, validateOnly)
        return { name, error: ErrorCode.NONE, message: null, topic, validateOnly }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { name, error: error.code, message: error.message, validateOnly }
      }
    })
  },
  status: (topics) => firstError(topics.map(({ error }) => error)),
  write(writer, topics, version) {
    writer.int32(0).structs(topics, ({ name, error, message, topic, validateOnly }) => {
      writer.string(name)
      if (version >= 7) writer.uuid(topic && !validateOnly ? topic.id : NO_ID)
      writer.int16(error).string(message)
      if (version < 5) return
      writer.int32(topic?.partitions.length ?? -1).int16(topic ? 1 : -1)
      writer.structs(topic ? configsByName(topic) : [], (config) => {
        writer.string(config.name).string(config.value).bool(config.readOnly).int8(config.source).bool(false)
      })
    })
  },
})
