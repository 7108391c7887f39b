/** Mistakes in a pipeline: each is found where it is, before anything is touched, and says what would mend it. */
import assert from 'node:assert/strict'
import { compile, type Given } from './given.ts'

/** Three topics, a stream, a table and a join over them: right as it stands. */
const GOOD = `
topics:
  - {name: clicks}
  - {name: users}
statements:
  - name: base
    sql: |
      CREATE STREAM CLICKS (USERID INT, IP VARCHAR, BYTES BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');
      CREATE TABLE USERS (ID INT PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON');
`
/** A windowed table with a key-only column, its sink in either mode, and one panel. */
const table = (mode: 'upsert' | 'append', query: string) =>
  `${GOOD}
  - name: table
    sql: |
      CREATE TABLE PER_MIN AS SELECT USERID, AS_VALUE(USERID) AS USER, IP AS K2, WINDOWSTART AS EVENT_TS, COUNT(*) AS N, LATEST_BY_OFFSET(IP) AS LAST_IP,
        CAST(USERID AS STRING) + '|' + CAST(WINDOWSTART AS STRING) AS DOC_ID
      FROM CLICKS WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY USERID, IP;
sinks:
  - {name: sink, from: PER_MIN, mode: ${mode}, ${mode === 'upsert' ? 'idColumn: DOC_ID, ' : ''}elasticsearch: {}}
dashboards:
  - name: board
    panels:
      - name: panel
        queries:
          - ${query}
`.replace('CREATE TABLE PER_MIN AS', "CREATE TABLE PER_MIN WITH (KEY_FORMAT='JSON') AS")

interface Wrong {
  readonly sentence: string
  readonly yaml: string
  readonly given?: Given
  readonly reason: string
  /** `path` or `path:line:column`. */
  readonly at: string
  readonly message: RegExp
  readonly mend?: RegExp
}

const script = (sql: string) => `${GOOD}\n  - name: mine\n    sql: ${JSON.stringify(sql)}\n`
const SQL = 'spec.statements[1].sql'

