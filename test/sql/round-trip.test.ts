import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  formatExpression,
  formatName,
  formatStatement,
  parseExpression,
  parseStatement,
  parseStatements,
  sameExpression,
  sameStatement,
} from '../../src/sql/index.ts'
import { readText } from './data.ts'
import { expression } from './expressions.arbitrary.ts'

describe('printing and parsing', () => {
  it('gives back the expression that was printed', () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const text = formatExpression(tree)
        const again = parseExpression(text)
        assert.ok(sameExpression(again, tree), text)
        assert.equal(formatExpression(again), text)
      }),
      { numRuns: 400 },
    )
  })

  it('quotes a name exactly where it must', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const read = parseExpression(formatName(name))
        assert.ok(read.kind === 'ColumnReference')
        assert.equal(read.name, name)
      }),
    )
  })

  it('keeps the meaning of the clickstream statements', () => {
    for (const statement of parseStatements(readText('clickstream.sql'))) {
      assert.ok(sameStatement(parseStatement(formatStatement(statement)), statement), formatStatement(statement))
    }
  })
})
