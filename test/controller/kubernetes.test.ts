import assert from 'node:assert/strict'
import { generateCrds, PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { startOperator } from '../../src/controller/index.ts'
import { createKubeApi, createLogger, type KubeObject, seededRandom, systemClock, systemRandom } from '../../src/ports/index.ts'
import { startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import { MemoryWorld } from './memory-world.ts'
import { pipelineObject, platformObject } from './scene.ts'

async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 15_000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`${what} did not come`)
    await systemClock.sleep(20)
  }
}

interface Status {
  conditions?: { type: string; status: string; reason: string; message: string }[]
}
const ready = (object: KubeObject | undefined) => (object?.status as Status | undefined)?.conditions?.find(({ type }) => type === 'Ready')

describe('the operator on the Kubernetes stand-in', () => {
  it('brings a pipeline up, survives closed and expired watches, and takes the pipeline down', async () => {
    const server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: generateCrds() as unknown as KubeObject[] })
    const kube = createKubeApi({ server: server.url })
    const world = new MemoryWorld(systemClock)
    await kube.create(
      { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    )
    await kube.create(PLATFORM, platformObject())
    const log = createLogger({ name: 'test', level: process.env.TEST_LOG ?? 'silent' })
    const operator = await startOperator({ kube, clock: systemClock, random: systemRandom, log, connectTargets: world.connectTargets, http: { port: 0 } })
    const created = await kube.create(PIPELINE, pipelineObject())
    assert.deepEqual(created.status, { observedGeneration: -1 })
    const isReady = async () => ready(await kube.get(PIPELINE, 'shop', 'events'))?.status === 'True'
    await eventually('Ready', isReady)

    server.closeWatches()
    server.expireHistory()
    const topics = [{ name: 'events-clicks' }, { name: 'more' }]
    await kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: { spec: { topics } } })
    await eventually('the new topic', async () => world.objects.has('KafkaTopic/more'))
    await eventually('Ready', isReady)

    const elsewhere = { spec: { platformRef: { name: 'elsewhere' } } }
    await assert.rejects(kube.patch(PIPELINE, 'shop', 'events', { type: 'merge', body: elsewhere }), /spec\.platformRef.*cannot change/)

    assert.equal(await (await fetch(`${operator.url}/healthz`)).text(), 'ok')
    assert.equal((await fetch(`${operator.url}/readyz`)).status, 200)
    const metrics = async () => (await fetch(`${operator.url}/metrics`)).text()
    await eventually('the metric of Ready', async () =>
      /clickstream_pipeline_condition\{namespace="shop",pipeline="events",type="Ready"\} 1/.test(await metrics()),
    )
    assert.doesNotMatch(await metrics(), /type="Reconciling"|clickstream_relist_missed_total\{.*\} [1-9]/)

    await kube.delete(PIPELINE, 'shop', 'events')
    await eventually('removal', async () => (await kube.get(PIPELINE, 'shop', 'events')) === undefined)
    assert.deepEqual([...world.objects.keys()], [])
    await operator.stop()
    await server.close()
  })
})
