/**
 * The configs of a topic: names, types and defaults of Apache Kafka 4.3.
 * https://kafka.apache.org/documentation/#topicconfigs
 */
import { Refusal } from './errors.ts'

export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly default: string
  /** The broker's config whose value is the default, where there is one. */
  readonly synonym?: string
  readonly min?: number
  readonly max?: number
  readonly oneOf?: readonly string[]
}

const LONG_MAX = '9223372036854775807'
const INT_MAX = 2_147_483_647

/** In the order in which the real broker shows them. */
export const topicConfigDefinitions: readonly ConfigDefinition[] = [
  {
    name: 'compression.type',
    type: 'string',
    default: 'producer',
    synonym: 'compression.type',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
  },
  { name: 'remote.log.delete.on.disable', type: 'boolean', default: 'false' },
  { name: 'leader.replication.throttled.replicas', type: 'list', default: '' },
  { name: 'remote.storage.enable', type: 'boolean', default: 'false' },
  { name: 'min.insync.replicas', type: 'int', default: '1', synonym: 'min.insync.replicas', min: 1 },
  { name: 'segment.jitter.ms', type: 'long', default: '0', min: 0 },
  { name: 'remote.log.copy.disable', type: 'boolean', default: 'false' },
  { name: 'local.retention.ms', type: 'long', default: '-2', synonym: 'log.local.retention.ms', min: -2 },
  { name: 'cleanup.policy', type: 'list', default: 'delete', synonym: 'log.cleanup.policy', oneOf: ['compact', 'delete'] },
  { name: 'flush.ms', type: 'long', default: LONG_MAX, min: 0 },
  { name: 'follower.replication.throttled.replicas', type: 'list', default: '' },
  { name: 'compression.lz4.level', type: 'int', default: '9', synonym: 'compression.lz4.level', min: 1, max: 17 },
  { name: 'segment.bytes', type: 'int', default: '1073741824', synonym: 'log.segment.bytes', min: 1_048_576 },
  { name: 'retention.ms', type: 'long', default: '604800000', min: -1 },
  { name: 'compression.gzip.level', type: 'int', default: '-1', synonym: 'compression.gzip.level', min: -1, max: 9 },
  { name: 'flush.messages', type: 'long', default: LONG_MAX, synonym: 'log.flush.interval.messages', min: 1 },
  { name: 'compression.zstd.level', type: 'int', default: '3', synonym: 'compression.zstd.level', min: -131_072, max: 22 },
  { name: 'max.compaction.lag.ms', type: 'long', default: LONG_MAX, synonym: 'log.cleaner.max.compaction.lag.ms', min: 1 },
  { name: 'file.delete.delay.ms', type: 'long', default: '60000', synonym: 'log.segment.delete.delay.ms', min: 0 },
  { name: 'max.message.bytes', type: 'int', default: '1048588', synonym: 'message.max.bytes', min: 0 },
  { name: 'min.compaction.lag.ms', type: 'long', default: '0', synonym: 'log.cleaner.min.compaction.lag.ms', min: 0 },
  { name: 'message.timestamp.type', type: 'string', default: 'CreateTime', synonym: 'log.message.timestamp.type', oneOf: ['CreateTime', 'LogAppendTime'] },
  { name: 'local.retention.bytes', type: 'long', default: '-2', synonym: 'log.local.retention.bytes', min: -2 },
  { name: 'preallocate', type: 'boolean', default: 'false', synonym: 'log.preallocate' },
  { name: 'index.interval.bytes', type: 'int', default: '4096', synonym: 'log.index.interval.bytes', min: 0 },
  { name: 'min.cleanable.dirty.ratio', type: 'double', default: '0.5', synonym: 'log.cleaner.min.cleanable.ratio', min: 0, max: 1 },
  { name: 'unclean.leader.election.enable', type: 'boolean', default: 'false', synonym: 'unclean.leader.election.enable' },
  { name: 'retention.bytes', type: 'long', default: '-1', synonym: 'log.retention.bytes' },
  { name: 'delete.retention.ms', type: 'long', default: '86400000', synonym: 'log.cleaner.delete.retention.ms', min: 0 },
  { name: 'message.timestamp.after.max.ms', type: 'long', default: '3600000', synonym: 'log.message.timestamp.after.max.ms', min: 0 },
  { name: 'message.timestamp.before.max.ms', type: 'long', default: LONG_MAX, synonym: 'log.message.timestamp.before.max.ms', min: 0 },
  { name: 'segment.ms', type: 'long', default: '604800000', min: 1 },
  { name: 'segment.index.bytes', type: 'int', default: '10485760', synonym: 'log.index.size.max.bytes', min: 4 },
]

