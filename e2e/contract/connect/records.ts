/** What becomes of records on their way through converters, transforms and the sink; and of those that cannot go it. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import {
  answered,
  bytesOf,
  datagen,
  documentsOf,
  failing,
  freshName,
  freshTopic,
  JSON_CONVERTER,
  type Json,
  STRING_CONVERTER,
  type Sunk,
  sink,
  sunk,
  until,
  untilStates,
  type Worker,
  withConnector,
} from './worker.ts'

const T = 'org.apache.kafka.connect.transforms.'
const C = 'org.apache.kafka.connect.converters.'

/** Options of transforms as `ALIAS: {type, ...}`. */
function transforms(steps: Readonly<Record<string, Readonly<Record<string, string>>>>, list = 'transforms'): Record<string, string> {
  const options = Object.entries(steps).flatMap(([alias, step]) => Object.entries(step).map(([key, value]) => [`${list}.${alias}.${key}`, value]))
  return { [list]: Object.keys(steps).join(','), ...Object.fromEntries(options) }
}

/** Records that a sink with this config makes these documents of. */
const documents = (call: string, name: string, records: readonly Sunk[], config: Record<string, string>, expected: readonly Json[]): Case<Worker> => ({
  call,
  name,
  async run(worker) {
    const found = await sunk(worker, records, config, expected.length)
    assert.deepEqual(
      found.map(({ _source }) => _source),
      expected,
    )
  },
})

const transformed = (type: string, name: string, value: object, options: Record<string, string>, expected: object) =>
  documents(`transform ${type}`, name, [{ value, timestamp: 1_700_000_000_000 }], transforms({ t: { type: `${T}${type}`, ...options } }), [expected])

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
const float64 = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

/** A key of these bytes as the id of a document. */
const keyed = (converter: string, name: string, key: Buffer | string, id: string, more: Record<string, string> = {}): Case<Worker> => ({
  call: `converter ${converter.split('.').at(-1)}`,
  name,
  async run(worker) {
    const [document] = await sunk(worker, [{ key, value: { a: 1 } }], { 'key.ignore': 'false', 'key.converter': converter, ...more }, 1)
    assert.equal(document?._id, id)
  },
})

const SCHEMAS = { 'value.converter': JSON_CONVERTER, 'value.converter.schemas.enable': 'true' }
const struct = (payload: object, ...fields: object[]) => ({ schema: { type: 'struct', optional: false, fields }, payload })