const wrong: readonly Wrong[] = [
  // References
  {
    sentence: 'a sink from a table that no statement makes',
    yaml: `${GOOD}\nsinks:\n  - {name: s, from: EVENTS, elasticsearch: {}}`,
    reason: 'ReferenceNotFound',
    at: 'spec.sinks[0].from',
    message: /No statement makes EVENTS/,
    mend: /CLICKS, USERS/,
  },
  {
    sentence: 'a ConfigMap that is not there',
    yaml: 'statements:\n  - {name: a, configMapRef: {name: scripts, key: a.sql}}',
    reason: 'ReferenceNotFound',
    at: 'spec.statements[0].configMapRef',
    message: /ConfigMap scripts has no key a\.sql/,
  },
  {
    sentence: 'a panel of a sink that is not there',
    yaml: table('upsert', '{name: q, sink: sinc, function: count}'),
    reason: 'ReferenceNotFound',
    at: 'spec.dashboards[0].panels[0].queries[0].sink',
    message: /No sink or metric sinc fills an index/,
    mend: /There are sink/,
  },
  {
    sentence: 'a metric whose dashboard is not there',
    yaml: `${GOOD}\nmetrics:\n  - {name: M, from: CLICKS, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}, panel: {dashboard: none}}`,
    reason: 'ReferenceNotFound',
    at: 'spec.metrics[0].panel.dashboard',
    message: /no dashboard none/,
  },
  {
    sentence: 'a metric of a stream that no statement makes',
    yaml: `${GOOD}\nmetrics:\n  - {name: M, from: CLICK, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}`,
    reason: 'SqlInvalid',
    at: 'spec.metrics[0].from',
    message: /^CLICK does not exist/,
  },
  ...(
    [
      ['by a column that is not there', '{name: N, function: count}', 'NOPE', '', '.by[0]', /^GROUP BY column 'NOPE' cannot be resolved/],
      [
        'of a column that is not there',
        '{name: N, function: sum, column: NOPE}',
        'USERID',
        '',
        '.measures[0].column',
        /^SELECT column 'NOPE' cannot be resolved/,
      ],
      ['that sums a text', '{name: N, function: sum, column: IP}', 'USERID', '', '.measures[0]', /^Function 'SUM' does not accept parameters \(STRING\)/],
      ['with a condition on a column that is not there', '{name: N, function: count}', 'USERID', ', where: "NOPE > 3"', '.where', /WHERE column 'NOPE'/],
      ['with a condition that is none', '{name: N, function: count}', 'USERID', ', where: "BYTES"', '.where', /boolean/],
      ['with a condition over no measure', '{name: N, function: count}', 'USERID', ', having: "M > 3"', '.having', /HAVING/],
    ] as const
  ).map(
    ([sentence, measure, by, further, field, message]): Wrong => ({
      sentence: `a metric ${sentence}`,
      yaml: `${GOOD}\nmetrics:\n  - {name: M, from: CLICKS, measures: [${measure}], by: [${by}]${further}, window: {type: tumbling, size: 1m}}`,
      reason: 'SqlInvalid',
      at: `spec.metrics[0]${field}`,
      message,
    }),
  ),
  {
    sentence: 'an id column that is only in the key',
    yaml: table('upsert', '{name: q, sink: sink, function: count}').replace('idColumn: DOC_ID', 'idColumn: USERID'),
    reason: 'ReferenceNotFound',
    at: 'spec.sinks[0].idColumn',
    message: /USERID of PER_MIN is only in the key/,
    mend: /AS_VALUE\(USERID\)/,
  },
  {
    sentence: 'a panel on a field that its index will not have',
    yaml: table('upsert', '{name: q, sink: sink, function: sum, field: HITS}'),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].field',
    message: /Index per_min will not have HITS/,
    mend: /EVENT_TS, N/,
  },
  {
    sentence: 'a panel by a column that is only in the key',
    yaml: table('upsert', '{name: q, sink: sink, function: sum, field: N, by: [K2]}'),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].by[0]',
    message: /only in the key/,
    mend: /AS_VALUE\(IP\)/,
  },
  {
    sentence: 'the sum of a text',
    yaml: table('upsert', '{name: q, sink: sink, function: sum, field: LAST_IP}'),
    reason: 'FieldNotInIndex',
    at: 'spec.dashboards[0].panels[0].queries[0].field',
    message: /LAST_IP of PER_MIN is a STRING/,
  },
  {
    sentence: 'a sum over a sink that appends every update',
    yaml: table('append', '{name: q, sink: sink, function: sum, field: N}'),
    reason: 'AggregationMisleading',
    at: 'spec.dashboards[0].panels[0].queries[0].function',
    message: /keeps every update of PER_MIN/,
    mend: /max/,
  },
  {
    sentence: 'a count over a sink that appends every update',
    yaml: table('append', '{name: q, sink: sink, function: count}'),
    reason: 'AggregationMisleading',
    at: 'spec.dashboards[0].panels[0].queries[0].function',
    message: /count would count the same thing again/,
  },
  // SQL syntax
  ...(
    [
      ['a comma too many', 'CREATE STREAM X AS\n  SELECT USERID,, IP FROM CLICKS;', '2:17', /Syntax Error/],
      ['no semicolon', 'CREATE STREAM X AS SELECT * FROM CLICKS', '1:40', /Syntax Error/],
      ['an unclosed quote', "CREATE STREAM X AS SELECT * FROM CLICKS WHERE IP = 'a;", '1:52', /Syntax Error/],
      ['a word that starts no statement', 'MAKE STREAM X;', '1:1', /Syntax Error/],
      ['a reserved word as a name', 'CREATE STREAM FROM AS SELECT * FROM CLICKS;', '1:15', /Syntax Error/],
      ['a bracket that stays open', "CREATE STREAM X (A INT WITH (KAFKA_TOPIC='x');", '1:24', /Syntax Error/],
      ['a window without a size', 'CREATE TABLE X AS SELECT USERID, COUNT(*) AS N FROM CLICKS WINDOW TUMBLING GROUP BY USERID;', '1:76', /Syntax Error/],
    ] as const
  ).map(
    ([sentence, sql, place, message]): Wrong => ({ sentence: `SQL with ${sentence}`, yaml: script(sql), reason: 'SqlSyntax', at: `${SQL}:${place}`, message }),
  ),
  {
    sentence: 'a condition of a metric that cannot be read',
    yaml: `${GOOD}\nmetrics:\n  - {name: M, from: CLICKS, where: "BYTES >", measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}`,
    reason: 'SqlSyntax',
    at: 'spec.metrics[0].where:1:8',
    message: /Syntax Error/,
  },
  // Names and types
  ...(
    [
      ['a stream that does not exist', 'CREATE STREAM X AS SELECT * FROM NOPE;', '1:34', /NOPE does not exist/],
      ['a column that does not exist', 'CREATE STREAM X AS\nSELECT USERID, NOPE FROM CLICKS;', '2:16', /NOPE/],
      ['a function that does not exist', 'CREATE STREAM X AS SELECT FROBNICATE(IP) AS F FROM CLICKS;', '1:27', /FROBNICATE/],
      ['a sum of text and number', 'CREATE STREAM X AS SELECT IP + BYTES AS F FROM CLICKS;', '1:27', /STRING|type/i],
      ['a condition that is none', 'CREATE STREAM X AS SELECT * FROM CLICKS WHERE BYTES;', '1:47', /boolean/i],
      ['a join on a column that is no key', 'CREATE STREAM X AS SELECT * FROM CLICKS C JOIN USERS U ON C.IP = U.NAME;', '', /primary key/],
      ['an aggregate without groups', 'CREATE TABLE X AS SELECT COUNT(*) AS N FROM CLICKS;', '', /GROUP BY/],
    ] as const
  ).map(
    ([sentence, sql, place, message]): Wrong => ({
      sentence: `SQL with ${sentence}`,
      yaml: script(sql),
      reason: 'SqlInvalid',
      at: place === '' ? SQL : `${SQL}:${place}`,
      message,
    }),
  ),
  // Keys and partitions
  {
    sentence: 'several key columns under the KAFKA format',
    yaml: script('CREATE TABLE X AS SELECT USERID, IP, COUNT(*) AS N FROM CLICKS GROUP BY USERID, IP;'),
    reason: 'KeyFormatUnsupported',
    at: SQL,
    message: /only supports a single field/,
    mend: /KEY_FORMAT='JSON'/,
  },
  {
    sentence: 'a join of sources whose partition counts differ',
    yaml: script('CREATE STREAM X AS SELECT C.USERID AS USERID, U.NAME AS NAME FROM CLICKS C JOIN USERS U ON C.USERID = U.ID;').replace(
      '{name: clicks}',
      '{name: clicks, partitions: 3}',
    ),
    reason: 'PartitionMismatch',
    at: SQL,
    message: /number of partitions don't match/,
    mend: /clicks has 3 \(spec\.topics\[0\]\), users has 1 \(spec\.topics\[1\]\)/,
  },
  {
    sentence: 'a stream that wants other partitions than its topic has',
    yaml: script("CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=4);"),
    reason: 'PartitionMismatch',
    at: SQL,
    message: /wants 4 partitions, and topic clicks has 1/,
  },
  {
    sentence: 'a query into a declared topic of other partitions',
    yaml: script('CREATE STREAM X AS SELECT * FROM CLICKS;').replace('{name: users}', '{name: users}\n  - {name: X, partitions: 5}'),
    reason: 'PartitionMismatch',
    at: SQL,
    message: /would write 1 partitions, and its topic X has 5/,
  },
  // Statements that have no place here
  {
    sentence: 'INSERT VALUES',
    yaml: script('INSERT INTO CLICKS (USERID) VALUES (1);'),
    reason: 'SqlStatementRefused',
    at: `${SQL}:1:1`,
    message: /INSERT \.\.\. VALUES/,
    mend: /Produce/,
  },
  { sentence: 'DROP', yaml: script('\nDROP STREAM CLICKS;'), reason: 'SqlStatementRefused', at: `${SQL}:2:1`, message: /DROP/, mend: /no longer declared/ },
  { sentence: 'SHOW', yaml: script('SHOW STREAMS;'), reason: 'SqlStatementRefused', at: `${SQL}:1:1`, message: /SHOW/ },
  {
    sentence: 'statements in a circle',
    yaml: script('CREATE STREAM A AS SELECT * FROM B; CREATE STREAM B AS SELECT * FROM A;'),
    reason: 'CycleFound',
    at: SQL,
    message: /A|B/,
  },
  // Names twice
  {
    sentence: 'two statements that make one stream',
    yaml: script('CREATE STREAM CLICKS AS SELECT * FROM USERS_2;'),
    reason: 'NameConflict',
    at: SQL,
    message: /CLICKS is made by spec\.statements\[0\]/,
  },
  {
    sentence: 'a script connector with the name of a source',
    yaml: `${script("CREATE SOURCE CONNECTOR `gen` WITH ('connector.class'='io.confluent.kafka.connect.datagen.DatagenConnector', 'kafka.topic'='clicks', 'quickstart'='clickstream');")}sources:\n  - {name: gen, datagen: {preset: clickstream_users, topic: users}}`,
    reason: 'NameConflict',
    at: 'spec.sources[0]',
    message: /Connector gen is made by spec\.statements\[1\]/,
  },
  {
    sentence: 'two sinks into one index',
    yaml: `${table('upsert', '{name: q, sink: sink, function: count}').replace('dashboards:', '  - {name: other, from: PER_MIN, elasticsearch: {}}\ndashboards:')}`,
    reason: 'NameConflict',
    at: 'spec.sinks[1]',
    message: /Index per_min is taken by spec\.sinks\[0\]/,
  },
  {
    sentence: 'a measure with the name of a grouping column',
    yaml: `${GOOD}\nmetrics:\n  - {name: M, from: CLICKS, measures: [{name: USERID, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}`,
    reason: 'NameConflict',
    at: 'spec.metrics[0].measures[0].name',
    message: /USERID is made already/,
  },
  // Connectors
  {
    sentence: 'a class that no plugin has',
    yaml: `${GOOD}\nsources:\n  - {name: s, connector: {class: com.acme.ClickSource}}`,
    reason: 'ConnectorClassNotFound',
    at: 'spec.sources[0].connector.class',
    message: /com\.acme\.ClickSource, which no plugin/,
    mend: /Install/,
  },
  {
    sentence: 'a class in the wrong package',
    yaml: `${GOOD}\nsources:\n  - {name: s, connector: {class: com.acme.DatagenConnector}}`,
    reason: 'ConnectorClassNotFound',
    at: 'spec.sources[0].connector.class',
    message: /com\.acme\.DatagenConnector/,
    mend: /Did you mean io\.confluent\.kafka\.connect\.datagen\.DatagenConnector/,
  },
  {
    sentence: 'a sink class as a source',
    yaml: `${GOOD}\nsources:\n  - {name: s, connector: {class: io.confluent.connect.elasticsearch.ElasticsearchSinkConnector}}`,
    reason: 'ConnectorConfigInvalid',
    at: 'spec.sources[0].connector.class',
    message: /is a sink, and a source is declared/,
  },
  {
    sentence: 'a generator where none is installed',
    yaml: `${GOOD}\nsources:\n  - {name: s, datagen: {preset: clickstream}}`,
    given: { facts: { plugins: [] } },
    reason: 'ConnectorClassNotFound',
    at: 'spec.sources[0].datagen',
    message: /DatagenConnector is needed/,
  },
  {
    sentence: 'a secret that would stand in clear',
    yaml: `${GOOD}\nsources:\n  - {name: s, connector: {class: DatagenConnector, configFrom: [{key: password, secretKeyRef: {name: db, key: pw}}]}}`,
    reason: 'PlainSecretRefused',
    at: 'spec.sources[0].connector.configFrom[0]',
    message: /password of connector s would stand in clear/,
    mend: /allowPlainSecrets/,
  },
  {
    sentence: 'a Secret that is not there',
    yaml: `${GOOD}\nsources:\n  - {name: s, connector: {class: DatagenConnector, configFrom: [{key: password, secretKeyRef: {name: db, key: pw}}]}}`,
    given: { platform: { limits: { allowPlainSecrets: true } }, facts: { secretVersions: new Map() } },
    reason: 'SecretNotFound',
    at: 'spec.sources[0].connector.configFrom[0]',
    message: /Secret demo\/db does not exist/,
  },
  // Limits of the platform
  {
    sentence: 'more statements than the platform allows',
    yaml: GOOD,
    given: { platform: { limits: { maxStatements: 1 } } },
    reason: 'LimitExceeded',
    at: 'spec.statements',
    message: /2 statements are more than the 1/,
  },
  {
    sentence: 'more partitions than the platform allows',
    yaml: GOOD.replace('{name: clicks}', '{name: clicks, partitions: 9}'),
    given: { platform: { limits: { maxPartitions: 4 } } },
    reason: 'LimitExceeded',
    at: 'spec.topics[0]',
    message: /9 partitions, and the platform allows 4/,
  },
  {
    sentence: 'a topic without the namespace in front',
    yaml: GOOD.replace('{name: users}', '{name: demo.users}').replace("'users'", "'demo.users'"),
    given: { platform: { limits: { topicPrefixPerNamespace: true } } },
    reason: 'LimitExceeded',
    at: 'spec.topics[0]',
    message: /must begin with demo\./,
  },
  {
    sentence: 'a connector class that the platform does not allow',
    yaml: `${GOOD}\nsources:\n  - {name: s, datagen: {preset: clickstream}}`,
    given: { platform: { limits: { allowedConnectorClasses: ['com.acme.Other'] } } },
    reason: 'LimitExceeded',
    at: 'spec.sources[0].datagen',
    message: /does not allow connectors of class/,
  },
  // Templates and dashboards
  {
    sentence: 'a template that makes the time a number',
    yaml: `${table('upsert', '{name: q, sink: sink, function: count}')}indexTemplates:\n  - {name: t, patterns: [per_*], fields: {N: long}}`,
    reason: 'TemplateInvalid',
    at: 'spec.indexTemplates[0].fields',
    message: /time field EVENT_TS/,
    mend: /EVENT_TS: date/,
  },
  {
    sentence: 'a dashboard that is no JSON',
    yaml: `${GOOD}\ndashboards:\n  - {name: d, json: "{"}`,
    reason: 'DashboardInvalid',
    at: 'spec.dashboards[0].json',
    message: /no JSON/,
  },
]

