import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { kafkaCodecs } from '../../src/ports/index.ts'

/** Where the records start in a batch (format 2). */
const BATCH_HEADER_BYTES = 61
const NONE = 0

/** Batches as a Kafka 4.3.1 stored them: 30 records by librdkafka (kcat) or the Java console producer. */
const recorded = (writer: string, codec: string) => readFileSync(new URL(`../data/kafka-batches/${writer}-${codec}.bin`, import.meta.url))

function recordsOf(batch: Buffer): Buffer {
  return batch.subarray(BATCH_HEADER_BYTES, 12 + batch.readInt32BE(8))
}

describe('Kafka codecs', () => {
  for (const [type, codec] of Object.entries(kafkaCodecs)) {
    describe(codec.name, () => {
      for (const writer of ['kcat', 'java']) {
        it(`reads a batch that ${writer} wrote`, () => {
          const batch = recorded(writer, codec.name)
          assert.equal(batch.readInt16BE(21) & 7, Number(type))
          const plain = codec.decompress(recordsOf(batch)).toString('latin1')
          for (let i = 1; i <= 30; i++) assert.ok(plain.includes(`key-${i}`) && plain.includes(`clickstream event number ${i} with`))
        })
      }

      it('gives back whatever it was given', () => {
        const repetitive = fc
          .array(fc.constantFrom('a', 'bc', 'clickstream', '\0\0\0\0\0\0\0\0'), { maxLength: 2_000 })
          .map((words) => Buffer.from(words.join('')))
        const anything = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes))
        fc.assert(
          fc.property(fc.oneof(repetitive, anything), (plain) => {
            assert.ok(codec.decompress(codec.compress(plain)).equals(plain))
          }),
          { numRuns: 60 },
        )
      })

      it('gives back more than one block', () => {
        const plain = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251))
        assert.ok(codec.decompress(codec.compress(plain)).equals(plain))
      })

      it('refuses what is cut', () => {
        const packed = codec.compress(Buffer.from('some text that repeats, some text that repeats, some text that repeats'))
        for (const length of [packed.length - 1, packed.length - 5, 18, 3]) {
          assert.throws(() => codec.decompress(packed.subarray(0, length)), `cut to ${length}`)
        }
      })

      it('refuses what grows beyond the limit', () => {
        assert.throws(() => codec.decompress(codec.compress(Buffer.alloc(100_000)), 50_000))
      })
    })
  }

  it('are not asked for an uncompressed batch', () => assert.equal(kafkaCodecs[NONE], undefined))
})
