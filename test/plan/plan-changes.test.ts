/** The graph against what exists and the ledger: one table of situations, one of order. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Graph, type LedgerEntry, type Observed, ownerHash, type Plan, planChanges, type ResourceSpecs, summarise } from '../../src/plan/index.ts'
import { compile, graphOf, owner } from './given.ts'

const yaml = (further = '', clicks = '') => `
topics:
  - {name: clicks${clicks}}
sources:
  - {name: gen, datagen: {preset: clickstream, topic: clicks}}
statements:
  - name: base
    sql: |
      CREATE STREAM CLICKS (USERID INT, BYTES BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');
      CREATE STREAM BIG AS SELECT USERID, BYTES FROM CLICKS WHERE BYTES > 100;
metrics:
  - {name: M, from: CLICKS, measures: [{name: N, function: count}], by: [USERID], window: {type: tumbling, size: 1m}, panel: {}}
${further}`

const graph = graphOf(yaml())
const find = (id: string, from: Graph = graph) => from.nodes.find((node) => node.id === id)!

/** A world in which everything is as declared. */
function world(of: Graph = graph): Observed[] {
  return of.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    name: node.name,
    ...(node.kind === 'DataSource' || node.kind === 'Dashboard' ? { ownerHash: ownerHash(owner) } : node.kind === 'Statement' ? {} : { owner }),
    spec: node.spec,
    ...(node.kind === 'Statement' ? { backendId: `CSAS_${node.name}_1` } : {}),
    health: 'Ready',
  }))
}

const entries = (of: Graph = graph, phase: 'intent' | 'done' = 'done'): LedgerEntry[] =>
  of.nodes.map(({ id, kind, name, hash, specPath, onRemove }) => ({ id, kind, name, phase, hash, specPath, onRemove }))

const plan = (observed: readonly Observed[], ledger: readonly LedgerEntry[], of: Graph = graph): Plan =>
  planChanges({ graph: of, observed, ledger: { entries: ledger }, owner })
const rows = ({ actions, findings }: Plan) => [
  ...actions.map(({ class: cls, id, rule }) => `${cls} ${id} ${rule}`),
  ...findings.map(({ severity, reason, path }) => `${severity} ${reason} ${path}`),
]
const edit = (observed: readonly Observed[], id: string, change: (object: Observed) => Observed | undefined) =>
  observed.flatMap((object) => (object.id === id ? (change(object) ?? []) : [object]))
const withSpec = (spec: object) => (object: Observed) => ({ ...object, spec: { ...object.spec, ...spec } }) as Observed
const config = (id: string) => (find(id).spec as ResourceSpecs['Connector']).config

