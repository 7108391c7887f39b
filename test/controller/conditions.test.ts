import assert from 'node:assert/strict'
import { conditionTypes, platformConditionTypes, reasons } from '../../src/api/index.ts'
import { judge, judgePlatform, type Outcome } from '../../src/controller/conditions.ts'
import { conditionsOf, sameButWording, statusPatch } from '../../src/controller/status.ts'
import type { Stage, Summary } from '../../src/plan/index.ts'
import { Failure } from '../../src/ports/index.ts'

const STAGES: Stage[] = ['Topics', 'Sources', 'Statements', 'Templates', 'Sinks', 'Dashboards']
const summary = (change: Partial<Record<Stage, Partial<Summary['stages'][number]>>> = {}): Summary => ({
  objects: [],
  ready: 6,
  total: 6,
  stages: STAGES.map((stage) => ({ stage, total: 1, ready: 1, status: 'True', reason: 'Ready', message: '1 of 1 ready', ...change[stage] })),
})
const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  findings: [],
  failures: [],
  down: [],
  judged: true,
  summary: summary(),
  flow: { status: 'True', reason: 'Flowing', message: 'flows' },
  done: 0,
  held: 0,
  working: new Set(),
  deleting: false,
  disabled: false,
  ...change,
})
const missing = { ready: 0, status: 'False' as const, reason: 'Missing', message: '0 of 1 ready' }
const refused = {
  severity: 'error' as const,
  reason: 'SqlInvalid',
  path: 'spec.statements[0].sql',
  line: 3,
  column: 9,
  message: 'no such column',
  mend: 'Name it.',
}

/** A sentence -> what is found, and the conditions that differ from a pipeline that is well. */
const cases: Readonly<Record<string, [Partial<Outcome>, Readonly<Record<string, string>>]>> = {
  'all is well': [{}, { Ready: 'True Ready', SpecValid: 'True Valid', TopicsReady: 'True Ready', DataFlowing: 'True Flowing' }],
  'nothing has been looked at yet': [
    { judged: false, summary: undefined, flow: undefined, failures: [new Failure('Wait', 'WaitingForPlatform', 'no platform')] },
    { Ready: 'Unknown WaitingForPlatform', Reconciling: 'True WaitingForPlatform', SpecValid: 'Unknown Progressing', TopicsReady: 'Unknown Progressing' },
  ],
  'a connector is being made': [
    { summary: summary({ Sources: missing }), done: 1, working: new Set<Stage>(['Sources']) },
    { Ready: 'Unknown Progressing', Reconciling: 'True Progressing', SourcesReady: 'Unknown Progressing', TopicsReady: 'True Ready' },
  ],
  'a connector is missing and nobody makes it': [{ summary: summary({ Sources: missing }) }, { Ready: 'False Missing', SourcesReady: 'False Missing' }],
  'a task has failed': [
    { summary: summary({ Sinks: { status: 'False', reason: 'TaskFailed' } }) },
    { Ready: 'False TaskFailed', SinksReady: 'False TaskFailed' },
  ],
  'Strimzi is still at work': [
    { summary: summary({ Topics: { status: 'Unknown', reason: 'Pending' } }) },
    { Ready: 'Unknown Pending', Reconciling: 'True Pending', TopicsReady: 'Unknown Pending' },
  ],
  'the SQL is wrong': [
    { findings: [refused], summary: undefined },
    { Ready: 'False SqlInvalid', Stalled: 'True SqlInvalid', SpecValid: 'False SqlInvalid' },
  ],
  'something may surprise': [
    { findings: [{ ...refused, severity: 'warning', reason: 'Surprising' }] },
    { Ready: 'True Ready', SpecValid: 'True ValidWithWarnings' },
  ],
  'a backend is down': [
    { down: [{ backend: 'connect', failure: new Failure('Retry', 'Unreachable', 'refused') }], failures: [new Failure('Retry', 'Unreachable', 'refused')] },
    {
      Ready: 'Unknown Unreachable',
      Reconciling: 'True Unreachable',
      SourcesReady: 'Unknown Unreachable',
      SinksReady: 'Unknown Unreachable',
      TopicsReady: 'True Ready',
    },
  ],
  'a backend has refused an action': [
    { failures: [new Failure('Stall', 'Refused', '400')], held: 1, summary: summary({ Sinks: missing }) },
    { Ready: 'False Refused', Stalled: 'True Refused', SinksReady: 'False Missing' },
  ],
  'hands are off': [{ disabled: true }, { Ready: 'True ReconcileDisabled' }],
  'it is being removed': [
    { deleting: true, summary: undefined },
    { Ready: 'False Deleting', Reconciling: 'True Deleting' },
  ],
  'a quiet night': [{ flow: { status: 'True', reason: 'Idle', message: 'no input' } }, { Ready: 'True Ready', DataFlowing: 'True Idle' }],
  'a stage stands still': [{ flow: { status: 'False', reason: 'Stalled', message: 'sink' } }, { Ready: 'True Ready', DataFlowing: 'False Stalled' }],
}