export const records: readonly Case<Worker>[] = [
  documents('converter JsonConverter', 'plain JSON, big numbers whole', [{ value: '{"a":9007199254740993,"b":[{"c":null},{"c":2}],"d":1.5}' }], {}, [
    JSON.parse('{"a":9007199254740993,"b":[{"c":null},{"c":2}],"d":1.5}'),
  ]),
  documents(
    'converter JsonConverter',
    'with a schema: the payload',
    [{ value: struct({ a: 1, b: 'x' }, { field: 'a', type: 'int64', optional: false }, { field: 'b', type: 'string', optional: true }) }],
    SCHEMAS,
    [{ a: 1, b: 'x' }],
  ),
  {
    call: 'converter JsonConverter',
    name: 'JSON without a schema where one must be fails the task',
    async run(worker) {
      const trace = await failing(worker, [{ value: { a: 1 } }], SCHEMAS)
      assert.match(trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: Tolerance exceeded in error handler\n/)
      assert.match(
        trace,
        /Caused by: org\.apache\.kafka\.connect\.errors\.DataException: JsonConverter with schemas\.enable requires "schema" and "payload" fields/,
      )
    },
  },
  {
    call: 'converter JsonConverter',
    name: 'what is no JSON fails the task',
    async run(worker) {
      const trace = await failing(worker, [{ value: 'not JSON' }], {})
      assert.match(trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: Tolerance exceeded in error handler\n/)
      assert.match(
        trace,
        /Caused by: org\.apache\.kafka\.connect\.errors\.DataException: Converting byte\[\] to Kafka Connect data failed due to serialization error: /,
      )
    },
  },
  keyed(STRING_CONVERTER, 'text', 'some key', 'some key'),
  keyed(JSON_CONVERTER, 'text', '"some key"', 'some key', { 'key.converter.schemas.enable': 'false' }),
  keyed(JSON_CONVERTER, 'a whole number', '17', '17', { 'key.converter.schemas.enable': 'false' }),
  keyed(`${C}IntegerConverter`, 'four bytes', int32(-7), '-7'),
  keyed(`${C}LongConverter`, 'eight bytes', int64(9_007_199_254_740_993n), '9007199254740993'),
  {
    call: 'converter IntegerConverter',
    name: 'another number of bytes fails the task',
    async run(worker) {
      const trace = await failing(worker, [{ key: 'five5', value: { a: 1 } }], { 'key.ignore': 'false', 'key.converter': `${C}IntegerConverter` })
      assert.match(trace, /Size of data received by IntegerDeserializer is not 4/)
    },
  },
  {
    call: 'converter DoubleConverter',
    name: 'is no id of a document',
    async run(worker) {
      const trace = await failing(worker, [{ key: float64(1.5), value: { a: 1 } }], { 'key.ignore': 'false', 'key.converter': `${C}DoubleConverter` })
      assert.match(trace, /is not supported as the document id/)
    },
  },
  {
    call: 'converter ByteArrayConverter',
    name: 'bytes are no document',
    async run(worker) {
      const trace = await failing(worker, [{ value: 'bytes' }], { 'value.converter': `${C}ByteArrayConverter` })
      assert.match(trace, /DataException/)
    },
  },
  documents(
    'transform ReplaceField$Value',
    'leaves out and renames',
    [{ value: { a: 1, b: 2, c: 3 } }],
    transforms({ t: { type: `${T}ReplaceField$Value`, exclude: 'b', renames: 'c:d' } }),
    [{ a: 1, d: 3 }],
  ),
  transformed('ReplaceField$Value', 'keeps only what it names', { a: 1, b: 2 }, { include: 'b' }, { b: 2 }),
  transformed('InsertField$Value', 'a constant', { a: 1 }, { 'static.field': 's', 'static.value': 'v' }, { a: 1, s: 'v' }),
  transformed('InsertField$Value', 'partition and offset', { a: 1 }, { 'partition.field': 'p', 'offset.field': 'o' }, { a: 1, p: 0, o: 0 }),
  transformed('InsertField$Value', 'the time', { a: 1 }, { 'timestamp.field': 'at' }, { a: 1, at: 1_700_000_000_000 }),
  transformed('HoistField$Value', 'puts the value into a field', { a: 1 }, { field: 'v' }, { v: { a: 1 } }),
  transformed('ExtractField$Value', 'takes a field as the value', { a: { b: 1 } }, { field: 'a' }, { b: 1 }),
  transformed(
    'Cast$Value',
    'changes types',
    { a: '7', b: 1, c: 1.9, d: 'true' },
    { spec: 'a:int32,b:string,c:int64,d:boolean' },
    { a: 7, b: '1', c: 1, d: true },
  ),
  {
    call: 'transform Cast$Value',
    name: 'what cannot be cast fails the task',
    async run(worker) {
      const trace = await failing(worker, [{ value: { a: 'x' } }], transforms({ t: { type: `${T}Cast$Value`, spec: 'a:int32' } }))
      assert.match(trace, /DataException: Value \(x\) was out of range for requested data type/)
    },
  },
  {
    call: 'transform ValueToKey',
    name: 'with ExtractField$Key a field of the value is the id of the document',
    async run(worker) {
      const steps = { k: { type: `${T}ValueToKey`, fields: 'ID' }, b: { type: `${T}ExtractField$Key`, field: 'ID' } }
      const values = [
        { ID: 'x|1', n: 1 },
        { ID: 'y|1', n: 2 },
        { ID: 'x|1', n: 3 },
      ]
      const found = await sunk(
        worker,
        [...values.map((value) => ({ value })), { value: { ID: 'end', n: 4 } }],
        { 'key.ignore': 'false', ...transforms(steps) },
        3,
      )
      assert.deepEqual(Object.fromEntries(found.map(({ _id, _source }) => [_id, _source.n])), { 'x|1': 3, 'y|1': 2, end: 4 })
    },
  },
  {
    call: 'transform HoistField$Key',
    name: 'with ExtractField$Key is as if nothing was',
    async run(worker) {
      const steps = { h: { type: `${T}HoistField$Key`, field: 'k' }, b: { type: `${T}ExtractField$Key`, field: 'k' } }
      const [document] = await sunk(worker, [{ key: 'id', value: { a: 1 } }], { 'key.ignore': 'false', ...transforms(steps) }, 1)
      assert.equal(document?._id, 'id')
    },
  },
  {
    call: 'transform RegexRouter',
    name: 'sends records to an index of another name',
    async run(worker) {
      const options = { regex: '(.*)', replacement: 'routed-$1' }
      const config = { 'flush.synchronously': 'true', ...transforms({ r: { type: `${T}RegexRouter`, ...options } }) }
      const found = await sunk(worker, [{ value: { a: 1 } }], config, 1, (topic) => `routed-${topic}`)
      assert.deepEqual(found[0]?._source, { a: 1 })
    },
  },
  {
    call: 'predicate RecordIsTombstone',
    name: 'with Filter leaves tombstones out',
    async run(worker) {
      const config = {
        ...transforms({ f: { type: `${T}Filter`, predicate: 'p' } }),
        ...transforms({ p: { type: `${T}predicates.RecordIsTombstone` } }, 'predicates'),
      }
      const found = await sunk(
        worker,
        [
          { key: 'a', value: { a: 1 } },
          { key: 'b', value: null },
          { key: 'c', value: { a: 2 } },
        ],
        config,
        2,
      )
      assert.deepEqual(
        found.map(({ _source }) => _source),
        [{ a: 1 }, { a: 2 }],
      )
    },
  },
  {
    call: 'predicate TopicNameMatches',
    name: 'and its opposite',
    async run(worker) {
      const step = (field: string) => ({ type: `${T}InsertField$Value`, predicate: 'p', 'static.field': field, 'static.value': 'x' })
      const config = {
        ...transforms({ yes: step('yes'), no: { ...step('no'), negate: 'true' } }),
        ...transforms({ p: { type: `${T}predicates.TopicNameMatches`, pattern: 'sunk.*' } }, 'predicates'),
      }
      const [document] = await sunk(worker, [{ value: { a: 1 } }], config, 1)
      assert.deepEqual(document?._source, { a: 1, yes: 'x' })
    },
  },
  {
    call: 'predicate HasHeaderKey',
    name: 'drops records by a header',
    async run(worker) {
      const config = {
        ...transforms({ f: { type: `${T}Filter`, predicate: 'p' } }),
        ...transforms({ p: { type: `${T}predicates.HasHeaderKey`, name: 'drop' } }, 'predicates'),
      }
      const found = await sunk(worker, [{ value: { a: 1 }, headers: [['drop', Buffer.from('1')]] }, { value: { a: 2 } }], config, 1)
      assert.deepEqual(found[0]?._source, { a: 2 })
    },
  },
  {
    call: 'errors.tolerance',
    name: 'all: what cannot be converted is left out, and the rest goes on',
    async run(worker) {
      const found = await sunk(worker, [{ value: { a: 1 } }, { value: 'not JSON' }, { value: { a: 2 } }], { 'errors.tolerance': 'all' }, 2)
      assert.deepEqual(
        found.map(({ _source }) => _source),
        [{ a: 1 }, { a: 2 }],
      )
    },
  },
  {
    call: 'errors.deadletterqueue',
    name: 'takes what cannot be converted, with headers that say why',
    async run(worker) {
      const dead = freshName('dead')
      await freshTopic(worker, dead)
      const config = {
        'errors.tolerance': 'all',
        'errors.deadletterqueue.topic.name': dead,
        'errors.deadletterqueue.topic.replication.factor': '1',
        'errors.deadletterqueue.context.headers.enable': 'true',
      }
      await sunk(worker, [{ key: 'k', value: 'not JSON' }, { value: { a: 2 } }], config, 1)
      const record = await firstOf(worker, dead)
      assert.equal(record.value?.toString(), 'not JSON')
      const headers = Object.fromEntries(record.headers.map(([name, bytes]: [string, Buffer | null]) => [name, bytes?.toString() ?? null]))
      assert.match(headers['__connect.errors.topic'] ?? '', /^sunk-/)
      assert.deepEqual(
        [headers['__connect.errors.partition'], headers['__connect.errors.offset'], headers['__connect.errors.stage'], headers['__connect.errors.class.name']],
        ['0', '0', 'VALUE_CONVERTER', JSON_CONVERTER],
      )
      assert.equal(headers['__connect.errors.exception.class.name'], 'org.apache.kafka.connect.errors.DataException')
      assert.match(headers['__connect.errors.exception.message'] ?? '', /^Converting byte\[\] to Kafka Connect data failed/)
      assert.ok((headers['__connect.errors.exception.stacktrace'] ?? '').length > 0)
      assert.match(headers['__connect.errors.connector.name'] ?? '', /^c-/)
      assert.equal(headers['__connect.errors.task.id'], '0')
    },
  },
]

