/** What a pipeline may read and fill where the platform keeps namespaces apart. */
import assert from 'node:assert/strict'
import { grafanaUid, type Observed, planChanges } from '../../src/plan/index.ts'
import { compile, type Given, graphOf, owner } from './given.ts'

const APART = { platform: { limits: { topicPrefixPerNamespace: true, indexPrefixPerNamespace: true, sharedTopics: ['common', 'public.*'] } } }
const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
const OWN = `
topics: [{name: demo.clicks}]
statements:
  - {name: base, sql: "CREATE STREAM CLICKS (USERID INT, EVENT_TS BIGINT) WITH (KAFKA_TOPIC='demo.clicks', VALUE_FORMAT='JSON');"}
`
const errorsOf = (yaml: string, given: Given = APART) =>
  compile(yaml, given)
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ reason, path, line, message }) => ({ reason, at: line === undefined ? path : `${path}:${line}`, message }))
const only = (yaml: string, at: string, says: RegExp, given: Given = APART, reason = 'LimitExceeded') => {
  const [error, ...more] = errorsOf(yaml, given)
  assert.deepEqual([error?.reason, error?.at, more], [reason, at, []])
  assert.match(error!.message, says)
}
const sql = (text: string) => `${OWN}  - {name: mine, sql: ${JSON.stringify(text)}}\n`
const reads = (topic: string) => sql(`CREATE STREAM SPY (V VARCHAR) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='KAFKA');`)
const SQL = 'spec.statements[1].sql:1'

describe('Where namespaces are kept apart, a pipeline', () => {
  it('may do all of its own', () => {
    const own = `${OWN}sources: [{name: g, datagen: {preset: clickstream, topic: demo.clicks}}]
sinks: [{name: s, from: CLICKS, elasticsearch: {}}, {name: t, from: CLICKS, elasticsearch: {index: demo.other}}]
metrics: [{name: M, from: CLICKS, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}]
indexTemplates: [{name: t, patterns: ['demo.x*']}]`
    assert.deepEqual(errorsOf(own), [])
  })

  it('cannot read the topic of another namespace, under any name of its own', () => {
    only(reads('victim.clicks'), SQL, /victim\.clicks, which SPY reads, does not begin with demo\./)
    only(reads('demo'), SQL, /does not begin/)
    only(reads('Demo.clicks'), SQL, /does not begin/)
    only(reads('_confluent-ksql-default_query_CTAS_X-changelog'), SQL, /internal topic/)
  })

  it('can read what the platform shares, and no more', () => {
    for (const topic of ['common', 'public.', 'public.a', 'demo.x']) assert.deepEqual(errorsOf(reads(topic)), [], topic)
    for (const topic of ['commons', 'publi', 'xpublic.a']) only(reads(topic), SQL, /does not begin/)
  })

  it('cannot write what is shared', () => {
    only(
      sql("CREATE STREAM SHARED (USERID INT) WITH (KAFKA_TOPIC='common', VALUE_FORMAT='JSON'); INSERT INTO SHARED SELECT USERID FROM CLICKS;"),
      SQL,
      /Topic common, which SHARED writes, must begin with demo\./,
    )
    only(sql("CREATE STREAM A (USERID INT) WITH (KAFKA_TOPIC='common', VALUE_FORMAT='JSON', PARTITIONS=1);"), 'spec.statements[1]', /must begin with demo\./)
    only(sql('CREATE STREAM COPY AS SELECT * FROM CLICKS;'), 'spec.statements[1]', /Topic COPY must begin/)
  })

  it('cannot read another one’s objects of ksqlDB', () => {
    only(sql("CREATE STREAM COPY WITH (KAFKA_TOPIC='demo.copy') AS SELECT * FROM VICTIMS_STREAM;"), SQL, /VICTIMS_STREAM does not exist/, APART, 'SqlInvalid')
    only(sql('PRINT `victim.clicks`;'), SQL, /no place/, APART, 'SqlStatementRefused')
  })

  it('cannot let a connector read or fill the topics of others', () => {
    const script = (direction: string, connector: string, text: string) =>
      sql(`CREATE ${direction} CONNECTOR C WITH ('connector.class'='${connector}', ${text});`)
    only(script('SINK', SINK, "'topics'='demo.clicks, victim.clicks'"), SQL, /victim\.clicks, which connector C reads/)
    only(script('SINK', SINK, "'topics.regex'='.*'"), SQL, /by a pattern/)
    only(script('SINK', SINK, "'topics'='demo.clicks', 'errors.deadletterqueue.topic.name'='victim.clicks'"), SQL, /cannot take, must begin/)
    only(script('SOURCE', DATAGEN, "'kafka.topic'='victim.clicks'"), 'spec.statements[1]', /must begin with demo\./)
    only(script('SOURCE', DATAGEN, "'kafka.topic'='demo.clicks', 'topic.prefix'='victim.'"), SQL, /victim\., which connector C fills/)
    only(script('SOURCE', DATAGEN, "'tasks.max'='1'"), SQL, /no key that is known/)
    const router =
      "'kafka.topic'='demo.clicks', 'transforms'='r', 'transforms.r.type'='org.apache.kafka.connect.transforms.RegexRouter', 'transforms.r.regex'='.*'"
    only(script('SOURCE', DATAGEN, `${router}, 'transforms.r.replacement'='victim.clicks'`), SQL, /may lead records/)
    assert.deepEqual(errorsOf(script('SOURCE', DATAGEN, `${router}, 'transforms.r.replacement'='demo.clicks-2'`)), [])
    only(script('SOURCE', DATAGEN, "'kafka.topic'='demo.clicks', 'transforms'='r', 'transforms.r.type'='com.acme.Router'"), SQL, /com\.acme\.Router/)
  })

  it('cannot fill, match or show the indices of others', () => {
    const sink = (index: string) => `${OWN}sinks: [{name: s, from: CLICKS, elasticsearch: {index: ${index}}}]`
    only(sink('victim.clicks'), 'spec.sinks[0].elasticsearch.index', /must begin with demo\./)
    only(sink('demo'), 'spec.sinks[0].elasticsearch.index', /must begin with demo\./)
    only(`${OWN}indexTemplates: [{name: t, patterns: ['demo.*', '*'], priority: 1000000}]`, 'spec.indexTemplates[0].patterns[1]', /must begin with demo\./)
    const dashboard = (datasource: string) =>
      `${OWN}dashboards: [{name: d, json: ${JSON.stringify(JSON.stringify({ title: 't', panels: [{ datasource: JSON.parse(datasource) }] }))}}]`
    only(dashboard('{"uid": "other"}'), 'spec.dashboards[0].json', /none of this pipeline/, APART, 'DashboardInvalid')
    only(dashboard('"victim.p.M"'), 'spec.dashboards[0].json', /none of this pipeline/, APART, 'DashboardInvalid')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana
    only(dashboard('"${ds}"'), 'spec.dashboards[0].json', /none of this pipeline/, APART, 'DashboardInvalid')
    assert.deepEqual(errorsOf(dashboard('{"uid": "-- Grafana --"}')), [])
    // Without limits a foreign uid of ours is refused all the same.
    const theirs = grafanaUid({ namespace: 'victim', pipeline: 'p' }, 'DataSource', 'M')
    only(dashboard(`{"uid": "${theirs}"}`), 'spec.dashboards[0].json', /none of this pipeline/, {}, 'DashboardInvalid')
    assert.deepEqual(errorsOf(dashboard('{"uid": "other"}'), {}), [])
  })
})

