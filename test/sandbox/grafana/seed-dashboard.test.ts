import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import { startGrafana } from '../../../src/sandbox/grafana/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { graphOf } from '../../plan/given.ts'
import { openBrowser } from './browser.ts'
import { call, T0 } from './sample.ts'

const EXAMPLE = new URL('../../../examples/clickstream/pipeline.yaml', import.meta.url)
const END = T0 + 15 * 60_000

interface Panel {
  id: number
  title: string
  type: string
  targets: object[]
}
interface Frame {
  schema: { name?: string; fields: { name: string; type: string }[] }
  data: { values: (number | string | null)[][] }
}

/** One document for every index: all the fields that any panel reads. */
function documents(random = seededRandom(11)): object[] {
  const some = (count: number) => Math.floor(random.next() * count)
  return Array.from({ length: 240 }, (_, i) => {
    const CODE = [200, 302, 404, 405, 406, 407][some(6)] ?? 200
    return {
      DOC_ID: String(i),
      EVENT_TS: T0 + some(14 * 60) * 1000,
      USERID: some(6),
      USERNAME: `user_${some(6)}`,
      IP: `10.0.0.${some(5)}`,
      CITY: ['London', 'Raleigh'][some(2)],
      STATUS: CODE,
      CODE,
      DEFINITION: `code ${CODE}`,
      EVENTS: 1 + some(50),
      PAGES: 1 + some(30),
      ERRORS: 1 + some(90),
      COUNT: 2 + some(20),
      BYTES: 1000 * some(300),
    }
  })
}

describe('the dashboard of the whole example, in Chromium', function () {
  this.timeout(60_000)
  let es: SandboxServer
  let grafana: SandboxServer
  let browser: Browser
  let page: Page
  let uid: string
  let panels: Panel[]

  before(async function () {
    const opened = await openBrowser()
    if (!opened) this.skip()
    browser = opened
    const clock = new VirtualClock(END)
    es = await startElasticsearch({ clock, random: seededRandom(1) })
    grafana = await startGrafana({ clock, random: seededRandom(2) })
    const { nodes } = graphOf(readFileSync(EXAMPLE, 'utf8'), { platform: { elasticsearch: { url: es.url } } })
    const json = { 'content-type': 'application/json' }
    for (const { kind, name, spec } of nodes) {
      if (kind === 'IndexTemplate') assert.equal((await call(es, 'PUT', `/_index_template/${name}`, (spec as { body: object }).body, json)).status, 200)
      if (kind === 'DataSource') {
        const { uid, title, index, timeField } = spec as { uid: string; title: string; index: string; timeField: string }
        await call(grafana, 'POST', '/api/datasources', {
          uid,
          name: title,
          type: 'elasticsearch',
          access: 'proxy',
          url: es.url,
          jsonData: { index, timeField },
        })
        const lines = documents().flatMap((document, i) => [{ index: { _id: String(i) } }, document])
        await fetch(`${es.url}/${index}/_bulk?refresh=true`, {
          method: 'POST',
          headers: json,
          body: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
        })
      }
      if (kind === 'Dashboard') {
        const { json } = spec as unknown as { json: { panels: Panel[] } }
        panels = json.panels
        uid = (await call(grafana, 'POST', '/api/dashboards/db', { dashboard: json })).body.uid
      }
    }
    page = await browser.newPage({ viewport: { width: 1400, height: 2400 } })
    await page.goto(`${grafana.url}/d/${uid}?from=${T0}&to=${END - 1}`)
    await page.fill('[name=user]', 'user')
    await page.fill('[name=password]', 'user')
    await page.click('button[type=submit]')
    await page.locator('#grid[data-state=done]').waitFor()
  })
  after(async () => {
    await browser?.close()
    await grafana?.close()
    await es?.close()
  })

  it('gives every index the mapping of its template', async () => {
    const { body } = await call(es, 'GET', '/_mapping')
    assert.equal(Object.keys(body).length, 9)
    for (const [index, { mappings }] of Object.entries<{ mappings: { properties: Record<string, { type: string }> } }>(body)) {
      assert.deepEqual([index, mappings.properties.EVENT_TS?.type, mappings.properties.USERNAME?.type], [index, 'date', 'keyword'])
    }
  })

  it('shows in every panel the values of its data source’s frames', async () => {
    assert.equal(panels.length, 11)
    for (const panel of panels) {
      const box = page.locator(`[data-panel-id="${panel.id}"]`)
      assert.equal(await box.getAttribute('data-panel-state'), 'done', panel.title)
      const { status, body } = await call(grafana, 'POST', '/api/ds/query', { queries: panel.targets, from: String(T0), to: String(END - 1) })
      assert.equal(status, 200, panel.title)
      const frames = Object.values<{ frames: Frame[] }>(body.results).flatMap((result) => result.frames)
      const drawn = JSON.parse((await box.locator('.panel-values').textContent()) ?? 'null')
      if (panel.type === 'table') {
        assert.deepEqual(
          drawn.columns,
          frames[0]?.schema.fields.map(({ name }) => name),
          panel.title,
        )
        const columns = frames[0]?.data.values ?? []
        assert.deepEqual(
          drawn.rows,
          columns[0]?.map((_, i) => columns.map((column) => column[i])),
          panel.title,
        )
        assert.equal(await box.locator('tbody tr').count(), drawn.rows.length, panel.title)
      } else {
        assert.deepEqual(
          drawn.series,
          frames.map(({ schema, data }) => ({ name: schema.name, times: data.values[0], values: data.values[1] })),
          panel.title,
        )
        assert.ok(
          drawn.series.some(({ values }: { values: (number | null)[] }) => values.some((value) => (value ?? 0) > 0)),
          panel.title,
        )
      }
    }
  })

  it('counts what the documents hold', async () => {
    const all = documents() as { EVENTS: number; BYTES: number; USERNAME: string }[]
    const drawn = async (title: string) =>
      JSON.parse(
        (await page
          .locator('.panel', { has: page.getByText(title, { exact: true }) })
          .locator('.panel-values')
          .textContent()) ?? 'null',
      )
    const hits = (await drawn('Hits and visitors')).series[0].values.reduce((sum: number, value: number) => sum + value, 0)
    assert.equal(
      hits,
      all.reduce((sum, { EVENTS }) => sum + EVENTS, 0),
    )
    const { rows } = await drawn('High-bandwidth sessions')
    const expected = new Map<string, number>()
    for (const { USERNAME, BYTES } of all) if (BYTES > 100_000) expected.set(USERNAME, Math.max(expected.get(USERNAME) ?? 0, BYTES))
    assert.deepEqual(new Map(rows), expected)
  })
})
