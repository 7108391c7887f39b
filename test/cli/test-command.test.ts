/** `clickstream test`: what it says of a case, and how it ends. */
import assert from 'node:assert/strict'
import { forPeople, judge } from '../../src/cli/commands/test.ts'

const FILES = { sqlFile: 'case.sql', inputFile: 'input.json', outputFile: 'output.json' }
const STATEMENTS =
  "CREATE STREAM S (K VARCHAR KEY, N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');\nCREATE TABLE T AS SELECT K, SUM(N) AS TOTAL FROM S GROUP BY K;"
const INPUT = '{"inputs":[{"topic":"s","key":"a","value":{"n":1},"timestamp":5},{"topic":"s","key":"a","value":{"n":2},"timestamp":6}]}'
const OUTPUT = '{"outputs":[{"topic":"T","key":"a","value":{"TOTAL":1},"timestamp":5},{"topic":"T","key":"a","value":{"total":3}}]}'

function verdictOf(change: { statements?: string; input?: string; output?: string }): string[] {
  return forPeople(judge({ statements: STATEMENTS, input: INPUT, output: OUTPUT, ...change }, FILES))
}

describe('clickstream test', () => {
  it('passes when the records are those expected', () => {
    assert.deepEqual(verdictOf({}), ['Passed: 2 records as expected.'])
  })

  it('shows the first record that differs', () => {
    assert.deepEqual(verdictOf({ output: OUTPUT.replace('"total":3', '"total":4') }), [
      'Topic T, record 1:',
      '  - {"key":"a","value":{"total":4}}',
      '  + {"key":"a","value":{"TOTAL":3},"timestamp":6}',
      'Failed: 1 topic differs.',
    ])
  })

  it('names the records that could not be used', () => {
    assert.deepEqual(
      verdictOf({ input: INPUT.replace('"n":2', '"n":"x"') })
        .at(-1)
        ?.slice(0, 30),
      "  not used: s record 1: Can't ",
    )
  })

  it('ends with 2 and the place of what is refused', () => {
    assert.throws(() => verdictOf({ statements: STATEMENTS.replace('SUM(N)', 'SUM(M)') }), { name: 'UserError', exitCode: 2, message: /^case\.sql:2:\d+: / })
  })

  it('ends with 2 when a file is not what it should be', () => {
    assert.throws(() => verdictOf({ input: '{"inputs":' }), { exitCode: 2, message: /^input\.json: / })
    assert.throws(() => verdictOf({ output: '{}' }), { exitCode: 2, message: /^output\.json: The file has no list 'outputs'/ })
  })
})
