import assert from 'node:assert/strict'
import fc from 'fast-check'
import { nextMove, sighted, TIMES } from '../../src/controller/leader/election.ts'
import { LEASES, leaseOf, microTime, recordOf } from '../../src/controller/leader/lease.ts'
import { VirtualClock } from '../../src/ports/index.ts'
import { Candidate } from './candidate.ts'
import { MemoryKube } from './memory-kube.ts'

function setUp(...names: string[]) {
  const clock = new VirtualClock(0)
  const kube = new MemoryKube(() => clock.now())
  const candidates = names.map((name, index) => new Candidate(name, clock, kube, index + 1))
  const lease = () => recordOf(kube.find(LEASES, 'system', 'operator')!)
  return { clock, kube, candidates, lease }
}
const leaders = (candidates: readonly Candidate[]) => candidates.filter((one) => one.mayWrite()).map(({ identity }) => identity)

describe('the next move of an elector', () => {
  const record = { holder: 'b', durationMs: 15_000, acquireTime: 'then', renewTime: 'then', transitions: 4 }

  it('makes the lease where there is none', () => {
    assert.deepEqual(nextMove(undefined, 'a', 0, 'now', TIMES), {
      kind: 'write',
      record: { holder: 'a', durationMs: 15_000, acquireTime: 'now', renewTime: 'now', transitions: 0 },
    })
  })

  it('waits as long as the record says since it was seen to change, whatever times stand in it', () => {
    const sight = { record, changedAt: 1_000 }
    assert.deepEqual(nextMove(sight, 'a', 15_999, 'now', TIMES), { kind: 'wait', holder: 'b' })
    const taken = { holder: 'a', durationMs: 15_000, acquireTime: 'now', renewTime: 'now', transitions: 5 }
    assert.deepEqual(nextMove(sight, 'a', 16_000, 'now', TIMES), { kind: 'write', record: taken })
  })

  it('counts anew when the record has changed, and not when it is the same', () => {
    const sight = { record, changedAt: 1_000 }
    assert.equal(sighted(sight, { ...record }, 9_000), sight)
    assert.equal(sighted(sight, { ...record, renewTime: 'later' }, 9_000).changedAt, 9_000)
  })

  it('renews its own without a transition', () => {
    const sight = { record: { ...record, holder: 'a' }, changedAt: 0 }
    const renewed = { holder: 'a', durationMs: 15_000, acquireTime: 'then', renewTime: 'now', transitions: 4 }
    assert.deepEqual(nextMove(sight, 'a', 90_000, 'now', TIMES), { kind: 'write', record: renewed })
  })

  it('writes times as the API server wants them', () => {
    assert.equal(microTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), '2026-01-02T03:04:05.006000Z')
    assert.deepEqual(recordOf(leaseOf('n', 'l', record)), record)
  })
})

