/** Topics by Strimzi: KafkaTopic objects in one namespace, which its topic operator turns into topics. */
import { type Desired, type Finding, type Observed, type Owner, placeOf } from '../../plan/index.ts'
import { type Clock, Failure, type KafkaClient, KafkaFault, type KubeApi, type KubeObject, type KubeResource } from '../../ports/index.ts'
import { marksOf, ownerIn, sameOwner } from '../mark.ts'
import { endOffsetSums } from '../offsets.ts'
import { CLUSTER_LABEL, listAll, ringAtChanges, STRIMZI_GROUP, strimziVersion } from '../strimzi-api.ts'
import type { Target } from '../target.ts'
import { isReleased, type KafkaTopic, MANAGED_ANNOTATION, observedTopic, readTopic, TAKEN_OVER_ANNOTATION, topicNameOf } from './topic.ts'

export interface StrimziOptions {
  readonly kube: KubeApi
  readonly kafka: KafkaClient
  readonly clock: Clock
  /** Where the KafkaTopics are, and the topic operator looks. */
  readonly namespace: string
  /** Name of the Kafka object. */
  readonly cluster: string
  /** Namespace of the platform. Pipelines of others may not take over topics that were there before them. Default: all may. */
  readonly platformNamespace?: string
}

const ANSWER_MS = 4_000

const REFUSALS: Readonly<Record<string, readonly [reason: string, mend: string]>> = {
  INVALID_REPLICATION_FACTOR: ['PartitionsInvalid', 'Declare no more replicas than there are brokers, or none at all.'],
  INVALID_PARTITIONS: ['PartitionsInvalid', 'Declare another number of partitions.'],
  INVALID_CONFIG: ['TopicInvalid', 'Correct the config of the topic.'],
  INVALID_TOPIC_EXCEPTION: ['TopicInvalid', 'Take a name that Kafka allows.'],
}

