/**
 * IncrementalAlterConfigs, key 44: single configs of a topic (KIP-339).
 *
 * Request  0-1 => resources: [type: int8, name: string, configs: [name: string,
 *                   operation: int8 (0 set, 1 delete, 2 append, 3 subtract), value: nullable string]], validate_only: bool
 * Response 0+  => throttle_time_ms: int32, responses: [error_code: int16, error_message: nullable string, type: int8, name: string]
 */
import { Refusal, refusalOf } from '../errors.ts'
import { assertTopicConfig, TopicConfig, topicConfigDefinition } from '../topic-config.ts'
import { type AlteredResource, requireTopicResource, writeAltered } from './alter-configs.ts'
import { defineApi, firstError } from './api.ts'

const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

interface Change {
  readonly name: string
  readonly operation: number
  readonly value: string | null
}

export const incrementalAlterConfigs = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  minVersion: 0,
  maxVersion: 1,
  flexibleFrom: 1,
  mutating: true,
  read(reader) {
    const resources = reader.structs(() => ({
      type: reader.int8(),
      name: reader.string(),
      changes: reader.structs((): Change => ({ name: reader.string(), operation: reader.int8(), value: reader.nullableString() })),
    }))
    return { resources, validateOnly: reader.bool() }
  },
  names: ({ resources }) => resources.map(({ name }) => name),
  onlyAsks: ({ validateOnly }) => validateOnly,
  handle: (broker, { resources, validateOnly }) =>
    resources.map(({ type, name, changes }): AlteredResource => {
      const refused = refusalOf(() => {
        const topic = requireTopicResource(broker, type, name)
        const own = new Map(topic.config.own)
        for (const change of changes) apply(own, topic.config, change)
        if (!validateOnly) topic.config = new TopicConfig(own)
      })
      return { type, name, error: refused?.code ?? 0, message: refused?.message ?? null }
    }),
  status: (results) => firstError(results.map(({ error }) => error)),
  write: (writer, results) => writeAltered(writer, results),
})

function apply(own: Map<string, string>, config: TopicConfig, { name, operation, value }: Change): void {
  switch (operation) {
    case SET:
      assertTopicConfig(name, value)
      own.set(name, value ?? '')
      return
    case DELETE:
      own.delete(name)
      return
    case APPEND:
    case SUBTRACT: {
      const verb = operation === APPEND ? 'APPEND' : 'SUBTRACT'
      if (topicConfigDefinition(name)?.type !== 'list') throw new Refusal('INVALID_CONFIG', `Can't ${verb} to key ${name} because its type is not LIST.`)
      const items = (own.get(name) ?? config.get(name)).split(',').filter((item) => item !== '')
      const changed = (value ?? '').split(',').map((item) => item.trim())
      const next = operation === APPEND ? [...items, ...changed.filter((item) => !items.includes(item))] : items.filter((item) => !changed.includes(item))
      assertTopicConfig(name, next.join(','))
      own.set(name, next.join(','))
      return
    }
    default:
      throw new Refusal('INVALID_REQUEST', `Unknown operation type ${operation}.`)
  }
}
