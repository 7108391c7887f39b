/** Alerts and dashboard of the chart stand on metrics that the operator has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { parse } from 'yaml'
import { CHART } from '../../scripts/render-chart.ts'
import { createMetrics } from '../../src/controller/metrics.ts'

const { registry } = createMetrics(() => ({ depth: 0, oldestMs: 0 }))
const own = registry.getMetricsAsArray() as unknown as { name: string; help: string; type: string; labelNames?: string[] }[]
const ofProcess = new Registry()
collectDefaultMetrics({ register: ofProcess })
const names = new Set([...own, ...ofProcess.getMetricsAsArray()].map(({ name }) => name))

const used = (expression: string) =>
  [...expression.matchAll(/\b(?:clickstream|process|nodejs)_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))

const alerts = parse(readFileSync(join(CHART, 'files/alerts.yaml'), 'utf8')) as { alert: string; expr: string; annotations: Record<string, string> }[]
const dashboard = JSON.parse(readFileSync(join(CHART, 'files/dashboard.json'), 'utf8')) as {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[]
}

describe('the alerts', () => {
  for (const { alert, expr, annotations } of alerts) {
    it(`${alert} asks for metrics that there are, and tells labels that they have`, () => {
      const metrics = used(expr)
      assert.ok(metrics.length > 0)
      for (const name of metrics) assert.ok(names.has(name), name)
      const labels = new Set(own.filter(({ name }) => metrics.includes(name)).flatMap(({ labelNames }) => labelNames ?? []))
      const told = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.([a-z_]+)/g)].map(([, label]) => label!))
      for (const label of told) assert.ok(labels.has(label), `label ${label}`)
    })
  }
})

describe('the dashboard of the operator', () => {
  for (const { title, targets = [] } of dashboard.panels) {
    for (const { expr, legendFormat } of targets) {
      it(`panel ${title} asks for metrics that there are: ${legendFormat}`, () => {
        const metrics = used(expr)
        assert.ok(metrics.length > 0)
        for (const name of metrics) assert.ok(names.has(name), name)
      })
    }
  }

  it('shows every metric of the operator but those that only explain others', () => {
    const shown = new Set(dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => used(expr))))
    const left = own.map(({ name }) => name).filter((name) => !shown.has(name))
    assert.deepEqual(left, ['clickstream_object_last_output_seconds'])
  })
})