describe('Internal topics', () => {
  for (const topic of [
    'connect-configs',
    'my-connect-cluster-configs',
    'docker-connect-offsets',
    '__consumer_offsets',
    '_schemas',
    '_confluent-ksql-default__command_topic',
  ])
    it(`${topic} can neither be read nor made, limits or not`, () => {
      const plain = reads(topic).replaceAll('demo.clicks', 'clicks')
      only(plain, SQL, /internal topic/, {})
      only(`topics: [{name: ${topic}, config: {cleanup.policy: delete}}]`, 'spec.topics[0]', /internal topic/, {})
      assert.deepEqual(errorsOf(plain, { platform: { limits: { sharedTopics: [topic] } } }), [])
      only(plain, SQL, /internal topic/, { platform: { limits: { sharedTopics: ['*'] } } })
    })
  it('are not those that only sound alike', () => {
    for (const topic of ['connections', 'connect', 'configs', 'disconnect-status', 'connected-offset-x', '_mine'])
      assert.deepEqual(errorsOf(`topics: [{name: ${topic}}]`, {}), [], topic)
  })
})

describe('An index', () => {
  const yaml = (index: string, more = '') => `
topics: [{name: clicks}]
statements:
  - {name: base, sql: "CREATE STREAM CLICKS (USERID INT, EVENT_TS BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"}
sinks: [{name: s, from: CLICKS, elasticsearch: {index: ${index}}}]
${more}`
  const template = (namespace: string, patterns: string[]): Observed<'IndexTemplate'> => ({
    id: 'IndexTemplate/theirs',
    kind: 'IndexTemplate',
    name: 'theirs',
    owner: { namespace, pipeline: 'p' },
    spec: { body: { index_patterns: patterns, priority: 501 } },
    health: 'Ready',
  })
  const findings = (text: string, observed: Observed) =>
    planChanges({ graph: graphOf(text), observed: [observed], ledger: { entries: [] }, owner }).findings.map(({ reason, message }) => `${reason}: ${message}`)

  it('of another pipeline cannot be filled, whatever template the pipeline declares', () => {
    const strong = "indexTemplates: [{name: t, patterns: ['orders'], priority: 1000000, fields: {EVENT_TS: date}}]"
    for (const namespace of ['victim', 'demo'])
      assert.deepEqual(findings(yaml('orders', strong), template(namespace, ['orders', 'orders-*'])), [
        `OwnedByAnother: Index orders belongs to pipeline ${namespace}/p`,
      ])
    assert.deepEqual(findings(yaml('orders-2'), template('victim', ['orders', 'orders-*'])), ['OwnedByAnother: Index orders-2 belongs to pipeline victim/p'])
  })
  it('of another namespace cannot be matched by a pattern', () => {
    const wide = "indexTemplates: [{name: t, patterns: ['o*'], priority: 1000000}]"
    assert.deepEqual(findings(yaml('mine', wide), template('victim', ['orders'])), [
      'OwnedByAnother: Pattern o* of index template t holds for indices that belong to pipeline victim/p',
    ])
    assert.deepEqual(findings(yaml('mine', wide), template('demo', ['orders'])), [])
    assert.deepEqual(findings(yaml('mine', wide), template('victim', ['payments*'])), [])
  })
})
