import assert from 'node:assert/strict'
import { WorkQueue, type WorkResult } from '../../src/controller/queue.ts'
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
})
