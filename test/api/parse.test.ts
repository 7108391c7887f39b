import assert from 'node:assert/strict'
import { durationMs, parsePipeline, parsePlatform } from '../../src/api/index.ts'

const pipeline = (spec: object) => ({ apiVersion: 'clickstream.dev/v1alpha1', kind: 'ClickstreamPipeline', metadata: { name: 'p' }, spec })
const metric = { name: 'M', from: 'S', measures: [{ name: 'N', function: 'count' }], by: ['U'], window: { type: 'tumbling', size: '60s' } }
const query = { name: 'q', function: 'count', sink: 's' }

/** Spec -> the one error it must give. */
const wrong: Record<string, [spec: object, path: string, message: RegExp]> = {
  'an unknown field': [{ topicz: [] }, 'spec.topicz', /no such field/],
  'an unknown field deep inside': [{ topics: [{ name: 'a', partition: 3 }] }, 'spec.topics[0].partition', /no such field/],
  'a name twice': [{ topics: [{ name: 'a' }, { name: 'a' }] }, 'spec.topics[1].name', /stands twice/],
  'a topic name with a blank': [{ topics: [{ name: 'a b' }] }, 'spec.topics[0].name', /match/],
  'an object as a config value': [{ topics: [{ name: 'a', config: { x: {} } }] }, 'spec.topics[0].config.x', /./],
  'a key with dots in a path': [{ topics: [{ name: 'a', config: { 'a.b': null } }] }, 'spec.topics[0].config["a.b"]', /./],
  'no partitions at all': [{ topics: [{ name: 'a', partitions: 0 }] }, 'spec.topics[0].partitions', />=1|expected number/],
  'a source of both kinds': [
    { sources: [{ name: 's', datagen: { preset: 'clickstream' }, connector: { class: 'C' } }] },
    'spec.sources[0]',
    /exactly one of datagen, connector/,
  ],
  'a source of neither kind': [{ sources: [{ name: 's' }] }, 'spec.sources[0]', /exactly one of/],
  'a generator with a schema but no topic': [{ sources: [{ name: 's', datagen: { schema: '{}' } }] }, 'spec.sources[0].datagen', /needs a topic/],
  'upsert without an id': [{ sinks: [{ name: 's', from: 'T', mode: 'upsert', elasticsearch: {} }] }, 'spec.sinks[0]', /needs an idColumn/],
  'an id for append': [{ sinks: [{ name: 's', from: 'T', idColumn: 'D', elasticsearch: {} }] }, 'spec.sinks[0]', /only for mode upsert/],
  'a policy that does not exist': [{ upgradePolicy: 'BlueGreen' }, 'spec.upgradePolicy', /InPlace/],
  'a duration without a unit': [{ freshness: '60' }, 'spec.freshness', /match/],
  'SQL from two places': [{ statements: [{ name: 'a', sql: 'x', configMapRef: { name: 'c', key: 'k' } }] }, 'spec.statements[0]', /exactly one of/],
  'a hopping window without its hop': [{ metrics: [{ ...metric, window: { type: 'hopping', size: '60s' } }] }, 'spec.metrics[0].window', /needs advance/],
  'a sum of nothing': [{ metrics: [{ ...metric, measures: [{ name: 'N', function: 'sum' }] }] }, 'spec.metrics[0].measures[0]', /needs a column/],
  'a metric in lower case': [{ metrics: [{ ...metric, name: 'm' }] }, 'spec.metrics[0].name', /match/],
  'a panel query without a field': [
    { dashboards: [{ name: 'd', panels: [{ name: 'p', queries: [{ ...query, function: 'max' }] }] }] },
    'spec.dashboards[0].panels[0].queries[0]',
    /need a field/,
  ],
  'a panel query without a sink': [
    { dashboards: [{ name: 'd', panels: [{ name: 'p', queries: [{ name: 'q', function: 'count' }] }] }] },
    'spec.dashboards[0].panels[0].queries[0].sink',
    /expected string/,
  ],
  'a dashboard of two kinds': [{ dashboards: [{ name: 'd', panels: [], json: '{}' }] }, 'spec.dashboards[0]', /exactly one of/],
  'a spec that is too large': [{ statements: [1, 2, 3].map((n) => ({ name: `s${n}`, sql: 'x'.repeat(99_000) })) }, 'spec', /200000 are allowed/],
}

describe('parsePipeline', () => {
  for (const [sentence, [spec, path, message]] of Object.entries(wrong)) {
    it(`refuses ${sentence}`, () => {
      const parsed = parsePipeline(pipeline(spec))
      assert.ok(!parsed.ok)
      assert.deepEqual(
        parsed.errors.map((error) => error.path),
        [path],
      )
      assert.match(parsed.errors[0]!.message, message)
    })
  }

  it('fills in every default', () => {
    const parsed = parsePipeline(pipeline({ sinks: [{ name: 's', from: 't', elasticsearch: {} }], metrics: [{ ...metric, panel: {} }] }))
    assert.ok(parsed.ok)
    const { spec } = parsed.value
    assert.deepEqual(spec.platformRef, { name: 'default' })
    assert.equal(spec.deletionPolicy, 'RetainData')
    assert.equal(spec.sinks[0]!.mode, 'append')
    assert.deepEqual(spec.sinks[0]!.autoRestart, { enabled: true })
    assert.equal(spec.sinks[0]!.elasticsearch!.timeField, 'EVENT_TS')
    assert.equal(spec.metrics[0]!.panel!.type, 'timeseries')
  })

  it('takes strings, numbers and booleans in a config', () => {
    const config = { a: 'x', b: 1.5, c: true }
    const parsed = parsePipeline(pipeline({ topics: [{ name: 'a', config }] }))
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.value.spec.topics[0]!.config, config)
  })
})

describe('parsePlatform', () => {
  it('names every field that is missing', () => {
    const parsed = parsePlatform({ apiVersion: 'clickstream.dev/v1alpha1', kind: 'ClickstreamPlatform', metadata: { name: 'p' }, spec: {} })
    assert.ok(!parsed.ok)
    assert.deepEqual(
      parsed.errors.map((error) => error.path),
      ['spec.kafka', 'spec.ksqldb', 'spec.connect', 'spec.elasticsearch', 'spec.grafana'],
    )
  })
})

describe('durationMs', () => {
  it('adds up what is written', () => {
    assert.equal(durationMs('1h30m'), 5_400_000)
    assert.equal(durationMs('500ms'), 500)
    assert.equal(durationMs('2m'), 120_000)
    assert.equal(durationMs('1d'), 86_400_000)
    assert.throws(() => durationMs('2 m'), RangeError)
  })
})