describe('A plan', () => {
  const cases: Record<string, () => [Plan, string[]]> = {
    'is empty when everything is as declared': () => [plan(world(), entries()), []],
    'makes everything, in the order of dependencies': () => [
      plan([], []),
      graph.nodes.map(({ id }) => `Create ${id.replace(/Dashboard\/.*/, 'Dashboard/DASHBOARD')} Missing`),
    ],
    'repeats a create that was cut off': () => [
      plan(
        world().filter(({ id }) => id !== 'Connector/gen'),
        entries().map((entry) => (entry.id === 'Connector/gen' ? { ...entry, phase: 'intent' as const } : entry)),
      ),
      ['Create Connector/gen InterruptedCreate'],
    ],
    'asks for nothing where a cut-off create was finished': () => [plan(world(), entries(graph, 'intent')), []],
    'makes again what somebody removed': () => [
      plan(
        world().filter(({ id }) => id !== 'Statement/BIG'),
        entries(),
      ),
      ['Create Statement/BIG Drifted'],
    ],
    'repairs a config that somebody edited': () => [
      plan(edit(world(), 'Connector/gen', withSpec({ config: { ...config('Connector/gen'), 'max.interval': '9' } })), entries()),
      ['InPlace Connector/gen Drifted'],
    ],
    'takes a default written out for no change': () => [
      plan(edit(world(), 'Connector/gen', withSpec({ config: { ...config('Connector/gen'), 'errors.tolerance': 'none', name: 'gen' } })), entries()),
      [],
    ],
    'repairs a connector that somebody paused': () => [
      plan(edit(world(), 'Connector/gen', withSpec({ state: 'PAUSED' })), entries()),
      ['InPlace Connector/gen Drifted'],
    ],
    'restarts a failed task': () => [
      plan(
        edit(world(), 'Connector/gen', (object) => ({ ...object, health: 'Failed', reason: 'TaskFailed', message: 'x' })),
        entries(),
      ),
      ['InPlace Connector/gen Failed'],
    ],
    'restarts a connector that failed itself': () => [
      plan(
        edit(world(), 'Connector/gen', (object) => ({ ...object, health: 'Failed', reason: 'ConnectorFailed', message: 'x' })),
        entries(),
      ),
      ['InPlace Connector/gen Failed'],
    ],
    'starts a query again that somebody terminated': () => [
      plan(
        edit(world(), 'Statement/BIG', ({ backendId: _, ...object }) => ({ ...object, health: 'Failed', reason: 'NotRunning' })),
        entries(),
      ),
      ['Replace Statement/BIG NotRunning'],
    ],
    'resumes a query that somebody paused': () => [
      plan(edit(world(), 'Statement/BIG', withSpec({ running: false })), entries()),
      ['InPlace Statement/BIG Drifted'],
    ],
    'only reports drift where the policy says so': () => [
      plan(edit(world(graphOf(yaml('driftPolicy: Report'))), 'Connector/gen', withSpec({ state: 'PAUSED' })), entries(), graphOf(yaml('driftPolicy: Report'))),
      ['warning Drifted spec.sources[0]'],
    ],
    'is silent about drift where the policy says so': () => [
      plan(
        edit(world(), 'Connector/gen', () => undefined),
        entries(),
        graphOf(yaml('driftPolicy: Ignore')),
      ),
      [],
    ],
    'changes what is declared anew': () => [
      plan(world(), entries(), graphOf(yaml().replace('preset: clickstream,', 'preset: clickstream, interval: 5ms,'))),
      ['InPlace Connector/gen SpecChanged'],
    ],
    'grows a topic, and what is made of it cannot follow': () => [
      plan(world(), entries(), graphOf(yaml('', ', partitions: 3'))),
      ['InPlace KafkaTopic/clicks SpecChanged', 'InPlace KafkaTopic/BIG SpecChanged', 'InPlace KafkaTopic/M SpecChanged'],
    ],
    'replaces a statement where ksqlDB can': () => [
      plan(world(), entries(), graphOf(yaml().replace('BYTES > 100', 'BYTES > 200'))),
      ['Replace Statement/BIG SpecChanged'],
    ],
    'waits where ksqlDB cannot': () => [
      plan(world(), entries(), graphOf(yaml().replace('size: 1m', 'size: 2m'))),
      ['InPlace Dashboard/DASHBOARD SpecChanged', 'error ApprovalRequired spec.metrics[0]'],
    ],
    'never shrinks a topic': () => [
      plan(edit(world(), 'KafkaTopic/clicks', withSpec({ partitions: 4 })), entries()),
      ['error PartitionsCannotShrink spec.topics[0]'],
    ],
    'leaves replicas to Strimzi where none were declared before': () => [
      plan(world(), entries(), graphOf(yaml('', ', replicas: 2'))),
      ['InPlace KafkaTopic/clicks SpecChanged', 'InPlace KafkaTopic/BIG SpecChanged', 'InPlace KafkaTopic/M SpecChanged'],
    ],
    'does not move replicas': () => [
      plan(
        edit(world(graphOf(yaml('', ', replicas: 2'))), 'KafkaTopic/clicks', withSpec({ replicas: 3 })),
        entries(graphOf(yaml('', ', replicas: 2'))),
        graphOf(yaml('', ', replicas: 2')),
      ),
      ['error ApprovalRequired spec.topics[0]'],
    ],
    'touches nothing of another pipeline': () => [
      plan(
        edit(world(), 'Connector/gen', (object) => ({ ...object, owner: { namespace: 'demo', pipeline: 'other' } })),
        [],
      ),
      ['error OwnedByAnother spec.sources[0].name'],
    ],
    'touches nothing that somebody else made': () => [
      plan(
        edit(world(), 'IndexTemplate/demo.clicks.m', ({ owner: _, ...object }) => object),
        [],
      ),
      ['error OwnedByAnother spec.metrics[0]'],
    ],
    'marks again what somebody wrote anew without our mark': () => [
      plan(
        edit(world(), 'IndexTemplate/demo.clicks.m', ({ owner: _, ...object }) => object),
        entries(),
      ),
      ['InPlace IndexTemplate/demo.clicks.m Drifted'],
    ],
    'takes a statement of another meaning for somebody else’s': () => [
      plan(edit(world(), 'Statement/BIG', withSpec({ sql: 'CREATE STREAM BIG AS SELECT USERID, BYTES FROM CLICKS WHERE BYTES > 7;' })), []),
      ['error OwnedByAnother spec.statements[0].sql'],
    ],
    'lets Strimzi look after a topic again': () => [
      plan(
        edit(world(), 'KafkaTopic/clicks', (object) => ({ ...object, health: 'Pending', reason: 'Unmanaged' })),
        entries(),
      ),
      ['InPlace KafkaTopic/clicks Drifted'],
    ],
  }
  for (const [sentence, make] of Object.entries(cases)) {
    it(sentence, () => {
      const [made, expected] = make()
      assert.deepEqual(
        rows(made).map((row) => row.replace(/Dashboard\/\S+/, 'Dashboard/DASHBOARD')),
        expected,
      )
    })
  }

  it('finds what is ours again when the ledger is lost', () => {
    const made = plan(world(), [])
    assert.deepEqual(rows(made), [])
    assert.deepEqual(
      made.recovered.map(({ id, phase, hash }) => [id, phase, hash]),
      graph.nodes.map(({ id, hash }) => [id, 'done', hash]),
    )
  })

  it('removes what is no longer declared, users before what they use', () => {
    const shuffled = entries().reverse()
    const { actions } = plan(world(), shuffled, { nodes: [] })
    const at = (id: string) => actions.findIndex((action) => action.id === id)
    assert.equal(actions.length, graph.nodes.length)
    for (const { id, dependsOn } of graph.nodes) for (const below of dependsOn) assert.ok(at(id) < at(below), `${id} goes before ${below}`)
    const [stream, big] = [actions[at('Statement/CLICKS')]!, actions[at('Statement/BIG')]!]
    assert.ok(stream.after.includes(big.id))
  })

  it('holds up what builds on an action', () => {
    const { actions } = plan([], [])
    for (const [at, action] of actions.entries()) for (const id of action.after) assert.ok(actions.findIndex((other) => other.id === id) < at)
  })

  it('comes to rest from any state: what it makes is what it wants', () => {
    fc.assert(
      fc.property(fc.subarray(graph.nodes as never[]), fc.boolean(), (present, lost) => {
        const there = world().filter(({ id }) => (present as Graph['nodes']).some((node) => node.id === id))
        const ledger = lost ? [] : entries()
        const first = plan(there, ledger)
        assert.deepEqual(
          first.findings.filter(({ severity }) => severity === 'error'),
          [],
        )
        assert.deepEqual(rows(plan(world(), entries())), [])
        assert.equal(first.actions.length, graph.nodes.length - there.length)
      }),
      { numRuns: 30 },
    )
  })
})

