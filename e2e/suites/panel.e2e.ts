/** What the panels show in a browser is what the data source answers. */
import assert from 'node:assert/strict'
import { type Browser, chromium, type Page } from 'playwright-core'
import { z } from 'zod'
import { GRAFANA_LOGIN } from '../../src/cli/demo/manifests.ts'
import type { Demo } from '../../src/cli/demo/run.ts'
import { type Backends, openBackends, readPlatform } from '../../src/console/index.ts'
import { Failure } from '../../src/ports/index.ts'
import { givenDemo, pipelineOf, SEED, then, thenReady, whenApplied } from '../given.ts'
import { chromiumPath } from '../tools.ts'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const WINDOW_MS = 15 * 60_000

const frames = z.object({
  results: z.record(
    z.string(),
    z.looseObject({
      frames: z
        .array(
          z.object({
            schema: z.looseObject({ name: z.string().optional(), fields: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
            data: z.object({ values: z.array(z.array(z.unknown())) }),
          }),
        )
        .default([]),
    }),
  ),
})
const dashboard = z.object({
  dashboard: z.looseObject({
    panels: z.array(z.looseObject({ id: z.number(), title: z.string(), type: z.string(), targets: z.array(z.looseObject({})).default([]) })),
  }),
})

/** Every number that stands in a value, times left out, in order of size. */
function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value)) return value.flatMap(numbers)
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, part]) => (key === 'times' ? [] : numbers(part)))
  return []
}
const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)

describe('the panels in Chromium', () => {
  let demo: Demo
  let backends: Backends
  let browser: Browser
  let page: Page
  let panels: z.infer<typeof dashboard>['dashboard']['panels']

  before(async function () {
    const binary = await chromiumPath()
    if (binary === undefined) {
      console.log('Chromium is neither here nor in the packages of this machine')
      this.skip()
    }
    demo = await givenDemo('panel')
    const name = await whenApplied(demo, SEED)
    const pipeline = await thenReady(demo, name)
    backends = await openBackends(demo.kube, await readPlatform(demo.kube, await pipelineOf(demo, name)))
    const uid = pipeline.status?.resources?.find((resource) => resource.kind === 'Dashboard')?.id
    assert.ok(uid, 'the status names the dashboard')
    panels = (await backends.grafana.request({ method: 'GET', path: ['api', 'dashboards', 'uid', uid], answer: dashboard })).body.dashboard.panels
    // What is compared has to stand still: the operator stops first, or it would start the generators again.
    await then(
      'every panel has data',
      async () => (await Promise.all(panels.map((panel) => ask(panel, Date.now()).catch(notYet)))).map(({ length }) => length),
      (lengths) => lengths.every((length) => length > 0),
    )
    await demo.operator.stop()
    for (const { name: source } of pipeline.spec.sources)
      await backends.connect.request({ method: 'PUT', path: ['connectors', source, 'pause'], answer: z.unknown() })
    await new Promise((resolve) => setTimeout(resolve, 5_000))

    browser = await chromium.launch({ executablePath: binary, args: ARGS })
    page = await browser.newPage({ viewport: { width: 1400, height: 1400 } })
    await page.goto(`${demo.sandbox.servers.grafana.url}/d/${uid}`)
    await page.fill('[name=user]', GRAFANA_LOGIN.username)
    await page.fill('[name=password]', GRAFANA_LOGIN.password)
    await page.click('button[type=submit]')
    await page.locator('#grid[data-state=done]').waitFor()
  })
  after(async () => {
    await browser?.close()
    await backends?.close()
    await demo?.close()
  })

  /** Grafana passes on as 400 what a shard that still starts answers. */
  function notYet(error: unknown): number[] {
    if (error instanceof Failure && error.status === 400) return []
    throw error
  }

  async function ask(panel: (typeof panels)[number], now: number): Promise<number[]> {
    const queries = panel.targets.map((target) => ({ ...target, intervalMs: 1_000, maxDataPoints: 2_000 }))
    const { body } = await backends.grafana.request({
      method: 'POST',
      path: ['api', 'ds', 'query'],
      body: { queries, from: String(now - WINDOW_MS), to: String(now) },
      answer: frames,
    })
    return Object.values(body.results).flatMap((result) =>
      result.frames.flatMap(({ schema, data }) => data.values.flatMap((values, column) => (schema.fields[column]?.type === 'number' ? numbers(values) : []))),
    )
  }

  it('each shows the numbers of its frames, and no other', async () => {
    for (const panel of panels) {
      const box = page.locator(`[data-panel-id="${panel.id}"]`)
      assert.equal(await box.getAttribute('data-panel-state'), 'done', `panel ${panel.title}`)
      const shown = numbers(JSON.parse((await box.locator('.panel-values').textContent()) ?? 'null')).filter((value) => value < 1e12)
      const asked = (await ask(panel, Date.now())).filter((value) => value < 1e12)
      // The page may begin a bucket earlier or later, which is empty: zeros tell nothing.
      const told = (values: readonly number[]) => sorted(values.filter((value) => value !== 0))
      assert.ok(told(asked).length > 0, `panel ${panel.title} has numbers`)
      assert.deepEqual(told(shown), told(asked), `panel ${panel.title}`)
    }
  })

  it('draws them', async () => {
    for (const panel of panels.filter(({ type }) => type === 'timeseries'))
      assert.equal(await page.locator(`[data-panel-id="${panel.id}"] canvas`).count(), 1, panel.title)
    for (const panel of panels.filter(({ type }) => type === 'table'))
      assert.ok((await page.locator(`[data-panel-id="${panel.id}"] tbody tr`).count()) > 0, panel.title)
  })
})
