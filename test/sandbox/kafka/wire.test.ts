import assert from 'node:assert/strict'
import fc from 'fast-check'
import { crc32c } from '../../../src/sandbox/kafka/wire/crc32c.ts'
import { Reader, WireError } from '../../../src/sandbox/kafka/wire/reader.ts'
import { Writer } from '../../../src/sandbox/kafka/wire/writer.ts'

const hex = (writer: Writer) => writer.finish().toString('hex')

describe('The wire format', () => {
  it('is pinned, classic', () => {
    const writer = new Writer()
    writer
      .int8(-1)
      .int16(258)
      .int32(-2)
      .int64(3n)
      .bool(true)
      .string('ab')
      .string(null)
      .bytes(Buffer.from([7]))
      .bytes(null)
    writer.list([1, 2], (value) => writer.int16(value)).structs(null, () => undefined)
    assert.equal(hex(writer), 'ff0102fffffffe000000000000000301000261 62ffff0000000107ffffffff0000000200010002ffffffff'.replace(' ', ''))
  })

  it('is pinned, flexible', () => {
    const writer = new Writer(true)
    writer
      .string('ab')
      .string(null)
      .bytes(Buffer.from([7]))
      .structs([5], (value) => writer.int8(value))
      .structs(null, () => undefined)
      .tags()
    assert.equal(hex(writer), '036162000207020500' + '0000')
  })

  it('has varints as protocol buffers have them', () => {
    const table: [value: number, bytes: string][] = [
      [0, '00'],
      [-1, '01'],
      [1, '02'],
      [63, '7e'],
      [-64, '7f'],
      [64, '8001'],
      [2_147_483_647, 'feffffff0f'],
      [-2_147_483_648, 'ffffffff0f'],
    ]
    for (const [value, bytes] of table) {
      assert.equal(hex(new Writer().varint(value)), bytes)
      assert.equal(hex(new Writer().varlong(BigInt(value))), bytes)
      assert.equal(new Reader(Buffer.from(bytes, 'hex')).varint(), value)
    }
  })

  it('reads what it writes', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.option(fc.string()),
        fc.option(fc.uint8Array()),
        fc.array(fc.integer({ min: -32_768, max: 32_767 })),
        (flexible, long, text, bytes, numbers) => {
          const writer = new Writer(flexible, 1)
          writer.varlong(long).int64(long).string(text).bytes(bytes)
          writer.structs(numbers, (value) => writer.int16(value)).tags()
          const reader = new Reader(writer.finish(), flexible)
          assert.equal(reader.varlong(), long)
          assert.equal(reader.int64(), long)
          assert.equal(reader.nullableString(), text)
          assert.deepEqual(reader.nullableBytes(), bytes && Buffer.from(bytes))
          assert.deepEqual(
            reader.structs(() => reader.int16()),
            numbers,
          )
          reader.tags()
          assert.equal(reader.remaining, 0)
        },
      ),
    )
  })

  it('passes over tagged fields it does not know', () => {
    const reader = new Reader(Buffer.from('02000361626305010a2a', 'hex'), true)
    reader.tags()
    assert.equal(reader.int8(), 42)
  })

  it('ends with an error, not with a crash or a huge array, when bytes are missing', () => {
    const short = (bytes: string, flexible = false) => new Reader(Buffer.from(bytes, 'hex'), flexible)
    assert.throws(() => short('00').int32(), WireError)
    assert.throws(() => short('0005616263').string(), WireError)
    assert.throws(() => short('ffff').string(), WireError)
    assert.throws(() => short('7fffffff').list(() => 1), WireError)
    assert.throws(() => short('ffffffffff', true).uvarint(), WireError)
  })

  it('has the checksum of the Castagnoli polynomial', () => {
    // RFC 3720, B.4
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  })
})
