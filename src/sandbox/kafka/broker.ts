/** The state of the one broker: topics, groups, producer ids, and who waits for records. */
import type { Clock, Logger, Random } from '../../ports/index.ts'
import { GroupCoordinator } from './group/coordinator.ts'
import type { PartitionLog } from './log/partition-log.ts'
import { Topics } from './topics.ts'

export interface BrokerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log?: Logger
  /** How long the first member of a group waits for others, milliseconds; the real default is 3000. */
  readonly groupInitialRebalanceDelayMs: number
}

const NODE_ID = 1

export class Broker {
  readonly nodeId = NODE_ID
  readonly host = '127.0.0.1'
  /** Known once the server listens. */
  port = 0
  readonly clusterId: string
  readonly clock: Clock
  readonly topics: Topics
  readonly groups: GroupCoordinator
  readonly #waiting = new Map<PartitionLog, Set<() => void>>()
  #nextProducerId = 0n

  constructor(options: BrokerOptions) {
    this.clock = options.clock
    this.clusterId = Buffer.from(Array.from({ length: 16 }, () => Math.floor(options.random.next() * 256))).toString('base64url')
    this.topics = new Topics(options.random, NODE_ID)
    this.groups = new GroupCoordinator({
      clock: options.clock,
      random: options.random,
      initialRebalanceDelayMs: options.groupInitialRebalanceDelayMs,
      ...(options.log ? { log: options.log } : {}),
    })
  }

  nextProducerId(): bigint {
    return this.#nextProducerId++
  }

  /** Calls `wake` at the next append to one of `logs`, or when one goes away; the returned function ends the wait. */
  waitForRecords(logs: readonly PartitionLog[], wake: () => void): () => void {
    for (const log of logs) {
      const waiting = this.#waiting.get(log) ?? new Set()
      waiting.add(wake)
      this.#waiting.set(log, waiting)
    }
    return () => {
      for (const log of logs) {
        const waiting = this.#waiting.get(log)
        waiting?.delete(wake)
        if (waiting?.size === 0) this.#waiting.delete(log)
      }
    }
  }

  wakeReaders(log: PartitionLog): void {
    for (const wake of [...(this.#waiting.get(log) ?? [])]) wake()
  }

  deleteTopic(name: string): void {
    const topic = this.topics.require(name)
    this.topics.delete(topic)
    this.groups.forgetTopic(name)
    for (const log of topic.partitions) this.wakeReaders(log)
  }
}
