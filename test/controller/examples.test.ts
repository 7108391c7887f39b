import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { PIPELINE, PLATFORM, parsePipeline, parsePlatform } from '../../src/api/index.ts'
import { compilePipeline } from '../../src/plan/index.ts'
import type { KubeObject } from '../../src/ports/index.ts'
import { PLUGINS } from './memory-world.ts'
import { setScene, stopOperator } from './scene.ts'

const folder = path.resolve(import.meta.dirname, '../../examples')
const read = (file: string): KubeObject[] => parseAllDocuments(readFileSync(path.join(folder, file), 'utf8')).map((document) => document.toJS() as KubeObject)

/** The ConfigMap that kustomize makes of the scripts. */
const scripts = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path.join(folder, 'clickstream-sql'))
      .filter((file) => file.endsWith('.sql'))
      .map((file) => [file, readFileSync(path.join(folder, 'clickstream-sql', file), 'utf8')]),
  )

const files = [...readdirSync(folder).filter((file) => /^\d\d-.*\.yaml$/.test(file)), 'clickstream/pipeline.yaml', 'clickstream-sql/pipeline.yaml']

describe('the examples', () => {
  for (const file of files) {
    it(`${file} becomes Ready, without a warning`, async () => {
      const objects = [...read('platform.yaml'), ...read(file)].map((object) => ({
        ...object,
        metadata: { ...object.metadata, namespace: object.metadata.namespace ?? 'shop' },
      }))
      const scene = await setScene(objects)
      await scene.kube.create(
        { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'clickstream-sql', namespace: 'shop' }, data: scripts() },
      )
      for (const name of ['elasticsearch-operator', 'elasticsearch-connect', 'elasticsearch-grafana', 'grafana-admin']) {
        const data = { username: Buffer.from('u').toString('base64'), password: Buffer.from('p').toString('base64') }
        const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'platform' }, data }
        await scene.kube.create({ group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }, secret)
      }
      await scene.clock.advance(40_000)
      for (const { kind, metadata } of objects) {
        if (kind !== PIPELINE.kind) continue
        const status = scene.kube.find(PIPELINE, metadata.namespace, metadata.name)!.status as {
          conditions: { type: string; status: string; reason: string; message: string }[]
        }
        const conditions = new Map(status.conditions.map((condition) => [condition.type, condition]))
        assert.equal(conditions.get('SpecValid')?.reason, 'Valid', conditions.get('SpecValid')?.message ?? '')
        assert.equal(conditions.get('Ready')?.status, 'True', conditions.get('Ready')?.message ?? '')
      }
      await stopOperator(scene)
    })
  }

  it('clickstream makes what its page promises', () => {
    const platform = parsePlatform(read('platform.yaml')[0])
    const pipeline = parsePipeline(read('clickstream/pipeline.yaml')[0])
    assert.ok(platform.ok && pipeline.ok)
    const { graph } = compilePipeline({ pipeline: pipeline.value, platform: platform.value, configMaps: new Map(), facts: { plugins: PLUGINS } })
    const count = (kind: string, stage?: string) => graph!.nodes.filter((node) => node.kind === kind && (stage === undefined || node.stage === stage)).length
    assert.equal(count('Connector', 'Sources'), 3)
    assert.equal(count('Connector', 'Sinks'), 9)
    assert.equal(count('Statement'), 3 + 2 + 8 + 1)
    assert.equal(count('DataSource'), 9)
    assert.equal(count('Dashboard'), 1)
    assert.ok(PLATFORM.kind)
  })
})
