/** ClickstreamPlatform: where the backends are, and what those who share them may do. */
import { z } from 'zod'
import {
  choice,
  className,
  dataKey,
  described,
  duration,
  entryName,
  exactlyOne,
  flag,
  integer,
  mapList,
  namespaceName,
  objectName,
  type Rule,
  text,
  textList,
  url,
} from './fields.ts'

const secretName = () => ({ name: objectName('Name of the Secret.') })
/** `also`: another key that the Secret may have, which is then used. */
const credentials = (also = '') =>
  described(
    `A Secret in the namespace of the platform with the keys \`username\` and \`password\`${also}. It is read again when it changes.`,
    secretName(),
  ).optional()

const caRef = (whose: string) =>
  described(`The authorities that vouch for ${whose}: their certificates in PEM. Default: the authorities that the system trusts.`, {
    kind: choice('What holds them, in the namespace of the platform.', ['Secret', 'ConfigMap']),
    name: objectName('Name of the Secret or ConfigMap.'),
    key: dataKey('Key in it.').default('ca.crt'),
  }).optional()
export type CaRef = z.output<ReturnType<typeof caRef>>

interface Reachable {
  readonly url?: string | undefined
  readonly caRef?: CaRef
}
const WITH_LOGIN = /^https?:\/\/[^/?#]*@/
/** What holds wherever a backend has an address of its own. */
const addressRules: readonly Rule<Reachable>[] = [
  {
    cel: "!has(self.url) || !self.url.matches('^https?://[^/?#]*@')",
    holds: ({ url }) => url === undefined || !WITH_LOGIN.test(url),
    message: 'a user name or password has no place in url, where everybody may read it: put it into a Secret and name that in secretRef',
  },
  {
    cel: "!has(self.caRef) || !has(self.url) || self.url.startsWith('https://')",
    holds: ({ url, caRef }) => caRef === undefined || url === undefined || url.startsWith('https://'),
    message: 'caRef is of use over TLS only: let url begin with https://, or leave caRef out',
  },
]

const timeout = () => duration('How long one request may take.').default('10s')

const kafkaAuthentication = described(
  'How the operator says who it is.',
  {
    type: choice('scram-sha-512, scram-sha-256 and plain take a user name and a password; tls takes a client certificate.', [
      'scram-sha-512',
      'scram-sha-256',
      'plain',
      'tls',
    ]),
    secretRef: described(
      'A Secret in the namespace of the platform, such as Strimzi makes one for each KafkaUser: with the key `password`, or for type tls with the keys `user.crt` and `user.key` (or `tls.crt` and `tls.key`). It is read again when it changes.',
      secretName(),
    ),
    username: text('User name. Default: the key `username` of the Secret, or the name of the Secret, as with a KafkaUser.', { max: 256 }).optional(),
  },
  [
    {
      cel: "!(self.type == 'tls' && has(self.username))",
      holds: ({ type, username }) => type !== 'tls' || username === undefined,
      message: 'username is not for type tls, where the certificate names the user: leave it out',
    },
  ],
)

const kafkaFields = {
  bootstrapServers: text('Addresses host:port, separated by commas.', { max: 1024, pattern: '^[^\\s,]+:[0-9]+(,[^\\s,]+:[0-9]+)*$' }),
  strimziCluster: objectName('Name of the Kafka object; KafkaTopics carry it as label strimzi.io/cluster.'),
  topicNamespace: namespaceName('Namespace of the KafkaTopics. Default: the namespace of the platform.').optional(),
  tls: described('The brokers are spoken to over TLS. Absent: in the clear.', { caRef: caRef('the certificate of the brokers') }).optional(),
  authentication: kafkaAuthentication.optional(),
}
const kafka = described('The Kafka cluster, and the Strimzi that looks after its topics.', kafkaFields, [
  {
    cel: "!has(self.authentication) || self.authentication.type != 'tls' || has(self.tls)",
    holds: ({ authentication, tls }) => authentication?.type !== 'tls' || tls !== undefined,
    message: 'authentication of type tls needs tls: set tls.caRef, or tls: {} where the system trusts the certificate of the brokers',
  },
])

const ksqldb = described(
  'The ksqlDB server.',
  {
    url: url('Address of its REST API.'),
    secretRef: credentials(),
    caRef: caRef('its certificate'),
    timeout: timeout(),
  },
  addressRules,
)

const connectFields = {
  url: url('Address of its REST API, for connectors that are made there. Either this or strimziCluster.').optional(),
  strimziCluster: objectName(
    'Name of the KafkaConnect object of Strimzi, for connectors that are KafkaConnector objects. It needs the annotation strimzi.io/use-connector-resources: "true".',
  ).optional(),
  namespace: namespaceName('Namespace of the KafkaConnect and its KafkaConnectors. Default: that of the KafkaTopics.').optional(),
  secretRef: credentials(),
  caRef: caRef('its certificate'),
  timeout: timeout(),
  elasticsearchSink: described('The connector that writes to Elasticsearch.', {
    class: className('Connector class. Default: the one found among the installed plugins.').optional(),
  }).optional(),
  generator: described('The connector that generates data.', {
    class: className('Connector class. Default: the one found among the installed plugins.').optional(),
  }).optional(),
}
const connect = described('The Kafka Connect cluster.', connectFields, [
  exactlyOne('url', 'strimziCluster') as never,
  {
    cel: '!has(self.namespace) || has(self.strimziCluster)',
    holds: ({ namespace, strimziCluster }) => namespace === undefined || strimziCluster !== undefined,
    message: 'namespace is that of a KafkaConnect: name it in strimziCluster, or leave namespace out',
  },
  {
    cel: '!has(self.strimziCluster) || (!has(self.secretRef) && !has(self.caRef))',
    holds: ({ strimziCluster, secretRef, caRef }) => strimziCluster === undefined || (secretRef === undefined && caRef === undefined),
    message: 'secretRef and caRef are for url: a KafkaConnect is reached through the Kubernetes API',
  },
  ...addressRules,
])

const client = (who: string) =>
  described(
    `How ${who} reaches Elasticsearch. The operator's own credential is never handed on.`,
    {
      url: url('Address as seen from there. Default: the url of the operator.').optional(),
      secretRef: credentials(),
      caRef: caRef(`the certificate that ${who} sees`),
    },
    addressRules,
  ).optional()

const elasticsearchFields = {
  url: url('Address of its REST API.'),
  secretRef: credentials(', or with `apiKey`: an API key in its encoded form'),
  caRef: caRef('its certificate'),
  timeout: timeout(),
  clients: described('How the other backends reach Elasticsearch.', { connect: client('Kafka Connect'), grafana: client('Grafana') }).optional(),
}
const elasticsearch = described('The Elasticsearch or OpenSearch cluster.', elasticsearchFields, [
  ...addressRules,
  ...(['connect', 'grafana'] as const).map((who) => ({
    cel: `!has(self.clients) || !has(self.clients.${who}) || !has(self.clients.${who}.caRef) || has(self.clients.${who}.url) || self.url.startsWith('https://')`,
    holds: ({ url, clients }: { url: string; clients?: Readonly<Record<string, Reachable | undefined>> | undefined }) =>
      clients?.[who]?.caRef === undefined || clients[who].url !== undefined || url.startsWith('https://'),
    message: `clients.${who}.caRef is of use over TLS only: let url, or clients.${who}.url, begin with https://`,
  })),
])

const grafana = described(
  'The Grafana server.',
  {
    url: url('Address of its HTTP API.'),
    secretRef: credentials(', or with `token`: that of a service account'),
    caRef: caRef('its certificate'),
    timeout: timeout(),
    folder: text('Title of the folder that holds the dashboards; it is made when it is missing and stays the platform’s.', { max: 100 }).default('Clickstream'),
  },
  addressRules,
)

const limits = described('What guards a shared platform against its tenants.', {
  allowedConnectorClasses: textList(
    'Connector classes that pipelines may use. Default: every installed one.',
    className('A connector class.'),
    100,
    'set',
  ).optional(),
  allowUnsafeConnectorConfig: flag(
    'Connectors may have configs, and statements properties, that reach around the platform: client overrides, JAAS login modules, OAuth addresses, references to config providers, classes of clients.',
  ).default(false),
  topicPrefixPerNamespace: flag('Topics that a pipeline makes, reads or writes must begin with its namespace and a dot, or be shared.').default(false),
  sharedTopics: textList(
    'Topics that every pipeline may read; a `*` at the end stands for any text. Internal topics, such as those of Kafka Connect, can only be read if they are listed.',
    text('Name of a topic, or its beginning and `*`.', { max: 249, pattern: '^([a-zA-Z0-9._-]+\\*?|\\*)$' }),
    200,
    'set',
  ).default([]),
  indexPrefixPerNamespace: flag('Indices that a pipeline fills, and patterns of its templates, must begin with its namespace and a dot.').default(false),
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
