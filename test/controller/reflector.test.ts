import assert from 'node:assert/strict'
import { Reflector } from '../../src/controller/reflector.ts'
import { createLogger, type KubeResource, seededRandom, VirtualClock } from '../../src/ports/index.ts'
import { MemoryKube } from './memory-kube.ts'

const THINGS: KubeResource = { group: 'example.dev', version: 'v1', plural: 'things', kind: 'Thing' }
const thing = (name: string) => ({ apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name, namespace: 'n' } })

async function setUp(objects: string[] = []) {
  const clock = new VirtualClock(0)
  const kube = new MemoryKube(() => clock.now())
  for (const name of objects) await kube.create(THINGS, thing(name))
  const changes: string[] = []
  const ends: string[] = []
  let missed = 0
  const reflector = new Reflector({
    kube,
    resource: THINGS,
    clock,
    random: seededRandom(7),
    log: createLogger({ name: 'test', level: 'silent' }),
    onChange: (key, object, before) => changes.push(`${object === undefined ? '-' : before === undefined ? '+' : '~'}${key}`),
    onMissed: (count) => {
      missed += count
    },
    onWatchEnd: (why) => ends.push(why),
  })
  reflector.start()
  await clock.advance(0)
  return { clock, kube, reflector, changes, ends, missed: () => missed, lists: () => kube.calls.filter(({ verb }) => verb === 'list').length }
}

describe('Reflector', () => {
  it('lists page by page, then follows the watch', async () => {
    const names = Array.from({ length: 1200 }, (_, n) => `t${n}`)
    const { clock, kube, reflector, changes, lists } = await setUp(names)
    await reflector.synced
    assert.equal(lists(), 3)
    assert.equal(changes.length, 1200)
    await kube.create(THINGS, thing('new'))
    await kube.patch(THINGS, 'n', 'new', { type: 'merge', body: { spec: { a: 1 } } })
    await kube.delete(THINGS, 'n', 't0')
    await clock.advance(0)
    assert.deepEqual(changes.slice(1200), ['+n/new', '~n/new', '-n/t0'])
    await reflector.stop()
  })

  it('goes on where it stood when a watch is closed, without a list', async () => {
    const { clock, kube, reflector, changes, ends, lists, missed } = await setUp(['a'])
    kube.closeWatches()
    await kube.create(THINGS, thing('b'))
    await clock.advance(200)
    assert.deepEqual(changes, ['+n/a', '+n/b'])
    assert.deepEqual(ends, ['closed'])
    assert.equal(lists(), 1)
    assert.equal(missed(), 0)
    await reflector.stop()
  })

  it('lists again after 410 and tells what has changed, also what is gone', async () => {
    const { clock, kube, reflector, changes, ends, lists, missed } = await setUp(['a', 'b'])
    const watchers = [...kube.watchers]
    kube.watchers.clear()
    await kube.delete(THINGS, 'n', 'a')
    await kube.create(THINGS, thing('c'))
    kube.compacted = kube.version
    for (const watcher of watchers) watcher.end()
    await clock.advance(1000)
    assert.deepEqual(ends, ['closed', 'expired'])
    assert.equal(lists(), 2)
    assert.deepEqual(changes, ['+n/a', '+n/b', '-n/a', '+n/c'])
    assert.equal(missed(), 0)
    await reflector.stop()
  })

  it('opens a watch anew that has gone silent although the server sends bookmarks', async () => {
    const { clock, kube, reflector, ends } = await setUp(['a'])
    kube.bookmark()
    await clock.advance(60_000)
    assert.deepEqual(ends, [])
    await clock.advance(3 * 60_000)
    assert.deepEqual(ends, ['silent'])
    await reflector.stop()
  })

  it('gives a watch up that outlasts its time-out on a server without bookmarks', async () => {
    const { clock, reflector, ends } = await setUp(['a'])
    await clock.advance(200_000)
    assert.deepEqual(ends, [])
    await clock.advance(450_000)
    assert.equal(ends[0], 'silent')
    await reflector.stop()
  })

  it('backs off while the server fails and catches up afterwards', async () => {
    const { clock, kube, reflector, changes, ends } = await setUp(['a'])
    kube.before = () => {
      throw new Error('connection refused')
    }
    kube.closeWatches()
    await clock.advance(20_000)
    const tries = ends.filter((why) => why === 'failed').length
    assert.ok(tries >= 5 && tries <= 12, `${tries} tries`)
    kube.before = undefined
    await kube.create(THINGS, thing('b'))
    await clock.advance(30_000)
    assert.deepEqual(changes, ['+n/a', '+n/b'])
    await reflector.stop()
  })

  it('counts what a watch has passed by', async () => {
    const { clock, kube, reflector, changes, missed } = await setUp(['a'])
    kube.changeUnseen(THINGS, 'n', 'a', (object) => {
      object.spec = { changed: true }
    })
    await kube.create(THINGS, thing('b'))
    await clock.advance(0)
    assert.deepEqual(changes, ['+n/a', '+n/b'])
    kube.compacted = kube.version + 1
    kube.closeWatches()
    await clock.advance(90)
    kube.compacted = 0
    await clock.advance(1000)
    assert.equal(missed(), 1)
    assert.deepEqual(changes, ['+n/a', '+n/b', '~n/a'])
    await reflector.stop()
  })

  it('does not go back to an older version of an object that it has learned of by a write', async () => {
    const { clock, kube, reflector } = await setUp(['a'])
    const older = kube.find(THINGS, 'n', 'a')!
    const written = await kube.patch(THINGS, 'n', 'a', { type: 'merge', body: { spec: { a: 1 } } })
    reflector.learn(written)
    reflector.learn(older)
    assert.deepEqual(reflector.get('n/a')?.spec, { a: 1 })
    await clock.advance(0)
    assert.deepEqual(reflector.get('n/a')?.spec, { a: 1 })
    await reflector.stop()
  })
})