describe('A summary', () => {
  const sum = (observed: readonly Observed[], of: Graph = graph) => summarise({ graph: of, observed, ledger: { entries: entries(of) }, owner })
  const stage = (observed: readonly Observed[], name: string) => sum(observed).stages.find((one) => one.stage === name)!

  it('is ready when everything is', () => {
    const { ready, total, stages } = sum(world())
    assert.equal(ready, total)
    assert.ok(stages.every(({ status }) => status === 'True'))
  })
  it('says Unknown while something is only pending, and False for what is wrong', () => {
    const pending = edit(world(), 'Connector/gen', (object) => ({ ...object, health: 'Pending', reason: 'Starting', message: 'starting' }))
    assert.deepEqual([stage(pending, 'Sources').status, stage(pending, 'Sources').reason], ['Unknown', 'Starting'])
    const failed = edit(world(), 'Statement/BIG', (object) => ({ ...object, health: 'Failed', reason: 'QueryFailing', message: 'at offset 7' }))
    assert.equal(stage(failed, 'Statements').status, 'False')
    assert.match(stage(failed, 'Statements').message, /2 of 3 ready; Statement BIG: at offset 7/)
    const missing = world().filter(({ kind }) => kind !== 'IndexTemplate')
    assert.equal(stage(missing, 'Templates').reason, 'Missing')
  })
  it('counts a generator that is done as well', () => {
    const done = edit(world(), 'Connector/gen', (object) => ({ ...object, health: 'Completed', reason: 'Completed' }))
    assert.deepEqual([stage(done, 'Sources').status, stage(done, 'Sources').reason], ['True', 'Completed'])
  })
})

describe('A template that takes the place of another', () => {
  const own = graphOf(yaml())
  const declared = graphOf(yaml('indexTemplates: [{name: mine, patterns: [m], fields: {EVENT_TS: date}}]'))

  it('is made after the other is removed, for Elasticsearch allows no two of one priority', () => {
    const { actions } = plan(world(own), entries(own), declared)
    assert.deepEqual(
      actions.filter(({ kind }) => kind === 'IndexTemplate').map(({ class: cls, name }) => [cls, name]),
      [
        ['Remove', 'demo.clicks.m'],
        ['Create', 'mine'],
      ],
    )
  })
})

