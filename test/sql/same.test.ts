import assert from 'node:assert/strict'
import { durationMs, parseStatement, sameStatement } from '../../src/sql/index.ts'

const same = (a: string, b: string): boolean => sameStatement(parseStatement(a), parseStatement(b))

describe('equality by meaning', () => {
  const equal: readonly (readonly [string, string])[] = [
    ['CREATE STREAM X AS SELECT A FROM S;', 'create   stream x /* c */ as\nselect a -- b\nfrom s emit changes;'],
    [
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');",
      "CREATE STREAM X (A INTEGER) WITH (VALUE_FORMAT='json', KAFKA_TOPIC='x', KEY_FORMAT='KAFKA', WRAP_SINGLE_VALUE=true);",
    ],
    [
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', FORMAT='JSON');",
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x', KEY_FORMAT='JSON', VALUE_FORMAT='JSON');",
    ],
    [
      "CREATE TABLE X (A INT PRIMARY KEY) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON');",
      "CREATE TABLE X (A INT PRIMARY KEY) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', CLEANUP_POLICY='compact');",
    ],
    ['CREATE STREAM X AS SELECT A FROM S;', 'CREATE STREAM X AS SELECT A AS A FROM S S;'],
    [
      'CREATE TABLE X AS SELECT A, COUNT(*) FROM S WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY A;',
      'CREATE TABLE X AS SELECT A, COUNT(*) FROM S WINDOW TUMBLING (SIZE 60 SECONDS) GROUP BY (A);',
    ],
    ['SELECT A FROM S WHERE A != 1;', 'SELECT A FROM S WHERE ((A <> 1));'],
    ['SELECT A FROM S WHERE A NOT IN (1);', 'SELECT A FROM S WHERE NOT A IN (1);'],
    ["CREATE SINK CONNECTOR C WITH ('a'='1', 'b'='2');", "CREATE SINK CONNECTOR c WITH ('b'='2', 'a'='1');"],
  ]
  for (const [a, b] of equal) it(`${a} = ${b}`.replaceAll('\n', ' '), () => assert.ok(same(a, b)))

  const different: readonly (readonly [string, string])[] = [
    ['CREATE STREAM X AS SELECT A FROM S;', 'CREATE STREAM X AS SELECT A FROM S EMIT FINAL;'],
    ['CREATE STREAM X AS SELECT A, B FROM S;', 'CREATE STREAM X AS SELECT B, A FROM S;'],
    ['CREATE STREAM X AS SELECT A FROM S;', 'CREATE OR REPLACE STREAM X AS SELECT A FROM S;'],
    ["CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='x');", "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='X');"],
    ['SELECT A FROM S WHERE A = 1;', "SELECT A FROM S WHERE A = '1';"],
    ['SELECT A FROM S WHERE A = 1.5;', 'SELECT A FROM S WHERE A = 1.50;'],
    ['SELECT `a` FROM S;', 'SELECT a FROM S;'],
    ['SELECT A FROM S;', 'SELECT A FROM S EMIT CHANGES;'],
  ]
  for (const [a, b] of different) it(`${a} <> ${b}`, () => assert.ok(!same(a, b)))

  it('durations are milliseconds', () => {
    assert.equal(durationMs({ value: 2, unit: 'DAYS' }), 172_800_000)
    assert.equal(durationMs({ value: 90, unit: 'MINUTES' }), durationMs({ value: 5400, unit: 'SECONDS' }))
  })
})
