import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { KubeObject } from '../../../src/ports/index.ts'
import { FieldSet } from '../../../src/sandbox/kubernetes/apply/field-set.ts'
import { applyConfiguration, type Writer } from '../../../src/sandbox/kubernetes/apply/managed-fields.ts'
import { fieldsOf, merge } from '../../../src/sandbox/kubernetes/apply/typed.ts'
import { duplicateFields } from '../../../src/sandbox/kubernetes/duplicates.ts'
import type { Json, JsonObject } from '../../../src/sandbox/kubernetes/json.ts'
import { mergePatch } from '../../../src/sandbox/kubernetes/patch.ts'
import type { Schema } from '../../../src/sandbox/kubernetes/schema/structural.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    metadata: { type: 'object', properties: { name: { type: 'string' } } },
    spec: {
      type: 'object',
      properties: {
        a: { type: 'integer' },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
        },
      },
    },
  },
}

const key = fc.constantFrom('x', 'y', 'z')
const spec = fc.record(
  {
    a: fc.integer({ min: 0, max: 3 }),
    map: fc.dictionary(key, fc.constantFrom('1', '2')),
    set: fc.uniqueArray(key),
    free: fc.dictionary(key, fc.jsonValue({ maxDepth: 1 })),
    list: fc.uniqueArray(fc.record({ k: key, v: fc.integer({ min: 0, max: 2 }) }, { requiredKeys: ['k'] }), { selector: ({ k }) => k }),
  },
  { requiredKeys: [] },
)
const config = (value: unknown): KubeObject => ({ apiVersion: 'example.dev/v1', kind: 'Thing', metadata: { name: 'a' }, spec: value })
const writer = (manager: string): Writer => ({ manager, apiVersion: 'example.dev/v1', subresource: '', time: '2026-01-01T00:00:00Z', ignored: new FieldSet() })
const apply = (live: KubeObject | undefined, manager: string, value: unknown) =>
  applyConfiguration(live, config(structuredClone(value)), schema, writer(manager), true)

describe('server-side apply', () => {
  it('says what it was told: the applied fields are there afterwards', () => {
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const result = apply(apply(undefined, 'one', one), 'two', two)
        const merged = merge(result.spec as Json, two as Json, schema.properties!.spec)
        assert.deepEqual(merged, result.spec)
      }),
    )
  })

  it('changes nothing when it is repeated', () => {
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const first = apply(apply(undefined, 'one', one), 'two', two)
        assert.deepEqual(apply(first, 'two', two), first)
      }),
    )
  })

  it('takes back what only this manager said, and nothing else', () => {
    fc.assert(
      fc.property(spec, spec, (one, two) => {
        const both = apply(apply(undefined, 'one', one), 'two', two)
        const left = apply(both, 'two', {})
        const owners = (left.metadata.managedFields as { manager: string; fieldsV1: JsonObject }[]).filter(({ manager }) => manager === 'one')
        const owned = owners.reduce((all, { fieldsV1 }) => all.union(FieldSet.parse(fieldsV1)), new FieldSet())
        const there = fieldsOf({ spec: left.spec } as Json, schema)
        assert.deepEqual(owned.difference(there).paths(), [], 'what the other one owns is still there')
      }),
    )
  })

  it('keeps sets of fields through their stored form', () => {
    fc.assert(
      fc.property(spec, (one) => {
        const set = fieldsOf({ spec: one } as Json, schema)
        assert.deepEqual(FieldSet.parse(set.toFieldsV1()).paths(), set.paths())
      }),
    )
  })
})

describe('patches', () => {
  it('merge patch: applied twice is applied once', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (target, patch) => {
        const once = mergePatch(target as Json, patch as Json)
        assert.deepEqual(mergePatch(once, patch as Json), once)
      }),
    )
  })

  it('finds no doubled field in JSON that JSON.stringify wrote', () => {
    fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(duplicateFields(text), [])))
  })

  it('finds doubled fields wherever they stand', () => {
    assert.deepEqual(duplicateFields('{"a":1,"b":[{"c":"}","c":2}],"a":{"d\\"":[],"d\\"":{}}}'), ['b[0].c', 'a', 'a.d"'])
  })
})
