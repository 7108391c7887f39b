import assert from 'node:assert/strict'
import { applyStatement, type Catalogue, createCatalogue, parseStatements, SqlError } from '../../src/sql/index.ts'

const base = `CREATE STREAM S (K INT KEY, A INT, B VARCHAR, D DECIMAL(4,2), M MAP<VARCHAR,INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE T (ID INT PRIMARY KEY, NAME VARCHAR, REF INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE U (ID VARCHAR PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE SOURCE STREAM RO (K INT KEY, A INT) WITH (KAFKA_TOPIC='ro', VALUE_FORMAT='JSON');
CREATE STREAM SW (K INT KEY, A INT) WITH (KAFKA_TOPIC='sw', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION');
`
const catalogue: Catalogue = parseStatements(base).reduce((known, statement) => applyStatement(statement, known).catalogue, createCatalogue())

/** One statement, which must stand on line 1; what is said of it; and the column where the finger points. */
const table: readonly (readonly [sql: string, message: RegExp, column: number])[] = [
  // WITH
  [
    "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS='many');",
    /Invalid value many for configuration PARTITIONS: Not a number of type INT/,
    69,
  ],
  [
    "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', FORMAT='JSON', KEY_FORMAT='JSON');",
    /^Failed to prepare statement: Cannot supply both 'KEY_FORMAT' and 'FORMAT' properties/,
    63,
  ],
  [
    "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', VALUE_DELIMITER='|');",
    /JSON does not support the following configs: \[delimiter\]/,
    69,
  ],
  ["CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='ab');", /Invalid delimiter value: 'ab'/, 74],
  ["CREATE STREAM X (A INT, B INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=false);", /only valid for single-field value schemas/, 76],
  ["CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE='maybe');", /Expected value to be either true or false/, 69],
  [
    "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION', WINDOW_SIZE='1 DAY');",
    /'WINDOW_SIZE' should not be set for SESSION windows/,
    92,
  ],
  ["CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='long');", /Invalid duration: 'long'/, 92],
  ["CREATE STREAM X WITH (WINDOW_TYPE='SESSION') AS SELECT * FROM S;", /Invalid config variable\(s\) in the WITH clause: WINDOW_TYPE/, 23],
  ["CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', VALUE_SCHEMA_ID=3);", /JSON does not support the following configs: \[schemaId\]/, 69],
  ["CREATE STREAM X WITH (VALUE_PROTOBUF_NULLABLE_REPRESENTATION='OPTIONAL') AS SELECT * FROM S;", /can only be enabled with protobuf format/, 23],
  // columns
  [
    "CREATE STREAM X (A INT, B BYTES HEADERS) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');",
    /Invalid type for HEADERS column: expected ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>, got BYTES/,
    25,
  ],
  [
    "CREATE TABLE X (A MAP<VARCHAR, INT> PRIMARY KEY, B INT) WITH (KAFKA_TOPIC='x', FORMAT='JSON');",
    /Map keys, including types that contain maps, are not supported/,
    1,
  ],
  ["CREATE STREAM X (A MAP<INT, INT>) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');", /JSON only supports MAP types with STRING keys/, 1],
  ["CREATE STREAM X (A ARRAY<INT>) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='DELIMITED');", /The 'DELIMITED' format does not support type 'ARRAY'/, 1],
  [
    "CREATE STREAM X (A INT KEY, B INT) WITH (KAFKA_TOPIC='x', KEY_FORMAT='NONE', VALUE_FORMAT='JSON');",
    /The 'NONE' format can only be used when no columns are defined\. Got: \[`A` INTEGER KEY\]/,
    1,
  ],
  ["CREATE STREAM X (A DECIMAL(2, 4)) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');", /DECIMAL precision must be >= scale: DECIMAL\(2,4\)/, 18],
  // names
  ['CREATE STREAM X AS SELECT X.* FROM S;', /'X' is not a valid stream\/table name or alias/, 27],
  ['CREATE STREAM X AS SELECT K, A FROM S WHERE NOPE = 1;', /Line: 1, Col: 45: WHERE column 'NOPE' cannot be resolved/, 45],
  ['CREATE TABLE X AS SELECT NOPE, COUNT(*) FROM S GROUP BY NOPE;', /GROUP BY column 'NOPE' cannot be resolved/, 57],
  ['CREATE STREAM X AS SELECT K, ROWTIME FROM S;', /Reserved column name in select: `ROWTIME`\. Please remove or alias the column/, 30],
  ['CREATE STREAM X AS SELECT K, K AS K2, A FROM S;', /more than once, aliased as: `K` and `K2`/, 20],
  // types
  ["CREATE STREAM X AS SELECT K, A * 'x' AS F FROM S;", /Unsupported arithmetic types\. INTEGER STRING/, 30],
  ['CREATE STREAM X AS SELECT K, CAST(M AS INT) AS F FROM S;', /^Invalid Select: Cast of MAP<STRING, INTEGER> to INTEGER is not supported/, 30],
  ['CREATE STREAM X AS SELECT K, M->F AS F FROM S;', /Expected STRUCT type, got: MAP<STRING, INTEGER>/, 30],
  ['CREATE STREAM X AS SELECT K, A FROM S WHERE M < M;', /with LESS_THAN/, 45],
  ["CREATE STREAM X AS SELECT K, A FROM S WHERE ROWTIME > 'yesterday';", /Failed to parse timestamp 'yesterday'/, 55],
  ['CREATE STREAM X AS SELECT K, A FROM S WHERE M IN (10);', /^Invalid Predicate: operator does not exist: MAP<STRING, INTEGER> = INTEGER \(10\)/, 51],
  ["CREATE STREAM X AS SELECT K, A FROM S WHERE A IN ('x');", /^Invalid Predicate: invalid input syntax for type INTEGER: "x"\.$/, 51],
  ['CREATE STREAM X AS SELECT K, -B AS F FROM S;', /Expected a number but B is STRING/, 31],
  ['CREATE STREAM X AS SELECT K, NOT A AS F FROM S;', /Expected BOOLEAN but A is INTEGER/, 34],
  ["CREATE STREAM X AS SELECT K, A LIKE 'x' AS F FROM S;", /Expected STRING but A is INTEGER/, 30],
  // joins
  ['CREATE STREAM X AS SELECT S.K, A FROM S JOIN U ON S.K = U.ID;', /Invalid join\. Key types differ: INTEGER vs STRING/, 51],
  [
    'CREATE STREAM X AS SELECT S.K, A FROM S FULL JOIN T ON S.K = T.ID;',
    /full-outer join not supported for stream-table join\. Got S \[FULL\] OUTER JOIN T\./,
    41,
  ],
  ['CREATE STREAM X AS SELECT S.K, A FROM S JOIN T ON S.K = S.A;', /Each side of the join/, 51],
  ['CREATE STREAM X AS SELECT S.K, S.A FROM S JOIN SW WITHIN 1 HOUR ON S.K = SW.K;', /Can not join windowed source to non-windowed source/, 43],
  ['CREATE TABLE X AS SELECT T.ID, U.NAME FROM T JOIN U ON T.REF = U.ID;', /types don't match\. Got T\.REF\{INTEGER\} = U\.ID\{STRING\}/, 56],
  // grouping
  ['CREATE TABLE X AS SELECT K, COUNT(*) FROM S GROUP BY K HAVING A > 1;', /Non-aggregate HAVING expression not part of GROUP BY: A\n/, 63],
  [
    'CREATE TABLE X AS SELECT K, WINDOWSTART AS W, COUNT(*) FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY K, WINDOWSTART;',
    /Window bounds column WINDOWSTART can only be used in the SELECT clause/,
    107,
  ],
  ['CREATE TABLE X AS SELECT K, MAX(WINDOWEND) AS M FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY K;', /can not be passed to aggregate functions/, 33],
  [
    'CREATE TABLE X AS SELECT K, TOPK(A, A) AS M FROM S GROUP BY K;',
    /Parameter 2 passed to function TOPK must be a literal constant, but was expression: 'A'/,
    37,
  ],
  ['CREATE TABLE X AS SELECT K, AVG(D) AS M FROM S GROUP BY K;', /Function 'AVG' does not accept parameters \(DECIMAL\(4, 2\)\)/, 29],
  [
    'CREATE TABLE X AS SELECT COUNT(*) AS M, K FROM S GROUP BY COUNT(*);',
    /GROUP BY does not support aggregate functions: COUNT is an aggregate function\./,
    59,
  ],
  // inserts
  ['INSERT INTO RO SELECT K, A FROM S;', /Cannot insert into read-only stream: RO/, 13],
  ['INSERT INTO T SELECT * FROM T;', /INSERT INTO can only be used to insert into a stream\. T is a table\./, 13],
  // changes
  ['ALTER STREAM RO ADD COLUMN X INT;', /Cannot alter stream 'RO': ALTER operations are not supported on source streams\./, 1],
  ["CREATE OR REPLACE SOURCE STREAM RO (K INT KEY) WITH (KAFKA_TOPIC='ro', VALUE_FORMAT='JSON');", /CREATE OR REPLACE is not supported on source streams/, 1],
]

describe('what is refused, and where', () => {
  for (const [sql, message, column] of table) {
    it(sql, () => {
      assert.throws(
        () => parseStatements(sql).map((statement) => applyStatement(statement, catalogue)),
        (error) => {
          assert.ok(error instanceof SqlError, String(error))
          assert.match(error.message, message)
          assert.deepEqual([error.kind, error.line, error.column], ['analysis', 1, column])
          return true
        },
      )
    })
  }
})
