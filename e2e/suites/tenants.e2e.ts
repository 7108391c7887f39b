/** Two tenants on one platform: what one of them tries against the other and the platform, and the other one unharmed. */
import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { PIPELINE, PLATFORM, parsePipeline } from '../../src/api/index.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { grafanaUid } from '../../src/plan/index.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, then } from '../given.ts'

const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' } as const
const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' } as const
const TOPICS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' } as const
const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'

const pipelineIn = (namespace: string, name: string, spec: string): KubeObject => ({
  apiVersion: 'clickstream.dev/v1alpha1',
  kind: 'ClickstreamPipeline',
  metadata: { name, namespace },
  spec: { platformRef: { name: 'default', namespace: 'default' }, ...(parse(spec) as object) },
})

const VICTIM = `
topics: [{name: victim.clicks}]
sources: [{name: victim-clicks, datagen: {preset: clickstream, topic: victim.clicks}}]
statements:
  - {name: clicks, sql: "CREATE STREAM VICTIM_CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='victim.clicks', VALUE_FORMAT='JSON');"}
metrics:
  - {name: VICTIM_METRIC, from: VICTIM_CLICKS, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 60s}, panel: {}}
`

/** Of the attacker's own, on which attacks build. */
const OWN = `
topics: [{name: evil.own}]
statements:
  - {name: own, sql: "CREATE STREAM EVIL_OWN (USERID INT, EVENT_TS BIGINT) WITH (KAFKA_TOPIC='evil.own', VALUE_FORMAT='JSON');"}
`
const sql = (text: string) => `${OWN}  - {name: a, sql: ${JSON.stringify(text)}}\n`
const indexSink = (text: string) => `${OWN}sinks: [{name: evil-sink, from: EVIL_OWN, elasticsearch: {${text}}}]`
const source = (text: string) =>
  `${OWN}sources: [{name: evil-source, connector: {class: ${DATAGEN}, config: {kafka.topic: evil.own, quickstart: clickstream, ${text}}}}]`
const dashboardOn = (uid: string) =>
  `${OWN}dashboards: [{name: d, json: ${JSON.stringify(JSON.stringify({ title: 'Mine', panels: [{ type: 'table', datasource: { type: 'elasticsearch', uid } }] }))}}]`
const CONFIG = 'spec.sources[0].connector.config'
const SQL = 'spec.statements[1].sql:1:1'

