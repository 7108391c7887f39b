import assert from 'node:assert/strict'
import fc from 'fast-check'
import { URGENT_IN_A_ROW, WorkQueue, type WorkResult } from '../../src/controller/queue.ts'
import { seededRandom, VirtualClock } from '../../src/ports/index.ts'

function setUp(work: (key: string) => Promise<WorkResult>, workers = 2) {
  const clock = new VirtualClock(0)
  return { clock, queue: new WorkQueue({ clock, random: seededRandom(1), workers, work, baseMs: 100, maxMs: 1000 }) }
}

describe('WorkQueue', () => {
  it('makes one work of many changes of one key', async () => {
    const seen: string[] = []
    const { clock, queue } = setUp(async (key) => {
      seen.push(key)
      await clock.sleep(10)
      return { kind: 'done' }
    })
    for (let n = 0; n < 5; n++) queue.add('a')
    await clock.advance(100)
    // The first began at once; what came while it was in work is one more.
    assert.deepEqual(seen, ['a', 'a'])
  })

  it('never works on one key twice at the same time, and on others meanwhile', async () => {
    let active = 0
    let most = 0
    const order: string[] = []
    const { clock, queue } = setUp(async (key) => {
      if (key === 'slow') most = Math.max(most, ++active)
      await clock.sleep(key === 'slow' ? 1000 : 1)
      if (key === 'slow') active--
      order.push(`${key}@${clock.now()}`)
      return { kind: 'done' }
    })
    queue.add('slow')
    queue.add('slow')
    queue.add('a')
    queue.add('b')
    await clock.advance(3000)
    assert.equal(most, 1)
    assert.deepEqual(order, ['a@1', 'b@2', 'slow@1000', 'slow@2000'])
  })

  it('tries again with growing waits, and forgets them after a success', async () => {
    const times: number[] = []
    let failures = 4
    const { clock, queue } = setUp(async () => {
      times.push(clock.now())
      return failures-- > 0 ? { kind: 'failed' } : { kind: 'done' }
    })
    queue.add('a')
    await clock.advance(10_000)
    const waits = times.slice(1).map((time, index) => time - times[index]!)
    assert.equal(waits.length, 4)
    for (const [index, wait] of waits.entries()) {
      const full = Math.min(1000, 100 * 2 ** index)
      assert.ok(wait >= full / 2 && wait <= full, `${wait} of ${full}`)
    }
    assert.equal(queue.failures('a'), 0)
  })

  it('takes the earlier of two times', async () => {
    const times: number[] = []
    const { clock, queue } = setUp(async () => {
      times.push(clock.now())
      return { kind: 'done' }
    })
    queue.addAfter('a', 500)
    queue.addAfter('a', 50)
    queue.addAfter('a', 200)
    await clock.advance(1000)
    assert.deepEqual(times, [50])
  })

  it('survives a worker that throws', async () => {
    let calls = 0
    const { clock, queue } = setUp(async () => {
      if (calls++ === 0) throw new Error('a fault of ours')
      return { kind: 'done' }
    })
    queue.add('a')
    await clock.advance(1000)
    assert.equal(calls, 2)
  })

  it('closes when what is in work has ended', async () => {
    let ended = false
    const { clock, queue } = setUp(async () => {
      await clock.sleep(100)
      ended = true
      return { kind: 'failed' }
    })
    queue.add('a')
    const closed = queue.close()
    await clock.advance(1000)
    await closed
    assert.ok(ended)
    queue.add('b')
    assert.equal(queue.depth, 0)
  })

  it('says how long the oldest key has waited, also when it has moved up', async () => {
    const { clock, queue } = setUp(async () => ({ kind: 'done' }))
    assert.equal(queue.oldestMs, 0)
    queue.hold()
    await clock.advance(1_000)
    queue.add('a')
    await clock.advance(2_000)
    queue.add('b', 'urgent')
    await clock.advance(3_000)
    assert.deepEqual([queue.depth, queue.oldestMs], [2, 5_000])
    queue.add('a', 'urgent')
    queue.add('a')
    assert.deepEqual([queue.depth, queue.oldestMs], [2, 5_000])
    queue.open()
    await clock.advance(1)
    assert.deepEqual([queue.depth, queue.oldestMs], [0, 0])
  })
})

