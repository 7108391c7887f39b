import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compact } from '../../../src/sandbox/kafka/log/compaction.ts'
import { PartitionLog } from '../../../src/sandbox/kafka/log/partition-log.ts'
import { readHeader, readRecords, writeBatch } from '../../../src/sandbox/kafka/log/record-batch.ts'
import { applyRetention } from '../../../src/sandbox/kafka/log/retention.ts'
import { TopicConfig } from '../../../src/sandbox/kafka/topic-config.ts'

const NOW = 1_790_000_000_000
const config = (own: Record<string, string>) => new TopicConfig(new Map(Object.entries(own)))

/** `k=v`, `k` for a tombstone, `=v` for a record without key. */
function batchOf(texts: readonly string[], timestamp: number): Buffer {
  return writeBatch(
    texts.map((text, i) => {
      const [key = '', value] = text.split('=')
      return { offset: BigInt(i), timestamp, key: key === '' ? null : Buffer.from(key), value: value === undefined ? null : Buffer.from(value), headers: [] }
    }),
  )
}

function contents(log: PartitionLog): string[] {
  return [...log.batchesFrom(log.startOffset)].flatMap(({ bytes }) =>
    readRecords(bytes)
      .filter(({ offset }) => offset >= log.startOffset)
      .map(({ offset, key, value }) => `${offset} ${key?.toString() ?? ''}${value === null ? '' : `=${value}`}`),
  )
}

