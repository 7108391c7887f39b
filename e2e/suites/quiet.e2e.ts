/** A steady pipeline causes no write: not after a restart of the operator, not over minutes. */
import assert from 'node:assert/strict'
import type { Demo } from '../../src/cli/demo/run.ts'
import { systemClock } from '../../src/ports/index.ts'
import { givenDemo, SEED, thenReady, whenApplied } from '../given.ts'

/** What the operator changed since then, leases excepted, as `server METHOD path`. */
function changes(demo: Demo, since: number): string[] {
  return Object.entries(demo.sandbox.servers).flatMap(([name, server]) =>
    server.requests
      .since(since, { mutating: true })
      .filter(({ client, path }) => client.startsWith('clickstream-operator') && !path.includes('/leases'))
      .map(({ method, path }) => `${name} ${method} ${path}`),
  )
}

describe('a steady pipeline', () => {
  let demo: Demo

  before(async () => {
    demo = await givenDemo('quiet')
    await thenReady(demo, await whenApplied(demo, SEED))
    assert.notDeepEqual(changes(demo, 0), [], 'the request logs must show what the first apply changed')
    await systemClock.sleep(20_000)
  })
  after(() => demo?.close())

  it('sees no write in the minute after a restart of the operator', async () => {
    await demo.operator.stop()
    const since = systemClock.now()
    await demo.startOperator()
    await systemClock.sleep(60_000)
    assert.deepEqual(changes(demo, since), [])
  })

  it('sees no write in five minutes', async () => {
    const since = systemClock.now()
    await systemClock.sleep(300_000)
    assert.deepEqual(changes(demo, since), [])
  }).timeout(360_000)
})
