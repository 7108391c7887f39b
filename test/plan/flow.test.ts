import assert from 'node:assert/strict'
import { dataFlowing, type FlowInput, type ProgressSample, scheduleAt } from '../../src/plan/index.ts'
import { graphOf } from './given.ts'

const graph = graphOf(`
topics: [{name: clicks}]
statements:
  - {name: base, sql: "CREATE STREAM CLICKS (USERID INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"}
metrics:
  - {name: M, from: CLICKS, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}}
`)

/** `clicks` end offset, what the query took of it, what the sink took of the table's updates and how many there are. */
const sample = (at: number, clicks: number, queried: number, updates: number, sunk: number): ProgressSample => ({
  at,
  progress: [
    { id: 'KafkaTopic/clicks', produced: clicks },
    { id: 'KafkaTopic/M', produced: updates },
    { id: 'Statement/M', consumed: queried, available: clicks, produced: updates },
    { id: 'Connector/demo.clicks.M', consumed: sunk, available: updates },
  ],
})
const flow = (history: readonly ProgressSample[], further: Partial<FlowInput> = {}) =>
  dataFlowing({ graph, history, now: 200_000, freshnessMs: 60_000, unmeasured: [], schedules: [], paused: false, ...further })

describe('Data flowing', () => {
  const cases: Record<string, [readonly ProgressSample[], Partial<FlowInput>, string, string, RegExp]> = {
    'is unknown before the first look': [[], {}, 'Unknown', 'WaitingForData', /Nothing was measured/],
    'is unknown before the first record': [[sample(190_000, 0, 0, 0, 0)], {}, 'Unknown', 'WaitingForData', /No record has come to clicks/],
    'is true while everything moves': [[sample(100_000, 10, 10, 5, 5), sample(200_000, 20, 19, 9, 9)], {}, 'True', 'Flowing', /every stage/],
    'is true with only one look': [[sample(200_000, 10, 0, 0, 0)], {}, 'True', 'Flowing', /every stage/],
    'names the query that stands': [
      [sample(100_000, 10, 7, 5, 5), sample(200_000, 20, 7, 5, 5)],
      {},
      'False',
      'Stalled',
      /Statement M stands still: 13 records wait/,
    ],
    'names the sink that stands': [
      [sample(100_000, 10, 10, 5, 3), sample(200_000, 20, 20, 9, 3)],
      {},
      'False',
      'Stalled',
      /Connector demo\.clicks\.M stands still: 6 records wait/,
    ],
    'names the first of two that stand': [[sample(100_000, 10, 7, 5, 3), sample(200_000, 20, 7, 5, 3)], {}, 'False', 'Stalled', /Statement M/],
    'gives a stage the time of its freshness': [[sample(150_000, 10, 7, 5, 5), sample(200_000, 20, 7, 5, 5)], {}, 'True', 'Flowing', /./],
    'does not blame a query for what came just now': [[sample(100_000, 10, 10, 5, 5), sample(200_000, 20, 10, 5, 5)], {}, 'True', 'Flowing', /./],
    'is idle without new input': [[sample(100_000, 10, 10, 5, 5), sample(200_000, 10, 10, 5, 5)], {}, 'True', 'Idle', /No new record in clicks for 60 s/],
    'is scheduled while a source rests': [
      [sample(100_000, 10, 10, 5, 5), sample(200_000, 10, 10, 5, 5)],
      { schedules: [{ name: 'gen', phase: 'Paused', cycle: 1, startedAt: 0 }] },
      'True',
      'Scheduled',
      /gen rests/,
    ],
    'is paused with the pipeline': [[], { paused: true }, 'True', 'Paused', /paused/],
    'judges a query with HAVING by what it took': [[sample(100_000, 10, 10, 5, 5), sample(200_000, 90, 90, 5, 5)], {}, 'True', 'Flowing', /./],
  }
  for (const [sentence, [history, further, status, reason, message]] of Object.entries(cases)) {
    it(sentence, () => {
      const seen = flow(history, further)
      assert.deepEqual([seen.status, seen.reason], [status, reason])
      assert.match(seen.message, message)
    })
  }
})

describe('A schedule', () => {
  const schedule = { run: '90s', pause: '35s', cycles: 2 }
  const at = (seconds: number) => scheduleAt('gen', schedule, 1_000_000, 1_000_000 + seconds * 1000)
  const cases: [number, string, number, number | undefined][] = [
    [0, 'Running', 1, 90],
    [89.999, 'Running', 1, 90],
    [90, 'Paused', 1, 125],
    [124, 'Paused', 1, 125],
    [125, 'Running', 2, 215],
    [215, 'Done', 2, undefined],
    [10_000, 'Done', 2, undefined],
    [-5, 'Running', 1, 90],
  ]
  for (const [seconds, phase, cycle, next] of cases) {
    it(`is ${phase} in cycle ${cycle} after ${seconds} s`, () => {
      const seen = at(seconds)
      assert.deepEqual([seen.phase, seen.cycle, seen.nextChange], [phase, cycle, next === undefined ? undefined : 1_000_000 + next * 1000])
    })
  }
})
