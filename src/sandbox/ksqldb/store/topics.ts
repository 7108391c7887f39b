/**
 * The topics of the cluster as statements see them. The view of a request is taken once; in the sandbox, topics that its
 * statements would make are only noted.
 */
import { type KafkaClient, KafkaFault } from '../../../ports/index.ts'
import { genericError, StatementFault, withCauses } from '../rest/errors.ts'

export interface TopicShape {
  readonly partitions: number
  readonly replicas: number
}

export interface TopicWish {
  readonly name: string
  readonly partitions: number
  /** Absent: the broker's default, or what the topic has. */
  readonly replicas?: number
  readonly cleanupPolicy: string
  /** Absent: the broker's default, or what the topic has. */
  readonly retentionMs?: number
}

const COMPACTED = -1

export class Topics {
  readonly #kafka: KafkaClient
  readonly #sandbox: boolean
  readonly #known: Map<string, TopicShape>
  /** Retention of topics that so far exist in the sandbox only. */
  readonly #noted = new Map<string, number>()

  private constructor(kafka: KafkaClient, sandbox: boolean, known: Map<string, TopicShape>) {
    this.#kafka = kafka
    this.#sandbox = sandbox
    this.#known = known
  }

  /** The sandbox's own view of the same topics. */
  forSandbox(): Topics {
    return new Topics(this.#kafka, true, new Map(this.#known))
  }

  static async load(kafka: KafkaClient): Promise<Topics> {
    const descriptions = await kafka.describeTopics(await kafka.listTopics())
    return new Topics(
      kafka,
      false,
      new Map(descriptions.map((topic) => [topic.name, { partitions: topic.partitions.length, replicas: topic.partitions[0]?.replicas.length ?? 0 }])),
    )
  }

  shape(name: string): TopicShape | undefined {
    return this.#known.get(name)
  }

  names(): readonly string[] {
    return [...this.#known.keys()]
  }

  /** Milliseconds; -1 where records stay for ever, as in every topic that is only compacted. */
  async retentionMs(name: string): Promise<number> {
    const noted = this.#noted.get(name)
    if (noted !== undefined) return noted
    const configs = (await this.#kafka.topicConfigs([name])).get(name) ?? []
    const value = (key: string) => configs.find((config) => config.name === key)?.value
    return value('cleanup.policy') === 'compact' ? COMPACTED : Number(value('retention.ms') ?? COMPACTED)
  }

  /** Makes the topic, or checks that the one that exists is as wished. */
  async ensure(wish: TopicWish): Promise<void> {
    const shape = this.#known.get(wish.name)
    if (shape !== undefined) return this.#compare(wish, shape)
    if (wish.partitions <= 0) throw unguaranteed(wish.name, 'Number of partitions was set to an invalid non-positive value.')
    const retention = wish.cleanupPolicy === 'compact' ? COMPACTED : wish.retentionMs
    if (!this.#sandbox) {
      const config = { 'cleanup.policy': wish.cleanupPolicy, ...(retention === undefined ? {} : { 'retention.ms': String(retention) }) }
      try {
        await this.#kafka.createTopic({ name: wish.name, partitions: wish.partitions, replicas: wish.replicas ?? -1, config })
      } catch (error) {
        throw this.#creationFault(wish, error)
      }
    } else this.#noted.set(wish.name, retention ?? 604_800_000)
    this.#known.set(wish.name, { partitions: wish.partitions, replicas: wish.replicas ?? 1 })
  }

  /** Deletes for real even in the sandbox: so does the server that this one stands in for. A missing topic is success. */
  async delete(name: string): Promise<void> {
    if (!this.#noted.has(name)) {
      try {
        if (this.#known.has(name)) await this.#kafka.deleteTopic(name)
      } catch (error) {
        if (!(error instanceof KafkaFault && error.type === 'UNKNOWN_TOPIC_OR_PARTITION')) throw error
      }
    }
    this.#known.delete(name)
    this.#noted.delete(name)
  }

  async #compare(wish: TopicWish, shape: TopicShape): Promise<void> {
    const has = await this.retentionMs(wish.name)
    // A topic that is only compacted keeps its records, whatever retention is written down.
    const wanted = wish.cleanupPolicy === 'compact' ? has : (wish.retentionMs ?? has)
    const replicas = wish.replicas ?? shape.replicas
    if (wish.partitions === shape.partitions && replicas <= shape.replicas && wanted === has) return
    throw new StatementFault(
      `A Kafka topic with the name '${wish.name}' already exists, with different partition/replica/retention configuration than required. KSQL expects ${wish.partitions} partitions (topic has ${shape.partitions}), ${replicas} replication factor (topic has ${shape.replicas}), and ${wanted} retention (topic has ${has}).`,
      50000,
    )
  }

  #creationFault(wish: TopicWish, error: unknown): Error {
    if (!(error instanceof KafkaFault)) return error instanceof Error ? error : new Error(String(error))
    if (error.type === 'TOPIC_ALREADY_EXISTS') return unguaranteed(wish.name, error.message)
    if (error.type === 'INVALID_REPLICATION_FACTOR') {
      const brokers = Math.max(1, ...[...this.#known.values()].map((topic) => topic.replicas))
      return unguaranteed(
        wish.name,
        `Unable to replicate the partition ${wish.replicas} time(s): The target replication factor of ${wish.replicas} cannot be reached because only ${brokers} broker(s) are registered.`,
      )
    }
    return unguaranteed(wish.name, error.message)
  }
}

const unguaranteed = (topic: string, cause: string) => new StatementFault(withCauses(`Failed to guarantee existence of topic ${topic}`, cause), 50000)

/** What a CREATE over a topic that is not there is told. */
export function topicMissing(topic: string, example: string) {
  return genericError(
    40000,
    `Topic '${topic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS'). For example: ${example}`,
  )
}
