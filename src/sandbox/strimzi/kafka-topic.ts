/** A KafkaTopic object as the topic operator reads it. https://strimzi.io/docs/operators/latest/configuring#type-KafkaTopic-reference */
import { z } from 'zod'
import type { KubeObject, KubeResource } from '../../ports/index.ts'

export const kafkaTopics: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' }
export const FINALIZER = 'strimzi.io/topic-operator'
export const CLUSTER_LABEL = 'strimzi.io/cluster'
const MANAGED = 'strimzi.io/managed'
const PAUSED = 'strimzi.io/pause-reconciliation'

export interface Condition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime?: string | undefined
  readonly reason?: string | undefined
  readonly message?: string | undefined
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  lastTransitionTime: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
})

/** The API server has checked it against the definition; what is missing there is missing here. */
const schema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().default(''),
    resourceVersion: z.string().default(''),
    generation: z.number().default(1),
    creationTimestamp: z.string().default(''),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).default([]),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z
    .object({
      topicName: z.string().optional(),
      partitions: z.number().optional(),
      replicas: z.number().optional(),
      config: z.record(z.string(), z.unknown()).optional(),
    })
    .default({}),
  status: z
    .object({
      conditions: z.array(condition).default([]),
      observedGeneration: z.number().optional(),
      topicName: z.string().optional(),
      topicId: z.string().optional(),
    })
    .optional(),
})
export type KafkaTopic = z.output<typeof schema>

/** Throws a ZodError for an object that is no KafkaTopic. */
export const readKafkaTopic = (object: KubeObject): KafkaTopic => schema.parse(object)

export const topicNameOf = (topic: KafkaTopic): string => topic.spec.topicName ?? topic.metadata.name
export const isManaged = (topic: KafkaTopic): boolean => topic.metadata.annotations[MANAGED] !== 'false'
export const isPaused = (topic: KafkaTopic): boolean => topic.metadata.annotations[PAUSED] === 'true'
export const isReady = (topic: KafkaTopic): boolean => topic.status?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

/** What a reconcile depends on; the status, which the operator writes itself, is not part of it. */
export function signatureOf({ metadata, spec }: KafkaTopic): string {
  const { uid, generation, deletionTimestamp, finalizers, labels, annotations } = metadata
  return JSON.stringify([
    uid,
    generation,
    deletionTimestamp,
    finalizers.includes(FINALIZER),
    labels[CLUSTER_LABEL],
    annotations[MANAGED],
    annotations[PAUSED],
    spec,
  ])
}

/** As it is once the reconcile has set the finalizer. */
export const signatureAfter = (topic: KafkaTopic): string =>
  signatureOf({ ...topic, metadata: { ...topic.metadata, finalizers: [...topic.metadata.finalizers, FINALIZER] } })

/** Configs as Kafka takes them: YAML numbers, booleans and lists become text. Null stays null, which Kafka refuses. */
export function configOf(topic: KafkaTopic): Map<string, string | null> {
  return new Map(Object.entries(topic.spec.config ?? {}).map(([name, value]) => [name, configText(value)]))
}

function configText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.map(configText).join(',')
  return String(value)
}
