/** Whose an object is, where a ledger says what its tenant would like it to say. */
import assert from 'node:assert/strict'
import { grafanaUid, type LedgerEntry, type Observed, type Owner, ownerHash, planChanges } from '../../src/plan/index.ts'
import { graphOf, owner } from './given.ts'

const victim: Owner = { namespace: 'victim', pipeline: 'clicks' }

const statement = (sql: string): Observed<'Statement'> => ({
  id: 'Statement/BIG',
  kind: 'Statement',
  name: 'BIG',
  spec: { objectType: 'STREAM', objectName: 'BIG', sql, properties: {}, running: true },
  backendId: 'CSAS_BIG_1',
  health: 'Ready',
})
const topic = (name: string, of: Owner): Observed<'KafkaTopic'> => ({
  id: `KafkaTopic/${name}`,
  kind: 'KafkaTopic',
  name,
  owner: of,
  spec: { topicName: name, objectName: name, partitions: 1, replicas: -1, config: {} },
  health: 'Ready',
})
const forged: LedgerEntry = { id: 'Statement/BIG', kind: 'Statement', name: 'BIG', phase: 'done', hash: '0', specPath: 'spec', onRemove: 'delete' }

describe('A query whose topic another pipeline makes', () => {
  const observed = [statement('CREATE STREAM BIG AS SELECT * FROM CLICKS;'), topic('BIG', victim), topic('clicks', victim)]

  it('is not dropped because a ledger has it', () => {
    const { actions } = planChanges({ graph: { nodes: [] }, observed, ledger: { entries: [forged] }, owner })
    assert.deepEqual(
      actions.map(({ class: cls, rule, message }) => [cls, rule, message]),
      [['Remove', 'OwnedByAnother', 'it belongs to somebody else now and stays']],
    )
  })

  it('is not replaced because a ledger has it', () => {
    const graph = graphOf(`
topics: [{name: mine}]
statements:
  - {name: a, sql: "CREATE STREAM MINE (A INT) WITH (KAFKA_TOPIC='mine', VALUE_FORMAT='JSON'); CREATE STREAM BIG WITH (KAFKA_TOPIC='mine-too') AS SELECT A FROM MINE;"}
`)
    const { findings, actions } = planChanges({ graph, observed, ledger: { entries: [forged] }, owner })
    assert.deepEqual(
      findings.map(({ reason, message }) => [reason, message]),
      [['OwnedByAnother', 'Statement BIG belongs to pipeline victim/clicks']],
    )
    assert.ok(actions.every(({ id }) => id !== 'Statement/BIG'))
  })
})

describe('A stream over a topic of another pipeline', () => {
  it('is whose ledger has it', () => {
    const observed = [statement("CREATE STREAM BIG (A INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"), topic('clicks', victim)]
    const { actions } = planChanges({ graph: { nodes: [] }, observed, ledger: { entries: [forged] }, owner })
    assert.deepEqual(
      actions.map(({ rule }) => rule),
      ['NoLongerDeclared'],
    )
  })
})

describe('The uid of what Grafana holds', () => {
  it('says whose it is with enough digits that nobody can look for another of the same, in at most 40 characters', () => {
    assert.ok(ownerHash(owner).length * 4 >= 80)
    assert.equal(grafanaUid(owner, 'Dashboard', 'x').length, 40)
    // Nothing of a namespace can be read as part of the pipeline's name.
    assert.notEqual(ownerHash({ namespace: 'a', pipeline: 'b.c' }), ownerHash({ namespace: 'a.b', pipeline: 'c' }))
  })
})
