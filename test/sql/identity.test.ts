import assert from 'node:assert/strict'
import { formatStatement, parseStatement, sameStatement } from '../../src/sql/index.ts'
import { readText } from './data.ts'

describe('statements that survive parsing and printing', () => {
  const lines = readText('identity.sql').split('\n').slice(1).join('\n')
  for (const text of lines.split(/(?<=;)\n/).filter((statement) => statement.trim() !== '')) {
    it(text.split('\n').slice(0, 3).join(' ').slice(0, 100), () => {
      const statement = parseStatement(text)
      assert.equal(formatStatement(statement), text)
      assert.ok(sameStatement(parseStatement(formatStatement(statement)), statement))
    })
  }
})