interface Attack {
  readonly sentence: string
  readonly spec: string
  readonly reason: string
  readonly at: string
  readonly says: string
}
const attack = (sentence: string, of: string, at: string, says: string, reason = 'LimitExceeded'): Attack => ({ sentence, spec: of, at, says, reason })

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: what the worker puts values in for
const ATTACKS: readonly Attack[] = [
  attack(
    'reads the topic',
    sql("CREATE STREAM SPY (V VARCHAR) WITH (KAFKA_TOPIC='victim.clicks', VALUE_FORMAT='KAFKA');"),
    SQL,
    'victim.clicks, which SPY reads',
  ),
  attack(
    'reads the configs of all connectors',
    sql("CREATE STREAM SPY (V VARCHAR) WITH (KAFKA_TOPIC='connect-configs', VALUE_FORMAT='KAFKA');"),
    SQL,
    'internal topic',
  ),
  attack(
    'reads the stream',
    sql("CREATE STREAM SPY WITH (KAFKA_TOPIC='evil.spy') AS SELECT * FROM VICTIM_CLICKS;"),
    'spec.statements[1].sql:1:',
    'VICTIM_CLICKS does not exist',
    'SqlInvalid',
  ),
  attack(
    'reads the topic into an index',
    sql(`CREATE SINK CONNECTOR SPY WITH ('connector.class'='${SINK}', 'topics'='victim.clicks', 'connection.url'='http://127.0.0.1:9');`),
    SQL,
    'victim.clicks, which connector SPY reads',
  ),
  attack('takes the topic', 'topics: [{name: victim.clicks, config: {retention.ms: 1}}]', 'spec.topics[0]', 'must begin with evil.'),
  attack(
    'writes into the topic',
    sql("CREATE STREAM V (USERID INT) WITH (KAFKA_TOPIC='victim.clicks', VALUE_FORMAT='JSON'); INSERT INTO V SELECT USERID FROM EVIL_OWN;"),
    SQL,
    'victim.clicks, which V reads',
  ),
  attack(
    'writes into the topic by a transform',
    source(
      'transforms: r, transforms.r.type: org.apache.kafka.connect.transforms.RegexRouter, transforms.r.regex: ".*", transforms.r.replacement: victim.clicks',
    ),
    `${CONFIG}.transforms.r.replacement`,
    'may lead records',
  ),
  attack(
    'takes the name of the stream',
    sql("CREATE STREAM VICTIM_CLICKS (USERID INT) WITH (KAFKA_TOPIC='evil.own', VALUE_FORMAT='JSON');"),
    'spec.statements[1].sql',
    'VICTIM_CLICKS belongs to',
    'OwnedByAnother',
  ),
  attack(
    'takes the name of the connector',
    `${OWN}sources: [{name: victim-clicks, datagen: {preset: clickstream, topic: evil.own}}]`,
    'spec.sources[0].name',
    'victim-clicks belongs to',
    'OwnedByAnother',
  ),
  attack('fills the index', indexSink('index: victim_metric'), 'spec.sinks[0].elasticsearch.index', 'must begin with evil.'),
  attack(
    'overrules the template',
    `${OWN}indexTemplates: [{name: evil, patterns: ['*'], priority: 1000000}]`,
    'spec.indexTemplates[0].patterns[0]',
    'must begin with evil.',
  ),
  attack(
    'shows the data source',
    dashboardOn(grafanaUid({ namespace: 'victim', pipeline: 'victim' }, 'DataSource', 'VICTIM_METRIC')),
    'spec.dashboards[0].json',
    'none of this pipeline',
    'DashboardInvalid',
  ),
  attack(
    'sends the credential for Elasticsearch elsewhere',
    indexSink('index: evil.x, config: {connection.url: "http://127.0.0.1:9"}'),
    'spec.sinks[0].elasticsearch.config.connection.url',
    'elsewhere',
    'ConnectorConfigInvalid',
  ),
  attack(
    'sends it through a proxy',
    indexSink('index: evil.x, config: {proxy.host: 127.0.0.1, proxy.port: 9}'),
    'spec.sinks[0].elasticsearch.config.proxy.host',
    'elsewhere',
    'ConnectorConfigInvalid',
  ),
  attack('reads a file of the worker', source('note: "${file:/etc/passwd:x}"'), `${CONFIG}.note`, 'config provider', 'UnsafeConfigRefused'),
  attack(
    'reads a Secret of the platform',
    source('note: "${secrets:default/grafana-login:password}"'),
    `${CONFIG}.note`,
    'config provider',
    'UnsafeConfigRefused',
  ),
  attack(
    'runs code in the worker',
    source('producer.override.sasl.jaas.config: "com.sun.security.auth.module.JndiLoginModule required;"'),
    `${CONFIG}.producer.override.sasl.jaas.config`,
    'clients of Kafka Connect',
    'UnsafeConfigRefused',
  ),
  attack('runs code in ksqlDB', sql("SET 'sasl.jaas.config'='com.sun.security.auth.module.JndiLoginModule required;';"), SQL, 'JAAS', 'UnsafeConfigRefused'),
  attack('forges a mark', source('clickstream.dev/namespace: victim'), `${CONFIG}.clickstream.dev/namespace`, 'mark of the operator', 'ConnectorConfigInvalid'),
  attack(
    'takes a ConfigMap of the other namespace',
    'statements: [{name: a, configMapRef: {name: victims, key: a.sql}}]',
    'spec.statements[0].configMapRef',
    'ConfigMap victims does not exist',
    'ReferenceNotFound',
  ),
]
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: what the worker puts values in for

