/**
 * Every example with its graph, its first plan and its findings, word for word. After a change that is meant:
 * `UPDATE_GOLDEN=1 npx mocha test/plan/examples.test.ts`, and read the difference.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { formatFinding, formatPlan, planChanges } from '../../src/plan/index.ts'
import { compile, type Given } from './given.ts'

const examples = new URL('../../examples/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, examples), 'utf8')

interface Case {
  readonly name: string
  readonly pipeline: string
  readonly given?: Given
}

const scripts = ['01-create-connectors.sql', '02-statements.sql', '03-create-sinks.sql']
const shared = parseAllDocuments(read('07-shared-platform.yaml')).map((document) => document.toJS() as { kind: string; spec: object; metadata: object })
const sharedPlatform = shared.find(({ kind }) => kind === 'ClickstreamPlatform')!

const cases: Case[] = [
  ...readdirSync(examples)
    .filter((name) => /^0[1-6].*\.yaml$/.test(name))
    .map((name) => ({ name: name.replace('.yaml', ''), pipeline: read(name) })),
  { name: 'clickstream', pipeline: read('clickstream/pipeline.yaml') },
  {
    name: 'clickstream-sql',
    pipeline: read('clickstream-sql/pipeline.yaml'),
    given: { configMaps: Object.fromEntries(scripts.map((name) => [`clickstream-sql/${name}`, read(`clickstream-sql/${name}`)])) },
  },
  {
    name: '07-shared-platform',
    pipeline: stringify(shared.find(({ kind }) => kind === 'ClickstreamPipeline')),
    given: {
      platform: { ...sharedPlatform.spec, allowedNamespaces: ['team-a'] },
      facts: {
        secretVersions: new Map([
          ['demo/elasticsearch-connect', '7'],
          ['demo/elasticsearch-grafana', '8'],
        ]),
      },
    },
  },
]

describe('The examples', () => {
  for (const { name, pipeline, given } of cases) {
    it(`${name}: graph, first plan and findings`, () => {
      const { graph, findings } = compile(pipeline, given)
      const { metadata } = parse(pipeline) as { metadata: { name: string; namespace?: string } }
      const owner = { namespace: metadata.namespace ?? 'demo', pipeline: metadata.name }
      const plan = graph && planChanges({ graph, observed: [], ledger: { entries: [] }, owner })
      const seen = { findings: findings.map(formatFinding), plan: plan && formatPlan(plan).split('\n'), nodes: graph?.nodes }
      const file = new URL(`golden/${name}.golden.json`, import.meta.url)
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${JSON.stringify(seen, null, 1)}\n`)
      assert.deepEqual(JSON.parse(JSON.stringify(seen)), JSON.parse(readFileSync(file, 'utf8')))
    })
  }

  it('are understood alike whether statements are reformatted, reordered or commented', () => {
    const text = read('clickstream/pipeline.yaml')
    const graph = compile(text).graph!
    const other = compile(text.replaceAll('COUNT(*) AS', 'count( * )  /* all */ as').replaceAll('LEFT JOIN', 'left outer join')).graph!
    assert.deepEqual(
      other.nodes.map(({ id, hash }) => [id, hash]),
      graph.nodes.map(({ id, hash }) => [id, hash]),
    )
  })

  it('are valid for Grafana: each panel has a type that Grafana has, a place in the grid, and queries with types', () => {
    for (const { pipeline, given } of cases) {
      for (const node of compile(pipeline, given).graph!.nodes) {
        if (node.kind !== 'Dashboard') continue
        const { json } = node.spec as unknown as {
          json: { panels: { type: string; gridPos: { x: number; w: number }; targets: { metrics: { type: string }[] }[] }[] }
        }
        for (const panel of json.panels) {
          assert.match(panel.type, /^(timeseries|table|stat|barchart)$/)
          assert.ok(panel.gridPos.x + panel.gridPos.w <= 24)
          assert.ok(panel.targets.every((target) => target.metrics.every((metric) => /^(count|sum|avg|min|max|cardinality|raw_data)$/.test(metric.type))))
        }
      }
    }
  })
})
