/** ClickstreamPlatform: where the backends are, and what those who share them may do. */
import { z } from 'zod'
import { choice, className, described, duration, entryName, flag, integer, mapList, namespaceName, objectName, text, textList, url } from './fields.ts'

const credentials = () =>
  described('A Secret in the namespace of the platform with the keys `username` and `password`.', { name: objectName('Name of the Secret.') }).optional()

const timeout = () => duration('How long one request may take.').default('10s')

const kafka = described('The Kafka cluster, and the Strimzi that looks after its topics.', {
  bootstrapServers: text('Addresses host:port, separated by commas.', { max: 1024, pattern: '^[^\\s,]+:[0-9]+(,[^\\s,]+:[0-9]+)*$' }),
  strimziCluster: objectName('Name of the Kafka object; KafkaTopics carry it as label strimzi.io/cluster.'),
  topicNamespace: namespaceName('Namespace of the KafkaTopics. Default: the namespace of the platform.').optional(),
})

const ksqldb = described('The ksqlDB server.', {
  url: url('Address of its REST API.'),
  secretRef: credentials(),
  timeout: timeout(),
})

const connect = described('The Kafka Connect cluster.', {
  url: url('Address of its REST API.'),
  secretRef: credentials(),
  timeout: timeout(),
  elasticsearchSink: described('The connector that writes to Elasticsearch.', {
    class: className('Connector class. Default: the one found among the installed plugins.').optional(),
  }).optional(),
  generator: described('The connector that generates data.', {
    class: className('Connector class. Default: the one found among the installed plugins.').optional(),
  }).optional(),
})

const client = (who: string) =>
  described(`How ${who} reaches Elasticsearch. The operator's own credential is never handed on.`, {
    url: url('Address as seen from there. Default: the url of the operator.').optional(),
    secretRef: credentials(),
  }).optional()

const elasticsearch = described('The Elasticsearch or OpenSearch cluster.', {
  url: url('Address of its REST API.'),
  secretRef: credentials(),
  timeout: timeout(),
  clients: described('How the other backends reach Elasticsearch.', { connect: client('Kafka Connect'), grafana: client('Grafana') }).optional(),
})

const grafana = described('The Grafana server.', {
  url: url('Address of its HTTP API.'),
  secretRef: credentials(),
  timeout: timeout(),
  folder: text('Title of the folder that holds the dashboards; it is made when it is missing and stays the platform’s.', { max: 100 }).default('Clickstream'),
})

const limits = described('What guards a shared platform against its tenants.', {
  allowedConnectorClasses: textList(
    'Connector classes that pipelines may use. Default: every installed one.',
    className('A connector class.'),
    100,
    'set',
  ).optional(),
  topicPrefixPerNamespace: flag('Topics that a pipeline makes must begin with its namespace and a dot.').default(false),
  maxPartitions: integer('Most partitions that one topic may have.', 1, 10_000).optional(),
  maxStatements: integer('Most statements that one pipeline may have.', 1, 1000).optional(),
  allowPlainSecrets: flag(
    'Values of Secrets may stand in clear in the config of connectors, where everybody who can read Kafka Connect can read them.',
  ).default(false),
})

export const platformSpecSchema = described('Where the backends are.', {
  kafka,
  ksqldb,
  connect,
  elasticsearch,
  grafana,
  allowedNamespaces: textList(
    'Namespaces whose pipelines may refer to this platform beside its own; `*` stands for all.',
    text('A namespace, or `*`.', { max: 63, pattern: '^(\\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$' }),
    100,
    'set',
  ).default([]),
  limits: limits.prefault({}),
})

export type PlatformSpec = z.output<typeof platformSpecSchema>

const conditionSchema = described('One aspect of the state of an object.', {
  type: text('Kind of condition, in CamelCase.', { max: 100 }),
  status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
  reason: text('Why, as one word in CamelCase.', { max: 100 }),
  message: text('Why, for people.', { max: 512, min: 0 }),
  lastTransitionTime: z.iso.datetime({ offset: true }).max(40).meta({ description: 'When the status last changed.', format: 'date-time' }),
  observedGeneration: integer('Generation of the spec that it speaks of.', -1, Number.MAX_SAFE_INTEGER).optional(),
})
export type Condition = z.output<typeof conditionSchema>

export const conditionsSchema = mapList('The aspects of the state of this object.', conditionSchema, 24, ['type']).optional()

const version = (of: string) => text(`Version of ${of}.`, { max: 100 }).optional()

export const platformStatusSchema = described('What the operator found out about the backends.', {
  observedGeneration: integer('Generation of the spec that this status speaks of; -1: none yet.', -1, Number.MAX_SAFE_INTEGER).default(-1),
  conditions: conditionsSchema,
  versions: described('Versions found.', {
    kafka: version('Kafka'),
    ksqldb: version('ksqlDB'),
    connect: version('Kafka Connect'),
    elasticsearch: version('Elasticsearch'),
    grafana: version('Grafana'),
  }).optional(),
  connectorPlugins: mapList(
    'Connector classes that are installed.',
    described('One connector class.', {
      name: className('The class.'),
      type: entryName('source or sink.'),
      version: text('Version.', { max: 100 }).optional(),
    }),
    200,
  ).optional(),
  pipelines: integer('Pipelines that refer to this platform.', 0, 1_000_000).optional(),
})
export type PlatformStatus = z.output<typeof platformStatusSchema>
