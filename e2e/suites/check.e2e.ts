/** The check of the demo says what is wrong. The operator is stopped first, or it would mend it. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { runCheck } from '../../src/cli/check/index.ts'
import { NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { EXAMPLE, givenDemo, pipelineOf, thenReady, whenApplied } from '../given.ts'

describe('the check', () => {
  let demo: Demo
  let name: string
  let backends: Awaited<ReturnType<typeof openBackends>>
  const check = async (patienceMs: number, numbers: boolean) => {
    const platform = await readPlatform(demo.kube, await pipelineOf(demo, name))
    const rows = await runCheck(
      { kube: demo.kube, backends, platform, clock: systemClock, signal: AbortSignal.timeout(280_000), patienceMs },
      { namespace: NAMESPACE, name },
      () => undefined,
      numbers,
    )
    return rows.filter((row) => !row.ok).map((row) => `${row.kind} ${row.subject}: ${row.measured}`)
  }

  before(async () => {
    demo = await givenDemo('check')
    name = await whenApplied(demo, EXAMPLE)
    const pipeline = await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, pipeline))
  })
  after(async () => {
    await backends?.close()
    await demo?.close()
  })

  it('finds everything well', async () => {
    assert.deepEqual(await check(20_000, true), [])
  })

  it('names a connector that was killed', async () => {
    await demo.operator.stop()
    await backends.connect.request({ method: 'DELETE', path: ['connectors', 'datagen-clickstream'], answer: z.unknown() })
    const wrong = await check(2_000, false)
    assert.ok(
      wrong.some((row) => /^source datagen-clickstream: is not there/.test(row)),
      wrong.join('\n'),
    )
  })

  it('names a query that was dropped', async () => {
    const { body } = await backends.ksqldb.request({
      method: 'POST',
      path: ['ksql'],
      body: { ksql: 'LIST QUERIES;' },
      answer: z.array(z.looseObject({ queries: z.array(z.looseObject({ id: z.string() })) })),
    })
    const id = body[0]!.queries[0]!.id
    await backends.ksqldb.request({ method: 'POST', path: ['ksql'], body: { ksql: `TERMINATE ${id};` }, answer: z.unknown(), timeoutMs: 30_000 })
    const wrong = await check(2_000, false)
    assert.ok(
      wrong.some((row) => row.startsWith('statement EVENTS_PER_MIN:')),
      wrong.join('\n'),
    )
  })
})
