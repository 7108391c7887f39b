import assert from 'node:assert/strict'
import { Backend } from '../../src/controller/backend.ts'
import { Failure, seededRandom, VirtualClock } from '../../src/ports/index.ts'
import type { Target } from '../../src/targets/index.ts'

describe('A backend whose progress cannot be read', () => {
  it('stays usable, and tells each cause once', async () => {
    const clock = new VirtualClock(0)
    let cause: string | undefined = 'the user needs an ACL'
    const told: string[] = []
    let progressed = 0
    const target: Target = {
      backend: 'ksqldb',
      kinds: ['Statement'],
      probe: () => Promise.resolve({}),
      observe: () => Promise.resolve([]),
      progress: () => (cause === undefined ? Promise.resolve([]) : Promise.reject(new Failure('Retry', 'Forbidden', cause))),
      check: () => Promise.reject(new Error('nobody asks')),
      apply: () => Promise.reject(new Error('nobody asks')),
      remove: () => Promise.reject(new Error('nobody asks')),
    }
    const backend = new Backend({
      target,
      clock,
      random: seededRandom(1),
      isBusy: () => false,
      ids: () => ['Statement/A'],
      onChange: () => undefined,
      onProgress: () => void progressed++,
      onTrouble: (aspect, failure) => void told.push(`${aspect} ${failure.reason} ${failure.message}`),
    })
    backend.start()
    await clock.advance(60_000)
    assert.deepEqual(told, ['progress Forbidden the user needs an ACL'])
    assert.equal(backend.failure, undefined)
    cause = 'the group is gone'
    await clock.advance(30_000)
    assert.equal(told[1], 'progress Forbidden the group is gone')
    assert.equal(progressed, 0)
    cause = undefined
    await clock.advance(30_000)
    assert.ok(progressed > 0)
    assert.equal(told.length, 2)
    await backend.stop()
  })
})
