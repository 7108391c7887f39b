import assert from 'node:assert/strict'
import {
  analyse,
  applyStatement,
  type Catalogue,
  createCatalogue,
  formatExpression,
  formatSchema,
  parseStatement,
  parseStatements,
  type Source,
} from '../../src/sql/index.ts'

const catalogue: Catalogue = parseStatements(`
  CREATE STREAM S (K INT KEY, A INT, B VARCHAR, ST STRUCT<X INT, Y VARCHAR>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
  CREATE STREAM R (K INT KEY, A INT, C VARCHAR) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
  CREATE STREAM N (A INT, KSQL_COL_0 INT) WITH (KAFKA_TOPIC='n', KEY_FORMAT='NONE', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|');
  CREATE STREAM D (K1 INT KEY, K2 VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='d', FORMAT='JSON');
  CREATE STREAM H (A INT, ALL_ ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS) WITH (KAFKA_TOPIC='h', VALUE_FORMAT='JSON');
  CREATE STREAM W (K INT KEY, A INT) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='30 SECONDS');
  CREATE TABLE T (ID INT PRIMARY KEY, NAME VARCHAR, REF INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
  CREATE TABLE P (ID INT PRIMARY KEY, P INT) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON');
  CREATE TABLE Q (K1 INT PRIMARY KEY, K2 VARCHAR PRIMARY KEY, REF INT) WITH (KAFKA_TOPIC='q', FORMAT='JSON');
  CREATE TABLE U (ID INT PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
`).reduce((known, statement) => applyStatement(statement, known).catalogue, createCatalogue())

function sinkOf(sql: string): Source {
  const statement = parseStatement(sql)
  assert.ok(statement.kind === 'CreateAsSelect')
  return analyse(statement, catalogue).sink
}

/** query -> schema of what it makes */
const schemas: readonly (readonly [what: string, sql: string, schema: string])[] = [
  ['the key stays the key, under its alias', 'CREATE STREAM X AS SELECT K AS KK, A FROM S;', '`KK` INTEGER KEY, `A` INTEGER'],
  ['AS_VALUE copies it', 'CREATE STREAM X AS SELECT K, AS_VALUE(K) AS KV FROM S;', '`K` INTEGER KEY, `KV` INTEGER'],
  ['* is key, value, headers', 'CREATE STREAM X AS SELECT * FROM H;', '`A` INTEGER, `ALL_` ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>'],
  [
    'items without a name are numbered',
    'CREATE STREAM X AS SELECT K, A + 1, A, UCASE(B) FROM S;',
    '`K` INTEGER KEY, `KSQL_COL_0` INTEGER, `A` INTEGER, `KSQL_COL_1` STRING',
  ],
  ['but not like a column of the source', 'CREATE STREAM X AS SELECT A + 1 FROM N;', '`KSQL_COL_1` INTEGER'],
  ['a field gives its name', 'CREATE STREAM X AS SELECT K, ST->X, ST->* FROM S;', '`K` INTEGER KEY, `X` INTEGER, `X` INTEGER, `Y` STRING'],
  [
    'grouping makes the key, in the order of GROUP BY',
    "CREATE TABLE X WITH (KEY_FORMAT='JSON') AS SELECT B, COUNT(*) AS N, A FROM S GROUP BY A, B;",
    '`A` INTEGER KEY, `B` STRING KEY, `N` BIGINT',
  ],
  ['an expression can be the key', 'CREATE TABLE X AS SELECT UCASE(B) AS U, COUNT(*) FROM S GROUP BY UCASE(B);', '`U` STRING KEY, `KSQL_COL_0` BIGINT'],
  ['partitioning makes the key', 'CREATE STREAM X AS SELECT A, K FROM S PARTITION BY A;', '`A` INTEGER KEY, `K` INTEGER'],
  [
    'with * an expression comes along',
    'CREATE STREAM X AS SELECT * FROM S PARTITION BY A + 1;',
    '`KSQL_COL_0` INTEGER KEY, `A` INTEGER, `B` STRING, `ST` STRUCT<`X` INTEGER, `Y` STRING>, `K` INTEGER',
  ],
  ['or takes the key away', 'CREATE STREAM X AS SELECT K, A FROM S PARTITION BY NULL;', '`K` INTEGER, `A` INTEGER'],
  ['several key columns stay', 'CREATE STREAM X AS SELECT K2, V, K1 FROM D;', '`K1` INTEGER KEY, `K2` STRING KEY, `V` INTEGER'],
  [
    'a join names shared columns after their source',
    'CREATE STREAM X AS SELECT S.K, S.A, R.A, C FROM S JOIN R WITHIN 1 HOUR ON S.K = R.K;',
    '`S_K` INTEGER KEY, `S_A` INTEGER, `R_A` INTEGER, `C` STRING',
  ],
  [
    '* of a join names all so',
    'CREATE TABLE X AS SELECT * FROM T JOIN U ON T.ID = U.ID;',
    '`T_ID` INTEGER KEY, `T_NAME` STRING, `T_REF` INTEGER, `U_ID` INTEGER, `U_NAME` STRING',
  ],
  ['either side may be the key', 'CREATE STREAM X AS SELECT T.ID, B FROM S LEFT JOIN T ON S.A = T.ID;', '`ID` INTEGER KEY, `B` STRING'],
  ['the left one, where both are selected', 'CREATE STREAM X AS SELECT T.ID, A FROM S LEFT JOIN T ON S.A = T.ID;', '`A` INTEGER KEY, `ID` INTEGER'],
  [
    'a chain of joins keeps every name of its key',
    'CREATE TABLE X AS SELECT U.NAME N, P.ID PID FROM T JOIN U ON T.ID = U.ID JOIN P ON U.ID = P.ID;',
    '`PID` INTEGER KEY, `N` STRING',
  ],
  [
    'a foreign-key join keeps all key columns of the left table',
    'CREATE TABLE X AS SELECT Q.K2, NAME, Q.K1 FROM Q JOIN U ON Q.REF = U.ID;',
    '`K1` INTEGER KEY, `K2` STRING KEY, `NAME` STRING',
  ],
  ['a full join makes one up', 'CREATE TABLE X AS SELECT ROWKEY, T.NAME N FROM T FULL JOIN U ON T.ID = U.ID;', '`ROWKEY` INTEGER KEY, `N` STRING'],
  [
    'so does a join of expressions',
    'CREATE STREAM X AS SELECT ROWKEY AS RK, S.A FROM S JOIN R WITHIN 1 HOUR ON ABS(S.K) = ABS(R.K);',
    '`RK` INTEGER KEY, `S_A` INTEGER',
  ],
  ['a foreign-key join keeps the left key', 'CREATE TABLE X AS SELECT T.ID, U.NAME FROM T JOIN U ON T.REF = U.ID;', '`T_ID` INTEGER KEY, `U_NAME` STRING'],
]

