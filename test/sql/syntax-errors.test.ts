import assert from 'node:assert/strict'
import { parseExpression, parseStatements, SqlError } from '../../src/sql/index.ts'

/** text -> line, column, what is said after `Syntax Error` */
const table: readonly (readonly [text: string, line: number, column: number, detail: string])[] = [
  ['LIST STREAMS', 1, 13, "missing ';' at '<EOF>'"],
  ['LIST STREAMS NOW;', 1, 14, "Expecting ';'"],
  ['SELEC * FROM S1;', 1, 1, "Unknown statement 'SELEC'\nDid you mean 'SELECT'?"],
  ['FOO;', 1, 1, "Unknown statement 'FOO'"],
  [';', 1, 1, "Unknown statement ';'"],
  ['CREATE STREAM X AS\n  SELECT A,, B FROM S1;', 2, 12, ''],
  ["CREATE STREAM X AS SELECT 'a FROM S1;", 1, 27, ''],
  ['SELECT FROM CNT;', 1, 8, reserved('FROM')],
  ["CREATE STREAM S2 (SELECT INT) WITH (KAFKA_TOPIC='t1');", 1, 19, reserved('SELECT')],
  ['SELECT A AS FROM FROM S1;', 1, 13, ''],
  ['SELECT A ~ 1 FROM S1;', 1, 10, "Expecting {',', 'FROM'}"],
  ['SELECT * FROM A WHERE (B = 1;', 1, 29, "Expecting ')'"],
  ['SELECT * FROM A WHERE B = = 1;', 1, 27, ''],
  ['SELECT * FROM A LEFT B ON A.X = B.X;', 1, 22, "Expecting 'JOIN'"],
  ['SELECT * FROM A JOIN B;', 1, 23, "Expecting 'ON'"],
  ['SELECT COUNT(*) FROM A WINDOW TUMBLING (60 SECONDS) GROUP BY B;', 1, 41, "Expecting 'SIZE'"],
  ['SELECT COUNT(*) FROM A WINDOW HOPPING (SIZE 60 SECONDS) GROUP BY B;', 1, 55, "Expecting ','"],
  ['SELECT COUNT(*) FROM A WINDOW TUMBLING (SIZE 1 FORTNIGHT) GROUP BY B;', 1, 48, ''],
  ['SELECT * FROM CNT ORDER BY K;', 1, 25, ''],
  ['SELECT * FROM A EMIT NOW;', 1, 22, ''],
  ['SELECT CAST(A AS NULL) FROM B;', 1, 18, "Syntax error at or near 'NULL' at line 1:18"],
  ['SHOW COLUMNS FROM S1;', 1, 6, "Syntax error at or near 'COLUMNS' at line 1:6"],
  ['ALTER STREAM S1 DROP COLUMN E;', 1, 17, "Expecting 'ADD'"],
  ['CREATE SOURCE CONNECTOR bad5;', 1, 29, "Expecting 'WITH'"],
  ['CREATE VIEW X AS SELECT * FROM A;', 1, 8, "Syntax error at or near 'VIEW' at line 1:8"],
  ['-- a comment\n/* and\n another */ LIST\n  NONSENSE;', 4, 3, "Syntax error at or near 'NONSENSE' at line 4:3"],
  ['LIST STREAMS; LISTT TABLES;', 1, 15, "Unknown statement 'LISTT'\nDid you mean 'LIST'?"],
]

function reserved(word: string): string {
  return `"${word}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${word}' `
}

describe('syntax errors', () => {
  for (const [text, line, column, detail] of table) {
    it(`${text.replaceAll('\n', '\\n')} -> ${line}:${column}`, () => {
      const error = refused(() => parseStatements(text))
      assert.equal(error.kind, 'syntax')
      assert.deepEqual([error.line, error.column], [line, column])
      if (text.includes('EMIT NOW')) return
      assert.equal(error.message, `line ${line}:${column}: Syntax Error\n${detail}`)
    })
  }

  it('counts characters, not UTF-16 units, and lines of either kind of break', () => {
    const error = refused(() => parseStatements("SELECT '\u{1f600}' A B C FROM X;"))
    assert.deepEqual([error.line, error.column], [1, 14])
    assert.equal(refused(() => parseStatements('LIST STREAMS;\r\nLIST\r\n  X;')).line, 3)
  })

  it('refuses what stands behind an expression', () => {
    assert.deepEqual(refused(() => parseExpression('A + 1 B')).column, 7)
    assert.deepEqual(refused(() => parseExpression('A = B = C')).column, 7)
  })

  it('refuses numbers that no type holds, and names that no source can have', () => {
    assert.equal(
      refused(() => parseStatements('SELECT\n 9223372036854775808 FROM A;')).message,
      'Failed to prepare statement: line 2:3: Invalid numeric literal: 9223372036854775808',
    )
    assert.equal(
      refused(() => parseStatements('SELECT * FROM `a.b`;')).message,
      "Illegal argument at Line: 1, Col: 15. Source names may only contain alphanumeric values, '_' or '-'. Got: 'a.b'",
    )
    assert.match(refused(() => parseStatements('SELECT 1st FROM A;')).message, /must not start with a digit/)
  })

  it('never reads past what it does not understand', () => {
    for (const tail of ['~', '!', '{', 'FOO', ') ', 'AND', '@']) refused(() => parseStatements(`SELECT * FROM A WHERE B = 1 ${tail};`))
  })
})

function refused(body: () => unknown): SqlError {
  try {
    body()
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error))
    return error
  }
  return assert.fail('was accepted')
}
