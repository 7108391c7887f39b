/** What docs/failure-modes.md promises is tried by a test: each row names one that is there. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const rows = readFileSync(path.join(root, 'docs/failure-modes.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!what breaks)/.test(line))

describe('The page of failure modes', () => {
  it('has rows of four cells', () => {
    assert.ok(rows.length > 30)
    for (const row of rows) assert.equal(row.split(' | ').length, 4, row)
  })

  for (const row of rows) {
    it(`names the test of: ${row.slice(2).split(' | ')[0]}`, () => {
      const tests = [...row.matchAll(/`((?:test|e2e)\/[\w/.-]+\.(?:test|e2e)\.ts)`/g)].map(([, file]) => file!)
      assert.ok(tests.length > 0, 'no test is named')
      for (const file of tests) assert.ok(existsSync(path.join(root, file)), `${file} is not there`)
    })
  }
})
