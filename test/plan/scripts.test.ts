/** What scripts may hold beside statements: settings, variables and connectors. */
import assert from 'node:assert/strict'
import { type Graph, planChanges, type ResourceSpecs } from '../../src/plan/index.ts'
import { compile, graphOf, owner } from './given.ts'

const script = (sql: string, further = '') => `
topics: [{name: clicks}]
statements:
  - name: script
    sql: ${JSON.stringify(sql)}
${further}`
const BASE = "CREATE STREAM CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"
const properties = (graph: Graph, name: string) => (graph.nodes.find(({ id }) => id === `Statement/${name}`)!.spec as ResourceSpecs['Statement']).properties

describe('A script', () => {
  it('reads from earliest, unless SET says otherwise for what follows', () => {
    const graph = graphOf(
      script(`${BASE}
        CREATE STREAM A AS SELECT * FROM CLICKS;
        SET 'auto.offset.reset' = 'latest';
        SET 'ksql.query.pull.enable.standby.reads' = 'true';
        CREATE STREAM B AS SELECT * FROM CLICKS;
        UNSET 'ksql.query.pull.enable.standby.reads';
        CREATE STREAM C AS SELECT * FROM CLICKS;`),
    )
    assert.deepEqual(properties(graph, 'A'), { 'auto.offset.reset': 'earliest' })
    assert.deepEqual(properties(graph, 'B'), { 'auto.offset.reset': 'latest', 'ksql.query.pull.enable.standby.reads': 'true' })
    assert.deepEqual(properties(graph, 'C'), { 'auto.offset.reset': 'latest' })
    assert.deepEqual(properties(graph, 'CLICKS'), {})
  })

  it('keeps its settings to itself', () => {
    const graph = graphOf(script(`SET 'auto.offset.reset' = 'latest'; ${BASE}`, '  - {name: other, sql: "CREATE STREAM A AS SELECT * FROM CLICKS;"}'))
    assert.deepEqual(properties(graph, 'A'), { 'auto.offset.reset': 'earliest' })
  })

  it('takes the properties of its entry, which are part of the hash', () => {
    const one = graphOf(script(`${BASE} CREATE STREAM A AS SELECT * FROM CLICKS;`, '    properties: {auto.offset.reset: latest}'))
    const two = graphOf(script(`${BASE} CREATE STREAM A AS SELECT * FROM CLICKS;`))
    assert.deepEqual(properties(one, 'A'), { 'auto.offset.reset': 'latest' })
    const hash = (graph: Graph, id: string) => graph.nodes.find((node) => node.id === id)!.hash
    assert.notEqual(hash(one, 'Statement/A'), hash(two, 'Statement/A'))
    assert.equal(hash(one, 'Statement/CLICKS'), hash(two, 'Statement/CLICKS'))
  })

  it('may set the format that holds where none is written', () => {
    const text = (format: string) =>
      `SET 'ksql.persistence.default.format.value' = '${format}'; CREATE STREAM CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='clicks'); CREATE STREAM A AS SELECT * FROM CLICKS;`
    const graph = graphOf(script(text('JSON')))
    assert.deepEqual(properties(graph, 'CLICKS'), { 'ksql.persistence.default.format.value': 'JSON' })
    const there = graph.nodes.map((node) => ({ ...node, health: 'Ready' as const, ...(node.kind === 'Statement' ? {} : { owner }) }))
    const { actions } = planChanges({ graph, observed: there, ledger: { entries: [] }, owner })
    assert.deepEqual(actions, [])
    const other = graphOf(script(text('DELIMITED')))
    const hash = (of: Graph) => of.nodes.find(({ id }) => id === 'Statement/CLICKS')!.hash
    assert.notEqual(hash(other), hash(graph))
  })

  it('may say OR REPLACE and IF NOT EXISTS: they are what the operator does anyway', () => {
    const plain = graphOf(script(BASE))
    const careful = graphOf(script(BASE.replace('CREATE STREAM', 'CREATE STREAM IF NOT EXISTS')))
    const replacing = graphOf(script(BASE.replace('CREATE STREAM', 'CREATE OR REPLACE STREAM')))
    assert.deepEqual(careful, plain)
    assert.deepEqual(replacing, plain)
  })

  it('puts variables in their places', () => {
    const graph = graphOf(script(`DEFINE where_from = 'clicks'; ${BASE.replace('clicks', '$' + '{where_from}')}`))
    assert.ok(graph.nodes.find(({ id }) => id === 'Statement/CLICKS')!.dependsOn.includes('KafkaTopic/clicks'))
  })

  it('brings its connectors, and the topic that a generator fills', () => {
    const graph = graphOf(
      script(
        `CREATE SOURCE CONNECTOR gen WITH ('connector.class'='io.confluent.kafka.connect.datagen.DatagenConnector', 'kafka.topic'='fresh', 'quickstart'='clickstream', 'max.interval'=20);`,
      ),
    )
    const connector = graph.nodes.find(({ id }) => id === 'Connector/GEN')!
    assert.deepEqual(connector.dependsOn, ['KafkaTopic/fresh'])
    assert.equal((connector.spec as ResourceSpecs['Connector']).config['max.interval'], '20')
  })

  it('is ordered by what reads what, not by its lines', () => {
    const graph = graphOf(script(`CREATE STREAM B AS SELECT * FROM A; CREATE STREAM A AS SELECT * FROM CLICKS; ${BASE}`))
    assert.deepEqual(
      graph.nodes.filter(({ kind }) => kind === 'Statement').map(({ name }) => name),
      ['CLICKS', 'A', 'B'],
    )
  })

  it('names an INSERT by what it says', () => {
    const insert = (sql: string) =>
      graphOf(script(`${BASE} CREATE STREAM A AS SELECT USERID, BYTES FROM CLICKS WHERE BYTES > 5; ${sql}`)).nodes.find(({ name }) =>
        name.startsWith('INSERT'),
      )!
    const one = insert('INSERT INTO A SELECT USERID, BYTES FROM CLICKS WHERE BYTES < 0;')
    const same = insert('insert into a   select USERID, bytes from clicks where bytes < 0 ;')
    assert.equal(one.id, same.id)
    assert.ok(one.dependsOn.includes('Statement/A') && one.dependsOn.includes('Statement/CLICKS'))
  })

  it('makes types before what uses them', () => {
    const { graph, findings } = compile(
      script("CREATE STREAM S (A ADDRESS) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON'); CREATE TYPE ADDRESS AS STRUCT<STREET VARCHAR, NO INT>;"),
    )
    assert.deepEqual(findings, [])
    assert.ok(graph!.nodes.find(({ id }) => id === 'Statement/S')!.dependsOn.includes('Statement/TYPE ADDRESS'))
  })
})
