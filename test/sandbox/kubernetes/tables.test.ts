import assert from 'node:assert/strict'
import type { KubeObject } from '../../../src/ports/index.ts'
import { builtinTypes } from '../../../src/sandbox/kubernetes/builtin/index.ts'
import { ageOf } from '../../../src/sandbox/kubernetes/duration.ts'
import type { Json } from '../../../src/sandbox/kubernetes/json.ts'
import { findAll, parseJsonPath } from '../../../src/sandbox/kubernetes/jsonpath.ts'
import { fieldSelector, labelSelector } from '../../../src/sandbox/kubernetes/selectors.ts'
import { strategicMerge } from '../../../src/sandbox/kubernetes/strategic.ts'

describe('kubernetes ages', () => {
  const second = 1000
  const minute = 60 * second
  const hour = 60 * minute
  const day = 24 * hour
  const cases: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 5 * second, '9m5s'],
    [10 * minute + 5 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 30 * minute, '7h30m'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [7 * day + 5 * hour, '7d5h'],
    [8 * day + 5 * hour, '8d'],
    [729 * day, '729d'],
    [731 * day, '2y1d'],
    [3650 * day, '10y'],
    [-5 * second, '<invalid>'],
  ]
  for (const [ms, shown] of cases) {
    it(`${shown} after ${ms} ms`, () => assert.equal(ageOf('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + ms), shown))
  }
  it('<unknown> without a time', () => assert.equal(ageOf(undefined, 0), '<unknown>'))
})

describe('kubernetes JSONPath', () => {
  const object = {
    metadata: { annotations: { 'a.b/c': 'dotted' } },
    spec: { list: [{ n: 1 }, { n: 2 }, { n: 3 }] },
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Stalled', status: 'False' },
      ],
    },
  }
  const cases: readonly (readonly [string, Json[]])[] = [
    ['.spec.list[0].n', [1]],
    ['.spec.list[-1].n', [3]],
    ['.spec.list[*].n', [1, 2, 3]],
    ['.spec.list[?(@.n > 1)].n', [2, 3]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ["{.status.conditions[?(@.type=='Stalled')].status}", ['False']],
    ['.metadata.annotations.a\\.b/c', ['dotted']],
    [".metadata.annotations['a.b/c']", ['dotted']],
    ['.spec.nothing.here', []],
  ]
  for (const [path, found] of cases) it(path, () => assert.deepEqual(findAll(object, parseJsonPath(path)), found))
  it('refuses what it does not understand', () => assert.throws(() => parseJsonPath('.spec[?(@.a'), SyntaxError))
})

describe('kubernetes selectors', () => {
  const object: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x', labels: { app: 'one', tier: '' } } }
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['app=one', true],
    ['app==one,tier=', true],
    ['app!=one', false],
    ['other!=one', true],
    ['app in (one, two)', true],
    ['app notin (one)', false],
    ['app', true],
    ['!app', false],
    ['!other,app in (two,one),tier', true],
  ]
  for (const [selector, matches] of cases) it(`labels ${selector || '(none)'}`, () => assert.equal(labelSelector(selector)(object), matches))
  for (const selector of ['app in one', '=x', 'app=a b', 'bad key=x', 'app>x']) {
    it(`refuses labels ${selector}`, () => assert.throws(() => labelSelector(selector), { name: 'ApiError' }))
  }
  const type = builtinTypes.find(({ plural }) => plural === 'configmaps')!
  it('fields', () => {
    assert.equal(fieldSelector('metadata.name=a,metadata.namespace!=y', type)(object), true)
    assert.equal(fieldSelector('metadata.name!=a', type)(object), false)
    assert.throws(() => fieldSelector('data.a=1', type), { name: 'ApiError' })
  })
})

describe('strategic merge patch', () => {
  const list = { type: 'array', 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name', items: { type: 'object' } } as const
  const schema = { type: 'object', properties: { list, names: { type: 'array', 'x-kubernetes-patch-strategy': 'merge' }, plain: { type: 'array' } } } as const
  const target = {
    list: [
      { name: 'a', v: 1 },
      { name: 'b', v: 1 },
      { name: 'c', v: 1 },
    ],
    names: ['x', 'y'],
    plain: [1, 2],
    map: { k: 1 },
  }
  const cases: readonly (readonly [string, Json, Json])[] = [
    [
      'merges entries by key, new ones first',
      { list: [{ name: 'b', v: 2 }, { name: 'd' }] },
      [{ name: 'a', v: 1 }, { name: 'b', v: 2 }, { name: 'd' }, { name: 'c', v: 1 }],
    ],
    [
      'deletes an entry',
      { list: [{ name: 'b', $patch: 'delete' }] },
      [
        { name: 'a', v: 1 },
        { name: 'c', v: 1 },
      ],
    ],
    ['replaces a list', { list: [{ name: 'z' }, { $patch: 'replace' }] }, [{ name: 'z' }]],
    [
      'orders as told',
      { list: [{ name: 'a', v: 3 }], '$setElementOrder/list': [{ name: 'c' }, { name: 'a' }] },
      [
        { name: 'a', v: 3 },
        { name: 'b', v: 1 },
        { name: 'c', v: 1 },
      ],
    ],
  ]
  for (const [name, patch, expected] of cases) it(name, () => assert.deepEqual((strategicMerge(target, patch, schema) as { list: Json }).list, expected))
  it('treats sets, plain lists and maps each in its way', () => {
    const patch = { names: ['z', 'y'], '$deleteFromPrimitiveList/names': ['x'], plain: [3], map: { $patch: 'replace', n: 1 } }
    assert.deepEqual(strategicMerge(target, patch, schema), { list: target.list, names: ['z', 'y'], plain: [3], map: { n: 1 } })
  })
})