describe('electors', () => {
  it('agree on one, which renews and counts no transition', async () => {
    const { clock, candidates, lease } = setUp('a', 'b', 'c')
    await clock.advance(60_000)
    assert.equal(leaders(candidates).length, 1)
    assert.equal(lease().transitions, 0)
    assert.equal(lease().holder, leaders(candidates)[0])
    assert.ok(clock.now() - Date.parse(lease().renewTime) <= 2_000)
    assert.equal(lease().acquireTime, microTime(0))
  })

  it('take over from one that was killed, once the lease has run out and not before', async () => {
    const { clock, candidates, lease } = setUp('a', 'b')
    await clock.advance(20_000)
    const [first] = candidates
    first!.kill()
    const renewedAt = Date.parse(lease().renewTime)
    await clock.advance(renewedAt + 14_900 - clock.now())
    assert.deepEqual(leaders(candidates), [])
    await clock.advance(10_000)
    assert.deepEqual(leaders(candidates), ['b'])
    assert.equal(lease().transitions, 1)
  })

  it('hand over at once after a clean stop, with an empty holder meanwhile', async () => {
    const { clock, candidates, lease } = setUp('a', 'b')
    await clock.advance(20_000)
    const stopped = candidates[0]!.elector.stop(true)
    await clock.advance(0)
    await stopped
    assert.deepEqual([lease().holder, lease().durationMs], ['', 1_000])
    await clock.advance(4_400)
    assert.deepEqual(leaders(candidates), ['b'])
    assert.equal(lease().transitions, 1)
  })

  it('leave the lease to run out when work may still be under way', async () => {
    const { clock, candidates, lease } = setUp('a', 'b')
    await clock.advance(20_000)
    const stopped = candidates[0]!.elector.stop(false)
    await clock.advance(10_000)
    await stopped
    assert.equal(lease().holder, 'a')
    assert.deepEqual(leaders(candidates), [])
    await clock.advance(10_000)
    assert.deepEqual(leaders(candidates), ['b'])
  })

  it('lose it after the renew deadline when the API server cannot be reached, long before another may begin', async () => {
    const { clock, candidates } = setUp('a', 'b')
    await clock.advance(20_000)
    candidates[0]!.line.cut = true
    await clock.advance(7_900)
    assert.deepEqual(leaders(candidates), ['a'])
    await clock.advance(2_100)
    assert.deepEqual(leaders(candidates), [])
    assert.match(candidates[0]!.lost!.message, /system\/operator is lost: connect ECONNREFUSED/)
    await clock.advance(11_000)
    assert.deepEqual(leaders(candidates), ['b'])
  })

  it('stay through refusals that are shorter than the deadline, slow answers, and answers that are lost', async () => {
    const { clock, candidates, lease } = setUp('a', 'b')
    await clock.advance(20_000)
    const { line } = candidates[0]!
    line.cut = true
    await clock.advance(7_000)
    line.cut = false
    line.thereMs = 200
    line.backMs = 300
    await clock.advance(30_000)
    line.deaf = true
    await clock.advance(1_000)
    line.deaf = false
    await clock.advance(30_000)
    assert.deepEqual(leaders(candidates), ['a'])
    assert.equal(lease().transitions, 0)
  })

  it('write nothing after having stood still for longer than the lease, not even before their timers have fired', async () => {
    const { clock, candidates } = setUp('a', 'b')
    await clock.advance(20_000)
    const [first] = candidates
    first!.freeze()
    await clock.advance(25_000)
    assert.deepEqual(leaders(candidates), ['b'])
    first!.thaw(() => assert.deepEqual(leaders(candidates), ['b']))
    await clock.advance(30_000)
    assert.deepEqual(leaders(candidates), ['b'])
    assert.ok(first!.lost)
  })

  it('write nothing after having stood still, neither when the clock of the day was set back meanwhile, nor when only that clock went on', async () => {
    for (const skewMs of [-60 * 60_000, 60_000]) {
      const { clock, candidates } = setUp('a', 'b')
      await clock.advance(20_000)
      const [first] = candidates
      first!.freeze()
      // As a machine that sleeps: its steady clock stands still too.
      const asleep = skewMs > 0
      if (asleep) first!.skewMs = skewMs
      else await clock.advance(25_000)
      if (!asleep) first!.skewMs = skewMs
      assert.deepEqual(leaders(candidates), asleep ? [] : ['b'])
      first!.thaw(() => assert.deepEqual(leaders(candidates), asleep ? [] : ['b']))
    }
  })

  it('do not care how the clock of the day is set, or set back', async () => {
    const { clock, candidates } = setUp('a', 'b')
    candidates[1]!.skewMs = 24 * 60 * 60_000
    await clock.advance(60_000)
    assert.deepEqual(leaders(candidates), ['a'])
    candidates[0]!.skewMs = -60 * 60_000
    await clock.advance(60_000)
    assert.deepEqual(leaders(candidates), ['a'])
    candidates[0]!.line.cut = true
    await clock.advance(30_000)
    assert.deepEqual(leaders(candidates), ['b'])
  })

  it('give up at once when somebody else stands in the lease', async () => {
    const { clock, kube, candidates, lease } = setUp('a')
    await clock.advance(20_000)
    await kube.replace(LEASES, leaseOf('system', 'operator', { ...lease(), holder: 'by hand' }, kube.find(LEASES, 'system', 'operator')))
    await clock.advance(2_000)
    assert.match(candidates[0]!.lost!.message, /by hand holds it/)
  })

  it('make the lease anew when it was deleted', async () => {
    const { clock, kube, candidates, lease } = setUp('a')
    await clock.advance(20_000)
    await kube.delete(LEASES, 'system', 'operator')
    await clock.advance(4_000)
    assert.deepEqual(leaders(candidates), ['a'])
    assert.equal(lease().holder, 'a')
  })

  it('tell why the lease cannot be asked for, and recover', async () => {
    const { clock, kube, candidates } = setUp('a')
    kube.before = ({ verb }) => {
      if (verb === 'get') throw new Error('no')
    }
    candidates.push(new Candidate('b', clock, kube, 9))
    await clock.advance(10_000)
    assert.equal(candidates[1]!.elector.trouble?.message, 'no')
    kube.before = undefined
    await clock.advance(10_000)
    assert.equal(candidates[1]!.elector.trouble, undefined)
  })
})

