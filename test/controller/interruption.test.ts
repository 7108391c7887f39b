import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { VirtualClock } from '../../src/ports/index.ts'
import { MemoryKube } from './memory-kube.ts'
import { MemoryWorld } from './memory-world.ts'
import { type Cut, Mortal } from './mortal.ts'
import { operate, pipelineObject, platformObject, type Scene, sceneOf, stopOperator } from './scene.ts'

/** What is left when time has passed: everything that must not depend on where the operator was killed. */
function endState(scene: Scene) {
  const status = scene.pipeline()!.status as {
    ready: string
    conditions: { type: string; status: string }[]
    resources: { kind: string; name: string; hash: string }[]
  }
  const [ledger] = scene.kube.all({ plural: 'configmaps' })
  const entries = String((ledger!.data as { entries: string }).entries)
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; phase: string; hash: string })
    .map(({ id, phase, hash }) => `${id} ${phase} ${hash}`)
    .sort()
  return {
    objects: [...scene.world.objects.values()].map(({ id, owner, health, spec }) => ({ id, owner, health, spec })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    made: scene.world.made.toSorted(),
    ready: status.ready,
    conditions: status.conditions.map(({ type, status }) => `${type}=${status}`),
    resources: status.resources.map(({ kind, name, hash }) => `${kind}/${name} ${hash}`),
    entries,
    ledgers: scene.kube.all({ plural: 'configmaps' }).length,
  }
}

async function run(cut: Cut | undefined): Promise<{ scene: Scene; mutations: number }> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const kube = new MemoryKube(() => clock.now())
  const world = new MemoryWorld(clock)
  await kube.create(PLATFORM, platformObject())
  await kube.create(PIPELINE, pipelineObject())
  const mortal = new Mortal(clock, cut)
  const first = await operate(clock, mortal.kube(kube), mortal.world(world))
  await clock.advance(20_000)
  if (cut === undefined) return { scene: sceneOf(clock, kube, world, first), mutations: mortal.mutations }
  assert.ok(mortal.dead, `there is a call number ${cut.call}`)
  const second = await operate(clock, kube, world)
  await clock.advance(30_000)
  return { scene: sceneOf(clock, kube, world, second), mutations: mortal.mutations }
}

describe('an operator that is killed in its first apply', function () {
  this.timeout(60_000)

  it('reaches the same end state when started again, wherever it was killed', async () => {
    const whole = await run(undefined)
    const wanted = endState(whole.scene)
    assert.equal(wanted.conditions[0], 'Ready=True')
    assert.ok(whole.mutations > 15)
    await stopOperator(whole.scene)
    for (let call = 1; call <= whole.mutations; call++) {
      for (const effective of [false, true]) {
        const { scene } = await run({ call, effective })
        assert.deepEqual(endState(scene), wanted, `killed ${effective ? 'after' : 'before'} call ${call}`)
        await stopOperator(scene)
      }
    }
  })
})

describe('an operator that is stopped in its first apply', () => {
  it('ends the action in work, begins no other, and leaves the rest to the next', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const kube = new MemoryKube(() => clock.now())
    const world = new MemoryWorld(clock)
    await kube.create(PLATFORM, platformObject())
    await kube.create(PIPELINE, pipelineObject())
    let stopped: Promise<void> | undefined
    const first = await operate(clock, kube, world)
    world.before = async ({ verb }) => {
      if (verb !== 'apply') return
      stopped ??= first.stop()
      await clock.sleep(1_000)
    }
    await clock.advance(20_000)
    await stopped
    assert.equal(world.mutations().length, 1)
    assert.equal(world.objects.size, 1)
    const scene = sceneOf(clock, kube, world, first)
    assert.notEqual(scene.condition('Ready')?.reason, 'Canceled')
    world.before = undefined
    const second = sceneOf(clock, kube, world, await operate(clock, kube, world))
    await clock.advance(20_000)
    assert.equal(second.condition('Ready')?.status, 'True')
    await stopOperator(second)
  })
})