describe('two tenants of one platform', () => {
  let demo: Demo
  let backends: Backends
  let had: ReadonlyMap<string, string>

  const look = async (namespace: string, name: string) => {
    const object = await demo.kube.get(PIPELINE, namespace, name)
    if (!object) return undefined
    const parsed = parsePipeline(object)
    assert.ok(parsed.ok, JSON.stringify(parsed))
    return parsed.value
  }
  const thenVictimStands = () =>
    then(
      'the victim is Ready',
      () => look('victim', 'victim'),
      (seen) => seen !== undefined && conditionOf(seen, 'Ready')?.status === 'True',
    )

  /** What the victim has at each backend, in a form that changes when somebody makes it anew. */
  async function whatVictimHas(): Promise<ReadonlyMap<string, string>> {
    const topics = (await demo.kube.list(TOPICS, { namespace: 'default' })).items.filter(
      ({ metadata }) => metadata.labels?.['clickstream.dev/namespace'] === 'victim',
    )
    const victim = await look('victim', 'victim')
    return new Map([
      ...topics.map(({ metadata, spec }): [string, string] => [`KafkaTopic/${metadata.name}`, `${metadata.uid} ${JSON.stringify(spec)}`]),
      ...(victim?.status?.resources ?? []).map((resource): [string, string] => [`${resource.kind}/${resource.name}`, `${resource.id} ${resource.state}`]),
      ...(await backends.connectors())
        .map(({ name, config }): [string, string] => [`config of ${name}`, JSON.stringify(config)])
        .filter(([name]) => /victim/i.test(name)),
    ])
  }

  before(async () => {
    demo = await givenDemo('tenants')
    for (const name of ['victim', 'evil', 'stranger']) await demo.kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const limits = { topicPrefixPerNamespace: true, indexPrefixPerNamespace: true, allowPlainSecrets: true }
    await demo.kube.patch(PLATFORM, 'default', 'default', { type: 'merge', body: { spec: { allowedNamespaces: ['victim', 'evil'], limits } } })
    await demo.kube.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'victims', namespace: 'victim' },
      data: { 'a.sql': 'CREATE TYPE T AS INT;' },
    } as KubeObject)
    await demo.kube.create(PIPELINE, pipelineIn('victim', 'victim', VICTIM))
    const victim = await thenVictimStands()
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, victim!))
    had = await whatVictimHas()
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  for (const [at, { sentence, spec: text, reason, at: place, says }] of ATTACKS.entries()) {
    it(`one ${sentence}: refused, ${reason}`, async () => {
      const name = `attack${at}`
      await demo.kube.create(PIPELINE, pipelineIn('evil', name, text))
      const seen = await then(
        'it is refused',
        () => look('evil', name),
        (pipeline) => pipeline !== undefined && conditionOf(pipeline, 'SpecValid')?.status === 'False',
        60_000,
      )
      const condition = conditionOf(seen!, 'SpecValid')
      assert.ok(condition)
      assert.equal(condition.reason, reason, condition.message)
      assert.ok(condition.message.startsWith(place), condition.message)
      assert.ok(condition.message.includes(says), condition.message)
      await demo.kube.delete(PIPELINE, 'evil', name)
      await then(
        'it is gone',
        () => look('evil', name),
        (pipeline) => pipeline === undefined,
        60_000,
      )
    })
  }

  it('one takes a Secret of the platform: only its own namespace is looked at', async () => {
    const secret = '{key: connection.password, secretKeyRef: {name: grafana-login, key: password}}'
    const sink = `{name: evil-sink, from: EVIL_OWN, connector: {class: ${SINK}, config: {connection.url: "http://127.0.0.1:9"}, configFrom: [${secret}]}}`
    await demo.kube.create(PIPELINE, pipelineIn('evil', 'thief', `${OWN}sinks: [${sink}]`))
    const seen = await then(
      'it is refused',
      () => look('evil', 'thief'),
      (pipeline) =>
        pipeline !== undefined && (conditionOf(pipeline, 'SpecValid')?.status === 'False' || conditionOf(pipeline, 'Ready')?.reason === 'Forbidden'),
      60_000,
    )
    // Where the operator may not read Secrets of tenants at all, it says so; else there is none of that name.
    const { message } = conditionOf(seen!, 'Ready')!
    assert.match(message, /Secret evil\/grafana-login does not exist|resource secrets, .*namespace evil/)
    await demo.kube.delete(PIPELINE, 'evil', 'thief')
    await then(
      'it is gone',
      () => look('evil', 'thief'),
      (pipeline) => pipeline === undefined,
      60_000,
    )
  })

  it('one from a namespace that the platform does not let in is refused, and makes nothing', async () => {
    await demo.kube.create(PIPELINE, pipelineIn('stranger', 'stranger', 'topics: [{name: stranger.t}]'))
    const seen = await then(
      'it is refused',
      () => look('stranger', 'stranger'),
      (pipeline) => pipeline !== undefined && conditionOf(pipeline, 'SpecValid')?.status === 'False',
    )
    assert.equal(conditionOf(seen!, 'SpecValid')?.reason, 'NamespaceNotAllowed')
    const { items } = await demo.kube.list(TOPICS, { namespace: 'default' })
    assert.ok(items.every(({ spec }) => (spec as { topicName?: string }).topicName !== 'stranger.t'))
    await demo.kube.delete(PIPELINE, 'stranger', 'stranger')
  })

  it('one forges ledgers that say that everything of the other is its own, and is removed: nothing else goes', async () => {
    const created = await demo.kube.create(PIPELINE, pipelineIn('evil', 'forger', OWN))
    await then(
      'it is Ready',
      () => look('evil', 'forger'),
      (pipeline) => pipeline !== undefined && conditionOf(pipeline, 'Ready')?.status === 'True',
    )
    const entries = [...had.keys(), 'Statement/VICTIM_METRIC', 'Statement/VICTIM_CLICKS', 'KafkaTopic/victim.clicks', 'Connector/victim-clicks'].map((id) => {
      const [kind, name] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)]
      return JSON.stringify({ id, kind, name, phase: 'done', hash: '0', specPath: 'spec', onRemove: 'delete' })
    })
    for (const name of ['forger.clickstream-ledger', 'evil.forger.clickstream-ledger-shared'])
      await demo.kube.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'evil', labels: { 'clickstream.dev/ledger-of': created.metadata.uid! } },
        data: { entries: entries.join('\n'), schedules: '{}' },
      } as KubeObject)
    await demo.operator.stop()
    demo.operator = await demo.startOperator()
    await then(
      'it is Ready again',
      () => look('evil', 'forger'),
      (pipeline) => pipeline !== undefined && conditionOf(pipeline, 'Ready')?.status === 'True',
    )
    await demo.kube.delete(PIPELINE, 'evil', 'forger')
    await then(
      'it is gone',
      () => look('evil', 'forger'),
      (pipeline) => pipeline === undefined,
    )
  })

  it('and the other one is unharmed', async () => {
    await systemClock.sleep(3_000)
    await thenVictimStands()
    assert.deepEqual(await whatVictimHas(), had)
  })
})
