/** Lists: pages, snapshots, selectors, tables; and what one object looks like. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { configMap, configMaps, type Kube, type Loose, refused, TABLE, well } from './client.ts'

const LIST = 'GET /api/v1/namespaces/{namespace}/configmaps'
const GET = 'GET /api/v1/namespaces/{namespace}/configmaps/{name}'

const names = (list: Loose) => list.items.map(({ metadata }: Loose) => metadata.name)

/** Objects a to e, with labels of their place. */
async function five(kube: Kube): Promise<{ path: string; versions: string[]; namespace: string }> {
  const namespace = await kube.namespace()
  const path = configMaps(namespace)
  const versions: string[] = []
  for (const [i, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    const labels = { place: String(i), ...(i % 2 === 0 ? { even: '' } : {}) }
    versions.push(well(await kube.post(path, configMap(name, { n: String(i) }, { labels })), 201).metadata.resourceVersion)
  }
  return { path, versions, namespace }
}

export const lists: readonly Case<Kube>[] = [
  {
    call: LIST,
    name: 'in the order of names, items without kind, with a version of the whole',
    async run(kube) {
      const { path, versions } = await five(kube)
      const list = well(await kube.get(path))
      assert.deepEqual([list.kind, list.apiVersion, names(list)], ['ConfigMapList', 'v1', ['a', 'b', 'c', 'd', 'e']])
      assert.deepEqual([list.items[0].kind, list.items[0].apiVersion], [undefined, undefined])
      assert.ok(BigInt(list.metadata.resourceVersion) >= BigInt(versions.at(-1)!))
      assert.deepEqual(Object.keys(list.metadata), ['resourceVersion'])
    },
  },
  {
    call: LIST,
    name: 'pages that go on where the last one ended, of one snapshot',
    async run(kube) {
      const { path } = await five(kube)
      const first = well(await kube.get(`${path}?limit=2`))
      assert.deepEqual([names(first), first.metadata.remainingItemCount], [['a', 'b'], 3])
      well(await kube.delete(`${path}/d`))
      well(await kube.post(path, configMap('bb')), 201)
      const second = well(await kube.get(`${path}?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`))
      assert.deepEqual([names(second), second.metadata.remainingItemCount, second.metadata.resourceVersion], [['c', 'd'], 1, first.metadata.resourceVersion])
      const third = well(await kube.get(`${path}?limit=2&continue=${encodeURIComponent(second.metadata.continue)}`))
      assert.deepEqual([names(third), third.metadata.continue, third.metadata.remainingItemCount], [['e'], undefined, undefined])
    },
  },
  {
    call: LIST,
    name: 'a limit that is not reached gives no token',
    async run(kube) {
      const { path } = await five(kube)
      const list = well(await kube.get(`${path}?limit=5`))
      assert.deepEqual([list.items.length, list.metadata.continue], [5, undefined])
    },
  },
  {
    call: LIST,
    name: 'with a selector the rest is not counted',
    async run(kube) {
      const { path } = await five(kube)
      const list = well(await kube.get(`${path}?limit=1&labelSelector=even`))
      assert.deepEqual([names(list), list.metadata.remainingItemCount, typeof list.metadata.continue], [['a'], undefined, 'string'])
    },
  },
  {
    call: LIST,
    name: 'a limit that is no number, or negative',
    async run(kube) {
      const { path } = await five(kube)
      refused(await kube.get(`${path}?limit=many`), 400, 'BadRequest')
      assert.equal(well(await kube.get(`${path}?limit=-1`)).items.length, 5)
    },
  },
  {
    call: LIST,
    name: 'a token beside a version',
    async run(kube) {
      const { path } = await five(kube)
      const { metadata } = well(await kube.get(`${path}?limit=2`))
      const got = await kube.get(`${path}?limit=2&continue=${encodeURIComponent(metadata.continue)}&resourceVersion=${metadata.resourceVersion}`)
      refused(got, 400, 'BadRequest', 'specifying resource version is not allowed when using continue')
    },
  },
  {
    call: LIST,
    name: 'exactly at a version in the past',
    async run(kube) {
      const { path, versions } = await five(kube)
      const list = well(await kube.get(`${path}?resourceVersion=${versions[2]}&resourceVersionMatch=Exact`))
      assert.deepEqual([names(list), list.metadata.resourceVersion], [['a', 'b', 'c'], versions[2]])
    },
  },
  {
    call: LIST,
    name: 'not older than a version, and at any version (0)',
    async run(kube) {
      const { path, versions } = await five(kube)
      const list = well(await kube.get(`${path}?resourceVersion=${versions[4]}&resourceVersionMatch=NotOlderThan`))
      assert.deepEqual(names(list), ['a', 'b', 'c', 'd', 'e'])
      await kube.until(`${path}?resourceVersion=0`, ({ body }) => body.items.length === 5)
    },
  },
  ...(
    [
      ['a match without a version', 'resourceVersionMatch=Exact', 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
      ['an unknown match', 'resourceVersion=1&resourceVersionMatch=Roughly', 'Unsupported value: "Roughly": supported values: "Exact", "NotOlderThan"'],
      ['exactly at version 0', 'resourceVersion=0&resourceVersionMatch=Exact', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'],
    ] as const
  ).map(
    ([name, query, message]): Case<Kube> => ({
      call: LIST,
      name,
      async run(kube) {
        const got = await kube.get(`${configMaps('default')}?${query}`)
        refused(got, 422, 'Invalid')
        assert.ok(got.body.message.includes(message), got.body.message)
      },
    }),
  ),
  {
    call: LIST,
    name: 'a version that was compacted away',
    async run(kube) {
      const got = await kube.get(`${configMaps('default')}?resourceVersion=1&resourceVersionMatch=Exact`)
      // Right behind its start a real server still has its first version.
      if (got.status !== 200) refused(got, 410, 'Expired')
    },
  },
  ...(
    [
      ['equality', 'place=1', ['b']],
      ['inequality, also of those that lack the label', 'place!=1', ['a', 'c', 'd', 'e']],
      ['a set', 'place in (0,3)', ['a', 'd']],
      ['outside of a set', 'place notin (0,3)', ['b', 'c', 'e']],
      ['presence', 'even', ['a', 'c', 'e']],
      ['absence', '!even', ['b', 'd']],
      ['several at once', 'even,place notin (0)', ['c', 'e']],
      ['an empty value', 'even=', ['a', 'c', 'e']],
      ['two equal signs', 'place==4', ['e']],
      ['greater than', 'place>2', ['d', 'e']],
    ] as const
  ).map(
    ([name, selector, expected]): Case<Kube> => ({
      call: LIST,
      name: `label selector: ${name}`,
      async run(kube) {
        const { path } = await five(kube)
        assert.deepEqual(names(well(await kube.get(`${path}?labelSelector=${encodeURIComponent(selector)}`))), expected)
      },
    }),
  ),
  ...(
    [
      ['by name', 'metadata.name=c', ['c']],
      ['by other names', 'metadata.name!=c', ['a', 'b', 'd', 'e']],
      ['by the namespace', 'metadata.namespace=elsewhere', []],
    ] as const
  ).map(
    ([name, selector, expected]): Case<Kube> => ({
      call: LIST,
      name: `field selector: ${name}`,
      async run(kube) {
        const { path } = await five(kube)
        assert.deepEqual(names(well(await kube.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`))), expected)
      },
    }),
  ),
  {
    call: LIST,
    name: 'field selector: of a field that cannot be selected by',
    async run(kube) {
      const got = await kube.get(`${configMaps('default')}?fieldSelector=data.x%3D1`)
      refused(got, 400, 'BadRequest', '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"')
    },
  },
  {
    call: LIST,
    name: 'of a namespace that is not there is empty',
    async run(kube) {
      assert.deepEqual(names(well(await kube.get(configMaps('no-such-namespace')))), [])
    },
  },
  {
    call: 'GET /api/v1/configmaps',
    name: 'over all namespaces, in the order of namespace and name',
    async run(kube) {
      const [one, two] = [await five(kube), await five(kube)]
      const list = well(await kube.get('/api/v1/configmaps?labelSelector=place%3D1'))
      const seen = list.items.map(({ metadata }: Loose) => metadata.namespace).filter((name: string) => [one.namespace, two.namespace].includes(name))
      assert.deepEqual(seen, [one.namespace, two.namespace].sort())
    },
  },
  {
    call: 'POST /api/v1/configmaps',
    name: 'without a namespace nothing is created',
    async run(kube) {
      refused(await kube.post('/api/v1/configmaps', configMap('a')), 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    },
  },
  {
    call: LIST,
    name: 'as a table, with the columns of kubectl',
    async run(kube) {
      const { path } = await five(kube)
      const table = well(await kube.get(path, TABLE))
      assert.deepEqual([table.kind, table.apiVersion], ['Table', 'meta.k8s.io/v1'])
      assert.deepEqual(
        table.columnDefinitions.map(({ name, type, format, priority }: Loose) => [name, type, format, priority]),
        [
          ['Name', 'string', 'name', 0],
          ['Data', 'string', '', 0],
          ['Age', 'string', '', 0],
        ],
      )
      assert.deepEqual(table.rows[1].cells.slice(0, 2), ['b', 1])
      assert.deepEqual([table.rows[1].object.kind, table.rows[1].object.metadata.name], ['PartialObjectMetadata', 'b'])
    },
  },
  {
    call: LIST,
    name: 'as a table with whole objects, and with an unknown part of them',
    async run(kube) {
      const { path } = await five(kube)
      const table = well(await kube.get(`${path}?includeObject=Object`, TABLE))
      assert.deepEqual([table.rows[0].object.kind, table.rows[0].object.data], ['ConfigMap', { n: '0' }])
      assert.equal((await kube.get(`${path}?includeObject=Half`, TABLE)).status, 400)
    },
  },
  {
    call: LIST,
    name: 'metadata alone',
    async run(kube) {
      const { path } = await five(kube)
      const list = well(await kube.get(path, 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'))
      assert.deepEqual([list.kind, list.apiVersion], ['PartialObjectMetadataList', 'meta.k8s.io/v1'])
      assert.deepEqual([list.items[0].metadata.name, list.items[0].data], ['a', undefined])
    },
  },
  {
    call: LIST,
    name: 'the first media type that is known is taken',
    async run(kube) {
      const { path } = await five(kube)
      const got = await kube.get(path, `application/json;as=Table;v=v9;g=meta.k8s.io,${TABLE},application/json`)
      assert.equal(well(got).kind, 'Table')
    },
  },
  {
    call: GET,
    name: 'as YAML',
    async run(kube) {
      const { path } = await five(kube)
      const got = await kube.get(`${path}/a`, 'application/yaml')
      assert.deepEqual([got.status, got.headers['content-type']], [200, 'application/yaml'])
      assert.match(
        got.text,
        /^apiVersion: v1\ndata:\n {2}"n": "0"\nkind: ConfigMap\nmetadata:\n[\s\S]* {2}managedFields:\n {2}- apiVersion: v1\n[\s\S]* {10}\.: \{\}\n/,
      )
    },
  },
  {
    call: GET,
    name: 'with the fields that a server fills in',
    async run(kube) {
      const { path, namespace, versions } = await five(kube)
      const { metadata, ...rest } = well(await kube.get(`${path}/a`))
      assert.deepEqual(rest, { apiVersion: 'v1', kind: 'ConfigMap', data: { n: '0' } })
      assert.deepEqual(Object.keys(metadata).sort(), ['creationTimestamp', 'labels', 'managedFields', 'name', 'namespace', 'resourceVersion', 'uid'])
      assert.deepEqual([metadata.namespace, metadata.resourceVersion], [namespace, versions[0]])
      assert.match(metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      assert.match(metadata.uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.deepEqual(metadata.managedFields, [
        {
          manager: 'talker',
          operation: 'Update',
          apiVersion: 'v1',
          time: metadata.creationTimestamp,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': { '.': {}, 'f:n': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:even': {}, 'f:place': {} } } },
        },
      ])
    },
  },
  {
    call: GET,
    name: 'at a version: any that is not newer than there is',
    async run(kube) {
      const { path, versions } = await five(kube)
      assert.equal(well(await kube.get(`${path}/a?resourceVersion=${versions[0]}`)).metadata.name, 'a')
      assert.equal((await kube.get(`${path}/a?resourceVersion=x`)).status, 500)
    },
  },
  {
    call: GET,
    name: 'that is not there',
    async run(kube) {
      const status = refused(await kube.get(configMaps('default', 'nothing')), 404, 'NotFound', 'configmaps "nothing" not found')
      assert.deepEqual(status.details, { name: 'nothing', kind: 'configmaps' })
    },
  },
  {
    call: 'HEAD /api/v1/namespaces/{namespace}/configmaps/{name}',
    name: 'is not a thing of objects',
    async run(kube) {
      const { path } = await five(kube)
      const got = await kube.ask({ method: 'HEAD', path: `${path}/a` })
      assert.deepEqual([got.status, got.text], [405, ''])
    },
  },
]