type Fault = { readonly who: number; readonly kind: 'cut' | 'slow' | 'deaf' | 'freeze' | 'kill' | 'skew' | 'stop'; readonly at: number; readonly ms: number }
const faults = fc.array(
  fc.record({
    who: fc.nat(2),
    kind: fc.constantFrom<Fault['kind'][]>('cut', 'slow', 'deaf', 'freeze', 'kill', 'skew', 'stop'),
    at: fc.nat(90_000),
    ms: fc.integer({ min: 500, max: 40_000 }),
  }),
  { maxLength: 8 },
)

/** A write takes so long to arrive at most: what is left between the deadline and the end of the lease. */
const WRITE_MS = 4_900

describe('electors under any faults', function () {
  this.timeout(120_000)

  it('never write after another has begun, and one of them leads again when the faults have ended', async () => {
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(2, 3), async (plan, seed, count) => {
        const clock = new VirtualClock(0)
        const kube = new MemoryKube(() => clock.now())
        let serial = 0
        const slots = Array.from({ length: count }, () => new Candidate(`p${serial++}`, clock, kube, seed + serial))
        const landed: { at: number; by: string }[] = []
        const write = (one: Candidate) => {
          if (!one.mayWrite()) return
          landed.push({ at: clock.now(), by: one.identity })
          clock.after(WRITE_MS, () => landed.push({ at: clock.now(), by: one.identity }))
        }
        for (const fault of plan) clock.after(fault.at, () => begin(fault, slots[fault.who % count]!, clock, write))
        for (let at = 0; at <= 200_000; at += 500) {
          clock.after(at, () => {
            for (const [index, one] of slots.entries()) {
              write(one)
              // Whoever has ended is started anew, as another.
              if (one.killed || one.lost) slots[index] = new Candidate(`p${serial++}`, clock, kube, seed + serial)
            }
          })
        }
        await clock.advance(200_500)
        const order = landed.sort((a, b) => a.at - b.at).map(({ by }) => by)
        const blocks = order.filter((by, index) => by !== order[index - 1])
        assert.equal(blocks.length, new Set(blocks).size, `wrote in turns: ${blocks.join(' ')}`)
        assert.equal(leaders(slots).length, 1)
      }),
      { numRuns: Number(process.env.ELECTION_RUNS ?? 60) },
    )
  })
})

function begin({ kind, ms }: Fault, one: Candidate, clock: VirtualClock, write: (one: Candidate) => void): void {
  if (kind === 'kill') {
    one.kill()
    return
  }
  if (kind === 'stop') {
    // Work ends before the lease is given back.
    one.retired = true
    clock.after(WRITE_MS, () => void one.elector.stop(true).then(() => one.kill()))
    return
  }
  if (kind === 'skew') {
    one.skewMs += ms * (ms % 2 === 0 ? 100 : -100)
    return
  }
  if (kind === 'freeze') {
    one.freeze()
    clock.after(ms, () => one.thaw(() => write(one)))
    return
  }
  const before = { ...one.line }
  if (kind === 'cut') one.line.cut = true
  if (kind === 'deaf') one.line.deaf = true
  if (kind === 'slow') Object.assign(one.line, { thereMs: ms % 8_000, backMs: ms % 5_000 })
  clock.after(ms, () => Object.assign(one.line, before, { cut: false, deaf: false, thereMs: 0, backMs: 0 }))
}