describe('The log of a partition', () => {
  describe('retention', () => {
    it('takes closed segments that are too old, and the open one when all of it is', () => {
      const log = new PartitionLog()
      const own = config({ 'retention.ms': '10000', 'segment.ms': '1000' })
      log.append(batchOf(['=a'], NOW), own, NOW)
      log.append(batchOf(['=b'], NOW + 5_000), own, NOW + 5_000)
      log.append(batchOf(['=c'], NOW + 5_500), own, NOW + 5_500)
      applyRetention(log, own, NOW + 10_000)
      assert.deepEqual(contents(log), ['0 =a', '1 =b', '2 =c'])
      applyRetention(log, own, NOW + 10_001)
      assert.deepEqual(contents(log), ['1 =b', '2 =c'])
      assert.equal(log.startOffset, 1n)
      applyRetention(log, own, NOW + 20_000)
      assert.deepEqual(contents(log), [])
      assert.deepEqual([log.startOffset, log.endOffset], [3n, 3n])
    })

    it('takes the oldest segments beyond a size, but not the open one', () => {
      const log = new PartitionLog()
      const one = batchOf([`=${'x'.repeat(900)}`], NOW)
      const own = config({ 'retention.bytes': String(one.length * 2), 'segment.ms': '10', 'retention.ms': '-1' })
      for (let i = 0; i < 5; i++) log.append(one, own, NOW + i * 100)
      applyRetention(log, own, NOW)
      assert.deepEqual([log.startOffset, log.endOffset], [3n, 5n])
    })

    it('keeps everything without a limit, and where the policy is compact', () => {
      const log = new PartitionLog()
      log.append(batchOf(['k=a'], 1_000), config({}), NOW)
      applyRetention(log, config({ 'retention.ms': '-1' }), NOW)
      applyRetention(log, config({ 'cleanup.policy': 'compact', 'retention.ms': '1' }), NOW)
      assert.deepEqual(contents(log), ['0 k=a'])
    })
  })

  describe('compaction', () => {
    const own = config({ 'cleanup.policy': 'compact', 'segment.ms': '1000', 'delete.retention.ms': '60000' })

    it('keeps the newest record of each key in closed segments, with its offset and time', () => {
      const log = new PartitionLog()
      log.append(batchOf(['a=1', 'b=1', 'a=2'], NOW), own, NOW)
      log.append(batchOf(['b=2', 'c=1'], NOW + 2_000), own, NOW + 2_000)
      compact(log, own, NOW + 2_001)
      // The segment being written to is left alone, but its records count.
      assert.deepEqual(contents(log), ['2 a=2', '3 b=2', '4 c=1'])
      assert.deepEqual([log.startOffset, log.endOffset], [0n, 5n])
      // A reader from the start gets on over what is gone.
      assert.equal(log.read(0n, 1_000, true).length, 2)
    })

    it('lets tombstones go delete.retention.ms after they were first seen, not before', () => {
      const log = new PartitionLog()
      log.append(batchOf(['a=1', 'b=1'], NOW), own, NOW)
      log.append(batchOf(['a'], NOW + 2_000), own, NOW + 2_000)
      log.append(batchOf(['c=1'], NOW + 4_000), own, NOW + 4_000)
      compact(log, own, NOW + 4_000)
      assert.deepEqual(contents(log), ['1 b=1', '2 a', '3 c=1'])
      compact(log, own, NOW + 63_999)
      assert.deepEqual(contents(log), ['1 b=1', '2 a', '3 c=1'])
      compact(log, own, NOW + 64_000)
      assert.deepEqual(contents(log), ['1 b=1', '3 c=1'])
    })

    it('never takes the last batch, so that a reader can reach the end', () => {
      const log = new PartitionLog()
      log.append(batchOf(['a=1'], NOW), own, NOW)
      log.append(batchOf(['a'], NOW + 2_000), own, NOW + 2_000)
      compact(log, own, NOW + 4_000)
      compact(log, own, NOW + 100_000)
      assert.deepEqual(contents(log), ['1 a'])
      assert.equal(log.read(0n, 1_000, true).length, 1)
    })

    it('beside retention takes both ways', () => {
      const both = config({ 'cleanup.policy': 'compact,delete', 'segment.ms': '1000', 'retention.ms': '60000' })
      const log = new PartitionLog()
      log.append(batchOf(['a=1', 'b=1', 'a=2'], NOW), both, NOW)
      log.append(batchOf(['b=2'], NOW + 2_000), both, NOW + 2_000)
      compact(log, both, NOW + 2_000)
      assert.deepEqual(contents(log), ['2 a=2', '3 b=2'])
      applyRetention(log, both, NOW + 61_000)
      assert.deepEqual(contents(log), ['3 b=2'])
    })

    it('waits min.compaction.lag.ms', () => {
      const slow = config({ 'cleanup.policy': 'compact', 'segment.ms': '1000', 'min.compaction.lag.ms': '50000' })
      const log = new PartitionLog()
      log.append(batchOf(['a=1', 'a=2'], NOW), slow, NOW)
      log.append(batchOf(['b=1'], NOW + 2_000), slow, NOW + 2_000)
      compact(log, slow, NOW + 49_999)
      assert.equal(contents(log).length, 3)
      compact(log, slow, NOW + 50_000)
      assert.deepEqual(contents(log), ['1 a=2', '2 b=1'])
    })

    it('does not touch a topic that is only to delete', () => {
      const log = new PartitionLog()
      log.append(batchOf(['a=1', 'a=2'], NOW), config({}), NOW)
      compact(log, config({ 'segment.ms': '1' }), NOW + 10)
      assert.equal(contents(log).length, 2)
    })

    it('never changes what a reader who reads everything ends up with', () => {
      const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.constantFrom('1', '2', '3')))
      const run = fc.array(fc.tuple(fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 3_000 }), fc.boolean()), { maxLength: 25 })
      fc.assert(
        fc.property(run, (batches) => {
          const log = new PartitionLog()
          const expected = new Map<string, string>()
          let now = NOW
          for (const [changes, wait, compacts] of batches) {
            now += wait
            log.append(
              batchOf(
                changes.map(([key, value]) => (value === null ? key : `${key}=${value}`)),
                now,
              ),
              own,
              now,
            )
            for (const [key, value] of changes) {
              if (value === null) expected.delete(key)
              else expected.set(key, value)
            }
            if (compacts) compact(log, own, now)
          }
          const found = new Map<string, string>()
          let last = -1
          for (const text of contents(log)) {
            const [, offset = '', key = '', value] = /^(\d+) ([^=]*)(?:=(.*))?$/.exec(text) ?? []
            assert.ok(Number(offset) > last, 'offsets only grow')
            last = Number(offset)
            if (value === undefined) found.delete(key)
            else found.set(key, value)
          }
          assert.deepEqual([...found].sort(), [...expected].sort())
        }),
        { numRuns: 100 },
      )
    })
  })

  it('packs batches anew where the topic has a compression.type', () => {
    const log = new PartitionLog()
    log.append(batchOf(['=a', '=b'], NOW), config({ 'compression.type': 'lz4' }), NOW)
    const [batch] = [...log.batchesFrom(0n)]
    assert.equal(batch && readHeader(batch.bytes).compression, 3)
    assert.deepEqual(contents(log), ['0 =a', '1 =b'])
  })

  it('stamps records with its own time where the topic wants that', () => {
    const log = new PartitionLog()
    const appended = log.append(batchOf(['=a', '=b'], 1_000), config({ 'message.timestamp.type': 'LogAppendTime' }), NOW)
    assert.equal(appended.logAppendTime, NOW)
    const [batch] = [...log.batchesFrom(0n)]
    assert.deepEqual(batch && readRecords(batch.bytes).map(({ timestamp }) => timestamp), [NOW, NOW])
  })
})
