import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { Failure, VirtualClock } from '../../src/ports/index.ts'
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

/** A leader that dies with a call, and a standby that takes over. */
async function runTwo(cut: Cut | undefined): Promise<{ scene: Scene; mutations: number; leaders: number }> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const kube = new MemoryKube(() => clock.now())
  const world = new MemoryWorld(clock)
  await kube.create(PLATFORM, platformObject())
  await kube.create(PIPELINE, pipelineObject())
  const mortal = new Mortal(clock, cut)
  const election = (identity: string) => ({ leaderElection: { namespace: 'shop', name: 'operator', identity, monotonic: () => clock.now() } })
  const first = await operate(clock, mortal.kube(kube), mortal.world(world), election('first'))
  await clock.advance(1)
  const second = await operate(clock, kube, world, election('second'))
  await clock.advance(20_000)
  if (cut !== undefined) await clock.advance(40_000)
  const leading = await Promise.all([first, second].map(async ({ metrics }) => (await metrics.leader.get()).values[0]!.value))
  const alive = mortal.dead ? leading.slice(1) : leading
  if (!mortal.dead) await stopOperator({ operator: second, clock })
  return { scene: sceneOf(clock, kube, world, mortal.dead ? second : first), mutations: mortal.mutations, leaders: alive.reduce((sum, one) => sum + one, 0) }
}

describe('a leader that is killed in its first apply', function () {
  this.timeout(60_000)

  it('leaves the same end state to the one that takes over, wherever it was killed', async () => {
    const whole = await runTwo(undefined)
    const wanted = endState(whole.scene)
    assert.equal(wanted.conditions[0], 'Ready=True')
    assert.equal(whole.leaders, 1)
    await stopOperator(whole.scene)
    for (let call = 1; call <= whole.mutations; call++) {
      for (const effective of [false, true]) {
        const { scene, leaders } = await runTwo({ call, effective })
        const where = `killed ${effective ? 'after' : 'before'} call ${call}`
        assert.deepEqual(endState(scene), wanted, where)
        assert.equal(leaders, 1, where)
        await stopOperator(scene)
      }
    }
  })
})

describe('a leader that is cut off from the API server in its first apply', () => {
  for (const afterMs of [50, 400, 700, 1_500]) {
    it(`writes to no backend after the renew deadline, and ends (cut off after ${afterMs} ms)`, async () => {
      const clock = new VirtualClock(Date.UTC(2026, 0, 1))
      const kube = new MemoryKube(() => clock.now())
      const world = new MemoryWorld(clock)
      await kube.create(PLATFORM, platformObject())
      await kube.create(PIPELINE, pipelineObject())
      let isCut = false
      const line = new Proxy(kube, {
        get: (object, name) => {
          const value = Reflect.get(object, name, object)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (!isCut || name === 'watch') return value.apply(object, args)
            return Promise.reject(new Failure('Retry', 'Unreachable', 'connect ECONNREFUSED'))
          }
        },
      })
      const applied: { by: string; at: number }[] = []
      // Slow, so that there is always one more to come.
      const slowly = (by: string) => ({
        connectTargets: () =>
          world.connectTargets().map((target) => ({
            ...target,
            async apply(...args: Parameters<typeof target.apply>) {
              applied.push({ by, at: clock.now() })
              const done = await target.apply(...args)
              await clock.sleep(700)
              return done
            },
          })),
      })
      const election = (identity: string) => ({ leaderElection: { namespace: 'shop', name: 'operator', identity, monotonic: () => clock.now() } })
      const first = await operate(clock, line, slowly('first'), election('first'))
      await clock.advance(1)
      const second = await operate(clock, kube, slowly('second'), election('second'))
      let lost: string | undefined
      void first.lost.then(({ message }) => {
        lost = message
      })
      await clock.advance(afterMs)
      isCut = true
      const cutAt = clock.now()
      await clock.advance(60_000)
      assert.match(lost ?? '', /is lost/)
      const [lastOfFirst, firstOfSecond] = [applied.findLast(({ by }) => by === 'first')?.at ?? 0, applied.find(({ by }) => by === 'second')!.at]
      assert.ok(lastOfFirst <= cutAt + 10_000 && firstOfSecond >= cutAt + 13_000, `${lastOfFirst - cutAt} ${firstOfSecond - cutAt}`)
      const scene = sceneOf(clock, kube, world, second)
      assert.equal(scene.condition('Ready')?.status, 'True')
      assert.deepEqual(world.made, [...new Set(world.made)])
      await stopOperator({ operator: first, clock })
      await stopOperator(scene)
    })
  }

  it('hands over within seconds when it is stopped, without a double', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const kube = new MemoryKube(() => clock.now())
    const world = new MemoryWorld(clock)
    await kube.create(PLATFORM, platformObject())
    await kube.create(PIPELINE, pipelineObject())
    const election = (identity: string) => ({ leaderElection: { namespace: 'shop', name: 'operator', identity, monotonic: () => clock.now() } })
    const first = await operate(clock, kube, world, election('first'))
    await clock.advance(400)
    const second = await operate(clock, kube, world, election('second'))
    const stopped = first.stop()
    await clock.advance(5_000)
    await stopped
    const scene = sceneOf(clock, kube, world, second)
    await clock.advance(15_000)
    assert.equal(scene.condition('Ready')?.status, 'True')
    assert.deepEqual(world.made, [...new Set(world.made)])
    const told = kube.all({ plural: 'events' }).filter(({ reason }) => reason === 'LeaderElection')
    assert.deepEqual(
      told.map(({ message, involvedObject }) => `${(involvedObject as { kind: string }).kind}: ${message}`),
      ['Lease: first became leader', 'Lease: second became leader'],
    )
    await stopOperator(scene)
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
