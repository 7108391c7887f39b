/**
 * From nothing to numbers: seconds after the start at which the stand-ins are up, the whole example is Ready, its first document
 * is in an index, and its first panel has a point. One line of JSON.
 */
import { z } from 'zod'
import { apply } from '../src/cli/apply.ts'
import { NAMESPACE } from '../src/cli/demo/manifests.ts'
import { startDemo } from '../src/cli/demo/run.ts'
import { fileOfPackage, readManifest } from '../src/cli/manifest.ts'
import { openBackends, readPipeline, readPlatform } from '../src/console/index.ts'
import { createLogger, systemClock } from '../src/ports/index.ts'

const started = systemClock.now()
const seconds = () => Math.round((systemClock.now() - started) / 100) / 10

async function until(holds: () => Promise<boolean>): Promise<number> {
  while (!(await holds().catch(() => false))) await systemClock.sleep(50)
  return seconds()
}

const demo = await startDemo({ log: createLogger({ name: 'bench', level: 'silent' }), progress: () => undefined })
const up = seconds()
const file = process.argv[2] ?? fileOfPackage('examples/clickstream/pipeline.yaml')
let name = ''
for (const object of await readManifest(file)) name = (await apply(demo.kube, NAMESPACE, object)).metadata.name
const read = () => readPipeline(demo.kube, NAMESPACE, name)
const backends = await openBackends(demo.kube, await readPlatform(demo.kube, await read()))

const panel = z.looseObject({ targets: z.array(z.looseObject({})) })
const dashboard = z.object({ dashboard: z.looseObject({ panels: z.array(panel) }) })
const answer = z.object({
  results: z.record(z.string(), z.looseObject({ frames: z.array(z.object({ data: z.object({ values: z.array(z.array(z.unknown())) }) })).default([]) })),
})

async function firstPanelHasPoint(): Promise<boolean> {
  const uid = (await read()).status?.resources?.find((resource) => resource.kind === 'Dashboard')?.id
  if (uid === undefined) return false
  const { body } = await backends.grafana.request({ method: 'GET', path: ['api', 'dashboards', 'uid', uid], answer: dashboard })
  const queries = body.dashboard.panels[0]!.targets.map((target) => ({ ...target, intervalMs: 1_000, maxDataPoints: 1_000 }))
  const asked = await backends.grafana.request({ method: 'POST', path: ['api', 'ds', 'query'], body: { queries, from: 'now-15m', to: 'now' }, answer })
  return Object.values(asked.body.results).some(({ frames }) =>
    frames.some(({ data }) => (data.values[1] ?? []).some((value) => typeof value === 'number' && value > 0)),
  )
}

const [ready, document, point] = await Promise.all([
  until(async () => (await read()).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false),
  until(async () => (await backends.elasticsearch.count({ index: 'events_per_min' })).count > 0),
  until(firstPanelHasPoint),
])
console.log(JSON.stringify({ standInsUpS: up, readyS: ready, firstDocumentS: document, firstPanelPointS: point }))
await backends.close()
await demo.close()
