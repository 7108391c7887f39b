import assert from 'node:assert/strict'
import { splitStatements } from '../../src/cli/sql/split.ts'

const cases: readonly (readonly [string, string, readonly string[], string])[] = [
  ['two statements on one line', 'SHOW TOPICS; SHOW STREAMS;', ['SHOW TOPICS;', 'SHOW STREAMS;'], ''],
  ['a semicolon in a text', "SELECT 'a;b' FROM s;", ["SELECT 'a;b' FROM s;"], ''],
  ['a doubled quote', "SELECT 'it''s;' FROM s;", ["SELECT 'it''s;' FROM s;"], ''],
  ['a quoted name', 'DROP STREAM `a;b`;', ['DROP STREAM `a;b`;'], ''],
  ['a comment with a semicolon', '-- one; two\nSHOW TOPICS;', ['-- one; two\nSHOW TOPICS;'], ''],
  ['a block comment', '/* ; */ SHOW TOPICS;', ['/* ; */ SHOW TOPICS;'], ''],
  ['what is not ended yet', 'SHOW TOPICS; SELECT', ['SHOW TOPICS;'], ' SELECT'],
  ['a text that is not ended', "SELECT 'a;", [], "SELECT 'a;"],
  ['nothing but blanks and comments', ' \n-- done\n', [], ''],
  ['empty statements', ';;', [], ''],
  ['minus and slash', 'SELECT a-b/c FROM s;', ['SELECT a-b/c FROM s;'], ''],
]

describe('splitStatements', () => {
  for (const [sentence, text, statements, rest] of cases) {
    it(`cuts ${sentence}`, () => {
      assert.deepEqual(splitStatements(text), { statements, rest })
    })
  }
})
