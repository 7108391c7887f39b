/**
 * Definitions of Strimzi 1.x: names, columns and schema as its CRD generator writes them for `kafka.strimzi.io/v1`, the one
 * version that Strimzi 1 serves. Descriptions are ours. Of a KafkaConnect only those fields have a schema that its stand-in
 * reads; the others are taken as they come.
 */
import type { KubeObject } from '../../ports/index.ts'

const text = (description: string) => ({ type: 'string', description })
const count = (description: string, limits: object = {}) => ({ type: 'integer', description, ...limits })

const topicSpec = {
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

const conditions = (description: string) => ({ type: 'array', description, items: condition })
const observedGeneration = count('The generation that was last reconciled.')
const untyped = (description: string) => ({ type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true })

const topicStatus = {
  type: 'object',
  description: 'The topic as the topic operator left it.',
  properties: {
    conditions: conditions('Ready, ReconciliationPaused or Unmanaged, and warnings.'),
    observedGeneration,
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

const configMapRef = (field: string, description: string) => ({
  type: 'object',
  description,
  required: [field],
  properties: { [field]: { type: 'object', description: 'The ConfigMap.', properties: { name: text('Its name.') } } },
})

const connectorSpec = {
  type: 'object',
  description: 'The connector as it should be.',
  properties: {
    class: text('Connector class.'),
    tasksMax: count('Most tasks.', { minimum: 1 }),
    autoRestart: {
      type: 'object',
      description: 'Restarts of what has failed.',
      properties: { enabled: { type: 'boolean', description: 'Whether there are any.' }, maxRestarts: count('How many at most. Absent: no end.') },
    },
    version: text('Version of the plugin, or a range of them.'),
    config: untyped('Its config; name, connector.class, tasks.max and connector.plugin.version have no place here.'),
    state: { type: 'string', description: 'Absent: running.', enum: ['paused', 'stopped', 'running'] },
    listOffsets: configMapRef('toConfigMap', 'Where offsets are written to.'),
    alterOffsets: configMapRef('fromConfigMap', 'Where offsets are read from.'),
  },
}

const connectorStatus = {
  type: 'object',
  description: 'The connector as Kafka Connect has it.',
  properties: {
    conditions: conditions('Ready, NotReady or ReconciliationPaused, and warnings.'),
    observedGeneration,
    autoRestart: {
      type: 'object',
      description: 'What was restarted.',
      properties: { count: count('How often.'), connectorName: text('Which.'), lastRestartTimestamp: text('When last, ISO 8601 in UTC.') },
    },
    connectorStatus: untyped('What the REST API of Kafka Connect says of it.'),
    tasksMax: count('How many tasks there are.'),
    topics: { type: 'array', description: 'Topics that it uses.', items: { type: 'string' } },
  },
}

const connectSpec = {
  type: 'object',
  description: 'The workers as they should be.',
  required: ['replicas', 'bootstrapServers', 'groupId', 'configStorageTopic', 'statusStorageTopic', 'offsetStorageTopic'],
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    version: text('Version of Kafka Connect.'),
    replicas: count('How many workers.'),
    bootstrapServers: text('Kafka, as host:port with commas between.'),
    groupId: text('Group of the workers.'),
    configStorageTopic: text('Topic with the configs.'),
    statusStorageTopic: text('Topic with the states.'),
    offsetStorageTopic: text('Topic with the offsets of sources.'),
    config: untyped('Config of the workers.'),
  },
}

const plugin = { type: 'object', properties: { class: text('Its class.'), type: text('sink or source.'), version: text('Its version.') } }
const connectStatus = {
  type: 'object',
  description: 'The workers as they are.',
  properties: {
    conditions: conditions('Ready or NotReady, and warnings.'),
    observedGeneration,
    url: text('Address of the REST API.'),
    connectorPlugins: { type: 'array', description: 'Connector classes that there are.', items: plugin },
    replicas: count('How many workers there are.'),
    labelSelector: text('Which pods they are.'),
  },
}

const definition = (kind: string, shortName: string, columns: readonly object[], spec: object, status: object, scale?: object): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.kafka.strimzi.io`, labels: { app: 'strimzi' } },
  spec: {
    group: 'kafka.strimzi.io',
    names: { kind, listKind: `${kind}List`, singular: kind.toLowerCase(), plural: `${kind.toLowerCase()}s`, shortNames: [shortName], categories: ['strimzi'] },
    scope: 'Namespaced',
    conversion: { strategy: 'None' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, ...(scale ? { scale } : {}) },
        additionalPrinterColumns: columns,
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
})
const ready = (description: string) => ({ name: 'Ready', description, jsonPath: '.status.conditions[?(@.type=="Ready")].status', type: 'string' })
const cluster = (description: string) => ({ name: 'Cluster', description, jsonPath: '.metadata.labels.strimzi\\.io/cluster', type: 'string' })

export const kafkaTopicCrd = definition(
  'KafkaTopic',
  'kt',
  [
    cluster('The Kafka cluster of the topic'),
    { name: 'Partitions', description: 'Partitions that are declared', jsonPath: '.spec.partitions', type: 'integer' },
    { name: 'Replication factor', description: 'Replicas that are declared', jsonPath: '.spec.replicas', type: 'integer' },
    ready('Whether the topic is as declared'),
  ],
  topicSpec,
  topicStatus,
)

export const kafkaConnectorCrd = definition(
  'KafkaConnector',
  'kctr',
  [
    cluster('The KafkaConnect of the connector'),
    { name: 'Connector class', description: 'Its class', jsonPath: '.spec.class', type: 'string' },
    { name: 'Max Tasks', description: 'Most tasks that are declared', jsonPath: '.spec.tasksMax', type: 'integer' },
    ready('Whether the connector is as declared'),
  ],
  connectorSpec,
  connectorStatus,
  { specReplicasPath: '.spec.tasksMax', statusReplicasPath: '.status.tasksMax' },
)

export const kafkaConnectCrd = definition(
  'KafkaConnect',
  'kc',
  [
    { name: 'Desired replicas', description: 'Workers that are declared', jsonPath: '.spec.replicas', type: 'integer' },
    ready('Whether the workers are as declared'),
  ],
  connectSpec,
  connectStatus,
  { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.labelSelector' },
)
