/**
 * AlterConfigs, key 33: the given set takes the place of all configs of the topic.
 *
 * Request  0-2 => resources: [type: int8, name: string, configs: [name: string, value: nullable string]], validate_only: bool
 * Response 0+  => throttle_time_ms: int32, responses: [error_code: int16, error_message: nullable string, type: int8, name: string]
 */
import type { Broker } from '../broker.ts'
import { Refusal, refusalOf } from '../errors.ts'
import { assertTopicConfig, TopicConfig } from '../topic-config.ts'
import type { Topic } from '../topics.ts'
import type { Writer } from '../wire/writer.ts'
import { defineApi, firstError } from './api.ts'
import { TOPIC_RESOURCE } from './describe-configs.ts'

export interface AlteredResource {
  readonly type: number
  readonly name: string
  readonly error: number
  readonly message: string | null
}

export const alterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  mutating: true,
  read(reader) {
    const resources = reader.structs(() => ({
      type: reader.int8(),
      name: reader.string(),
      configs: reader.structs(() => ({ name: reader.string(), value: reader.nullableString() })),
    }))
    return { resources, validateOnly: reader.bool() }
  },
  names: ({ resources }) => resources.map(({ name }) => name),
  onlyAsks: ({ validateOnly }) => validateOnly,
  handle: (broker, { resources, validateOnly }) =>
    resources.map(({ type, name, configs }): AlteredResource => {
      const refused = refusalOf(() => {
        const topic = requireTopicResource(broker, type, name)
        const own = new Map<string, string>()
        for (const config of configs) {
          assertTopicConfig(config.name, config.value)
          own.set(config.name, config.value ?? '')
        }
        if (!validateOnly) topic.config = new TopicConfig(own)
      })
      return { type, name, error: refused?.code ?? 0, message: refused?.message ?? null }
    }),
  status: (results) => firstError(results.map(({ error }) => error)),
  write: (writer, results) => writeAltered(writer, results),
})

/** Only topics have configs that can change while this broker runs. */
export function requireTopicResource(broker: Broker, type: number, name: string): Topic {
  if (type !== TOPIC_RESOURCE) throw new Refusal('INVALID_REQUEST', `Configs of resource type ${type} cannot be changed here.`)
  const topic = broker.topics.get(name)
  if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
  return topic
}

export function writeAltered(writer: Writer, results: readonly AlteredResource[]): void {
  writer.int32(0).structs(results, ({ type, name, error, message }) => writer.int16(error).string(message).int8(type).string(name))
}
