/** The topics of the broker and the rules of changing them, with the real broker's codes and words. */
import type { Random } from '../../ports/index.ts'
import { Refusal } from './errors.ts'
import { PartitionLog } from './log/partition-log.ts'
import { assertTopicConfig, TopicConfig } from './topic-config.ts'

export interface Topic {
  /** base64url of 16 bytes, as Kafka prints it. */
  readonly id: string
  readonly name: string
  config: TopicConfig
  readonly partitions: PartitionLog[]
}

export interface NewTopic {
  readonly name: string
  /** -1: the broker's default. */
  readonly partitions: number
  readonly replicas: number
  /** Brokers by partition; takes the place of the two counts. */
  readonly assignments: readonly { readonly partition: number; readonly brokers: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/** Where a real broker keeps the offsets of groups. Here they are kept elsewhere, but whoever lists topics finds it. */
const OFFSETS_TOPIC = '__consumer_offsets'

export const isInternal = (name: string | null): boolean => name === OFFSETS_TOPIC

export const DEFAULT_PARTITIONS = 1
export const DEFAULT_REPLICAS = 1
/** In memory every partition costs little, but a typing error must not cost the process. */
const MAX_PARTITIONS = 10_000
const MAX_NAME_LENGTH = 249

export class Topics {
  readonly #byName = new Map<string, Topic>()
  readonly #random: Random
  readonly #nodeId: number

  constructor(random: Random, nodeId: number) {
    this.#random = random
    this.#nodeId = nodeId
  }

  all(): Topic[] {
    return [...this.#byName.values()]
  }
  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }
  byId(id: string): Topic | undefined {
    return this.all().find((topic) => topic.id === id)
  }
  log(name: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(name)?.partitions[partition]
  }
  require(name: string): Topic {
    const topic = this.#byName.get(name)
    if (!topic) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
    return topic
  }

  /** It comes with the first question for the coordinator of a group. */
  ensureOffsetsTopic(): void {
    if (this.#byName.has(OFFSETS_TOPIC)) return
    const configs = Object.entries({ 'compression.type': 'producer', 'cleanup.policy': 'compact', 'segment.bytes': '104857600' })
    const counts = { partitions: DEFAULT_PARTITIONS, replicas: DEFAULT_REPLICAS, assignments: [] }
    this.create({ name: OFFSETS_TOPIC, ...counts, configs: configs.map(([name, value]) => ({ name, value })) }, false)
  }

  create(wanted: NewTopic, validateOnly: boolean): Topic {
    this.#assertName(wanted.name)
    if (this.#byName.has(wanted.name)) throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${wanted.name}' already exists.`)
    const count = this.#partitionCount(wanted)
    const own = new Map<string, string>()
    for (const { name, value } of wanted.configs) {
      assertTopicConfig(name, value)
      own.set(name, value ?? '')
    }
    const topic: Topic = {
      id: this.#newId(),
      name: wanted.name,
      config: new TopicConfig(own),
      partitions: Array.from({ length: count }, () => new PartitionLog()),
    }
    if (!validateOnly) this.#byName.set(topic.name, topic)
    return topic
  }

  #assertName(name: string): void {
    const invalid = (why: string) => new Refusal('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${why}`)
    if (name === '') throw invalid('the empty string is not allowed')
    if (name === '.' || name === '..') throw invalid(`'${name}' is not allowed`)
    if (name.length > MAX_NAME_LENGTH) throw invalid(`the length of '${name}' is longer than the max allowed length ${MAX_NAME_LENGTH}`)
    if (!/^[A-Za-z0-9._-]+$/.test(name)) {
      throw invalid(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
    }
    const collides = this.all().find((topic) => topic.name !== name && metricName(topic.name) === metricName(name))
    if (collides) {
      throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${collides.name}`)
    }
  }

  #partitionCount(wanted: NewTopic): number {
    if (wanted.assignments.length > 0) {
      if (wanted.replicas !== -1) throw new Refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but replication factor was not set to -1.')
      if (wanted.partitions !== -1) throw new Refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.')
      const partitions = wanted.assignments.map(({ partition }) => partition).sort((a, b) => a - b)
      if (partitions.some((partition, index) => partition !== index)) {
        throw new Refusal('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
      }
      for (const { brokers } of wanted.assignments) this.#assertAssignment(brokers)
      return partitions.length
    }
    if (wanted.replicas < -1 || wanted.replicas === 0) {
      throw new Refusal('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.')
    }
    if (wanted.partitions < -1 || wanted.partitions === 0) {
      throw new Refusal('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
    }
    const count = wanted.partitions === -1 ? DEFAULT_PARTITIONS : wanted.partitions
    if (count > MAX_PARTITIONS) throw new Refusal('INVALID_PARTITIONS', `This broker takes at most ${MAX_PARTITIONS} partitions for a topic.`)
    if (wanted.replicas > 1) {
      throw new Refusal(
        'INVALID_REPLICATION_FACTOR',
        `Unable to replicate the partition ${wanted.replicas} time(s): The target replication factor of ${wanted.replicas} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`,
      )
    }
    return count
  }

  #assertAssignment(brokers: readonly number[]): void {
    if (brokers.length !== 1 || brokers[0] !== this.#nodeId) {
      throw new Refusal('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes an empty or unknown broker list: ${brokers.join(', ')}.`)
    }
  }

  delete(topic: Topic): void {
    this.#byName.delete(topic.name)
  }

  /** `count` is the new total. */
  addPartitions(name: string, count: number, assignments: readonly (readonly number[])[] | null, validateOnly: boolean): void {
    const topic = this.require(name)
    const now = topic.partitions.length
    if (count === now) throw new Refusal('INVALID_PARTITIONS', `Topic already has ${now} partition(s).`)
    if (count < now) {
      throw new Refusal('INVALID_PARTITIONS', `The topic ${name} currently has ${now} partition(s); ${count} would not be an increase.`)
    }
    if (count > MAX_PARTITIONS) throw new Refusal('INVALID_PARTITIONS', `This broker takes at most ${MAX_PARTITIONS} partitions for a topic.`)
    if (assignments && assignments.length !== count - now) {
      throw new Refusal(
        'INVALID_REPLICA_ASSIGNMENT',
        `Attempted to add ${count - now} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
      )
    }
    for (const brokers of assignments ?? []) this.#assertAssignment(brokers)
    if (validateOnly) return
    while (topic.partitions.length < count) topic.partitions.push(new PartitionLog())
  }

  #newId(): string {
    const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(this.#random.next() * 256)))
    // Version and variant bits of a random UUID, which the real broker's ids are too.
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    return bytes.toString('base64url')
  }
}

/** Metrics cannot tell `.` from `_`, so the real broker refuses two names that differ only in that. */
const metricName = (name: string) => name.replaceAll('.', '_')