export function createStrimziTarget(options: StrimziOptions): Target {
  const { kube, kafka, clock, namespace } = options
  let served: KubeResource | undefined

  async function topics(signal: AbortSignal): Promise<KubeResource> {
    served ??= { group: STRIMZI_GROUP, version: await strimziVersion(kube, signal), plural: 'kafkatopics', kind: 'KafkaTopic' }
    return served
  }

  async function list(signal: AbortSignal): Promise<KafkaTopic[]> {
    const found = (await listAll(kube, await topics(signal), { namespace }, signal)).flatMap((item) => readTopic(item) ?? [])
    return found.filter((topic) => (topic.metadata.labels?.[CLUSTER_LABEL] ?? options.cluster) === options.cluster)
  }

  /** By the topic's name: the object of another operator may be called otherwise. */
  async function find(topicName: string, signal: AbortSignal): Promise<KafkaTopic | undefined> {
    return (await list(signal)).find((topic) => topicNameOf(topic) === topicName)
  }

  async function patch(objectName: string, body: unknown, signal: AbortSignal): Promise<void> {
    await kube.patch(await topics(signal), namespace, objectName, { type: 'merge', body }, signal)
  }

  function mayTakeOver(topic: string, { namespace: own }: Owner): boolean {
    return options.platformNamespace === undefined || own === options.platformNamespace || topic.startsWith(`${own}.`)
  }

  async function create(desired: Desired<'KafkaTopic'>, owner: Owner, again: boolean, signal: AbortSignal): Promise<void> {
    const resource = await topics(signal)
    // Where the ledger says that we made it, only its object was lost.
    const there = again ? [] : await kafka.describeTopics([desired.spec.topicName])
    if (there.length > 0 && !mayTakeOver(desired.spec.topicName, owner))
      throw new Failure(
        'Stall',
        'OwnedByAnother',
        `Topic ${desired.spec.topicName} is there already, and only pipelines of the platform’s namespace take over topics`,
      )
    const object: KubeObject = {
      apiVersion: `${STRIMZI_GROUP}/${resource.version}`,
      kind: 'KafkaTopic',
      metadata: {
        name: desired.spec.objectName,
        namespace,
        labels: { [CLUSTER_LABEL]: options.cluster, ...marksOf(owner) },
        ...(there.length > 0 ? { annotations: { [TAKEN_OVER_ANNOTATION]: 'true' } } : {}),
      },
      spec: specOf(desired),
    }
    await kube.create(resource, object, signal)
  }

  async function update(desired: Desired<'KafkaTopic'>, observed: Observed<'KafkaTopic'>, owner: Owner, signal: AbortSignal): Promise<void> {
    const stale = Object.keys(observed.spec.config).filter((key) => !(key in desired.spec.config))
    const config = { ...desired.spec.config, ...Object.fromEntries(stale.map((key) => [key, null])) }
    await patch(
      observed.spec.objectName,
      { metadata: { labels: marksOf(owner), annotations: { [MANAGED_ANNOTATION]: null } }, spec: { ...specOf(desired), config } },
      signal,
    )
  }

  /** The client tries for a minute by itself; whether Kafka can be used is to be known sooner. */
  async function answeringKafka(signal: AbortSignal): Promise<void> {
    const waiting = new AbortController()
    const late = clock.sleep(ANSWER_MS, AbortSignal.any([signal, waiting.signal])).then(() => {
      throw new Failure('Retry', 'TimedOut', `Kafka did not answer within ${ANSWER_MS / 1000} s`)
    })
    try {
      await Promise.race([kafka.clusterId(), late])
    } finally {
      waiting.abort()
    }
  }

  /** Strimzi would find out only after the KafkaTopic is written. */
  async function refusalOf(node: Desired<'KafkaTopic'>): Promise<Finding[]> {
    const { topicName: name, partitions, replicas, config } = node.spec
    try {
      await kafka.checkTopic({ name, partitions, replicas, config })
      return []
    } catch (error) {
      if (!(error instanceof KafkaFault)) throw error
      // Somebody was faster: the next look will find it.
      if (error.type === 'TOPIC_ALREADY_EXISTS') return []
      const [reason, mend] = REFUSALS[error.type] ?? ['TopicInvalid', 'Correct the topic.']
      return [{ severity: 'error', reason, ...placeOf(node), message: `Kafka refuses topic ${name}: ${error.message}`, mend }]
    }
  }

  return {
    backend: 'kafka',
    kinds: ['KafkaTopic'],

    async probe(signal) {
      const resource = await topics(signal)
      await answeringKafka(signal)
      return { version: `${STRIMZI_GROUP}/${resource.version}` }
    },

    async observe(signal) {
      // KafkaTopics can be read while Kafka itself is gone.
      await answeringKafka(signal)
      return (await list(signal)).map(observedTopic)
    },

    async doorbell(ring, signal) {
      await ringAtChanges(kube, await topics(signal), { namespace }, ring, signal)
    },

    async check(desired, signal) {
      // A topic with an object is known; one without was made by somebody else.
      const objects = new Set((await list(signal)).map(topicNameOf))
      const nodes = (desired as readonly Desired<'KafkaTopic'>[]).filter(({ spec }) => !objects.has(spec.topicName))
      if (nodes.length === 0) return []
      const there = new Map((await kafka.describeTopics(nodes.map((node) => node.spec.topicName))).map((topic) => [topic.name, topic]))
      const findings: Finding[] = []
      for (const node of nodes) {
        const { topicName, partitions } = node.spec
        const has = there.get(topicName)?.partitions.length
        if (has === undefined) findings.push(...(await refusalOf(node)))
        else if (has > partitions)
          findings.push({
            severity: 'error',
            reason: 'PartitionsCannotShrink',
            ...placeOf(node),
            message: `Topic ${topicName} is there already with ${has} partitions, and ${partitions} are declared`,
            mend: `Declare ${has} partitions, or take another topic.`,
          })
        else
          findings.push({
            severity: 'warning',
            reason: 'Surprising',
            ...placeOf(node),
            message: `Topic ${topicName} is there already: it is taken over with its records, and left behind on removal`,
          })
      }
      return findings
    },

    async partitionsOf(names, signal) {
      signal.throwIfAborted()
      return new Map((await kafka.describeTopics(names)).map(({ name, partitions }) => [name, partitions.length]))
    },

    async apply(action, owner, signal) {
      const desired = action.desired as Desired<'KafkaTopic'>
      const existing = await find(desired.spec.topicName, signal)
      if (!existing) {
        await create(desired, owner, action.entry?.phase === 'done', signal)
        return { pending: true }
      }
      const observed = observedTopic(existing)
      // The ledger knows that it is ours where somebody has taken our labels away.
      const ours = observed.owner ? sameOwner(observed.owner, owner) : action.class !== 'Create'
      if (!ours) {
        const whose = observed.owner ? `belongs to pipeline ${observed.owner.namespace}/${observed.owner.pipeline}` : 'was made by somebody else'
        throw new Failure('Stall', 'OwnedByAnother', `KafkaTopic ${existing.metadata.name} of topic ${desired.spec.topicName} ${whose}`)
      }
      await update(desired, observed, owner, signal)
      return { pending: true, ...(observed.backendId ? { backendId: observed.backendId } : {}) }
    },

    async remove(entry: { name: string; onRemove: 'delete' | 'retain' }, owner, signal) {
      const topic = await find(entry.name, signal)
      const marked = topic && ownerIn({ ...topic.metadata.annotations, ...topic.metadata.labels })
      if (!topic || !marked || !sameOwner(marked, owner)) return {}
      const objectName = topic.metadata.name
      const leave = entry.onRemove === 'retain' || topic.metadata.annotations?.[TAKEN_OVER_ANNOTATION] === 'true'
      if (leave && !isReleased(topic) && !topic.metadata.deletionTimestamp) {
        // Deleting the object before Strimzi has let go of the topic would delete the topic.
        if (topic.metadata.annotations?.[MANAGED_ANNOTATION] !== 'false')
          await patch(objectName, { metadata: { annotations: { [MANAGED_ANNOTATION]: 'false' } } }, signal)
        return { pending: true }
      }
      if (!topic.metadata.deletionTimestamp)
        await kube.delete(await topics(signal), namespace, objectName, topic.metadata.uid ? { uid: topic.metadata.uid } : {}, signal)
      return { pending: (await find(entry.name, signal)) !== undefined }
    },

    async progress(ids, signal) {
      signal.throwIfAborted()
      const names = ids.flatMap((id) => (id.startsWith('KafkaTopic/') ? [id.slice('KafkaTopic/'.length)] : []))
      return [...(await endOffsetSums(kafka, names))].map(([name, produced]) => ({ id: `KafkaTopic/${name}`, produced }))
    },
  }
}

function specOf(desired: Desired<'KafkaTopic'>): Record<string, unknown> {
  const { topicName, partitions, replicas, config } = desired.spec
  // -1: the cluster's default.
  return { topicName, partitions, ...(replicas === -1 ? {} : { replicas }), config }
}
