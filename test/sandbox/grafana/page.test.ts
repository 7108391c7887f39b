import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { seededRandom, VirtualClock } from '../../../src/ports/index.ts'
import { startElasticsearch } from '../../../src/sandbox/elasticsearch/index.ts'
import { startGrafana } from '../../../src/sandbox/grafana/index.ts'
import type { SandboxServer } from '../../../src/sandbox/server.ts'
import { openBrowser } from './browser.ts'
import { call, dashboard, dataSource, fillElasticsearch, T0 } from './sample.ts'

interface Series {
  name: string
  times: number[]
  values: (number | null)[]
}

describe('Grafana pages in Chromium', function () {
  this.timeout(60_000)
  let es: SandboxServer
  let grafana: SandboxServer
  let browser: Browser
  let page: Page
  const faults: string[] = []

  before(async function () {
    const opened = await openBrowser()
    if (!opened) this.skip()
    browser = opened
    const clock = new VirtualClock(T0 + 15 * 60_000)
    es = await startElasticsearch({ clock, random: seededRandom(1) })
    grafana = await startGrafana({ clock, random: seededRandom(2) })
    await fillElasticsearch(es)
    await call(grafana, 'POST', '/api/datasources', dataSource(es))
    const { body } = await call(grafana, 'POST', '/api/folders', { title: 'Clickstream' })
    await call(grafana, 'POST', '/api/dashboards/db', { dashboard, folderUid: body.uid })
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } })
    page.on('pageerror', (error) => faults.push(error.message))
  })
  after(async () => {
    await browser?.close()
    await grafana?.close()
    await es?.close()
  })

  const drawn = async (id: number) => JSON.parse((await page.locator(`[data-panel-id="${id}"] .panel-values`).textContent()) ?? 'null')
  const state = (id: number) => page.locator(`[data-panel-id="${id}"]`).getAttribute('data-panel-state')

  it('logs in with the right password only, and goes where it was asked to', async () => {
    await page.goto(`${grafana.url}/d/clicks-events`)
    await page.fill('[name=user]', 'user')
    await page.fill('[name=password]', 'wrong')
    await page.click('button[type=submit]')
    await page.getByText('Invalid username or password').waitFor()
    await page.fill('[name=password]', 'user')
    await page.click('button[type=submit]')
    await page.waitForURL(/\/d\/clicks-events/)
    await page.locator('#grid[data-state=done]').waitFor()
    assert.equal(await page.locator('#title').textContent(), 'Clickstream Analysis')
  })

  it('draws the series that the query API gives', async () => {
    const { body } = await call(grafana, 'POST', '/api/ds/query', { queries: dashboard.panels[0]?.targets, ...dashboard.time })
    const frames: Series[] = body.results.A.frames.map(({ schema, data }: { schema: { name: string }; data: { values: [number[], number[]] } }) => ({
      name: schema.name,
      times: data.values[0],
      values: data.values[1],
    }))
    assert.deepEqual((await drawn(1)).series, frames)
    assert.equal(await page.locator('[data-panel-id="1"] canvas').count(), 1)
    assert.deepEqual(
      await page.locator('[data-panel-id="1"] .legend button').allTextContents(),
      frames.map(({ name }) => name),
    )
  })

  it('shows numbers, tables, bars and text', async () => {
    const last = [0, 1, 2, 3].reduce((sum, i) => sum + 40 + 12 * i + ((14 * (7 + i)) % 19), 0)
    assert.deepEqual((await drawn(2)).stats, [{ name: 'all', value: last, text: String(last) }])
    assert.equal(await page.locator('[data-panel-id="2"] .stat-value').textContent(), String(last))
    const { columns, rows } = await drawn(4)
    assert.deepEqual(columns, ['USERNAME', 'Sum', 'Most bytes'])
    assert.equal(await page.locator('[data-panel-id="4"] tbody tr').count(), rows.length)
    assert.deepEqual(rows.find(([name]: string[]) => name === 'Ferd88')[2], 9000 * 3 + 700 * 14)
    assert.equal((await drawn(5)).bars.length, 4)
    assert.equal(await page.locator('[data-panel-id="6"] strong').textContent(), 'one')
  })

  it('says so when a query fails or finds nothing', async () => {
    assert.equal(await state(8), 'error')
    assert.match((await page.locator('[data-panel-id="8"] .panel-note').textContent()) ?? '', /Failed to parse query/)
    assert.equal(await state(9), 'nodata')
    assert.equal(await page.locator('[data-panel-id="9"] .panel-note').textContent(), 'No data')
  })

  it('asks again for another time range', async () => {
    await page.selectOption('#range', 'now-5m|now')
    await page.waitForFunction(`JSON.parse(document.querySelector('[data-panel-id="1"] .panel-values').textContent).series[0].times.length < 8`)
    assert.match(page.url(), /from=now-5m/)
    assert.ok((await drawn(1)).series[0].times.every((time: number) => time >= T0 + 9 * 60_000))
  })

  it('lists dashboards and data sources', async () => {
    await page.goto(`${grafana.url}/dashboards`)
    await page.locator('a.row').waitFor()
    assert.deepEqual(await page.locator('.row-title').allTextContents(), ['Clickstream Analysis'])
    await page.goto(`${grafana.url}/connections/datasources`)
    await page.locator('.health.good').waitFor()
    assert.equal(await page.locator('.row .health').textContent(), 'Elasticsearch data source is healthy.')
  })

  it('shows in every panel that asks when Elasticsearch is gone', async () => {
    await es.close()
    await page.goto(`${grafana.url}/d/clicks-events`)
    await page.locator('#grid[data-state=done]').waitFor()
    for (const { id, targets } of dashboard.panels) assert.equal(await state(id), targets.length > 0 ? 'error' : 'done')
    assert.match((await page.locator('[data-panel-id="1"] .panel-note').textContent()) ?? '', /ECONNREFUSED/)
  })

  it('had no fault in its scripts', () => assert.deepEqual(faults, []))
})
