/** The whole seed over real servers, one more of them at a time; the rest are stand-ins. The check is that of the demo, numbers included. */
import assert from 'node:assert/strict'
import { runCheck } from '../../src/cli/check/index.ts'
import { GRAFANA_LOGIN, NAMESPACE } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { openBackends, readPlatform } from '../../src/console/index.ts'
import { systemClock } from '../../src/ports/index.ts'
import { type Kind, type RealComponents, startReal, Unavailable } from '../components/index.ts'
import { givenDemo, pipelineOf, SEED, thenReady, whenApplied } from '../given.ts'

const CASES: readonly { readonly title: string; readonly real: readonly Kind[] }[] = [
  { title: 'a real Kafka', real: ['kafka'] },
  { title: 'with a real Elasticsearch', real: ['kafka', 'elasticsearch'] },
  { title: 'with a real Kafka Connect', real: ['kafka', 'elasticsearch', 'connect'] },
  { title: 'with a real Kubernetes API server', real: ['kafka', 'elasticsearch', 'connect', 'kubernetes'] },
]

describe('the seed over real components', function () {
  this.timeout(1_500_000)
  for (const { title, real } of CASES) {
    describe(title, () => {
      let components: RealComponents
      let demo: Demo
      let name: string

      before(async function () {
        try {
          components = await startReal(real)
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error
          console.log(`      skipped: ${error.message}`)
          return this.skip()
        }
        demo = await givenDemo(`components-${real.join('-')}`, components.servers)
      })
      after(async () => {
        await demo?.close()
        await components?.stop()
      })

      it('makes every object, and data flow from the generators to the panels', async () => {
        name = await whenApplied(demo, SEED)
        await thenReady(demo, name)
      })

      it('holds in every row of the check, the recounted numbers too', async () => {
        const platform = await readPlatform(demo.kube, await pipelineOf(demo, name))
        const backends = await openBackends(demo.kube, platform)
        try {
          const rows = await runCheck(
            { kube: demo.kube, backends, platform, clock: systemClock, signal: AbortSignal.timeout(600_000), patienceMs: 30_000, grafanaLogin: GRAFANA_LOGIN },
            { namespace: NAMESPACE, name },
            () => undefined,
          )
          assert.ok(rows.some(({ kind }) => kind === 'true numbers'))
          assert.deepEqual(
            rows.filter(({ ok }) => !ok).map(({ kind, subject, measured }) => `${kind} ${subject}: ${measured}`),
            [],
          )
        } finally {
          await backends.close()
        }
      })
    })
  }
})
