import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { OutputRecord } from '../../../src/engine/index.ts'
import type { KafkaRecord } from '../../../src/ports/index.ts'
import { readBody } from '../../../src/sandbox/ksqldb/rest/body.ts'
import { RestError } from '../../../src/sandbox/ksqldb/rest/errors.ts'
import { negotiate } from '../../../src/sandbox/ksqldb/rest/respond.ts'
import { decimalText, doubleText, toJson, valueJson } from '../../../src/sandbox/ksqldb/rest/values.ts'
import { Buffers, type Partition } from '../../../src/sandbox/ksqldb/run/buffers.ts'
import { OutputCache } from '../../../src/sandbox/ksqldb/run/output-cache.ts'

const record = (topic: string, offset: number, timestamp: number): KafkaRecord => ({
  topic,
  partition: 0,
  offset: BigInt(offset),
  timestamp,
  key: null,
  value: null,
  headers: [],
})
const partition = (topic: string, rank: number, known: Partial<Partition> = {}): Partition => ({
  topic,
  partition: 0,
  rank,
  position: 0n,
  replayUntil: 0n,
  knownEnd: 0n,
  queue: [],
  head: 0,
  ...known,
})
const taken = (buffers: Buffers): string[] => {
  const names: string[] = []
  for (let next = buffers.next(); next !== undefined; next = buffers.next()) names.push(`${next.replay ? '-' : '+'}${next.record.topic}${next.record.offset}`)
  return names
}

describe('ksqlDB stand-in: order of a query’s inputs', () => {
  it('takes the smaller timestamp first, and of equal ones the table', () => {
    const [table, stream] = [partition('t', 0), partition('s', 1)]
    const buffers = new Buffers([table, stream], true)
    buffers.add(stream, [record('s', 0, 5), record('s', 1, 7)], 2n)
    buffers.add(table, [record('t', 0, 5), record('t', 1, 6)], 2n)
    assert.deepEqual(taken(buffers), ['+t0', '+s0', '+t1', '+s1'])
  })

  it('waits for records that are known to be there', () => {
    const [table, stream] = [partition('t', 0, { knownEnd: 1n }), partition('s', 1)]
    const buffers = new Buffers([table, stream], true)
    buffers.add(stream, [record('s', 0, 9)], 1n)
    assert.deepEqual(taken(buffers), [])
    buffers.add(table, [record('t', 0, 3)], 1n)
    assert.deepEqual(taken(buffers), ['+t0', '+s0'])
  })

  it('rebuilds state from what was committed before it goes on, across gaps of offsets', () => {
    const [table, stream] = [partition('t', 0, { replayUntil: 3n, knownEnd: 4n }), partition('s', 1, { replayUntil: 1n, knownEnd: 2n })]
    const buffers = new Buffers([table, stream], true)
    buffers.add(stream, [record('s', 0, 1), record('s', 1, 2)], 2n)
    assert.equal(buffers.restoring, true)
    buffers.add(table, [record('t', 0, 8), record('t', 3, 9)], 4n)
    assert.deepEqual(taken(buffers), ['-s0', '-t0', '+s1', '+t3'])
    assert.equal(buffers.restoring, false)
  })

  it('takes every record once, however batches overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(10)), { maxLength: 12 }), (batches) => {
        const one = partition('s', 1)
        const buffers = new Buffers([one], false)
        const got: bigint[] = []
        let end = 0
        for (const [from, size] of batches) {
          // A consumer that comes back to its group may read again, but leaves nothing out.
          const start = Math.min(from, end)
          buffers.add(
            one,
            Array.from({ length: size }, (_, index) => record('s', start + index, 0)),
            BigInt(Math.max(end, start + size)),
          )
          end = Math.max(end, start + size)
          for (let next = buffers.next(); next !== undefined; next = buffers.next()) got.push(next.record.offset)
        }
        assert.deepEqual(
          got,
          Array.from({ length: end }, (_, index) => BigInt(index)),
        )
      }),
    )
  })
})

describe('ksqlDB stand-in: bodies and values', () => {
  it('reads any JSON object as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (fields) => {
        const text = JSON.stringify(fields)
        assert.deepEqual(readBody(text, 'X').fields, JSON.parse(text))
      }),
    )
  })

  it('refuses a body that is cut off anywhere, and never with a fault of its own', () => {
    const text = JSON.stringify({ ksql: 'LIST STREAMS;', streamsProperties: { a: [1, true, null, 'x\\"'] } })
    for (let length = 1; length < text.length; length++) assert.throws(() => readBody(text.slice(0, length), 'X'), RestError, text.slice(0, length))
  })

  it('writes numbers as Java does', () => {
    assert.deepEqual([1, 0.1, 1e10, 1.5e-5, -0, 123456789.25, Number.NaN].map(doubleText), [
      '1.0',
      '0.1',
      '1.0E10',
      '1.5E-5',
      '-0.0',
      '1.2345678925E8',
      '"NaN"',
    ])
    assert.deepEqual(
      [decimalText({ unscaled: 1230n, scale: 2 }), decimalText({ unscaled: -5n, scale: 3 }), decimalText({ unscaled: 7n, scale: 0 })],
      ['12.30', '-0.005', '7'],
    )
  })

  it('writes rows type by type', () => {
    assert.equal(valueJson(9007199254740993n, { kind: 'BIGINT' }), '9007199254740993')
    assert.equal(valueJson(1_704_164_645_678, { kind: 'TIMESTAMP' }), '"2024-01-02T03:04:05.678"')
    assert.equal(valueJson(11_045_000, { kind: 'TIME' }), '"03:04:05"')
    assert.equal(valueJson(19_724, { kind: 'DATE' }), '"2024-01-02"')
    assert.equal(toJson({ a: 1n, b: undefined, c: [undefined] }), '{"a":1,"c":[null]}')
  })

  it('answers in the first form that the client accepts', () => {
    const offered = ['application/vnd.ksqlapi.delimited.v1', 'application/json']
    assert.equal(negotiate(undefined, offered), offered[0])
    assert.equal(negotiate('application/json, text/plain, */*', offered), offered[1])
    assert.equal(negotiate('text/html;q=1, */*;q=0.1', offered), offered[0])
    assert.equal(negotiate('text/html', offered), undefined)
  })
})

describe('ksqlDB stand-in: writing to a sink topic', () => {
  const output = (id: number): OutputRecord => ({
    topic: 'n',
    timestamp: id,
    key: Buffer.from([id]),
    value: null,
    row: { key: [id], value: null, timestamp: id },
  })

  it('keeps the last update of a key, in the order of the last updates', () => {
    const cache = new OutputCache()
    for (const id of [1, 2, 1, 3]) cache.put(output(id))
    assert.deepEqual(
      cache.drain().map((record) => record.timestamp),
      [2, 1, 3],
    )
    assert.equal(cache.size, 0)
  })
})
