/** Watches: what they start with, what they tell, how they end. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { configMap, configMaps, type Kube, type Loose, MERGE, TABLE, well } from './client.ts'

const WATCH = 'WATCH /api/v1/namespaces/{namespace}/configmaps'
const told = (events: Loose[]) => events.map(({ type, object }) => `${type} ${object.metadata?.name}`)

async function place(kube: Kube): Promise<string> {
  return configMaps(await kube.namespace())
}

export const watches: readonly Case<Kube>[] = [
  {
    call: WATCH,
    name: 'from a version on: every change, in order, with the whole object',
    async run(kube) {
      const path = await place(kube)
      const { metadata } = well(await kube.get(path))
      well(await kube.post(path, configMap('a', { n: '1' })), 201)
      well(await kube.patch(`${path}/a`, MERGE, { data: { n: '2' } }))
      const watch = await kube.watch(`${path}?resourceVersion=${metadata.resourceVersion}`)
      well(await kube.delete(`${path}/a`))
      const events = await watch.next(3)
      watch.stop()
      assert.deepEqual(told(events), ['ADDED a', 'MODIFIED a', 'DELETED a'])
      assert.deepEqual(
        events.map(({ object }) => [object.kind, object.data.n]),
        [
          ['ConfigMap', '1'],
          ['ConfigMap', '2'],
          ['ConfigMap', '2'],
        ],
      )
      const versions = events.map(({ object }) => BigInt(object.metadata.resourceVersion))
      assert.ok(versions[0]! < versions[1]! && versions[1]! < versions[2]!, 'the deletion has a version of its own')
    },
  },
  {
    call: WATCH,
    name: 'without a version: what is there, then the changes',
    async run(kube) {
      const path = await place(kube)
      for (const name of ['a', 'b']) well(await kube.post(path, configMap(name)), 201)
      await kube.until(`${path}?resourceVersion=0`, ({ body }) => body.items.length === 2)
      const watch = await kube.watch(path)
      assert.deepEqual(told(await watch.next(2)).sort(), ['ADDED a', 'ADDED b'])
      well(await kube.delete(`${path}/b`))
      assert.deepEqual(told(await watch.next()), ['DELETED b'])
      watch.stop()
    },
  },
  {
    call: WATCH,
    name: 'an update that changes nothing is not told',
    async run(kube) {
      const path = await place(kube)
      const { metadata } = well(await kube.post(path, configMap('a', { n: '1' })), 201)
      const watch = await kube.watch(`${path}?resourceVersion=${metadata.resourceVersion}`)
      const same = well(await kube.patch(`${path}/a`, MERGE, { data: { n: '1' } }))
      assert.equal(same.metadata.resourceVersion, metadata.resourceVersion)
      well(await kube.patch(`${path}/a`, MERGE, { data: { n: '2' } }))
      assert.equal((await watch.next())[0].object.data.n, '2')
      watch.stop()
    },
  },
  {
    call: WATCH,
    name: 'what begins and ceases to match a selector is told as added and deleted',
    async run(kube) {
      const path = await place(kube)
      const { metadata } = well(await kube.post(path, configMap('a')), 201)
      const watch = await kube.watch(`${path}?labelSelector=on&resourceVersion=${metadata.resourceVersion}`)
      well(await kube.patch(`${path}/a`, MERGE, { metadata: { labels: { on: '' } } }))
      well(await kube.patch(`${path}/a`, MERGE, { data: { n: '1' } }))
      const out = well(await kube.patch(`${path}/a`, MERGE, { metadata: { labels: null } }))
      const events = await watch.next(3)
      watch.stop()
      assert.deepEqual(told(events), ['ADDED a', 'MODIFIED a', 'DELETED a'])
      // The last state that matched, at the version at which it ceased to.
      assert.deepEqual([events[2].object.metadata.labels, events[2].object.metadata.resourceVersion], [{ on: '' }, out.metadata.resourceVersion])
    },
  },
  {
    call: WATCH,
    name: 'of one name',
    async run(kube) {
      const path = await place(kube)
      const { metadata } = well(await kube.get(path))
      const watch = await kube.watch(`${path}?fieldSelector=metadata.name%3Db&resourceVersion=${metadata.resourceVersion}`)
      for (const name of ['a', 'b']) well(await kube.post(path, configMap(name)), 201)
      assert.deepEqual(told(await watch.next()), ['ADDED b'])
      watch.stop()
    },
  },
  {
    call: WATCH,
    name: 'initial events end with a bookmark that says so',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a')), 201)
      const watch = await kube.watch(`${path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`)
      const [added, bookmark] = await watch.next(2)
      watch.stop()
      assert.deepEqual([added.type, added.object.metadata.name, bookmark.type], ['ADDED', 'a', 'BOOKMARK'])
      assert.deepEqual(Object.keys(bookmark.object).sort(), ['apiVersion', 'kind', 'metadata'])
      assert.deepEqual(bookmark.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
      assert.ok(BigInt(bookmark.object.metadata.resourceVersion) >= BigInt(added.object.metadata.resourceVersion))
    },
  },
  ...(
    [
      [
        'initial events without a match',
        'sendInitialEvents=true',
        'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ],
      [
        'a match without initial events',
        'resourceVersion=0&resourceVersionMatch=NotOlderThan',
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ],
    ] as const
  ).map(
    ([name, query, message]): Case<Kube> => ({
      call: WATCH,
      name,
      async run(kube) {
        const watch = await kube.watch(`${configMaps('default')}?${query}`)
        assert.equal(watch.status, 422)
        const [status] = await watch.next()
        assert.deepEqual([status.kind, status.reason], ['Status', 'Invalid'])
        assert.ok(status.message.includes(message), status.message)
      },
    }),
  ),
  {
    call: WATCH,
    name: 'ends after timeoutSeconds',
    async run(kube) {
      const watch = await kube.watch(`${await place(kube)}?timeoutSeconds=1`)
      assert.equal(watch.status, 200)
      assert.deepEqual(await watch.all(), [])
    },
  },
  {
    call: WATCH,
    name: 'a timeout that is no number',
    async run(kube) {
      const watch = await kube.watch(`${configMaps('default')}?timeoutSeconds=soon`)
      assert.equal(watch.status, 400)
    },
  },
  {
    call: WATCH,
    name: 'from a version that is no number',
    async run(kube) {
      const watch = await kube.watch(`${configMaps('default')}?resourceVersion=x`)
      assert.equal(watch.status, 500)
      assert.match((await watch.next())[0].message, /Invalid value|strconv|invalid syntax/)
    },
  },
  {
    call: WATCH,
    name: 'from a version of the future waits',
    async run(kube) {
      const path = await place(kube)
      const watch = await kube.watch(`${path}?resourceVersion=999999999&timeoutSeconds=2`)
      const events = await watch.all()
      assert.deepEqual(
        events.map(({ type, object }) => [type, object.reason ?? object.status]),
        watch.status === 200 ? [] : [[undefined, undefined]],
      )
    },
  },
  {
    call: WATCH,
    name: 'as tables, the columns only once',
    async run(kube) {
      const path = await place(kube)
      const { metadata } = well(await kube.get(path))
      const watch = await kube.watch(`${path}?resourceVersion=${metadata.resourceVersion}`, TABLE)
      for (const name of ['a', 'b']) well(await kube.post(path, configMap(name)), 201)
      const events = await watch.next(2)
      watch.stop()
      assert.deepEqual(
        events.map(({ object }) => [object.kind, object.columnDefinitions?.length ?? 0, object.rows[0].cells[0]]),
        [
          ['Table', 3, 'a'],
          ['Table', 0, 'b'],
        ],
      )
    },
  },
  {
    call: 'WATCH /api/v1/configmaps',
    name: 'over all namespaces',
    async run(kube) {
      const [one, two] = [await place(kube), await place(kube)]
      const { metadata } = well(await kube.get('/api/v1/configmaps'))
      const watch = await kube.watch(`/api/v1/configmaps?labelSelector=everywhere&resourceVersion=${metadata.resourceVersion}`)
      for (const path of [one, two]) well(await kube.post(path, configMap('a', {}, { labels: { everywhere: '' } })), 201)
      const events = await watch.next(2)
      watch.stop()
      assert.deepEqual(
        events.map(({ object }) => configMaps(object.metadata.namespace)),
        [one, two],
      )
    },
  },
  {
    call: 'WATCH /api/v1/namespaces',
    name: 'a namespace comes, is marked and goes',
    async run(kube) {
      const { metadata } = well(await kube.get('/api/v1/namespaces'))
      const namespace = await kube.namespace()
      const watch = await kube.watch(`/api/v1/namespaces?fieldSelector=metadata.name%3D${namespace}&resourceVersion=${metadata.resourceVersion}`)
      well(await kube.delete(`/api/v1/namespaces/${namespace}`))
      const seen: string[] = []
      while (!seen.includes('DELETED')) for (const { type, object } of await watch.next()) seen.push(type, object.status.phase)
      watch.stop()
      assert.deepEqual(seen.slice(0, 4), ['ADDED', 'Active', 'MODIFIED', 'Terminating'])
    },
  },
]
