import assert from 'node:assert/strict'
import { generateCrds, PIPELINE, PLATFORM } from '../../src/api/index.ts'
import { createKubeApi, Failure, type KubeApi, type KubeObject, seededRandom, systemClock } from '../../src/ports/index.ts'
import { type KubernetesServer, startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import { metric, notForTheServer, platform, securePlatforms, wrong, wrongPlatforms } from './wrong-specs.ts'

const pipeline = (spec: object, name = 'p'): KubeObject => ({
  apiVersion: 'clickstream.dev/v1alpha1',
  kind: 'ClickstreamPipeline',
  metadata: { name, namespace: 'default' },
  spec,
})

describe('an API server with the CRDs', () => {
  let server: KubernetesServer
  let kube: KubeApi
  before(async () => {
    server = await startKubernetes({ clock: systemClock, random: seededRandom(1), crds: generateCrds() as unknown as KubeObject[] })
    kube = createKubeApi({ server: server.url })
  })
  after(() => server.close())

  for (const [sentence, [spec, path]] of Object.entries(wrong)) {
    if (notForTheServer.has(sentence)) continue
    it(`refuses ${sentence}`, async () => {
      await assert.rejects(kube.create(PIPELINE, pipeline(spec)), (error: unknown) => {
        assert.ok(error instanceof Failure && error.status === 422, String(error))
        // The server names the object of a rule, and of a list the entry.
        assert.ok(error.message.includes(path.replace(/\.name$/, '')), `${error.message} names ${path}`)
        return true
      })
    })
  }

  const platformOf = (change: object, name: string): KubeObject => ({
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPlatform',
    metadata: { name, namespace: 'default' },
    spec: { ...platform, ...change },
  })
  for (const [sentence, [change, path]] of Object.entries(wrongPlatforms)) {
    it(`refuses a platform with ${sentence}`, async () => {
      await assert.rejects(kube.create(PLATFORM, platformOf(change, 'wrong')), (error: unknown) => {
        assert.ok(error instanceof Failure && error.status === 422, String(error))
        assert.ok(error.message.includes(path), `${error.message} names ${path}`)
        return true
      })
    })
  }
  for (const [index, [sentence, change]] of Object.entries(securePlatforms).entries()) {
    it(`takes a platform with ${sentence}`, () => kube.create(PLATFORM, platformOf(change, `secure${index}`)))
  }

  it('refuses a name that would not fit into a label', async () => {
    await assert.rejects(kube.create(PIPELINE, pipeline({}, 'x'.repeat(64))), /at most 63 characters/)
  })

  it('fills in the same defaults as our own schema, and a status that is not yet green', async () => {
    const made = await kube.create(
      PIPELINE,
      pipeline({ sinks: [{ name: 's', from: 'T', elasticsearch: {} }], metrics: [{ ...metric, panel: {} }] }, 'defaults'),
    )
    const spec = made.spec as { platformRef: object; sinks: { mode: string; autoRestart: object; elasticsearch: object }[]; metrics: { panel: object }[] }
    assert.deepEqual(made.status, { observedGeneration: -1 })
    assert.deepEqual(spec.platformRef, { name: 'default' })
    assert.deepEqual(spec.sinks[0], {
      name: 's',
      from: 'T',
      mode: 'append',
      autoRestart: { enabled: true },
      elasticsearch: { timeField: 'EVENT_TS', config: {}, tasksMax: 1 },
    })
    assert.deepEqual(spec.metrics[0]!.panel, { type: 'timeseries', unit: 'short', thresholds: [], width: 12, height: 8, queries: [] })
  })

  it('keeps strings, numbers and booleans of a config as they are', async () => {
    const config = { 'retention.ms': 1000, compact: true, ratio: 0.5, text: 'x' }
    const made = await kube.create(PIPELINE, pipeline({ topics: [{ name: 'a', config }] }, 'scalars'))
    assert.deepEqual((made.spec as { topics: { config: object }[] }).topics[0]!.config, config)
  })
})
