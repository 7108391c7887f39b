import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { VirtualClock } from '../../src/ports/index.ts'
import { MemoryKube } from './memory-kube.ts'
import { MemoryWorld } from './memory-world.ts'
import { operate, pipelineObject, platformObject, sceneOf, stopOperator } from './scene.ts'

const COUNT = 200
const WORKERS = 4

describe('a pipeline that is edited while a long list is worked off', () => {
  it('is the next after those in work, and the list goes on in its order', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const kube = new MemoryKube(() => clock.now())
    const world = new MemoryWorld(clock)
    await kube.create(PLATFORM, platformObject())
    for (let n = 0; n < COUNT; n++) {
      await kube.create(PIPELINE, pipelineObject(`p${n}`, { topics: [{ name: `t${n}` }], sources: [], statements: [], metrics: [] }))
    }
    // The first thing that is done for each of them, and it takes its time.
    const begun: string[] = []
    kube.before = async ({ verb, resource, name }) => {
      if (verb !== 'patch' || resource !== PIPELINE.plural) return
      begun.push(name)
      await clock.sleep(100)
    }
    const scene = sceneOf(clock, kube, world, await operate(clock, kube, world, { workers: WORKERS }))
    await clock.advance(1_000)
    assert.ok(begun.length > WORKERS && begun.length < COUNT / 2, `${begun.length} have begun`)
    const before = begun.length
    const edit = { metadata: { annotations: { note: 'edited' } } }
    kube.before = undefined
    await kube.patch(PIPELINE, 'shop', `p${COUNT - 1}`, { type: 'merge', body: edit })
    kube.before = async ({ verb, resource, name }) => {
      if (verb !== 'patch' || resource !== PIPELINE.plural) return
      begun.push(name)
      await clock.sleep(100)
    }
    await clock.advance(60_000)
    const position = begun.indexOf(`p${COUNT - 1}`)
    assert.ok(position >= before && position < before + WORKERS, `begun as number ${position}, edited after ${before}`)
    const others = begun.filter((name) => name !== `p${COUNT - 1}`)
    assert.deepEqual(
      others.slice(0, COUNT - 1),
      Array.from({ length: COUNT - 1 }, (_, n) => `p${n}`),
    )
    kube.before = undefined
    await stopOperator(scene)
  })
})
