/** A query that is stopped in mid-stream and goes on from its snapshot writes what it would have written anyway. */
import assert from 'node:assert/strict'
import { linesByTopic, recordedRun } from './recordings.ts'
import { startRun } from './run.ts'

describe('snapshot and restore', function () {
  this.timeout(20_000)
  for (const [name, cut] of [
    ['ksqldb-clickstream', 1500],
    ['ksqldb-aggregates', 17],
    ['ksqldb-aggregates', 29],
  ] as const) {
    it(`${name} after ${cut} records`, () => {
      const { statements, inputs, outputs } = recordedRun(name)
      const before = startRun(statements)
      before.feed(inputs.slice(0, cut))
      const states = structuredClone(before.script.queries.map(({ query }) => query.snapshot()))

      const after = startRun(statements)
      for (const [i, { query }] of after.script.queries.entries()) query.restore(states[i])
      after.feed(inputs.slice(cut))
      assert.deepEqual(linesByTopic([...before.outputs, ...after.outputs]), linesByTopic(outputs))
    })
  }
})
