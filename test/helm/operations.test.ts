/** docs/operations.md names every metric, every alert and every value group, and nothing else of their kind. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { CHART } from '../../scripts/render-chart.ts'
import { createMetrics } from '../../src/controller/metrics.ts'

const text = readFileSync(join(CHART, '../../docs/operations.md'), 'utf8')
const section = (title: string) => text.split(/^## /m).find((part) => part.startsWith(`${title}\n`))!
const firstCells = (title: string) => [...section(title).matchAll(/^\| `([A-Za-z_]+)`/gm)].map(([, name]) => name!)

describe('docs/operations.md', () => {
  it('lists the metrics that there are', () => {
    const { registry } = createMetrics(() => ({ depth: 0, oldestMs: 0 }))
    const names = (registry.getMetricsAsArray() as unknown as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(firstCells('Metrics').sort(), names.sort())
  })

  it('lists the alerts that there are', () => {
    const alerts = parse(readFileSync(join(CHART, 'files/alerts.yaml'), 'utf8')) as { alert: string }[]
    assert.deepEqual(
      firstCells('Alerts'),
      alerts.map(({ alert }) => alert),
    )
  })

  it('speaks of values that the chart has', () => {
    const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>
    const named = [...section('Install').matchAll(/^\| (.*?) +\|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([a-zA-Z]+)[`.]/g)].map(([, name]) => name!))
    for (const name of named) assert.ok(name in values, name)
    assert.ok(named.length > 8)
  })
})