async function firstOf(worker: Worker, topic: string) {
  const { promise, resolve } = Promise.withResolvers<Json>()
  const consumer = worker.kafka.consume({
    groupId: freshName('reads'),
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(batch) {
      if (batch[0] !== undefined) resolve(batch[0])
    },
    onError: () => undefined,
  })
  try {
    return await promise
  } finally {
    await consumer.stop()
  }
}

export const sinking: readonly Case<Worker>[] = [
  {
    call: 'Elasticsearch sink',
    name: 'ids of topic, partition and offset where keys are ignored',
    async run(worker) {
      const found = await sunk(worker, [{ value: { a: 1 } }, { value: { a: 2 } }], {}, 2)
      assert.deepEqual(
        found.map(({ _id }) => _id.replace(/^sunk-[\d-]+/, 'T')),
        ['T+0+0', 'T+0+1'],
      )
    },
  },
  {
    call: 'Elasticsearch sink',
    name: 'a key of the same text writes over the document',
    async run(worker) {
      const found = await sunk(
        worker,
        [
          { key: 'k', value: { a: 1 } },
          { key: 'k', value: { b: 2 } },
          { key: 'end', value: {} },
        ],
        { 'key.ignore': 'false' },
        2,
      )
      assert.deepEqual(Object.fromEntries(found.map(({ _id, _source }) => [_id, _source])), { k: { b: 2 }, end: {} })
    },
  },
  {
    call: 'Elasticsearch sink',
    name: 'write.method UPSERT merges',
    async run(worker) {
      const config = { 'key.ignore': 'false', 'write.method': 'UPSERT' }
      const found = await sunk(
        worker,
        [
          { key: 'k', value: { a: 1 } },
          { key: 'k', value: { b: 2 } },
          { key: 'end', value: {} },
        ],
        config,
        2,
      )
      assert.deepEqual(Object.fromEntries(found.map(({ _id, _source }) => [_id, _source])), { k: { a: 1, b: 2 }, end: {} })
    },
  },
  {
    call: 'Elasticsearch sink',
    name: 'behavior.on.null.values: DELETE takes the document away, IGNORE leaves it, FAIL fails the task',
    async run(worker) {
      const values: Sunk[] = [
        { key: 'a', value: { n: 1 } },
        { key: 'a', value: null },
        { key: 'end', value: { n: 2 } },
      ]
      const ids = (behaviour: string, count: number) => sunk(worker, values, { 'key.ignore': 'false', 'behavior.on.null.values': behaviour }, count)
      assert.deepEqual((await ids('IGNORE', 2)).map(({ _id }) => _id).sort(), ['a', 'end'])
      const topic = freshName('nulls')
      await freshTopic(worker, topic)
      await worker.kafka.produce(
        topic,
        values.map(({ key = null, value }) => ({ partition: 0, key: Buffer.from(String(key)), value: bytesOf(value) })),
      )
      await withConnector(worker, sink(worker, topic, { 'key.ignore': 'false', 'behavior.on.null.values': 'DELETE' }), async (name) => {
        await until(
          'all read',
          () => answered(worker, 200, `GET /connectors/${name}/offsets`),
          (seen) => seen.offsets[0]?.offset.kafka_offset === 3,
        )
      })
      assert.deepEqual(
        (await documentsOf(worker, topic)).map(({ _id }) => _id),
        ['end'],
      )
      assert.match(await failing(worker, values, { 'key.ignore': 'false' }), /null value/)
    },
  },
  {
    call: 'Elasticsearch sink',
    name: 'no key where ids come from keys fails the task',
    run: async (worker) =>
      assert.match(await failing(worker, [{ value: { a: 1 } }], { 'key.ignore': 'false' }), /Key is used as document id and can not be null/),
  },
  {
    call: 'Elasticsearch sink',
    name: 'behavior.on.malformed.documents: IGNORE goes on, FAIL fails the task',
    async run(worker) {
      const values = [{ value: { a: 1 } }, { value: { a: 'no number' } }, { value: { a: 3 } }]
      const found = await sunk(worker, values, { 'behavior.on.malformed.documents': 'IGNORE', 'batch.size': '1' }, 2)
      assert.deepEqual(
        found.map(({ _source }) => _source),
        [{ a: 1 }, { a: 3 }],
      )
      assert.match(await failing(worker, values, { 'batch.size': '1' }), /document_parsing_exception/)
    },
  },
  {
    call: 'Elasticsearch sink',
    name: 'a value that is no object fails the task, or is dropped',
    async run(worker) {
      assert.match(await failing(worker, [{ value: '5' }], {}), /DataException/)
      const found = await sunk(worker, [{ value: '5' }, { value: { a: 1 } }], { 'drop.invalid.message': 'true' }, 1)
      assert.deepEqual(found[0]?._source, { a: 1 })
    },
  },
]