describe('the order of the work queue', () => {
  it('takes what was just changed next after those in work, before a long list', async () => {
    const order: string[] = []
    const { clock, queue } = setUp(async (key) => {
      order.push(key)
      await clock.sleep(10)
      return { kind: 'done' }
    }, 4)
    for (let n = 0; n < 500; n++) queue.add(`p${n}`)
    await clock.advance(0)
    assert.equal(order.length, 4)
    queue.add('p400', 'urgent')
    await clock.advance(10)
    assert.equal(order[4], 'p400')
    await clock.advance(10_000)
    assert.equal(order.length, 500)
    assert.deepEqual(
      order.filter((key) => key !== 'p400'),
      Array.from({ length: 500 }, (_, n) => `p${n}`).filter((key) => key !== 'p400'),
    )
  })

  it('does not let a key that is urgent fall back when it is also looked at in the background', async () => {
    const order: string[] = []
    const { clock, queue } = setUp(async (key) => {
      order.push(key)
      return { kind: 'done' }
    }, 1)
    queue.hold()
    queue.add('old')
    queue.add('edited', 'urgent')
    queue.add('edited')
    queue.open()
    await clock.advance(0)
    assert.deepEqual(order, ['edited', 'old'])
  })

  it('keeps the urgency of what comes while the key is in work', async () => {
    const order: string[] = []
    const { clock, queue } = setUp(async (key) => {
      order.push(key)
      await clock.sleep(10)
      return { kind: 'done' }
    }, 1)
    queue.add('edited')
    for (let n = 0; n < 10; n++) queue.add(`p${n}`)
    await clock.advance(0)
    queue.add('edited', 'urgent')
    queue.add('edited')
    await clock.advance(10)
    assert.deepEqual(order, ['edited', 'edited'])
  })

  it('takes urgent keys in their order and the others in theirs', async () => {
    const adds = fc.array(fc.record({ key: fc.nat(40), urgent: fc.boolean() }), { maxLength: 150 })
    await fc.assert(
      fc.asyncProperty(adds, async (ops) => {
        const order: string[] = []
        const { clock, queue } = setUp(async (key) => {
          order.push(key)
          return { kind: 'done' }
        }, 1)
        queue.hold()
        for (const { key, urgent } of ops) queue.add(`k${key}`, urgent ? 'urgent' : 'background')
        queue.open()
        await clock.advance(0)
        const urgent = [...new Set(ops.filter((op) => op.urgent).map(({ key }) => `k${key}`))]
        const others = [...new Set(ops.map(({ key }) => `k${key}`))].filter((key) => !urgent.includes(key))
        const wanted: string[] = []
        while (urgent.length > 0) wanted.push(...urgent.splice(0, URGENT_IN_A_ROW), ...others.splice(0, 1))
        assert.deepEqual(order, [...wanted, ...others])
      }),
      { numRuns: 100 },
    )
  })

  it('gives everybody a turn while urgent keys never end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4 }), async (count, workers) => {
        const begun: string[] = []
        const { clock, queue } = setUp(async (key) => {
          begun.push(key)
          if (key.startsWith('flood')) queue.add(`flood${begun.length}`, 'urgent')
          await clock.sleep(5)
          return { kind: 'done' }
        }, workers)
        queue.hold()
        for (let n = 0; n < count; n++) queue.add(`old${n}`)
        for (let n = 0; n < 3 * workers; n++) queue.add(`flood-${n}`, 'urgent')
        queue.open()
        await clock.advance(5 * (count + 1) * (URGENT_IN_A_ROW + 1))
        const turns = begun.flatMap((key, at) => (key.startsWith('old') ? [at] : []))
        assert.equal(turns.length, count)
        for (const [index, at] of turns.entries()) assert.ok(at <= (index + 1) * (URGENT_IN_A_ROW + 1) - 1, `number ${index} had its turn as ${at}`)
        const closed = queue.close()
        await clock.advance(5)
        await closed
      }),
      { numRuns: 60 },
    )
  })
})
