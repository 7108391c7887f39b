/** Bytes of keys and values, in the forms that the real programs write. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileReader, compileWriter, type OutputRow, partitionFor, type Value } from '../../src/engine/index.ts'
import { formatDouble } from '../../src/engine/java/double.ts'
import { hashOrdered } from '../../src/engine/java/hash-map.ts'
import { printJson } from '../../src/engine/json/print.ts'
import { parseJson } from '../../src/engine/json/scanner.ts'
import { murmur2 } from '../../src/engine/partition.ts'
import { fromBase64, toBase64 } from '../../src/engine/serde/base64.ts'
import { columnsFormat } from '../../src/engine/serde/format.ts'
import { decodeText, encodeText } from '../../src/engine/serde/text.ts'
import type { Column, Source, SqlType } from '../../src/sql/index.ts'

const SOURCE: Source = {
  name: 'S',
  sourceType: 'TABLE',
  topic: 's',
  key: [{ name: 'K', type: { kind: 'INTEGER' } }],
  value: [{ name: 'V', type: { kind: 'BIGINT' } }],
  headers: [],
  keyFormat: { format: 'KAFKA' },
  valueFormat: { format: 'JSON' },
  readOnly: false,
  wrapSingleValue: true,
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('hex')
}

function columns(...types: SqlType[]): Column[] {
  return types.map((type, i) => ({ name: `C${i}`, type }))
}

describe('windowed keys', () => {
  const row: OutputRow = { key: [7], value: [1n], timestamp: 5 }
  const START = 1_717_243_200_000

  it('a time window is the key and its start', () => {
    const window = { type: 'TUMBLING', start: START, end: START + 60_000 } as const
    const source: Source = { ...SOURCE, window: { type: 'TUMBLING', sizeMs: 60_000 } }
    const record = compileWriter(source)({ ...row, window })
    assert.equal(hex(record.key), '00000007' + '0000018fd3abc200')
    assert.deepEqual(compileReader(source).readKey(record.key), { key: [7], window })
  })

  it('a session is the key, its end and its start', () => {
    const window = { type: 'SESSION', start: START, end: START + 1 } as const
    const source: Source = { ...SOURCE, window: { type: 'SESSION' } }
    const record = compileWriter(source)({ ...row, window })
    assert.equal(hex(record.key), '00000007' + '0000018fd3abc201' + '0000018fd3abc200')
    assert.deepEqual(compileReader(source).readKey(record.key), { key: [7], window })
  })
})

describe('formats', () => {
  const kafka: readonly (readonly [SqlType, Value, string])[] = [
    [{ kind: 'INTEGER' }, -2, 'fffffffe'],
    [{ kind: 'BIGINT' }, 2n ** 40n, '0000010000000000'],
    [{ kind: 'DOUBLE' }, 1.5, '3ff8000000000000'],
    [{ kind: 'STRING' }, 'ü', 'c3bc'],
  ]
  for (const [type, value, bytes] of kafka) {
    it(`KAFKA ${type.kind}`, () => {
      const format = columnsFormat({ format: 'KAFKA' }, columns(type), false)
      assert.equal(hex(format.write([value])), bytes)
      assert.deepEqual(format.read(Buffer.from(bytes, 'hex')), [value])
    })
  }

  it('KAFKA refuses a wrong number of bytes', () => {
    assert.throws(() => columnsFormat({ format: 'KAFKA' }, columns({ kind: 'INTEGER' }), false).read(new Uint8Array(3)), /Size of data/)
  })

  const delimited: readonly (readonly [string, readonly Value[]])[] = [
    ['1,a', [1, 'a']],
    [',', [null, null]],
    ['1,"a,b ""c"""', [1, 'a,b "c"']],
    ['-5,"line\nbreak"', [-5, 'line\nbreak']],
  ]
  for (const [text, values] of delimited) {
    it(`DELIMITED ${JSON.stringify(text)}`, () => {
      const format = columnsFormat({ format: 'DELIMITED' }, columns({ kind: 'INTEGER' }, { kind: 'STRING' }), true)
      assert.deepEqual(format.read(encodeText(text)), values)
      assert.equal(decodeText(format.write(values)!), text)
    })
  }

  it('JSON: exact names win over names in another case, the last of those over the first', () => {
    const read = (text: string) => columnsFormat({ format: 'JSON' }, columns({ kind: 'INTEGER' }), true).read(encodeText(text))
    assert.deepEqual(read('{"C0":1,"c0":2}'), [1])
    assert.deepEqual(read('{"c0":2,"C0":1}'), [1])
    assert.deepEqual(read('{"c0":2,"x":{"C0":9}}'), [2])
    assert.deepEqual(read('{}'), [null])
    assert.throws(() => read('{"c0":"1.5"}'), /Can't coerce string to type. targetType: INTEGER, path: \$.C0/)
    assert.throws(() => read('[1]'), /not an object/)
  })

  it('JSON keeps 64 bits and the digits of decimals', () => {
    const format = columnsFormat({ format: 'JSON' }, columns({ kind: 'BIGINT' }, { kind: 'DECIMAL', precision: 30, scale: 3 }), true)
    const text = '{"C0":9223372036854775807,"C1":123456789012345678901234567.100}'
    assert.equal(decodeText(format.write(format.read(encodeText(text))!)!), text)
  })
})

it('JSON writes a very small decimal with an exponent', () => {
  const format = columnsFormat({ format: 'JSON' }, columns({ kind: 'DECIMAL', precision: 12, scale: 8 }), true)
  assert.equal(decodeText(format.write([{ unscaled: 5n, scale: 8 }])!), '{"C0":5E-8}')
  assert.equal(decodeText(format.write([{ unscaled: 5_000_000n, scale: 8 }])!), '{"C0":0.05000000}')
})

describe('JSON text', () => {
  it('any value survives reading and printing', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(JSON.parse(printJson(parseJson(text, true))), JSON.parse(text))
      }),
    )
  })

  for (const text of ['', '{', '[1,]', '{"a"}', 'tru', '01', '"a', '1 2']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseJson(text, true), { name: 'JsonError' })
    })
  }
})

describe('Java by heart', () => {
  const hashes: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['abc', 479470107],
  ]
  for (const [text, hash] of hashes) {
    it(`murmur2 of ${text}`, () => {
      assert.equal(murmur2(encodeText(text)), hash)
      assert.equal(partitionFor(encodeText(text), 7), (hash & 0x7fffffff) % 7)
    })
  }

  const doubles: readonly (readonly [number, string])[] = [
    [100, '100.0'],
    [1e7, '1.0E7'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [-0, '-0.0'],
    [1e23, '1.0E23'],
    [2 ** -44, '5.6843418860808015E-14'],
    [Number(9_223_372_036_854_775_049n) / 7, '1.31762457669353933E18'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ]
  for (const [value, text] of doubles) {
    it(`Double.toString ${text}`, () => {
      assert.equal(formatDouble(value), text)
    })
  }

  it('a double printed is the same double', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Object.is(Number(formatDouble(value)), value)))
  })

  it('a HashMap lists by bucket, then by insertion', () => {
    const entries = ['null', 'x', 'y', 'Y'].map((key) => [key, 1] as const)
    assert.deepEqual([...hashOrdered(entries).keys()], ['null', 'x', 'y', 'Y'])
    assert.deepEqual([...hashOrdered(entries, 4).keys()], ['x', 'y', 'Y', 'null'])
  })

  it('base64 both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'))
        assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
      }),
    )
  })
})
