/** A schedule on a source makes sessions that end, also across a restart of the operator in mid-cycle. */
import assert from 'node:assert/strict'
import { PIPELINE } from '../../src/api/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { conditionOf, givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'

describe('a schedule', () => {
  let demo: Demo
  let backends: Backends
  let name: string
  const schedule = async () => (await pipelineOf(demo, name)).status?.schedule?.[0]
  /** Sessions of one user in the index that ended at least 31 s before the newest click. */
  const endedSessions = async () => {
    const found = await backends.elasticsearch.search<{ USERNAME: string; EVENT_TS: number; EVENTS: number }>({ index: 'click_user_sessions', size: 10_000 })
    const newest = Math.max(...found.hits.hits.map((hit) => hit._source!.EVENT_TS))
    return found.hits.hits.filter((hit) => hit._source!.EVENT_TS < newest - 31_000).length
  }

  before(async () => {
    demo = await givenDemo('schedule')
    name = await whenApplied(demo, SEED)
    const pipeline = await pipelineOf(demo, name)
    // Shorter than the tutorial's 90 s and 35 s, but the pause is longer than the 30 s that end a session.
    const sources = pipeline.spec.sources.map((source) =>
      source.name === 'datagen-clickstream' ? { ...source, schedule: { run: '15s', pause: '35s', cycles: 100 } } : source,
    )
    await demo.kube.patch(PIPELINE, NAMESPACE, name, { type: 'merge', body: { spec: { sources } } })
    await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, name)))
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  it('pauses the source, says so, and stays Ready', async () => {
    const paused = await then('the source pauses', schedule, (seen) => seen?.phase === 'Paused')
    assert.equal(paused?.cycle, 1)
    assert.ok(Date.parse(paused?.nextChange ?? '') > systemClock.now())
    const pipeline = await pipelineOf(demo, name)
    assert.equal(conditionOf(pipeline, 'Ready')?.status, 'True')
  })

  it('goes on after a restart of the operator in the pause, without an extra cycle', async () => {
    const before = await schedule()
    await demo.operator.stop()
    await systemClock.sleep(2_000)
    await demo.startOperator()
    const running = await then('the next cycle runs', schedule, (seen) => seen?.phase === 'Running' && seen.cycle === 2)
    assert.equal(running?.startedAt, before?.startedAt)
  })

  it('makes sessions that end', async () => {
    const first = await then('sessions of the first cycle have ended', endedSessions, (ended) => ended > 0)
    await then('the third cycle runs', schedule, (seen) => seen?.phase === 'Running' && seen.cycle === 3)
    await then('sessions of the second cycle have ended as well', endedSessions, (ended) => ended > first)
  })
})