describe('A wrong pipeline', () => {
  it('is only wrong where it was made so', () => {
    const wrongs = (yaml: string) => compile(yaml).findings.filter(({ severity }) => severity === 'error')
    assert.deepEqual(wrongs(GOOD), [])
    assert.deepEqual(wrongs(table('upsert', '{name: q, sink: sink, function: sum, field: N, by: [USER]}')), [])
    assert.deepEqual(wrongs(table('append', '{name: q, sink: sink, function: max, field: N, by: [USER]}')), [])
  })

  for (const { sentence, yaml, given, reason, at, message, mend } of wrong) {
    it(`${sentence}: ${reason}`, () => {
      const { graph, findings } = compile(yaml, given)
      const [finding, ...more] = findings.filter(({ severity }) => severity === 'error')
      assert.ok(finding, 'nothing was found')
      const place = finding.line === undefined || !/:\d+:\d+$/.test(at) ? finding.path : `${finding.path}:${finding.line}:${finding.column}`
      assert.deepEqual([finding.reason, place], [reason, at], `${finding.message} ${JSON.stringify(finding)}`)
      assert.match(finding.message, message)
      if (mend) assert.match(finding.mend ?? '', mend)
      assert.equal(graph, undefined)
      assert.deepEqual(more, [], 'one mistake, one error')
    })
  }
})

