/** What one entry of spec.metrics becomes. */
import assert from 'node:assert/strict'
import type { Graph, ResourceSpecs } from '../../src/plan/index.ts'
import { compile, type Given, graphOf } from './given.ts'

const metric = (fields: string, topic = 'clicks') => `
topics: [{name: ${topic}}]
statements:
  - {name: base, sql: "CREATE STREAM CLICKS (USERID INT, IP VARCHAR, BYTES BIGINT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON');"}
metrics:
  - {name: M, from: clicks, ${fields}}`
const COUNT = 'measures: [{name: N, function: count}]'
const MINUTE = 'window: {type: tumbling, size: 1m}'

const spec = <K extends keyof ResourceSpecs>(graph: Graph, kind: K, name: RegExp): ResourceSpecs[K] =>
  graph.nodes.find((node) => node.kind === kind && name.test(node.name))!.spec as ResourceSpecs[K]
const sql = (fields: string, given?: Given) => spec(graphOf(metric(fields), given), 'Statement', /^M$/).sql.replaceAll(/\s+/g, ' ')
const query = (fields: string) => {
  const { json } = spec(graphOf(metric(`${fields}, panel: {}`)), 'Dashboard', /metrics$/) as unknown as {
    json: { panels: { targets: { metrics: { type: string }[]; bucketAggs: { type: string; field: string; settings: { interval?: string } }[] }[] }[] }
  }
  return json.panels[0]!.targets.map(({ metrics, bucketAggs }) => [
    metrics[0]!.type,
    ...bucketAggs.map((one) => `${one.type} ${one.field} ${one.settings.interval ?? ''}`.trim()),
  ])
}

describe('A metric', () => {
  it('is a table with copies of its groups, a time and an id', () => {
    assert.equal(
      sql(`${COUNT}, by: [userid], ${MINUTE}`),
      "CREATE TABLE M AS SELECT USERID K1, AS_VALUE(USERID) USERID, WINDOWSTART EVENT_TS, COUNT(*) N, ((CAST(USERID AS STRING) + '|') + CAST(WINDOWSTART AS STRING)) DOC_ID FROM CLICKS CLICKS WINDOW TUMBLING ( SIZE 60 SECONDS ) GROUP BY USERID EMIT CHANGES;",
    )
  })
  it('has a JSON key for several groups', () => {
    assert.match(sql(`${COUNT}, by: [USERID, IP], ${MINUTE}`), /WITH \(KEY_FORMAT='JSON'\) .* GROUP BY USERID, IP/)
  })
  it('may hop, and be of sessions, whose time is their end', () => {
    assert.match(
      sql(`${COUNT}, by: [IP], window: {type: hopping, size: 1m, advance: 5s, grace: 10s}`),
      /HOPPING \( SIZE 60 SECONDS , ADVANCE BY 5 SECONDS , GRACE PERIOD 10 SECONDS \)/,
    )
    assert.match(sql(`${COUNT}, by: [IP], window: {type: session, size: 30s}`), /WINDOWEND EVENT_TS.* SESSION \( 30 SECONDS \)/)
  })
  it('takes conditions, HAVING over its measures', () => {
    const text = sql(
      `measures: [{name: N, function: count}, {name: S, function: sum, column: bytes}], by: [IP], ${MINUTE}, where: "BYTES > 10", having: "N > 3 AND S < 9"`,
    )
    assert.match(text, /WHERE \(BYTES > 10\)/)
    assert.match(text, /HAVING \(\(COUNT\(\*\) > 3\) AND \(SUM\(BYTES\) < 9\)\)/)
  })
  it('shows each measure by group, in buckets that hold one window each', () => {
    assert.deepEqual(query(`${COUNT}, by: [IP], ${MINUTE}`), [['sum', 'terms IP', 'date_histogram EVENT_TS 1m']])
    assert.deepEqual(query(`${COUNT}, by: [IP], window: {type: hopping, size: 90s, advance: 1500ms}`), [['sum', 'terms IP', 'date_histogram EVENT_TS 1500ms']])
  })
  it('takes the longest of sessions that have merged', () => {
    assert.deepEqual(query(`${COUNT}, by: [IP], window: {type: session, size: 30s}`), [['max', 'terms IP', 'date_histogram EVENT_TS auto']])
  })
  it('gets a topic in the namespace where the platform wants that', () => {
    const given = { platform: { limits: { topicPrefixPerNamespace: true } } }
    const { graph, findings } = compile(metric(`${COUNT}, by: [IP], ${MINUTE}`, 'demo.clicks'), given)
    assert.deepEqual(findings, [])
    assert.match(spec(graph!, 'Statement', /^M$/).sql, /KAFKA_TOPIC='demo\.M'/)
    assert.equal(spec(graph!, 'DataSource', /M$/).index, 'demo.m')
    assert.equal(spec(graph!, 'Connector', /M$/).config.topics, 'demo.M')
  })
  it('is the same metric when only its panel changes: no statement, connector or template does', () => {
    const hashes = (panel: string) =>
      graphOf(metric(`${COUNT}, by: [IP], ${MINUTE}, panel: ${panel}`))
        .nodes.filter(({ kind }) => kind !== 'Dashboard')
        .map(({ id, hash }) => [id, hash])
    assert.deepEqual(hashes('{title: A}'), hashes('{title: B, type: stat}'))
  })
})
