import assert from 'node:assert/strict'
import type { ConnectRecord, ConnectValue } from '../../../src/sandbox/connect/data.ts'
import { createTransformChain } from '../../../src/sandbox/connect/transforms/index.ts'

const T = 'org.apache.kafka.connect.transforms.'

function record(value: ConnectValue, key: ConnectValue = null): ConnectRecord {
  return {
    topic: 'EVENTS',
    partition: 0,
    offset: 7n,
    timestamp: 1_700_000_000_000,
    key: { schema: null, value: key },
    value: { schema: null, value },
    headers: [],
  }
}

const cases: {
  sentence: string
  config: Record<string, string>
  input: ConnectRecord
  key?: ConnectValue
  value?: ConnectValue
  topic?: string
  dropped?: true
  fails?: RegExp
}[] = [
  {
    sentence: 'a field of the value becomes the key, then a bare value',
    config: {
      transforms: 'id,bare',
      'transforms.id.type': `${T}ValueToKey`,
      'transforms.id.fields': 'DOC_ID',
      'transforms.bare.type': `${T}ExtractField$Key`,
      'transforms.bare.field': 'DOC_ID',
    },
    input: record({ DOC_ID: '7|1700', EVENTS: 3 }),
    key: '7|1700',
    value: { DOC_ID: '7|1700', EVENTS: 3 },
  },
  {
    sentence: 'a tombstone is dropped by a filter with RecordIsTombstone',
    config: {
      transforms: 'drop',
      'transforms.drop.type': `${T}Filter`,
      'transforms.drop.predicate': 'tombstone',
      predicates: 'tombstone',
      'predicates.tombstone.type': `${T}predicates.RecordIsTombstone`,
    },
    input: record(null, 'k'),
    dropped: true,
  },
  {
    sentence: 'a negated predicate keeps what it names',
    config: {
      transforms: 'drop',
      'transforms.drop.type': `${T}Filter`,
      'transforms.drop.predicate': 'mine',
      'transforms.drop.negate': 'true',
      predicates: 'mine',
      'predicates.mine.type': `${T}predicates.TopicNameMatches`,
      'predicates.mine.pattern': 'EV.*',
    },
    input: record({ a: 1 }),
    value: { a: 1 },
  },
  {
    sentence: 'ValueToKey of a null value fails the task',
    config: { transforms: 'id', 'transforms.id.type': `${T}ValueToKey`, 'transforms.id.fields': 'X' },
    input: record(null),
    fails: /found: null/,
  },
  {
    sentence: 'InsertField puts the timestamp of the record into the value',
    config: { transforms: 'ts', 'transforms.ts.type': `${T}InsertField$Value`, 'transforms.ts.timestamp.field': 'EVENT_TS' },
    input: record({ a: 1 }),
    value: { a: 1, EVENT_TS: 1_700_000_000_000 },
  },
  {
    sentence: 'ReplaceField excludes and renames',
    config: { transforms: 'r', 'transforms.r.type': `${T}ReplaceField$Value`, 'transforms.r.exclude': 'b', 'transforms.r.renames': 'a:A' },
    input: record({ a: 1, b: 2, c: 3 }),
    value: { A: 1, c: 3 },
  },
  {
    sentence: 'RegexRouter renames the topic',
    config: { transforms: 'r', 'transforms.r.type': `${T}RegexRouter`, 'transforms.r.regex': '(.*)', 'transforms.r.replacement': 'prefix-$1' },
    input: record({}),
    topic: 'prefix-EVENTS',
  },
  {
    sentence: 'Cast turns text into a number',
    config: { transforms: 'c', 'transforms.c.type': `${T}Cast$Value`, 'transforms.c.spec': 'status:int32' },
    input: record({ status: '404' }),
    value: { status: 404 },
  },
  {
    sentence: 'HoistField wraps the key',
    config: { transforms: 'h', 'transforms.h.type': `${T}HoistField$Key`, 'transforms.h.field': 'id' },
    input: record({}, 5),
    key: { id: 5 },
  },
]

describe('Connect transforms', () => {
  for (const { sentence, config, input, key, value, topic, dropped, fails } of cases) {
    it(sentence, () => {
      const chain = createTransformChain(config)
      if (fails) {
        assert.throws(() => chain(input), fails)
        return
      }
      const output = chain(input)
      if (dropped) {
        assert.equal(output, null)
        return
      }
      assert.ok(output)
      if (key !== undefined) assert.deepEqual(output.key.value, key)
      if (value !== undefined) assert.deepEqual(output.value.value, value)
      if (topic !== undefined) assert.equal(output.topic, topic)
    })
  }
})