describe('A surprising pipeline', () => {
  it('warns of a column without a name, at its place', () => {
    const { findings, graph } = compile(
      script('CREATE TABLE BYTES_PER_MIN AS select USERID, SUM(BYTES), WINDOWSTART as EVENT_TS FROM CLICKS window TUMBLING (size 60 second) GROUP BY USERID;'),
    )
    assert.ok(graph)
    assert.deepEqual(
      findings.map(({ severity, reason, path, line, column }) => ({ severity, reason, path, line, column })),
      [{ severity: 'warning', reason: 'Surprising', path: SQL, line: 1, column: 46 }],
    )
    assert.match(findings[0]!.message, /KSQL_COL_0/)
  })
  it('warns of a key-only column that its index will not have', () => {
    const { findings } = compile(
      script('CREATE TABLE PER_MIN AS SELECT USERID, COUNT(*) AS N, WINDOWSTART AS EVENT_TS FROM CLICKS WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY USERID;') +
        'sinks:\n  - {name: s, from: PER_MIN, elasticsearch: {}}',
    )
    assert.equal(findings.length, 1)
    assert.match(findings[0]!.message, /USERID of PER_MIN is only in the key/)
  })
  it('warns of an index without a time', () => {
    const { findings } = compile(`${GOOD}\nsinks:\n  - {name: s, from: CLICKS, elasticsearch: {}}`)
    assert.match(findings[0]!.message, /no value column EVENT_TS/)
  })
})
