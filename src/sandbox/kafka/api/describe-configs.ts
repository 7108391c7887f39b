/**
 * DescribeConfigs, key 32.
 *
 * Request  1-4 => resources: [type: int8 (2 topic, 4 broker), name: string, keys: nullable [string]],
 *                 include_synonyms: bool, (3+) include_documentation: bool
 * Response 1+  => throttle_time_ms: int32,
 *                 results: [error_code: int16, error_message: nullable string, type: int8, name: string,
 *                   configs: [name: string, value: nullable string, read_only: bool, source: int8, is_sensitive: bool,
 *                     synonyms: [name: string, value: nullable string, source: int8],
 *                     (3+) type: int8, documentation: nullable string]]
 */
import type { Broker } from '../broker.ts'
import { type DescribedConfig, describeBrokerConfig, describeTopicConfig } from '../describe-config.ts'
import { ErrorCode, Refusal } from '../errors.ts'
import { defineApi, firstError } from './api.ts'

export const TOPIC_RESOURCE = 2
const BROKER_RESOURCE = 4
const TYPE_CODES = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const

interface DescribedResource {
  readonly type: number
  readonly name: string
  readonly error: number
  readonly message: string
  readonly configs: readonly DescribedConfig[]
}

export const describeConfigs = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 4,
  mutating: false,
  read(reader, version) {
    const resources = reader.structs(() => ({
      type: reader.int8(),
      name: reader.string(),
      keys: readKeys(reader.nullableStringList()),
    }))
    const synonyms = reader.bool()
    if (version >= 3) reader.bool()
    return { resources, synonyms }
  },
  names: ({ resources }) => resources.map(({ name }) => name),
  handle(broker, { resources, synonyms }): { synonyms: boolean; results: DescribedResource[] } {
    const results = resources.map(({ type, name, keys }) => {
      try {
        const configs = configsOf(broker, type, name).filter((config) => keys === null || keys.has(config.name))
        return { type, name, error: ErrorCode.NONE, message: '', configs }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { type, name, error: error.code, message: error.message, configs: [] }
      }
    })
    return { synonyms, results }
  },
  status: ({ results }) => firstError(results.map(({ error }) => error)),
  write(writer, { synonyms, results }, version) {
    writer.int32(0).structs(results, ({ type, name, error, message, configs }) => {
      writer.int16(error).string(message).int8(type).string(name)
      writer.structs(configs, (config) => {
        writer.string(config.name).string(config.value).bool(config.readOnly).int8(config.source).bool(false)
        writer.structs(synonyms ? config.synonyms : [], (synonym) => writer.string(synonym.name).string(synonym.value).int8(synonym.source))
        if (version >= 3) writer.int8(TYPE_CODES[config.type]).string(null)
      })
    })
  },
})

const readKeys = (keys: readonly string[] | null) => (keys === null ? null : new Set(keys))

function configsOf(broker: Broker, type: number, name: string): readonly DescribedConfig[] {
  if (type === TOPIC_RESOURCE) {
    const topic = broker.topics.get(name)
    if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', '')
    return describeTopicConfig(topic.config)
  }
  if (type === BROKER_RESOURCE && (name === '' || name === String(broker.nodeId))) return describeBrokerConfig(broker.nodeId, `${broker.host}:${broker.port}`)
  if (type === BROKER_RESOURCE && !/^-?\d+$/.test(name)) throw new Refusal('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`)
  if (type === BROKER_RESOURCE) throw new Refusal('INVALID_REQUEST', `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${name}`)
  throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${type}`)
}
