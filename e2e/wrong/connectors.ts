/** What Kafka Connect says no to when it is asked whether it would take a config. */
import { BASE, script, type WrongCase } from './case.ts'

const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
const source = (config: string, connectorClass = DATAGEN) => `${BASE}sources:\n  - {name: $t-src, connector: {class: ${connectorClass}, config: {${config}}}}`
const sink = (config: string) => `${BASE}sinks:\n  - {name: $t-sink, from: $T_CLICKS, connector: {class: ${SINK}, config: {${config}}}}`
const indexSink = (config: string) => `${BASE}sinks:\n  - {name: $t-sink, from: $T_CLICKS, elasticsearch: {config: {${config}}}}`
const GENERATOR = 'quickstart: clickstream, kafka.topic: $t-clicks'
const FILTER = 'org.apache.kafka.connect.transforms.Filter'

const refused = (sentence: string, spec: string, at: string, says: string): WrongCase => ({
  sentence,
  spec,
  reason: 'ConnectorConfigInvalid',
  at,
  says,
  mend: 'Correct ',
})
const ofSource = 'spec.sources[0].connector.config'

export const connectors: readonly WrongCase[] = [
  refused('a required option that is missing', source('quickstart: clickstream'), `${ofSource}.kafka.topic`, 'Missing required configuration "kafka.topic"'),
  refused('a number that is none', source(`${GENERATOR}, max.interval: soon`), `${ofSource}.max.interval`, 'Not a number of type LONG'),
  refused('a preset that does not exist', source('quickstart: clicks, kafka.topic: $t-clicks'), `${ofSource}.quickstart`, 'Invalid value clicks'),
  refused(
    'a transform that no plugin has',
    source(`${GENERATOR}, transforms: t, transforms.t.type: com.example.Reverse`),
    `${ofSource}.transforms.t.type`,
    'Class com.example.Reverse could not be found.',
  ),
  {
    sentence: 'a transform under a predicate that is not there, which Connect itself would find too late',
    spec: source(`${GENERATOR}, transforms: t, transforms.t.type: ${FILTER}, transforms.t.predicate: isOld`),
    reason: 'ConnectorConfigInvalid',
    at: `${ofSource}.transforms.t.predicate`,
    says: 'Transform t of connector $t-src needs predicate isOld, which is not declared',
    mend: 'Add isOld to predicates',
  },
  refused(
    'a predicate that no plugin has',
    source(`${GENERATOR}, predicates: p, predicates.p.type: com.example.IsOld`),
    `${ofSource}.predicates.p.type`,
    'Class com.example.IsOld could not be found.',
  ),
  refused(
    'a converter that no plugin has',
    source(`${GENERATOR}, value.converter: com.example.XmlConverter`),
    `${ofSource}.value.converter`,
    'Class com.example.XmlConverter could not be found.',
  ),
  refused('a value that is no choice', source(`${GENERATOR}, errors.tolerance: some`), `${ofSource}.errors.tolerance`, 'Invalid value some'),
  refused(
    'topics by name and by pattern',
    sink('connection.url: "http://127.0.0.1:9", topics.regex: "$t-.*"'),
    'spec.sinks[0].connector.config.topics.regex',
    'mutually exclusive',
  ),
  refused('a sink without the address of its index', sink('key.ignore: true'), 'spec.sinks[0].connector.config.connection.url', 'connection.url'),
  refused(
    'a number that is none, of a sink into an index',
    indexSink('batch.size: lots'),
    'spec.sinks[0].elasticsearch.config.batch.size',
    'Not a number of type INT',
  ),
  refused(
    'a schema of records that is none',
    `${BASE}sources:\n  - {name: $t-src, datagen: {topic: $t-clicks, schema: "{\\"type\\": \\"rekord\\"}"}}`,
    'spec.sources[0].datagen.schema',
    'schema.string',
  ),
  refused(
    'a mistake in a connector of a script',
    script(
      `CREATE SOURCE CONNECTOR \`$t-src\` WITH ('connector.class'='${DATAGEN}', 'quickstart'='clickstream', 'kafka.topic'='$t-clicks', 'max.interval'='soon');`,
    ),
    'spec.statements[1].sql:1:1',
    'Not a number of type LONG',
  ),
  {
    sentence: 'a class that no plugin has',
    spec: source('', 'com.example.NoSuchConnector'),
    reason: 'ConnectorClassNotFound',
    at: 'spec.sources[0].connector.class',
    says: 'Connector $t-src needs class com.example.NoSuchConnector, which no plugin of Kafka Connect has',
    mend: 'Install the plugin on every Connect worker',
  },
  {
    sentence: 'a class in the wrong package',
    spec: source(GENERATOR, 'com.example.DatagenConnector'),
    reason: 'ConnectorClassNotFound',
    at: 'spec.sources[0].connector.class',
    says: 'com.example.DatagenConnector',
    mend: `Did you mean ${DATAGEN}?`,
  },
  {
    sentence: 'a sink as a source',
    spec: source('topics: $t-clicks', SINK),
    reason: 'ConnectorConfigInvalid',
    at: 'spec.sources[0].connector.class',
    says: 'is a sink, and a source is declared',
    mend: 'spec.sinks',
  },
  {
    sentence: 'a secret that everybody could read',
    spec: `${BASE}sources:\n  - {name: $t-src, connector: {class: ${DATAGEN}, config: {${GENERATOR}}, configFrom: [{key: password, secretKeyRef: {name: db, key: pw}}]}}`,
    reason: 'PlainSecretRefused',
    at: 'spec.sources[0].connector.configFrom[0]',
    says: 'password of connector $t-src would stand in clear',
    mend: 'allowPlainSecrets',
  },
]
