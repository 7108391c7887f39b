/** What this project needs of a Kafka cluster. The one implementation stands in kafkajs.ts. */
export interface KafkaRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: ReadonlyArray<readonly [string, Buffer | null]>
}

export interface ProduceRecord {
  readonly partition?: number
  readonly timestamp?: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: ReadonlyArray<readonly [string, Buffer]>
}

export interface TopicDescription {
  readonly name: string
  /** base64url of 16 bytes, as Kafka prints it; absent where the broker has no topic ids. */
  readonly id?: string
  readonly partitions: readonly { readonly id: number; readonly leader: number; readonly replicas: readonly number[]; readonly isr: readonly number[] }[]
}

export interface PartitionOffsets {
  readonly partition: number
  readonly start: bigint
  readonly end: bigint
}

export interface ConsumeOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  /** Where a partition without a committed offset starts. */
  readonly from: 'earliest' | 'latest'
  /** Called with the records of one partition in offset order; the next batch waits for it. */
  onBatch(records: readonly KafkaRecord[], batch: { readonly topic: string; readonly partition: number; readonly endOffset: bigint }): Promise<void>
  /** A fault that ended the consumer, or one it is retrying. */
  onError?(error: unknown, fatal: boolean): void
  /** 'after-batch' (default): the batch's last offset + 1 is committed once onBatch is done. */
  readonly commit?: 'after-batch' | 'never'
}

export interface Consumer {
  /** Resolves once the consumer has its partitions. */
  readonly joined: Promise<void>
  seek(topic: string, partition: number, offset: bigint): void
  /** For `commit: 'never'`: commits at a time of the caller's own. `offset` is that of the next record to read. */
  commit(offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[]): Promise<void>
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** How the brokers are spoken to, and as whom. */
export interface KafkaSecurity {
  /** Absent: in the clear. PEM each; without `ca` the authorities count that the system trusts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
}

export interface KafkaClient {
  clusterId(): Promise<string>
  listTopics(): Promise<readonly string[]>
  /** Unknown topics are left out. */
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>
  /** All configs with their effective values; `isDefault` where nobody set it on the topic. */
  topicConfigs(
    names: readonly string[],
  ): Promise<ReadonlyMap<string, readonly { readonly name: string; readonly value: string | null; readonly isDefault: boolean }[]>>
  /** Throws KafkaFault with the broker's code. `replicas` -1: the broker's default. */
  createTopic(topic: { name: string; partitions: number; replicas: number; config?: Readonly<Record<string, string>> }): Promise<void>
  /** Whether the broker would make it: throws as createTopic does, and makes nothing. */
  checkTopic(topic: { name: string; partitions: number; replicas: number; config?: Readonly<Record<string, string>> }): Promise<void>
  deleteTopic(name: string): Promise<void>
  createPartitions(name: string, count: number): Promise<void>
  /** Replaces the whole set of configs that are set on the topic. */
  alterTopicConfigs(name: string, config: Readonly<Record<string, string>>): Promise<void>
  /** Start and end offset of every partition; unknown topics are left out. */
  topicOffsets(names: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionOffsets[]>>
  offsetsAt(topic: string, timestamp: number): Promise<readonly { readonly partition: number; readonly offset: bigint }[]>
  /** Committed offsets of a group: topic -> partition -> offset; unknown topics are left out. */
  groupOffsets(groupId: string, topics: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, bigint>>>
  /** The same for many groups at once: group -> the topics that are asked for. */
  offsetsOfGroups(groups: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, bigint>>>>
  deleteGroup(groupId: string): Promise<void>
  /** Of a group without members. */
  setGroupOffsets(groupId: string, topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>
  /** Acknowledged by all in-sync replicas. */
  produce(topic: string, records: readonly ProduceRecord[]): Promise<void>
  consume(options: ConsumeOptions): Consumer
  close(): Promise<void>
}

/** A refusal by the broker: `code` is the protocol's number, `type` its name (`UNKNOWN_TOPIC_OR_PARTITION`). */
export class KafkaFault extends Error {
  readonly code: number
  readonly type: string
  constructor(type: string, code: number, message: string) {
    super(message)
    this.name = 'KafkaFault'
    this.type = type
    this.code = code
  }
}