const byName = new Map(topicConfigDefinitions.map((definition) => [definition.name, definition]))
export const topicConfigDefinition = (name: string): ConfigDefinition | undefined => byName.get(name)

/** Throws INVALID_CONFIG in the words of the real broker. */
export function assertTopicConfig(name: string, value: string | null): void {
  const definition = byName.get(name)
  if (!definition) throw new Refusal('INVALID_CONFIG', `Unknown topic config name: ${name}`)
  if (value === null) throw new Refusal('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
  const trimmed = value.trim()
  const shown = definition.type === 'double' && /^[+-]?\d+$/.test(trimmed) ? `${Number(trimmed)}.0` : value
  const invalid = (why: string) => new Refusal('INVALID_CONFIG', `Invalid value ${shown} for configuration ${name}: ${why}`)
  switch (definition.type) {
    case 'boolean':
      if (!/^(true|false)$/i.test(trimmed)) throw invalid('Expected value to be either true or false')
      return
    case 'string':
      if (definition.oneOf && !definition.oneOf.includes(trimmed)) throw invalid(`String must be one of: ${definition.oneOf.join(', ')}`)
      return
    case 'list':
      for (const item of listOf(trimmed)) {
        if (definition.oneOf && !definition.oneOf.includes(item)) throw invalid(`String must be one of: ${definition.oneOf.join(', ')}`)
      }
      return
    case 'int':
    case 'long':
    case 'double':
      assertNumber(definition, trimmed, invalid)
  }
}

const JAVA_TYPES = { int: 'INT', long: 'LONG', double: 'DOUBLE' } as const

function assertNumber(definition: ConfigDefinition, value: string, invalid: (why: string) => Refusal): void {
  const type = definition.type as keyof typeof JAVA_TYPES
  const number = Number(value)
  const wholeInRange = /^[+-]?\d+$/.test(value) && (type === 'int' ? number >= -INT_MAX - 1 && number <= INT_MAX : inLongRange(value))
  const readable = type === 'double' ? value !== '' && Number.isFinite(number) : wholeInRange
  if (!readable) throw invalid(`Not a number of type ${JAVA_TYPES[type]}`)
  if (definition.min !== undefined && number < definition.min) throw invalid(`Value must be at least ${definition.min}`)
  if (definition.max !== undefined && number > definition.max) throw invalid(`Value must be no more than ${definition.max}`)
}

function inLongRange(value: string): boolean {
  const number = BigInt(value)
  return BigInt.asIntN(64, number) === number
}

const listOf = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** The effective settings that the log works by; unset ones have the broker's defaults. */
export class TopicConfig {
  /** What was set on the topic, as it was written. */
  readonly own: ReadonlyMap<string, string>

  constructor(own: ReadonlyMap<string, string> = new Map()) {
    this.own = own
  }

  get(name: string): string {
    return this.own.get(name) ?? byName.get(name)?.default ?? ''
  }
  /** Milliseconds, bytes or a count; a huge value loses its last digits, which no limit misses. */
  number(name: string): number {
    return Number(this.get(name))
  }
  get compacts(): boolean {
    return listOf(this.get('cleanup.policy')).includes('compact')
  }
  get deletes(): boolean {
    return listOf(this.get('cleanup.policy')).includes('delete')
  }
  get logAppendTime(): boolean {
    return this.get('message.timestamp.type') === 'LogAppendTime'
  }
}
