/** What is other where the platform names a KafkaConnect. */
import assert from 'node:assert/strict'
import { connectorObjectName, type ResourceSpecs } from '../../src/plan/index.ts'
import { compile, graphOf, plugins } from './given.ts'

const platform = { connect: { strimziCluster: 'workers', namespace: 'kafka' } }
const SINK = `{topics: [{name: clicks}], statements: [{name: s, sql: "CREATE STREAM CLICKS (A INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"}],
  sinks: [{name: out, from: CLICKS, connector: {class: io.confluent.connect.elasticsearch.ElasticsearchSinkConnector,
    configFrom: [{key: connection.password, secretKeyRef: {name: es, key: word}}]}}]}`

const connectorOf = (facts: object) =>
  graphOf(SINK, {
    platform,
    facts: {
      plugins,
      secretVersions: new Map([
        ['demo/es', '7'],
        ['Secret/demo/es', '7'],
      ]),
      ...facts,
    },
  }).nodes.find(({ id }) => id === 'Connector/out')?.spec as ResourceSpecs['Connector']

describe('a platform with a KafkaConnect', () => {
  it('refers to Secrets by the provider that the workers have, so that no value stands in the object', () => {
    const spec = connectorOf({ secretProvider: 'vault' })
    assert.equal(spec.config['connection.password'], `\${vault:demo/es:word}`)
    assert.deepEqual(spec.secrets, [])
  })

  it('changes the config with the version of the Secret, so that tasks start again', () => {
    const later = new Map([
      ['demo/es', '8'],
      ['Secret/demo/es', '8'],
    ])
    assert.notDeepEqual(connectorOf({ secretProvider: 'secrets' }).config, connectorOf({ secretProvider: 'secrets', secretVersions: later }).config)
  })

  it('refuses what would stand in clear where the workers have none, with the mend', () => {
    const { findings } = compile(SINK, { platform, facts: { plugins } })
    const refused = findings.find(({ reason }) => reason === 'PlainSecretRefused')
    assert.match(refused?.message ?? '', /would stand in clear in its KafkaConnector/)
    assert.match(refused?.mend ?? '', /config\.providers\.secrets\.class: io\.strimzi\.kafka\.KubernetesSecretConfigProvider .* KafkaConnect kafka\/workers/)
    assert.equal(refused?.path, 'spec.sinks[0].connector.configFrom[0]')
  })

  it('takes the plain rule where the platform allows it', () => {
    const given = {
      platform: { ...platform, limits: { allowPlainSecrets: true } },
      facts: {
        plugins,
        secretVersions: new Map([
          ['Secret/demo/es', '7'],
          ['demo/es', '7'],
        ]),
      },
    }
    const spec = graphOf(SINK, given).nodes.find(({ id }) => id === 'Connector/out')?.spec as ResourceSpecs['Connector']
    assert.equal(spec.secrets.length, 1)
    assert.equal(spec.config['connection.password'], undefined)
  })
})

describe('the name of a KafkaConnector', () => {
  for (const [declared, expected] of [
    ['datagen-clickstream', /^datagen-clickstream$/],
    ['a.b-c.d0', /^a\.b-c\.d0$/],
    ['default.clickstream.EVENTS_PER_MIN', /^default\.clickstream\.events-per-min-[0-9a-f]{8}$/],
    ['DATAGEN_CLICKS', /^datagen-clicks-[0-9a-f]{8}$/],
    ['_x_', /^x-[0-9a-f]{8}$/],
    ['a._.b', /^a\.b-[0-9a-f]{8}$/],
    ['___', /^connector-[0-9a-f]{8}$/],
    ['x'.repeat(254), /^x{200}-[0-9a-f]{8}$/],
  ] as const)
    it(`of ${declared.slice(0, 40)}`, () => {
      const name = connectorObjectName(declared)
      assert.match(name, expected)
      assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
      assert.equal(name, connectorObjectName(declared))
    })

  it('is another for names that differ only in what Kubernetes does not allow', () => {
    const names = ['EVENTS_PER_MIN', 'Events_Per_Min', 'events_per_min', 'EVENTS-PER-MIN', 'events-per-min'].map(connectorObjectName)
    assert.equal(new Set(names).size, names.length)
  })
})
