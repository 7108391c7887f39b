/** Configs as DescribeConfigs shows them: value, where it comes from, and what else it could have come from. */
import { type ConfigDefinition, type ConfigType, type TopicConfig, topicConfigDefinitions } from './topic-config.ts'
import { DEFAULT_PARTITIONS, DEFAULT_REPLICAS } from './topics.ts'

const ConfigSource = { TOPIC: 1, DYNAMIC_DEFAULT_BROKER: 3, STATIC_BROKER: 4, DEFAULT: 5 } as const

export interface DescribedConfig {
  readonly name: string
  readonly value: string | null
  readonly type: ConfigType
  readonly readOnly: boolean
  readonly source: number
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: number }[]
}

export function describeTopicConfig(config: TopicConfig): DescribedConfig[] {
  return topicConfigDefinitions.map((definition) => {
    const own = config.own.get(definition.name)
    const inherited = inheritedBy(definition)
    return {
      name: definition.name,
      value: own ?? definition.default,
      type: definition.type,
      readOnly: false,
      source: own === undefined ? (inherited[0]?.source ?? ConfigSource.DEFAULT) : ConfigSource.TOPIC,
      synonyms: own === undefined ? inherited : [{ name: definition.name, value: own, source: ConfigSource.TOPIC }, ...inherited],
    }
  })
}

/** Since 4.1 a cluster keeps this one as a dynamic default of all brokers (KIP-966). */
const CLUSTER_WIDE = 'min.insync.replicas'

function inheritedBy({ name, synonym, default: value }: ConfigDefinition): DescribedConfig['synonyms'] {
  if (synonym === undefined) return []
  const byDefault = { name: synonym, value, source: ConfigSource.DEFAULT }
  return name === CLUSTER_WIDE ? [{ ...byDefault, source: ConfigSource.DYNAMIC_DEFAULT_BROKER }, byDefault] : [byDefault]
}

/** The broker's own, as far as clients ask for them; none can be changed here. */
export function describeBrokerConfig(nodeId: number, listener: string): DescribedConfig[] {
  const fixed: readonly (readonly [name: string, value: string, type: ConfigType, source: number])[] = [
    ['advertised.listeners', `PLAINTEXT://${listener}`, 'string', ConfigSource.STATIC_BROKER],
    ['auto.create.topics.enable', 'false', 'boolean', ConfigSource.STATIC_BROKER],
    ['default.replication.factor', String(DEFAULT_REPLICAS), 'int', ConfigSource.DEFAULT],
    ['delete.topic.enable', 'true', 'boolean', ConfigSource.DEFAULT],
    ['listeners', `PLAINTEXT://${listener}`, 'string', ConfigSource.STATIC_BROKER],
    ['log.retention.hours', '168', 'int', ConfigSource.DEFAULT],
    ['node.id', String(nodeId), 'int', ConfigSource.STATIC_BROKER],
    ['num.partitions', String(DEFAULT_PARTITIONS), 'int', ConfigSource.DEFAULT],
    ['offsets.retention.minutes', '10080', 'int', ConfigSource.DEFAULT],
  ]
  const byTopicConfig = topicConfigDefinitions.flatMap(({ synonym, default: value, type }) =>
    synonym === undefined ? [] : [[synonym, value, type, ConfigSource.DEFAULT] as const],
  )
  return [...fixed, ...byTopicConfig].map(([name, value, type, source]) => ({ name, value, type, readOnly: true, source, synonyms: [{ name, value, source }] }))
}
