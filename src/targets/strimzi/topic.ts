/** Strimzi's KafkaTopic, as far as it is read here. https://strimzi.io/docs/operators/latest/configuring#type-KafkaTopic-reference */
import { z } from 'zod'
import type { Health, Observed } from '../../plan/index.ts'
import type { KubeObject } from '../../ports/index.ts'
import { ownerIn } from '../mark.ts'

/** `false`: the topic operator leaves the topic alone, also when the object is deleted. */
export const MANAGED_ANNOTATION = 'strimzi.io/managed'
/** Ours: the topic was there before the object, so it is left behind on removal. */
export const TAKEN_OVER_ANNOTATION = 'clickstream.dev/taken-over'

const schema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    generation: z.number().optional(),
    deletionTimestamp: z.string().nullish(),
    annotations: z.record(z.string(), z.string()).optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .looseObject({
      topicName: z.string().optional(),
      partitions: z.number().optional(),
      replicas: z.number().optional(),
      config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown())])).nullish(),
    })
    .default({}),
  status: z
    .looseObject({
      observedGeneration: z.number().optional(),
      topicId: z.string().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
})
export type KafkaTopic = z.output<typeof schema>

/** Undefined: an object that is no KafkaTopic in a form we know. */
export function readTopic(object: KubeObject): KafkaTopic | undefined {
  const parsed = schema.safeParse(object)
  return parsed.success ? parsed.data : undefined
}

export const topicNameOf = (topic: KafkaTopic): string => topic.spec.topicName ?? topic.metadata.name

/** Whether the topic operator has said that it lets go of the topic. */
export function isReleased(topic: KafkaTopic): boolean {
  return topic.status?.conditions?.some((condition) => condition.type === 'Unmanaged' && condition.status === 'True') ?? false
}

export function observedTopic(topic: KafkaTopic): Observed<'KafkaTopic'> {
  const topicName = topicNameOf(topic)
  const owner = ownerIn({ ...topic.metadata.annotations, ...topic.metadata.labels })
  return {
    id: `KafkaTopic/${topicName}`,
    kind: 'KafkaTopic',
    name: topicName,
    ...(owner ? { owner } : {}),
    spec: {
      topicName,
      objectName: topic.metadata.name,
      partitions: topic.spec.partitions ?? -1,
      replicas: topic.spec.replicas ?? -1,
      config: Object.fromEntries(Object.entries(topic.spec.config ?? {}).map(([key, value]) => [key, String(value)])),
    },
    ...(topic.status?.topicId ? { backendId: topic.status.topicId } : {}),
    ...healthOf(topic),
  }
}

function healthOf(topic: KafkaTopic): { health: Health; reason?: string; message?: string } {
  if (topic.metadata.deletionTimestamp) return { health: 'Pending', reason: 'Deleting', message: 'It is being deleted' }
  if (topic.metadata.annotations?.[MANAGED_ANNOTATION] === 'false')
    return { health: 'Pending', reason: 'Unmanaged', message: `Strimzi leaves it alone: it carries ${MANAGED_ANNOTATION}: "false"` }
  const ready = topic.status?.conditions?.find((condition) => condition.type === 'Ready')
  if (ready?.status === 'False')
    return { health: 'Failed', reason: ready.reason ?? 'Failed', message: `Strimzi: ${ready.message ?? 'it is not ready'}`.slice(0, 400) }
  const seen = topic.status?.observedGeneration === undefined || topic.status.observedGeneration === topic.metadata.generation
  if (ready?.status === 'True' && seen) return { health: 'Ready' }
  return { health: 'Pending', reason: 'Pending', message: 'Strimzi has not made it yet' }
}
