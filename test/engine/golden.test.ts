/** Whole scripts over recorded input: every record that a real server wrote, in its order, byte for byte. */
import assert from 'node:assert/strict'
import { linesByTopic, recordedRun } from './recordings.ts'
import { startRun } from './run.ts'

for (const name of ['ksqldb-clickstream', 'ksqldb-aggregates']) {
  describe(`recorded run ${name}`, () => {
    const { statements, inputs, outputs } = recordedRun(name)
    const run = startRun(statements)
    run.feed(inputs)
    const actual = linesByTopic(run.outputs)
    for (const [topic, expected] of linesByTopic(outputs)) {
      it(`${topic}: ${expected.length} records`, () => {
        const written = actual.get(topic) ?? []
        const at = expected.findIndex((text, i) => text !== written[i])
        assert.equal(at < 0 ? undefined : written[at], at < 0 ? undefined : expected[at], `record ${at}`)
        assert.equal(written.length, expected.length)
      })
    }
  })
}
