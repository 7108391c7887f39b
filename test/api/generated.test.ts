import assert from 'node:assert/strict'
import path from 'node:path'
import { staleFiles } from '../../scripts/generate.ts'
import { generateCrds, type StructuralSchema } from '../../src/api/index.ts'

const root = path.resolve(import.meta.dirname, '../..')

describe('generated files', () => {
  it('are fresh', async () => {
    assert.deepEqual(await staleFiles(root), [], 'run npm run generate')
  })
})

/** Every node of the schema with its path. */
function* nodes(node: StructuralSchema, at: string): Generator<[string, StructuralSchema]> {
  yield [at, node]
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${at}.${name}`)
  if (node.items) yield* nodes(node.items, `${at}[]`)
  if (node.additionalProperties) yield* nodes(node.additionalProperties, `${at}{}`)
}

for (const crd of generateCrds()) {
  const schema = crd.spec.versions[0]!.schema.openAPIV3Schema
  const all = ['spec', 'status'].flatMap((part) => [...nodes(schema.properties![part]!, part)])
  describe(`the schema of ${crd.spec.names.kind}`, () => {
    it('describes every field', () => {
      assert.deepEqual(
        all.filter(([at, node]) => !node.description && !at.endsWith('{}')).map(([at]) => at),
        [],
      )
    })

    it('bounds every string, list and map', () => {
      const unbounded = all.filter(([, node]) => {
        if (node.type === 'string') return node.maxLength === undefined && node.enum === undefined
        if (node.type === 'array') return node.maxItems === undefined
        if (node.additionalProperties) return node.maxProperties === undefined
        return false
      })
      assert.deepEqual(
        unbounded.map(([at]) => at),
        [],
      )
    })

    it('holds the bounds that the status has by design', () => {
      const bound = (at: string) => all.find(([path]) => path === at)?.[1]
      for (const [at, node] of all) {
        if (/\.(message)$/.test(at) && at.startsWith('status')) assert.ok(node.maxLength! <= 512, at)
      }
      if (crd.spec.names.kind !== 'ClickstreamPipeline') return
      assert.equal(bound('status.resources')?.maxItems, 300)
      assert.equal(bound('status.plan.actions')?.maxItems, 100)
      assert.deepEqual(schema.properties!.status!.default, { observedGeneration: -1 })
    })

    it('merges every list of objects by key, and says how lists of strings merge', () => {
      for (const [at, node] of all.filter(([, node]) => node.type === 'array')) {
        const objects = node.items!.type === 'object'
        assert.ok((objects ? ['map'] : ['set', 'atomic']).includes(String(node['x-kubernetes-list-type'])), at)
        for (const key of (node['x-kubernetes-list-map-keys'] ?? []) as string[]) assert.ok(node.items!.required?.includes(key), `${at} by ${key}`)
      }
    })

    it('is structural: a type everywhere but where anything is kept, nothing beside properties', () => {
      for (const [at, node] of all) {
        assert.ok(node.type !== undefined || node['x-kubernetes-preserve-unknown-fields'] === true, at)
        assert.ok(!(node.properties && node.additionalProperties), at)
        for (const key of ['anyOf', 'oneOf', 'allOf', 'not', '$ref', 'const', 'propertyNames', 'exclusiveMinimum']) assert.ok(!(key in node), `${at} ${key}`)
      }
    })

    it('defaults only what the schema itself would accept', () => {
      for (const [at, node] of all) {
        if (node.default === undefined || node.type === undefined) continue
        const type = Array.isArray(node.default) ? 'array' : typeof node.default
        assert.equal(type, node.type === 'integer' ? 'number' : node.type, at)
      }
    })
  })
}
