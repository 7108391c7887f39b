import assert from 'node:assert/strict'
import { PIPELINE } from '../../src/api/index.ts'
import { Failure } from '../../src/ports/index.ts'
import { operate, pipelineObject, platformObject, type Scene, sceneOf, setScene, stopOperator } from './scene.ts'

/** Clicks come in at ten a second as long as `flows`; what reads them keeps up as long as `keepsUp`. */
async function scene() {
  const made = await setScene([platformObject(), pipelineObject('events', { freshness: '1m' })])
  const state = { flows: true, keepsUp: true, produced: 0, consumed: 0 }
  let at = made.clock.now()
  made.world.progress = (id) => {
    const seconds = (made.clock.now() - at) / 1000
    at = made.clock.now()
    if (state.flows) state.produced += Math.round(seconds * 10)
    if (state.keepsUp) state.consumed = state.produced
    if (id.startsWith('KafkaTopic/')) return { produced: state.produced }
    if (id === 'Statement/EVENTS_PER_MIN') return { consumed: state.consumed, available: state.produced }
    return undefined
  }
  return { ...made, state }
}
/** Over the same world. */
const nextOperator = async ({ clock, kube, world }: Scene) => sceneOf(clock, kube, world, await operate(clock, kube, world))
const flow = (one: Scene) => `${one.condition('DataFlowing')?.status} ${one.condition('DataFlowing')?.reason}`

describe('DataFlowing', () => {
  it('is Flowing soon, Stalled when a stage stands although its input moves, and Flowing again', async () => {
    const one = await scene()
    await one.clock.advance(10_000)
    assert.equal(flow(one), 'True Flowing')
    one.state.keepsUp = false
    await one.clock.advance(180_000)
    assert.equal(flow(one), 'False Stalled')
    assert.match(one.condition('DataFlowing')!.message, /Statement EVENTS_PER_MIN/)
    assert.equal(one.condition('Ready')?.status, 'True', 'Ready does not depend on it')
    one.state.keepsUp = true
    await one.clock.advance(30_000)
    assert.equal(flow(one), 'True Flowing')
    await stopOperator(one)
  })

  describe('when how far data has come cannot be read', () => {
    const silent = (one: Scene, backends: readonly string[]) => {
      one.world.before = ({ verb, backend }) => {
        if (verb === 'progress' && backends.includes(backend)) throw new Failure('Retry', 'Forbidden', 'the user needs an ACL')
      }
    }

    it('is Unknown with the reason, and known again', async () => {
      const one = await scene()
      await one.clock.advance(10_000)
      // What was seen last has records waiting.
      one.state.keepsUp = false
      await one.clock.advance(20_000)
      silent(one, ['ksqldb'])
      await one.clock.advance(20_000)
      assert.equal(flow(one), 'True Flowing', 'a short time is no reason')
      for (let minute = 0; minute < 5; minute++) {
        await one.clock.advance(60_000)
        assert.equal(flow(one), 'Unknown Forbidden')
        assert.match(one.condition('DataFlowing')!.message, /not known: the user needs an ACL/)
      }
      assert.equal(one.condition('Ready')?.status, 'True')
      silent(one, [])
      one.state.keepsUp = true
      await one.clock.advance(30_000)
      assert.equal(flow(one), 'True Flowing')
      await stopOperator(one)
    })

    it('is Unknown for an operator that starts then', async () => {
      const one = await scene()
      await one.clock.advance(60_000)
      await stopOperator(one)
      silent(one, ['kafka', 'ksqldb', 'connect'])
      const again = await nextOperator(one)
      await again.clock.advance(60_000)
      assert.equal(flow(again), 'Unknown Forbidden')
      await stopOperator(again)
    })

    it('is Unknown for an operator that has never seen Connect', async () => {
      const one = await scene()
      await one.clock.advance(60_000)
      await stopOperator(one)
      one.world.before = ({ backend }) => {
        if (backend === 'connect') throw new Failure('Retry', 'Unreachable', 'nobody listens')
      }
      const again = await nextOperator(one)
      await again.clock.advance(90_000)
      assert.equal(flow(again), 'Unknown Unreachable')
      await stopOperator(again)
    })

    it('is Unknown while ksqlDB is down', async () => {
      const one = await scene()
      await one.clock.advance(60_000)
      one.world.before = ({ backend }) => {
        if (backend === 'ksqldb') throw new Failure('Retry', 'Unreachable', 'nobody listens')
      }
      await one.clock.advance(60_000)
      assert.equal(flow(one), 'Unknown Unreachable')
      await stopOperator(one)
    })

    it('stays what an operator before has seen, when it hangs on others', async () => {
      const one = await scene()
      await one.clock.advance(10_000)
      one.state.flows = false
      await one.clock.advance(180_000)
      await stopOperator(one)
      silent(one, ['elasticsearch'])
      const again = await nextOperator(one)
      for (let seconds = 0; seconds < 200; seconds += 10) {
        await again.clock.advance(10_000)
        assert.equal(flow(again), 'True Idle')
      }
      await stopOperator(again)
    })

    it('is what the others say, where that is enough', async () => {
      const one = await scene()
      silent(one, ['elasticsearch'])
      await one.clock.advance(120_000)
      assert.equal(flow(one), 'True Flowing')
      silent(one, ['connect'])
      one.state.keepsUp = false
      await one.clock.advance(180_000)
      assert.equal(flow(one), 'False Stalled')
      await stopOperator(one)
    })
  })

  it('is Idle when nothing comes in', async () => {
    const one = await scene()
    await one.clock.advance(10_000)
    one.state.flows = false
    await one.clock.advance(180_000)
    assert.equal(flow(one), 'True Idle')
    await stopOperator(one)
  })

  for (const kind of ['Flowing', 'Idle', 'Stalled'] as const) {
    it(`is not written anew by an operator that starts while it is ${kind}`, async () => {
      const one = await scene()
      await one.clock.advance(10_000)
      one.state.flows = kind !== 'Idle'
      one.state.keepsUp = kind !== 'Stalled'
      await one.clock.advance(240_000)
      assert.equal(one.condition('DataFlowing')?.reason, kind)
      await stopOperator(one)
      const writes = one.kube.calls.filter(({ mutating }) => mutating).length
      const again = await nextOperator(one)
      await again.clock.advance(60_000)
      assert.equal(one.kube.calls.filter(({ mutating }) => mutating).length, writes)
      await again.clock.advance(180_000)
      assert.equal(again.condition('DataFlowing')?.reason, kind)
      await stopOperator(again)
    })
  }

  it('moves numbers in messages no more often than every five minutes', async () => {
    const one = await scene()
    await one.clock.advance(10_000)
    one.state.keepsUp = false
    await one.clock.advance(180_000)
    const writes = () => one.kube.calls.filter(({ verb, resource }) => verb === 'patch status' && resource === PIPELINE.plural).length
    const before = writes()
    await one.clock.advance(20 * 60_000)
    assert.ok(writes() - before <= 4, `${writes() - before} writes in 20 minutes`)
    await stopOperator(one)
  })
})