const PRESETS = {
  clickstream: ['_time', 'agent', 'bytes', 'ip', 'referrer', 'remote_user', 'request', 'status', 'time', 'userid'],
  clickstream_codes: ['code', 'definition'],
  clickstream_users: ['city', 'first_name', 'last_name', 'level', 'registered_at', 'user_id', 'username'],
} as const
const KEYS: Readonly<Record<string, (value: Json) => string | null>> = {
  clickstream: ({ ip }) => ip,
  clickstream_codes: ({ code }) => String(code),
  clickstream_users: ({ user_id }) => String(user_id),
}

export const generating: readonly Case<Worker>[] = Object.entries(PRESETS).map(([quickstart, fields]) => ({
  call: 'datagen source',
  name: `the preset ${quickstart}: its fields, key and headers`,
  async run(worker) {
    const topic = freshName('generated')
    await freshTopic(worker, topic)
    await withConnector(worker, datagen(topic, { quickstart, iterations: '5', 'max.interval': '1' }), async (name) => {
      await untilStates(worker, name, 'RUNNING FAILED')
    })
    const record = await firstOf(worker, topic)
    const value = JSON.parse(String(record.value))
    assert.deepEqual(Object.keys(value).sort(), [...fields])
    assert.equal(record.key === null ? null : String(record.key), KEYS[quickstart]?.(value))
    assert.deepEqual(Object.fromEntries(record.headers.map(([header, bytes]: [string, Buffer | null]) => [header, bytes?.toString()])), {
      'task.generation': '0',
      'task.id': '0',
      'current.iteration': '0',
    })
  },
}))
