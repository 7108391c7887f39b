/** A steady pipeline causes no write: not after a restart of the operator, not over minutes. */
import assert from 'node:assert/strict'
import { PIPELINE, PLATFORM } from '../../src/api/index.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type KubeResource, systemClock } from '../../src/ports/index.ts'
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

const KINDS: readonly KubeResource[] = [
  PLATFORM,
  PIPELINE,
  { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkatopics', kind: 'KafkaTopic' },
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { group: '', version: 'v1', plural: 'events', kind: 'Event' },
]

describe('a steady pipeline', () => {
  let demo: Demo
  /** Of every object: another one means that somebody has written it. */
  const versions = async () => {
    const lists = await Promise.all(KINDS.map(async (kind) => (await demo.kube.list(kind, {})).items.map((item) => ({ kind: kind.kind, ...item.metadata }))))
    return lists.flat().map(({ kind, namespace, name, resourceVersion }) => `${kind} ${namespace}/${name} ${resourceVersion}`)
  }

  before(async () => {
    demo = await givenDemo('quiet')
    await thenReady(demo, await whenApplied(demo, SEED))
    assert.notDeepEqual(changes(demo, 0), [], 'the request logs must show what the first apply changed')
    await systemClock.sleep(20_000)
  })
  after(() => demo?.close())

  it('sees no write in the minute after a restart of the operator', async () => {
    await demo.operator.stop()
    const [since, before] = [systemClock.now(), await versions()]
    await demo.startOperator()
    await systemClock.sleep(60_000)
    assert.deepEqual(changes(demo, since), [])
    assert.deepEqual(await versions(), before)
  })

  it('sees no write in five minutes', async () => {
    const [since, before] = [systemClock.now(), await versions()]
    await systemClock.sleep(300_000)
    assert.deepEqual(changes(demo, since), [])
    assert.deepEqual(await versions(), before)
  }).timeout(360_000)
})
