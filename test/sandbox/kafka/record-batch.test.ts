import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Refusal } from '../../../src/sandbox/kafka/errors.ts'
import { type BatchRecord, hasValidChecksum, readHeader, readRecords, splitBatches, writeBatch } from '../../../src/sandbox/kafka/log/record-batch.ts'

const recorded = (file: string) => readFileSync(new URL(`../../data/kafka-batches/${file}.bin`, import.meta.url))

const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)))
const header = fc.tuple(fc.string({ maxLength: 8 }), bytes)

/** Records with growing offsets that need not be dense, in any order of time. */
const records = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 5 }),
      timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }),
      key: bytes,
      value: bytes,
      headers: fc.array(header, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((parts) => {
    let offset = 1_000n
    return parts.map(({ gap, ...rest }): BatchRecord => {
      offset += BigInt(gap)
      return { offset, ...rest }
    })
  })

describe('Record batches', () => {
  for (const file of ['java-none', 'java-gzip', 'java-snappy', 'java-lz4', 'java-zstd', 'kcat-none', 'kcat-gzip', 'kcat-snappy', 'kcat-lz4', 'kcat-zstd']) {
    it(`are read as ${file.replace('-', ' wrote them with ')}`, () => {
      const [batch, ...more] = splitBatches(recorded(file))
      assert.ok(batch)
      assert.equal(more.length, 0)
      assert.ok(hasValidChecksum(batch))
      const found = readRecords(batch)
      assert.deepEqual(
        found.map(({ offset, key }) => [offset, key?.toString()]),
        Array.from({ length: 30 }, (_, i) => [BigInt(i), `key-${i + 1}`]),
      )
      assert.ok(found.every(({ value }, i) => value?.toString() === `clickstream event number ${i + 1} with some repeated text, repeated text, repeated text`))
      assert.ok(found.every(({ timestamp }) => timestamp > 1_790_000_000_000))
    })
  }

  it('of the Java client are written byte for byte as it writes them', () => {
    const java = recorded('java-none')
    const { producerId, producerEpoch, baseSequence } = readHeader(java)
    assert.ok(writeBatch(readRecords(java), { producerId, producerEpoch, baseSequence }).equals(java))
  })

  it('give back their records, with every codec', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 4 }), (written, compression) => {
        const batch = writeBatch(written, { compression })
        assert.ok(hasValidChecksum(batch))
        assert.deepEqual(readRecords(batch), written)
        assert.equal(readHeader(batch).lastOffset, written.at(-1)?.offset)
        assert.equal(readHeader(batch).maxTimestamp, Math.max(...written.map(({ timestamp }) => timestamp)))
      }),
      { numRuns: 100 },
    )
  })

  it('keep the times of their records beside a delete horizon', () => {
    const [record] = readRecords(recorded('java-none'))
    assert.ok(record)
    const batch = writeBatch([record], { deleteHorizon: 5_000 })
    assert.deepEqual(readRecords(batch), [record])
  })

  it('show any flipped bit behind the checksum', () => {
    const batch = recorded('java-none')
    fc.assert(
      fc.property(fc.integer({ min: 21, max: batch.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const broken = Buffer.from(batch)
        broken[at] = (broken[at] ?? 0) ^ (1 << bit)
        assert.ok(!hasValidChecksum(broken))
      }),
    )
  })

  it('are refused, never misread, whatever the bytes', () => {
    const batch = recorded('java-lz4')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(batch.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), fc.nat(batch.length), (changes, length) => {
        const broken = Buffer.from(batch.subarray(0, length))
        for (const [at, value] of changes) if (at < length) broken[at] = value
        try {
          for (const one of splitBatches(broken)) readRecords(one)
        } catch (error) {
          assert.ok(error instanceof Refusal, String(error))
        }
      }),
      { numRuns: 300 },
    )
  })
})
