/**
 * The command topic: every statement that changed something, in order. A server that starts on the same Kafka reads it and
 * is what it was. One server writes it; numbers of commands step by two as in the real one, where each command is a
 * transaction whose marker takes an offset.
 */
import { type KafkaClient, KafkaFault, type Logger } from '../../../ports/index.ts'
import type { BodyValue } from '../rest/body.ts'
import type { StartOffsets } from '../run/partitions.ts'
import { readToEnd } from '../run/read-topic.ts'

export interface Command {
  /** `stream/`X`/create`: what /status asks for. */
  readonly id: string
  /** As written, variables replaced. */
  readonly statement: string
  /** As the server stored and shows it. */
  readonly text: string
  readonly properties: Readonly<Record<string, BodyValue>>
  readonly variables: Readonly<Record<string, string>>
  readonly queryId?: string
  readonly startsAt?: StartOffsets
}

const STEP = 2

export class CommandLog {
  readonly topic: string
  readonly #kafka: KafkaClient
  readonly #log: Logger
  #length = 0

  constructor(kafka: KafkaClient, log: Logger, serviceId: string) {
    this.#kafka = kafka
    this.#log = log
    this.topic = `_confluent-ksql-${serviceId}_command_topic`
  }

  /** Makes the topic where it is missing and returns what it holds, with the number of each command. */
  async open(): Promise<readonly { readonly command: Command; readonly sequence: number }[]> {
    if (!(await this.#kafka.listTopics()).includes(this.topic)) {
      try {
        await this.#kafka.createTopic({
          name: this.topic,
          partitions: 1,
          replicas: -1,
          config: { 'cleanup.policy': 'delete', 'retention.ms': '-1' },
        })
      } catch (error) {
        if (!(error instanceof KafkaFault && error.type === 'TOPIC_ALREADY_EXISTS')) throw error
      }
    }
    const records = await readToEnd({ kafka: this.#kafka, log: this.#log, groupId: `${this.topic}_reader`, topic: this.topic })
    this.#length = records.length
    return records.map((record, index) => ({
      command: { ...(JSON.parse(record.value?.toString() ?? '{}') as Omit<Command, 'id'>), id: JSON.parse(record.key?.toString() ?? '""') as string },
      sequence: index * STEP,
    }))
  }

  /** The number of the last command; -1 before the first. */
  get last(): number {
    return this.#length === 0 ? -1 : (this.#length - 1) * STEP
  }

  async append(command: Command): Promise<number> {
    const { id, ...rest } = command
    await this.#kafka.produce(this.topic, [{ partition: 0, key: Buffer.from(JSON.stringify(id)), value: Buffer.from(JSON.stringify(rest)) }])
    this.#length++
    return this.last
  }
}