describe('keys and names of results', () => {
  for (const [what, sql, schema] of schemas) {
    it(`${what}: ${sql}`, () => {
      if (sql.includes('ST->X, ST->*')) return assert.throws(() => sinkOf(sql), /Duplicate value columns found in schema: `X` INTEGER/)
      const sink = sinkOf(sql)
      assert.equal(formatSchema(sink.key, sink.value), schema)
    })
  }

  it('the key of a left join is the left side even under the name of the right', () => {
    const statement = parseStatement('CREATE STREAM X AS SELECT T.ID, B FROM S LEFT JOIN T ON S.A = T.ID;')
    assert.ok(statement.kind === 'CreateAsSelect')
    const analysed = analyse(statement, catalogue)
    assert.ok(analysed.kind === 'query')
    assert.deepEqual(
      analysed.query.output.map((column) => [column.name, column.role, formatExpression(column.value.expression)]),
      [
        ['ID', 'KEY', 'S.A'],
        ['B', 'VALUE', 'S.B'],
      ],
    )
  })

  it('the key that a join makes up stands for the keys of both sides', () => {
    const statement = parseStatement('CREATE TABLE X AS SELECT ROWKEY, ROWKEY + 1 AS NEXT FROM T FULL JOIN P ON T.ID = P.ID WHERE ROWKEY > 1;')
    assert.ok(statement.kind === 'CreateAsSelect')
    const analysed = analyse(statement, catalogue)
    assert.ok(analysed.kind === 'query')
    assert.deepEqual(
      [analysed.query.where!, ...analysed.query.output.map((column) => column.value)].map((typed) => formatExpression(typed.expression)),
      ['(COALESCE(T.ID, P.ID) > 1)', 'COALESCE(T.ID, P.ID)', '(COALESCE(T.ID, P.ID) + 1)'],
    )
  })

  it('formats are those of the first source, where nothing else is said', () => {
    const sink = sinkOf('CREATE STREAM X AS SELECT A, KSQL_COL_0 AS B FROM N;')
    assert.deepEqual([sink.keyFormat, sink.valueFormat], [{ format: 'NONE' }, { format: 'DELIMITED', delimiter: '|' }])
    assert.deepEqual(sinkOf('CREATE STREAM X AS SELECT A, KSQL_COL_0 AS B FROM N PARTITION BY A;').keyFormat, { format: 'KAFKA' })
    assert.deepEqual(sinkOf("CREATE STREAM X WITH (FORMAT='JSON') AS SELECT * FROM S;").keyFormat, { format: 'JSON' })
  })

  it('a windowed source gives a windowed result', () => {
    assert.deepEqual(sinkOf('CREATE STREAM X AS SELECT K, A, WINDOWSTART AS WS FROM W;').window, { type: 'TUMBLING', sizeMs: 30_000 })
  })
})