describe('Pausing a pipeline', () => {
  const paused = graphOf(yaml('state: Paused'))

  it('pauses sources and queries, as something declared', () => {
    assert.deepEqual(rows(plan(world(), entries(), paused)), [
      'InPlace Connector/gen SpecChanged',
      'InPlace Statement/BIG SpecChanged',
      'InPlace Statement/M SpecChanged',
    ])
  })
  it('and resuming it is no drift either, whatever the policy says of drift', () => {
    const reporting = graphOf(yaml('driftPolicy: Report'))
    const was = graphOf(yaml('driftPolicy: Report\nstate: Paused'))
    assert.deepEqual(rows(plan(world(was), entries(was), reporting)), [
      'InPlace Connector/gen SpecChanged',
      'InPlace Statement/BIG SpecChanged',
      'InPlace Statement/M SpecChanged',
    ])
  })
})

describe('A credential of Grafana that was rotated', () => {
  const clients = { elasticsearch: { url: 'http://elasticsearch:9200', clients: { grafana: { secretRef: { name: 'es' } } } } }
  const at = (version: string) => graphOf(yaml(), { platform: clients, facts: { secretVersions: new Map([['demo/es', version]]) } })

  it('reaches the data source, although nobody can read it back', () => {
    assert.deepEqual(rows(plan(world(at('1')), entries(at('1')), at('1'))), [])
    assert.match(rows(plan(world(at('1')), entries(at('1')), at('2'))).join(), /^InPlace DataSource\/\S+ SpecChanged$/)
  })
})

describe('Authorities that the platform has for those who reach Elasticsearch', () => {
  const url = 'https://elasticsearch:9200'
  const caRef = { kind: 'ConfigMap', name: 'ca' }
  const at = (version: string, more: object = {}) =>
    graphOf(yaml(), {
      platform: { elasticsearch: { url, clients: { connect: { caRef, ...more }, grafana: { caRef: { kind: 'Secret', name: 'ca', key: 'tls.crt' } } } } },
      facts: {
        secretVersions: new Map([
          ['ConfigMap demo/ca', version],
          ['demo/ca', version],
        ]),
      },
    })

  it('reach connector and data source, and are no secret', () => {
    const { nodes } = at('1')
    const sink = nodes.find(({ kind, name }) => kind === 'Connector' && name !== 'gen')!.spec as ResourceSpecs['Connector']
    assert.equal(sink.config['elastic.security.protocol'], 'SSL')
    assert.equal(sink.config['elastic.https.ssl.truststore.type'], 'PEM')
    assert.deepEqual(sink.secrets, [
      { key: 'elastic.https.ssl.truststore.certificates', namespace: 'demo', secretKeyRef: { name: 'ca', key: 'ca.crt' }, authority: 'ConfigMap' },
    ])
    const source = nodes.find(({ kind }) => kind === 'DataSource')!.spec as ResourceSpecs['DataSource']
    assert.deepEqual(source.authority, { kind: 'Secret', namespace: 'demo', name: 'ca', key: 'tls.crt' })
  })

  it('reach them again when they change', () => {
    // As it is read back: with the certificates among the config.
    const there = world(at('1')).map((object) => {
      if (object.kind !== 'Connector') return object
      const spec = object.spec as ResourceSpecs['Connector']
      return { ...object, spec: { ...spec, secrets: [], config: { ...spec.config, ...Object.fromEntries(spec.secrets.map(({ key }) => [key, 'PEM'])) } } }
    })
    assert.deepEqual(rows(plan(there, entries(at('1')), at('1'))), [])
    assert.match(rows(plan(there, entries(at('1')), at('2'))).join(), /InPlace Connector\/\S+ SpecChanged.*InPlace DataSource\/\S+ SpecChanged/)
  })

  it('do not let a password through that the platform does not let through', () => {
    assert.throws(() => at('1', { secretRef: { name: 'es' } }), /PlainSecretRefused[\s\S]*connection\.username and connection\.password/)
  })

  it('are asked for when they are not there', () => {
    const { findings } = compile(yaml(), {
      platform: { elasticsearch: { url, clients: { connect: { caRef } } } },
      facts: { secretVersions: new Map([['demo/ca', 'that is a Secret']]) },
    })
    assert.deepEqual(
      findings.map(({ reason, message }) => `${reason}: ${message}`),
      ['SecretNotFound: ConfigMap demo/ca does not exist'],
    )
  })
})
