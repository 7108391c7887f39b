/**
 * What Strimzi's topic operator (1.x) does with KafkaTopic objects, as a client of any Kubernetes API and any Kafka:
 * no package brings the real one. Without Cruise Control, so that a replication factor never changes.
 */
import { type Clock, Failure, type KafkaClient, type KubeApi, type KubeObject, type Logger } from '../../ports/index.ts'
import { Claims } from './claims.ts'
import { CLUSTER_LABEL, isManaged, type KafkaTopic, kafkaTopics, readKafkaTopic, signatureAfter, signatureOf, topicNameOf } from './kafka-topic.ts'
import { deleteFromKafka, reconcileTopic } from './reconcile.ts'
import { watchObjects } from './watch.ts'

export { type ConnectOperatorOptions, startConnectOperator } from './connectors/operator.ts'
export { kafkaConnectCrd, kafkaConnectorCrd, kafkaTopicCrd } from './crd.ts'
export { createSecretProvider } from './secret-provider.ts'

export interface StrimziOptions {
  readonly kube: KubeApi
  readonly kafka: KafkaClient
  /** The one namespace that is watched. */
  readonly namespace: string
  readonly clock: Clock
  readonly log: Logger
  /** Only objects with this `strimzi.io/cluster`; default: any that have the label. */
  readonly cluster?: string
  /** How often everything is looked at again, so that changes made in Kafka are undone; default 120 s as in Strimzi. */
  readonly fullReconciliationMs?: number
}

const FULL_RECONCILIATION_MS = 120_000
const RETRY_MS = 1_000

export async function startStrimzi(options: StrimziOptions): Promise<{ close(): Promise<void> }> {
  const operator = new TopicOperator(options)
  operator.start()
  return { close: () => operator.close() }
}

class TopicOperator {
  readonly #options: StrimziOptions
  readonly #stop = new AbortController()
  readonly #claims = new Claims()
  /** The newest state of objects that wait for their turn. */
  readonly #waiting = new Map<string, KafkaTopic>()
  /** What was reconciled last, by uid, so that an event of a written status costs nothing. */
  readonly #done = new Map<string, string>()
  #wake = () => {}
  #running: Promise<unknown> = Promise.resolve()

  constructor(options: StrimziOptions) {
    this.#options = options
  }

  start(): void {
    const { kube, namespace, clock, log, fullReconciliationMs } = this.#options
    const signal = this.#stop.signal
    const watching = watchObjects({
      resource: kafkaTopics,
      kube,
      namespace,
      clock,
      log,
      signal,
      relistMs: fullReconciliationMs ?? FULL_RECONCILIATION_MS,
      onListed: (objects) => {
        this.#done.clear()
        this.#claims.retain(objects.flatMap((object) => this.#read(object) ?? []))
        for (const object of objects) this.#seen(object)
      },
      onChanged: (object) => this.#seen(object),
      onDeleted: (object) => this.#gone(object),
    })
    this.#running = Promise.all([watching, this.#work()])
  }

  #seen(object: KubeObject): void {
    const topic = this.#read(object)
    if (!topic || this.#done.get(topic.metadata.uid) === signatureOf(topic)) return
    this.#waiting.set(topic.metadata.name, topic)
    this.#wake()
  }

  /** Gone without our finalizer: somebody took it off, and the topic goes with the object all the same. */
  #gone(object: KubeObject): void {
    const topic = this.#read(object)
    if (!topic) return
    this.#waiting.delete(topic.metadata.name)
    const wasOurs = this.#done.delete(topic.metadata.uid)
    this.#claims.forget(topic)
    if (!wasOurs || !isManaged(topic)) return
    deleteFromKafka(topicNameOf(topic), this.#options.kafka).catch((error: unknown) =>
      this.#options.log.warn({ err: error, topic: topicNameOf(topic) }, 'strimzi: the topic of a deleted object stays'),
    )
  }

  #read(object: KubeObject): KafkaTopic | undefined {
    const topic = readKafkaTopic(object)
    const cluster = topic.metadata.labels[CLUSTER_LABEL]
    return cluster !== undefined && (this.#options.cluster ?? cluster) === cluster ? topic : undefined
  }

  async #work(): Promise<void> {
    const { clock, log, kube, kafka } = this.#options
    const signal = this.#stop.signal
    while (!signal.aborted) {
      const next = this.#waiting.entries().next()
      if (next.done) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      const [name, topic] = next.value
      this.#waiting.delete(name)
      // Queued while the same was being done: an event of the finalizer that the reconcile itself has set.
      if (this.#done.get(topic.metadata.uid) === signatureOf(topic)) continue
      try {
        await reconcileTopic(topic, { kube, kafka, clock, claims: this.#claims, signal })
        if (topic.metadata.deletionTimestamp === undefined) this.#done.set(topic.metadata.uid, signatureAfter(topic))
        else this.#done.delete(topic.metadata.uid)
      } catch (error) {
        if (signal.aborted) return
        // It went away, or changed meanwhile: then a newer event is on its way or has been queued already.
        if (error instanceof Failure && (error.status === 404 || error.status === 409)) continue
        log.warn({ err: error, topic: name }, 'strimzi: the KafkaTopic could not be reconciled')
        this.#again(name, topic)
      }
    }
  }

  /** The API server did not take it: once more, with what it holds then. */
  #again(name: string, topic: KafkaTopic): void {
    const { clock, kube } = this.#options
    clock
      .sleep(RETRY_MS, this.#stop.signal)
      .then(() => kube.get(kafkaTopics, topic.metadata.namespace, name, this.#stop.signal))
      .then(
        (object) => object && this.#seen(object),
        () => this.#stop.signal.aborted || this.#again(name, topic),
      )
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the topic operator is stopped'))
    this.#wake()
    await this.#running
  }
}
