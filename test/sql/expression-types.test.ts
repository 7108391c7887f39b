import assert from 'node:assert/strict'
import { type CreateSource, formatType, parseExpression, parseStatement, SqlError, typeOf } from '../../src/sql/index.ts'
import { readGolden } from './data.ts'

interface Case {
  readonly expression: string
  readonly type?: string
  readonly error?: string
}

/** Refused as the server refuses them, but in other words: it breaks while it generates code. */
const OTHER_WORDS = ['A[NULL]']
/** No column of a plain list of columns; a query knows them. */
const OF_QUERIES = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET']

describe('types of expressions, as a ksqlDB 7.9 gives them', () => {
  const golden = readGolden<{ columns: string; cases: Case[] }>('expression-types')
  const { columns } = parseStatement(`CREATE STREAM X (${golden.columns});`) as CreateSource

  for (const { expression, type, error } of golden.cases) {
    if (OF_QUERIES.includes(expression)) continue
    it(expression, () => {
      // A bare NULL has no type; only a select refuses it.
      if (expression === 'NULL') return assert.equal(typeOf(parseExpression(expression), columns), undefined)
      if (error === undefined) return assert.equal(formatType(typeOf(parseExpression(expression), columns)!), type)
      assert.throws(
        () => typeOf(parseExpression(expression), columns),
        (thrown) => {
          assert.ok(thrown instanceof SqlError)
          if (!OTHER_WORDS.includes(expression)) assert.deepEqual(plain(thrown.message), plain(error))
          return true
        },
      )
    })
  }
})

/**
 * The lines of a message without what may differ: places depend on the text around, the server lists the variations of a
 * function in no fixed order, and EXPLAIN leaves a part in the middle out.
 */
function plain(message: string): string[] {
  return message
    .replace(/,? ?(?:expression:|schema:)[\s\S]*/, '')
    .replace(/(Error processing expression)[.:][\s\S]*/, '$1')
    .replace(/(Cannot compare) .*(with .*)/, '$1 $2')
    .replace(/\nStatement: [^\n]*$/, '')
    .replace(/(Col: |line \d+:)\d+/g, '$1')
    .trim()
    .split('\n')
    .sort()
}