describe('the conditions of a pipeline', () => {
  for (const [sentence, [change, wanted]] of Object.entries(cases)) {
    it(`when ${sentence}`, () => {
      const verdicts = judge(outcome(change))
      for (const [type, text] of Object.entries(wanted)) {
        const verdict = verdicts.get(type as 'Ready')
        assert.equal(`${verdict?.status} ${verdict?.reason}`, text, type)
      }
      for (const type of ['Stalled', 'Reconciling'] as const) if (!(type in wanted)) assert.equal(verdicts.get(type), undefined, type)
      for (const [type, { reason }] of verdicts) {
        assert.ok(type in conditionTypes, type)
        assert.ok(reason in reasons, `${reason} stands in the table of reasons`)
      }
    })
  }

  it('name the place and the mend of a mistake', () => {
    assert.equal(
      judge(outcome({ findings: [refused, refused] })).get('SpecValid')?.message,
      'spec.statements[0].sql:3:9: no such column (Name it.); and 1 more',
    )
  })
})

describe('the conditions of a platform', () => {
  it('tell of each backend, and are Ready only when all can be used', () => {
    const failure = new Failure('Retry', 'TimedOut', 'no answer')
    const verdicts = judgePlatform([
      { backend: 'kafka', seen: true, report: { version: '4.1' } },
      { backend: 'grafana', seen: true, failure },
      { backend: 'connect', seen: false },
    ])
    assert.deepEqual(
      [...verdicts].map(([type, { status, reason }]) => `${type} ${status} ${reason}`),
      ['Ready False TimedOut', 'KafkaAvailable True Available', 'GrafanaAvailable False TimedOut', 'ConnectAvailable Unknown Progressing'],
    )
    for (const type of verdicts.keys()) assert.ok(type in platformConditionTypes)
  })
})

describe('a status', () => {
  const verdict = (status: 'True' | 'False', message = 'm') => new Map([['Ready', { status, reason: 'Ready', message }]])
  it('keeps the time of a transition as long as the status stays', () => {
    const first = conditionsOf(verdict('True'), [], { now: 0, generation: 1 })
    const second = conditionsOf(verdict('True', 'n'), first, { now: 5000, generation: 2 })
    const third = conditionsOf(verdict('False'), second, { now: 9000, generation: 2 })
    assert.deepEqual(
      [first, second, third].map(([condition]) => condition!.lastTransitionTime),
      ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:09.000Z'],
    )
    assert.ok(!sameButWording({ conditions: second }, { conditions: third }))
    assert.ok(sameButWording({ conditions: second }, { conditions: second.map((one) => ({ ...one, message: 'other' })) }))
  })

  it('cuts what would not fit', () => {
    assert.equal(conditionsOf(verdict('True', 'x'.repeat(2000)), [], { now: 0, generation: 1 })[0]!.message.length, 512)
  })

  it('is patched only where it differs, and what is gone is named', () => {
    assert.equal(statusPatch({ a: 1, b: { c: 1 } }, { b: { c: 1 }, a: 1 }), undefined)
    assert.deepEqual(statusPatch({ a: 1, list: [1], map: { x: 1, y: 2 } }, { list: [1, 2], map: { y: 2 } }), { a: null, list: [1, 2], map: { x: null } })
  })
})
