/** Names that somebody has already: another pipeline, or a person. */
import { z } from 'zod'
import { BASE, type WrongCase } from './case.ts'

/** The pipeline that has the names before the wrong ones come. */
export const OWNER = 'owner'
export const OWNING = `
topics: [{name: owned-clicks}]
sources: [{name: owned-gen, datagen: {preset: clickstream, topic: owned-clicks, interval: 500ms}}]
statements:
  - name: base
    sql: |
      CREATE STREAM OWNED_CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='owned-clicks', VALUE_FORMAT='JSON');
      CREATE STREAM OWNED_BIG AS SELECT * FROM OWNED_CLICKS WHERE BYTES > 1000;
      CREATE TYPE OWNED_PLACE AS STRUCT<CITY VARCHAR>;
indexTemplates: [{name: owned-template, patterns: ["owned-*"]}]
`

const TOPICS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' } as const
const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
const MEND = 'Take another name'

const ownedByPipeline = (what: string) => `${what} belongs to ClickstreamPipeline default/${OWNER}`
const foreign = (what: string) => `${what} is there already and was not made by this pipeline`

export const ownership: readonly WrongCase[] = [
  {
    sentence: 'a topic of another pipeline',
    spec: 'topics: [{name: $t-clicks}, {name: owned-clicks}]',
    reason: 'OwnedByAnother',
    at: 'spec.topics[1]',
    says: ownedByPipeline('KafkaTopic owned-clicks'),
    mend: MEND,
  },
  {
    sentence: 'a topic of another pipeline, as that of a query',
    spec: `${BASE}  - {name: mine, sql: "CREATE STREAM $T_X WITH (KAFKA_TOPIC='OWNED_BIG') AS SELECT * FROM $T_CLICKS;"}`,
    reason: 'OwnedByAnother',
    at: 'spec.statements[1].sql:1:1',
    says: ownedByPipeline('KafkaTopic OWNED_BIG'),
    mend: MEND,
  },
  {
    sentence: 'a connector of another pipeline',
    spec: `${BASE}sources: [{name: owned-gen, datagen: {preset: clickstream, topic: $t-clicks}}]`,
    reason: 'OwnedByAnother',
    at: 'spec.sources[0].name',
    says: ownedByPipeline('Connector owned-gen'),
    mend: MEND,
  },
  {
    sentence: 'a stream of another pipeline',
    spec: `${BASE}  - {name: mine, sql: "CREATE STREAM OWNED_CLICKS (A INT) WITH (KAFKA_TOPIC='$t-clicks', VALUE_FORMAT='JSON');"}`,
    reason: 'OwnedByAnother',
    at: 'spec.statements[1].sql:1:1',
    says: ownedByPipeline('Statement OWNED_CLICKS'),
    mend: MEND,
  },
  {
    sentence: 'a type of another pipeline',
    spec: `${BASE}  - {name: mine, sql: "CREATE TYPE OWNED_PLACE AS STRUCT<ZIP VARCHAR>;"}`,
    reason: 'OwnedByAnother',
    at: 'spec.statements[1].sql:1:1',
    says: `OWNED_PLACE belongs to ClickstreamPipeline default/${OWNER}`,
    mend: MEND,
  },
  {
    sentence: 'a template of another pipeline',
    spec: `${BASE}indexTemplates: [{name: owned-template, patterns: ["$t-*"]}]`,
    reason: 'OwnedByAnother',
    at: 'spec.indexTemplates[0]',
    says: ownedByPipeline('IndexTemplate owned-template'),
    mend: MEND,
  },
  {
    sentence: 'a KafkaTopic that somebody wrote by hand',
    spec: BASE,
    given: async ({ kube, named }) => {
      await kube.create(TOPICS, {
        apiVersion: 'kafka.strimzi.io/v1',
        kind: 'KafkaTopic',
        metadata: { name: named('$t-by-hand'), namespace: 'default', labels: { 'strimzi.io/cluster': 'sandbox' } },
        spec: { topicName: named('$t-clicks'), partitions: 1, replicas: 1 },
      })
    },
    reason: 'OwnedByAnother',
    at: 'spec.topics[0]',
    says: foreign('KafkaTopic $t-clicks'),
    mend: MEND,
  },
  {
    sentence: 'a connector that somebody made by hand',
    spec: `${BASE}sources: [{name: $t-gen, datagen: {preset: clickstream, topic: $t-clicks}}]`,
    given: async ({ backends, named }) => {
      const config = { 'connector.class': DATAGEN, quickstart: 'clickstream', 'kafka.topic': named('$t-elsewhere'), 'max.interval': '1000' }
      await backends.connect.request({ method: 'POST', path: ['connectors'], body: { name: named('$t-gen'), config }, answer: z.unknown() })
    },
    reason: 'OwnedByAnother',
    at: 'spec.sources[0].name',
    says: foreign('Connector $t-gen'),
    mend: MEND,
  },
  {
    sentence: 'a template that somebody made by hand',
    spec: `${BASE}indexTemplates: [{name: $t-template, patterns: ["$t-*"]}]`,
    given: async ({ backends, named }) => {
      await backends.elasticsearch.indices.putIndexTemplate({ name: named('$t-template'), index_patterns: [named('$t-*')], priority: 501 })
    },
    reason: 'OwnedByAnother',
    at: 'spec.indexTemplates[0]',
    says: foreign('IndexTemplate $t-template'),
    mend: MEND,
  },
  {
    sentence: 'a stream that somebody made by hand',
    spec: BASE,
    given: async ({ backends, named }) => {
      const ksql = named("CREATE STREAM $T_CLICKS (OTHER VARCHAR) WITH (KAFKA_TOPIC='$t-elsewhere', VALUE_FORMAT='JSON', PARTITIONS=1);")
      await backends.ksqldb.request({ method: 'POST', path: ['ksql'], body: { ksql }, answer: z.unknown(), timeoutMs: 30_000 })
    },
    reason: 'OwnedByAnother',
    at: 'spec.statements[0].sql:1:1',
    says: foreign('Statement $T_CLICKS'),
    mend: MEND,
  },
  {
    sentence: 'a data source that somebody called the same by hand',
    spec: `${BASE}sinks: [{name: $t-sink, from: $T_CLICKS, elasticsearch: {timeField: USERID}}]`,
    given: async ({ backends, named }) => {
      const body = { name: named('default.$t.$t-sink'), type: 'elasticsearch', access: 'proxy', url: 'http://127.0.0.1:9', jsonData: { index: 'x' } }
      await backends.grafana.request({ method: 'POST', path: ['api', 'datasources'], body, answer: z.unknown() })
    },
    reason: 'OwnedByAnother',
    at: 'spec.sinks[0]',
    says: 'Grafana has a data source named default.$t.$t-sink already',
    mend: 'Rename or remove that data source.',
  },
]
