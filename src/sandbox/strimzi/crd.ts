/**
 * The KafkaTopic definition of Strimzi 1.x: names, columns and schema as its CRD generator writes them for
 * `kafka.strimzi.io/v1`, the one version that Strimzi 1 serves. Descriptions are ours.
 */
import type { KubeObject } from '../../ports/index.ts'

const text = (description: string) => ({ type: 'string', description })
const count = (description: string, limits: object = {}) => ({ type: 'integer', description, ...limits })

const spec = {
  type: 'object',
  description: 'The topic as it should be.',
  properties: {
    topicName: text('Name of the topic in Kafka; absent: the name of the object. Cannot change.'),
    partitions: count('Number of partitions; cannot shrink. Absent: the default of the brokers.', { minimum: 1 }),
    replicas: count('Replicas of each partition. Absent: the default of the brokers.', { minimum: 1, maximum: 32_767 }),
    config: { type: 'object', description: 'Configs set on the topic.', 'x-kubernetes-preserve-unknown-fields': true },
  },
}

const condition = {
  type: 'object',
  properties: {
    type: text('What the condition is about.'),
    status: text('True, False or Unknown.'),
    lastTransitionTime: text('When it was last found so, ISO 8601 in UTC.'),
    reason: text('One word in CamelCase.'),
    message: text('For people.'),
  },
}

const status = {
  type: 'object',
  description: 'The topic as the topic operator left it.',
  properties: {
    conditions: { type: 'array', description: 'Ready, ReconciliationPaused or Unmanaged, and warnings.', items: condition },
    observedGeneration: count('The generation that was last reconciled.'),
    topicName: text('Name of the topic in Kafka.'),
    topicId: text('Id of the topic in Kafka; another one after the topic was deleted and made again.'),
    replicasChange: {
      type: 'object',
      description: 'A change of the replication factor that Cruise Control makes.',
      properties: {
        targetReplicas: count('The factor that was asked for.'),
        state: { type: 'string', description: 'pending or ongoing.', enum: ['pending', 'ongoing'] },
        message: text('What hinders it.'),
        sessionId: text('The task at Cruise Control.'),
      },
    },
  },
}

export const kafkaTopicCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kafkatopics.kafka.strimzi.io', labels: { app: 'strimzi' } },
  spec: {
    group: 'kafka.strimzi.io',
    names: { kind: 'KafkaTopic', listKind: 'KafkaTopicList', singular: 'kafkatopic', plural: 'kafkatopics', shortNames: ['kt'], categories: ['strimzi'] },
    scope: 'Namespaced',
    conversion: { strategy: 'None' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Cluster', description: 'The Kafka cluster of the topic', jsonPath: '.metadata.labels.strimzi\\.io/cluster', type: 'string' },
          { name: 'Partitions', description: 'Partitions that are declared', jsonPath: '.spec.partitions', type: 'integer' },
          { name: 'Replication factor', description: 'Replicas that are declared', jsonPath: '.spec.replicas', type: 'integer' },
          { name: 'Ready', description: 'Whether the topic is as declared', jsonPath: '.status.conditions[?(@.type=="Ready")].status', type: 'string' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, spec, status },
          },
        },
      },
    ],
  },
}
