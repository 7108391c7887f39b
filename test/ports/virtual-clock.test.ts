import assert from 'node:assert/strict'
import { VirtualClock } from '../../src/ports/index.ts'

describe('VirtualClock', () => {
  it('fires timers in order of their time and lets what they wake run in between', async () => {
    const clock = new VirtualClock(0)
    const seen: string[] = []
    clock.after(20, () => seen.push(`b@${clock.now()}`))
    const sleeper = (async () => {
      await clock.sleep(10)
      seen.push(`a@${clock.now()}`)
      await clock.sleep(5)
      seen.push(`c@${clock.now()}`)
    })()
    await clock.advance(30)
    await sleeper
    assert.deepEqual(seen, ['a@10', 'c@15', 'b@20'])
    assert.equal(clock.now(), 30)
  })

  it('rejects a sleep with the reason of its signal', async () => {
    const clock = new VirtualClock(0)
    const stop = new AbortController()
    const sleeper = clock.sleep(10, stop.signal)
    stop.abort(new Error('stopped'))
    await assert.rejects(sleeper, /stopped/)
  })
})
