/**
 * What Strimzi's topic operator does with one KafkaTopic: make Kafka's topic equal to the spec, say so in the status,
 * delete the topic with the object. It never reads a topic back into an object.
 */
import { type Clock, type KafkaClient, KafkaFault, type KubeApi } from '../../ports/index.ts'
import type { Claims } from './claims.ts'
import { configOf, FINALIZER, isManaged, isPaused, type KafkaTopic, kafkaTopics, topicNameOf } from './kafka-topic.ts'
import { kafkaError, statusAfter, TopicError, toTopicError } from './outcome.ts'

export interface ReconcileContext {
  readonly kube: KubeApi
  readonly kafka: KafkaClient
  readonly clock: Clock
  readonly claims: Claims
  readonly signal: AbortSignal
}

const BROKER_DEFAULT = -1

export async function reconcileTopic(topic: KafkaTopic, context: ReconcileContext): Promise<void> {
  if (topic.metadata.deletionTimestamp !== undefined) return await deleteTopic(topic, context)
  if (!isManaged(topic)) {
    await setFinalizer(topic, true, context)
    return await writeStatus(topic, undefined, context)
  }
  try {
    assertSameName(topic)
    context.claims.remember(topic)
    context.claims.assertOwner(topic)
  } catch (error) {
    return await writeStatus(topic, toTopicError(error), context)
  }
  if (isPaused(topic)) return await writeStatus(topic, undefined, context)

  await setFinalizer(topic, true, context)
  try {
    await writeStatus(topic, undefined, context, await makeEqual(topic, context.kafka))
  } catch (error) {
    if (context.signal.aborted) throw error
    await writeStatus(topic, toTopicError(error), context)
  }
}

/** The topic goes first, then the finalizer; a topic that is gone already is as good as deleted. */
async function deleteTopic(topic: KafkaTopic, context: ReconcileContext): Promise<void> {
  if (isManaged(topic)) {
    try {
      assertSameName(topic)
      context.claims.remember(topic)
      await deleteFromKafka(topicNameOf(topic), context.kafka)
    } catch (error) {
      if (context.signal.aborted) throw error
      return await writeStatus(topic, toTopicError(error), context)
    }
  }
  await setFinalizer(topic, false, context)
  context.claims.forget(topic)
}

export async function deleteFromKafka(topicName: string, kafka: KafkaClient): Promise<void> {
  try {
    await kafka.deleteTopic(topicName)
  } catch (error) {
    if (!(error instanceof KafkaFault && error.type === 'UNKNOWN_TOPIC_OR_PARTITION')) throw error
  }
}

function assertSameName(topic: KafkaTopic): void {
  const known = topic.status?.topicName
  if (known !== undefined && known !== topicNameOf(topic)) throw new TopicError('NotSupported', 'Changing spec.topicName is not supported')
}

/** The id of a topic that was made; undefined where it existed. Of several errors the first counts, and all changes are tried. */
async function makeEqual(topic: KafkaTopic, kafka: KafkaClient): Promise<string | undefined> {
  const name = topicNameOf(topic)
  const [current] = await kafka.describeTopics([name])
  if (!current) return await create(topic, kafka)

  const errors: TopicError[] = []
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      errors.push(toTopicError(error))
    }
  }
  const wanted = topic.spec.partitions ?? BROKER_DEFAULT
  await attempt(async () => {
    if (wanted !== BROKER_DEFAULT && wanted < current.partitions.length) throw new TopicError('NotSupported', 'Decreasing partitions not supported')
  })
  await attempt(() => alterConfigs(topic, kafka))
  await attempt(async () => {
    if (wanted > current.partitions.length) await kafka.createPartitions(name, wanted)
  })
  await attempt(async () => {
    const replicas = topic.spec.replicas
    const different = current.partitions.filter((partition) => replicas !== undefined && partition.replicas.length !== replicas)
    if (different.length === 0) return
    const ids = different.map(({ id }) => id).join(', ')
    throw new TopicError('NotSupported', `Replication factor change not supported, but required for partitions [${ids}]`)
  })
  if (errors[0]) throw errors[0]
  return undefined
}

async function create(topic: KafkaTopic, kafka: KafkaClient): Promise<string | undefined> {
  const name = topicNameOf(topic)
  const config = requireValues(configOf(topic))
  try {
    await kafka.createTopic({ name, partitions: topic.spec.partitions ?? BROKER_DEFAULT, replicas: topic.spec.replicas ?? BROKER_DEFAULT, config })
  } catch (error) {
    // Somebody was faster; the next reconcile looks at what it has become.
    if (error instanceof KafkaFault && error.type === 'TOPIC_ALREADY_EXISTS') return undefined
    throw error
  }
  return (await kafka.describeTopics([name]))[0]?.id
}

/** A config that already has the wanted value, be it by default, is left as it is; one that nobody declares is unset. */
async function alterConfigs(topic: KafkaTopic, kafka: KafkaClient): Promise<void> {
  const name = topicNameOf(topic)
  const current = (await kafka.topicConfigs([name])).get(name)
  if (!current) throw new KafkaFault('UNKNOWN_TOPIC_OR_PARTITION', 3, 'This server does not host this topic-partition.')
  const own = new Map(current.filter(({ isDefault }) => !isDefault).map((config) => [config.name, config.value]))
  const effective = new Map(current.map((config) => [config.name, config.value]))
  const wanted = configOf(topic)
  const next = new Map([...wanted].filter(([key, value]) => own.has(key) || effective.get(key) !== value))
  if (next.size === own.size && [...next].every(([key, value]) => own.get(key) === value)) return
  await kafka.alterTopicConfigs(name, requireValues(next))
}

function requireValues(config: ReadonlyMap<string, string | null>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of config) {
    if (value === null) throw kafkaError('InvalidConfigurationException', `Null value not supported for topic configs: ${name}`)
    values[name] = value
  }
  return values
}

async function setFinalizer(topic: KafkaTopic, present: boolean, { kube, signal }: ReconcileContext): Promise<void> {
  const { name, namespace, finalizers, resourceVersion } = topic.metadata
  if (finalizers.includes(FINALIZER) === present) return
  const next = present ? [...finalizers, FINALIZER] : finalizers.filter((one) => one !== FINALIZER)
  // With the resourceVersion, so that a finalizer somebody else sets meanwhile is not lost.
  const body = { metadata: { resourceVersion, finalizers: next } }
  await kube.patch(kafkaTopics, namespace, name, { type: 'merge', body }, signal)
}

async function writeStatus(topic: KafkaTopic, result: TopicError | undefined, { kube, clock, signal }: ReconcileContext, topicId?: string): Promise<void> {
  const status = statusAfter(topic, result, clock.now(), topicId)
  if (!status) return
  await kube.patch(kafkaTopics, topic.metadata.namespace, topic.metadata.name, { type: 'merge', body: { status }, subresource: 'status' }, signal)
}
