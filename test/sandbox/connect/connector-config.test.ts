import assert from 'node:assert/strict'
import { validateConfig } from '../../../src/sandbox/connect/connector-config.ts'
import { datagen } from '../../../src/sandbox/connect/datagen/connector.ts'
import { elasticsearchSink } from '../../../src/sandbox/connect/elasticsearch-sink.ts'

const source = { name: 'clicks', 'connector.class': datagen.class, 'kafka.topic': 'clickstream', quickstart: 'clickstream' }
const sink = { name: 'sink', 'connector.class': elasticsearchSink.class, topics: 'T', 'connection.url': 'http://localhost:9200' }

/** Option -> the text of its error; the first one only. */
const cases: readonly (readonly [string, typeof datagen, Record<string, string | undefined>, Record<string, RegExp>])[] = [
  ['a good source', datagen, source, {}],
  ['a good sink', elasticsearchSink, sink, {}],
  [
    'a missing topic',
    datagen,
    { ...source, 'kafka.topic': undefined },
    { 'kafka.topic': /^Missing required configuration "kafka.topic" which has no default value\.$/ },
  ],
  [
    'tasks.max that is no number',
    datagen,
    { ...source, 'tasks.max': 'many' },
    { 'tasks.max': /^Invalid value many for configuration tasks.max: Not a number of type INT$/ },
  ],
  ['tasks.max of zero', datagen, { ...source, 'tasks.max': '0' }, { 'tasks.max': /Value must be at least 1/ }],
  ['an unknown quickstart', datagen, { ...source, quickstart: 'nope' }, { quickstart: /String must be one of/ }],
  ['no generator at all', datagen, { ...source, quickstart: undefined }, { quickstart: /must be set/ }],
  [
    'a schema that cannot be generated',
    datagen,
    { ...source, quickstart: undefined, 'schema.string': '{"type":"record","name":"r","fields":[{"name":"x","type":"fixed"}]}' },
    { 'schema.string': /schema\.x: type fixed/ },
  ],
  [
    'a sink without topics',
    elasticsearchSink,
    { ...sink, topics: undefined },
    { topics: /Must configure one of topics or topics.regex/, 'topics.regex': /Must configure one of/ },
  ],
  ['topics and a regex', elasticsearchSink, { ...sink, 'topics.regex': '.*' }, { topics: /mutually exclusive/, 'topics.regex': /mutually exclusive/ }],
  ['a URL that is none', elasticsearchSink, { ...sink, 'connection.url': 'localhost' }, { 'connection.url': /not a valid url/ }],
  ['an unknown converter', elasticsearchSink, { ...sink, 'value.converter': 'no.Such' }, { 'value.converter': /Class no.Such could not be found/ }],
  [
    'an unknown transform',
    elasticsearchSink,
    { ...sink, transforms: 'x', 'transforms.x.type': 'no.Such' },
    { 'transforms.x.type': /Class no.Such could not be found/ },
  ],
  [
    'a transform without its option',
    elasticsearchSink,
    { ...sink, transforms: 'x', 'transforms.x.type': 'org.apache.kafka.connect.transforms.ValueToKey' },
    { 'transforms.x.fields': /Missing required/ },
  ],
  ['a username alone', elasticsearchSink, { ...sink, 'connection.username': 'u' }, { 'connection.username': /Both/, 'connection.password': /Both/ }],
]

describe('Connect validation', () => {
  for (const [sentence, plugin, config, expected] of cases) {
    it(`of ${sentence} names ${Object.keys(expected).join(' and ') || 'nothing'}`, () => {
      const given = Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== undefined))
      const validation = validateConfig(plugin, given)
      const errors = Object.fromEntries(
        validation.configs.filter((info) => info.value.errors.length > 0).map((info) => [info.value.name, info.value.errors[0]!]),
      )
      assert.deepEqual(Object.keys(errors).sort(), Object.keys(expected).sort())
      for (const [name, pattern] of Object.entries(expected)) assert.match(errors[name]!, pattern)
      assert.equal(
        validation.error_count,
        validation.configs.reduce((sum, info) => sum + info.value.errors.length, 0),
      )
    })
  }

  it('hides passwords', () => {
    const validation = validateConfig(elasticsearchSink, { ...sink, 'connection.username': 'u', 'connection.password': 'canary' })
    assert.ok(!JSON.stringify(validation).includes('canary'))
  })
})
