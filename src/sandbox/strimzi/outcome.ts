/** What came of a reconcile, and how it shows in the status. */
import { Failure, KafkaFault } from '../../ports/index.ts'
import { type Condition, isManaged, isPaused, type KafkaTopic, topicNameOf } from './kafka-topic.ts'

export type TopicReason = 'KafkaError' | 'NotSupported' | 'ResourceConflict' | 'InternalError'

/** A reconcile that did not reach its end: shows as Ready=False with this reason. */
export class TopicError extends Error {
  readonly reason: TopicReason
  constructor(reason: TopicReason, message: string) {
    super(message)
    this.name = 'TopicError'
    this.reason = reason
  }
}

/** Names of the Java client's exceptions, which the real operator puts into its messages. */
const JAVA_NAMES: Readonly<Record<string, string>> = {
  INVALID_TOPIC_EXCEPTION: 'InvalidTopicException',
  INVALID_PARTITIONS: 'InvalidPartitionsException',
  INVALID_REPLICATION_FACTOR: 'InvalidReplicationFactorException',
  INVALID_CONFIG: 'InvalidConfigurationException',
  INVALID_REQUEST: 'InvalidRequestException',
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  UNKNOWN_TOPIC_OR_PARTITION: 'UnknownTopicOrPartitionException',
  TOPIC_AUTHORIZATION_FAILED: 'TopicAuthorizationException',
  CLUSTER_AUTHORIZATION_FAILED: 'ClusterAuthorizationException',
  POLICY_VIOLATION: 'PolicyViolationException',
}

export function toTopicError(error: unknown): TopicError {
  if (error instanceof TopicError) return error
  if (error instanceof KafkaFault) return kafkaError(JAVA_NAMES[error.type] ?? 'ApiException', error.message)
  // To the Java client a broker that cannot be reached is a time-out.
  if (error instanceof Failure) return kafkaError('TimeoutException', error.message)
  return new TopicError('InternalError', String(error))
}

export const kafkaError = (name: string, message: string) => new TopicError('KafkaError', `org.apache.kafka.common.errors.${name}: ${message}`)

export interface TopicStatus {
  readonly conditions: readonly Condition[]
  readonly observedGeneration: number
  readonly topicName: string | null
  readonly topicId?: string
}

/** The new status; undefined when it would say the same as the old one. */
export function statusAfter(topic: KafkaTopic, result: TopicError | undefined, now: number, topicId?: string): TopicStatus | undefined {
  const old = topic.status
  const at = { lastTransitionTime: new Date(now).toISOString() }
  const condition: Condition = result
    ? { type: 'Ready', status: 'False', reason: result.reason, message: result.message, ...at }
    : { type: goodType(topic), status: 'True', ...at }
  const status: TopicStatus = {
    conditions: [condition],
    // While it is paused, the last reconciled generation stays.
    observedGeneration: isPaused(topic) ? (old?.observedGeneration ?? 0) : topic.metadata.generation,
    topicName: isManaged(topic) ? (old?.topicName ?? topicNameOf(topic)) : null,
    ...(topicId === undefined ? {} : { topicId }),
  }
  return old && saysTheSame(old, status) ? undefined : status
}

function goodType(topic: KafkaTopic): string {
  if (!isManaged(topic)) return 'Unmanaged'
  return isPaused(topic) ? 'ReconciliationPaused' : 'Ready'
}

function saysTheSame(old: NonNullable<KafkaTopic['status']>, next: TopicStatus): boolean {
  return (
    old.observedGeneration === next.observedGeneration &&
    (old.topicName ?? null) === next.topicName &&
    (next.topicId === undefined || old.topicId === next.topicId) &&
    old.conditions.length === next.conditions.length &&
    next.conditions.every((condition, i) => {
      const before = old.conditions[i]
      return (['type', 'status', 'reason', 'message'] as const).every((field) => before?.[field] === condition[field])
    })
  )
}
