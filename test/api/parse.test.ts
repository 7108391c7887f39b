import assert from 'node:assert/strict'
import { durationMs, parsePipeline, parsePlatform } from '../../src/api/index.ts'
import { metric, platform, securePlatforms, wrong, wrongPlatforms } from './wrong-specs.ts'

const pipeline = (spec: object) => ({ apiVersion: 'clickstream.dev/v1alpha1', kind: 'ClickstreamPipeline', metadata: { name: 'p' }, spec })
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
  const platformOf = (change: object) => ({
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPlatform',
    metadata: { name: 'p' },
    spec: { ...platform, ...change },
  })
  for (const [sentence, [change, path, message]] of Object.entries(wrongPlatforms)) {
    it(`refuses ${sentence}`, () => {
      const parsed = parsePlatform(platformOf(change))
      assert.ok(!parsed.ok)
      assert.deepEqual(
        parsed.errors.map((error) => error.path),
        [path],
      )
      assert.match(parsed.errors[0]!.message, message)
      assert.doesNotMatch(parsed.errors[0]!.message, /open-sesame/)
    })
  }
  for (const [sentence, change] of Object.entries(securePlatforms)) {
    it(`takes ${sentence}`, () => {
      assert.ok(parsePlatform(platformOf(change)).ok)
    })
  }

  it('looks for an authority under ca.crt', () => {
    const parsed = parsePlatform(platformOf({ ksqldb: { url: 'https://ksqldb', caRef: { kind: 'Secret', name: 'ca' } } }))
    assert.ok(parsed.ok)
    assert.equal(parsed.value.spec.ksqldb.caRef?.key, 'ca.crt')
  })

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
