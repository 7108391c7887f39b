/** Create, replace, patch, apply and delete, and what managedFields remember of it. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { APPLY, configMap, configMaps, JSON_PATCH, type Kube, type Loose, MERGE, refused, STRATEGIC, well } from './client.ts'

const AT = '/api/v1/namespaces/{namespace}/configmaps'
const [POST, PUT, PATCH, DELETE, DELETE_ALL] = [`POST ${AT}`, `PUT ${AT}/{name}`, `PATCH ${AT}/{name}`, `DELETE ${AT}/{name}`, `DELETE ${AT}`]
const SECRETS = 'POST /api/v1/namespaces/{namespace}/secrets'

const place = async (kube: Kube) => configMaps(await kube.namespace())
const managers = (object: Loose) => object.metadata.managedFields.map(({ manager, operation, subresource }: Loose) => [manager, operation, subresource ?? ''])
const dataOf = (object: Loose, manager: string) =>
  Object.keys(object.metadata.managedFields.find((entry: Loose) => entry.manager === manager)?.fieldsV1['f:data'] ?? {}).sort()

export const writes: readonly Case<Kube>[] = [
  {
    call: POST,
    name: 'what a client may not set is set anew',
    async run(kube) {
      const path = await place(kube)
      const uid = '00000000-0000-4000-8000-000000000000'
      const made = well(await kube.post(path, configMap('a', {}, { uid, creationTimestamp: '2000-01-01T00:00:00Z', generation: 7, selfLink: '/x' })), 201)
      assert.notEqual(made.metadata.uid, uid)
      assert.ok(!made.metadata.creationTimestamp.startsWith('2000'))
      assert.deepEqual([made.metadata.selfLink, made.metadata.generation], [undefined, 7])
    },
  },
  {
    call: POST,
    name: 'of a generated name, and of one that is taken',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } }), 201)
      assert.match(made.metadata.name, /^gen-[a-z0-9]{5}$/)
      assert.equal(made.metadata.generateName, 'gen-')
      refused(await kube.post(path, configMap(made.metadata.name)), 409, 'AlreadyExists', `configmaps "${made.metadata.name}" already exists`)
    },
  },
  {
    call: POST,
    name: 'as YAML',
    async run(kube) {
      const path = await place(kube)
      const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: by-text\ndata:\n  a: "1"\n'
      const made = well(await kube.ask({ method: 'POST', path, body, headers: { 'content-type': 'application/yaml' } }), 201)
      assert.deepEqual(made.data, { a: '1' })
    },
  },
  {
    call: POST,
    name: 'a dry run gives the object and keeps nothing',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(`${path}?dryRun=All`, configMap('dry', { a: '1' })), 201)
      assert.deepEqual([made.data, made.metadata.resourceVersion, typeof made.metadata.uid], [{ a: '1' }, undefined, 'string'])
      assert.equal((await kube.get(`${path}/dry`)).status, 404)
    },
  },
  ...(
    [
      ['Strict', 400, undefined],
      ['Warn', 201, '299 - "unknown field \\"metadata.shade\\"", 299 - "unknown field \\"colour\\""'],
      ['Ignore', 201, undefined],
    ] as const
  ).map(
    ([mode, status, warning]): Case<Kube> => ({
      call: POST,
      name: `fields that are not there, fieldValidation=${mode}`,
      async run(kube) {
        const path = await place(kube)
        const got = await kube.post(`${path}?fieldValidation=${mode}`, { ...configMap('a', {}, { shade: 'dark' }), colour: 'red' })
        assert.deepEqual([got.status, got.headers.warning], [status, warning])
        if (status === 201) assert.deepEqual([got.body.colour, got.body.metadata.shade], [undefined, undefined])
        else
          assert.equal(
            got.body.message,
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.shade", unknown field "colour"',
          )
      },
    }),
  ),
  {
    call: POST,
    name: 'the manager is the first word of the user agent, or as one says',
    async run(kube) {
      const path = await place(kube)
      const agent = await kube.ask({ method: 'POST', path, body: configMap('a', { n: '1' }), headers: { 'user-agent': 'some tool/1.2 (x)' } })
      assert.deepEqual(managers(well(agent, 201)), [['some tool', 'Update', '']])
      assert.deepEqual(managers(well(await kube.post(`${path}?fieldManager=me`, configMap('b', { n: '1' })), 201)), [['me', 'Update', '']])
      refused(await kube.post(`${path}?fieldManager=${'x'.repeat(129)}`, configMap('c')), 422, 'Invalid')
    },
  },
  {
    call: SECRETS,
    name: 'a Secret of helm: type, labels, bytes',
    async run(kube) {
      const path = (await place(kube)).replace('configmaps', 'secrets')
      const made = well(
        await kube.post(path, {
          apiVersion: 'v1',
          kind: 'Secret',
          type: 'helm.sh/release.v1',
          metadata: { name: 'sh.helm.release.v1.x.v1', labels: { owner: 'helm', name: 'x', status: 'deployed', version: '1' } },
          data: { release: 'eA==' },
        }),
        201,
      )
      assert.deepEqual([made.type, made.data], ['helm.sh/release.v1', { release: 'eA==' }])
      const list = well(await kube.get(`${path}?labelSelector=${encodeURIComponent('name=x,owner=helm')}`))
      assert.deepEqual(
        list.items.map(({ metadata }: Loose) => metadata.name),
        ['sh.helm.release.v1.x.v1'],
      )
      assert.equal(well(await kube.get(`${path}?fieldSelector=${encodeURIComponent('type=helm.sh/release.v1')}`)).items.length, 1)
    },
  },
  {
    call: 'GET /api/v1/namespaces/{namespace}/secrets/{name}',
    name: 'values in base64, plain text never',
    async run(kube) {
      const path = (await place(kube)).replace('configmaps', 'secrets')
      const body = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'login' },
        type: 'kubernetes.io/basic-auth',
        stringData: { username: 'me', password: 'geheim' },
      }
      well(await kube.post(path, body), 201)
      const found = well(await kube.get(`${path}/login`))
      assert.deepEqual([found.type, found.data, found.stringData], ['kubernetes.io/basic-auth', { username: 'bWU=', password: 'Z2VoZWlt' }, undefined])
      refused(await kube.get(`${path}/nothing`), 404, 'NotFound', 'secrets "nothing" not found')
    },
  },
  {
    call: PUT,
    name: 'a version must be the newest; without one the newest is meant',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, configMap('a', { n: '1' })), 201)
      const next = well(await kube.put(`${path}/a`, { ...made, data: { n: '2' } }))
      assert.notEqual(next.metadata.resourceVersion, made.metadata.resourceVersion)
      refused(
        await kube.put(`${path}/a`, { ...made, data: { n: '3' } }),
        409,
        'Conflict',
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      )
      assert.deepEqual(well(await kube.put(`${path}/a`, configMap('a', { n: '4' }))).data, { n: '4' })
    },
  },
  {
    call: PUT,
    name: 'of what is not there',
    async run(kube) {
      refused(await kube.put(`${await place(kube)}/a`, configMap('a')), 404, 'NotFound', 'configmaps "a" not found')
    },
  },
  {
    call: PUT,
    name: 'what cannot change stays: uid, time of creation',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, configMap('a', { n: '1' })), 201)
      const body = configMap('a', { n: '2' }, { uid: '00000000-0000-4000-8000-000000000000' })
      const status = refused(await kube.put(`${path}/a`, body), 409, 'Conflict')
      assert.match(status.message, /Precondition failed: UID in precondition: 00000000-0000-4000-8000-000000000000, UID in object meta: /)
      const next = well(await kube.put(`${path}/a`, configMap('a', { n: '2' }, { creationTimestamp: '2000-01-01T00:00:00Z' })))
      assert.equal(next.metadata.creationTimestamp, made.metadata.creationTimestamp)
    },
  },
  {
    call: PUT,
    name: 'with empty managedFields they start anew',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(`${path}?fieldManager=first`, configMap('a', { n: '1' })), 201)
      const next = well(await kube.put(`${path}/a?fieldManager=second`, configMap('a', { n: '1' }, { managedFields: [{}] })))
      assert.equal(next.metadata.managedFields, undefined)
    },
  },
  {
    call: PATCH,
    name: 'merge: null takes away, a list is replaced',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a', { x: '1', y: '2' }, { finalizers: ['example.dev/one'] })), 201)
      const next = well(await kube.patch(`${path}/a`, MERGE, { data: { x: null, z: '3' }, metadata: { finalizers: ['example.dev/two'] } }))
      assert.deepEqual([next.data, next.metadata.finalizers], [{ y: '2', z: '3' }, ['example.dev/two']])
    },
  },
  {
    call: PATCH,
    name: 'merge at an old version',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, configMap('a')), 201)
      well(await kube.patch(`${path}/a`, MERGE, { data: { n: '1' } }))
      const got = await kube.patch(`${path}/a`, MERGE, { metadata: { resourceVersion: made.metadata.resourceVersion }, data: { n: '2' } })
      refused(got, 409, 'Conflict', /the object has been modified/)
    },
  },
  {
    call: PATCH,
    name: 'JSON patch: test, add, remove, move, copy, replace',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a', { x: '1', 'a.b': '2' })), 201)
      const next = well(
        await kube.patch(`${path}/a`, JSON_PATCH, [
          { op: 'test', path: '/data/x', value: '1' },
          { op: 'copy', from: '/data/x', path: '/data/y' },
          { op: 'move', from: '/data/a.b', path: '/data/z' },
          { op: 'replace', path: '/data/x', value: '9' },
          { op: 'add', path: '/metadata/labels', value: { on: '' } },
        ]),
      )
      assert.deepEqual([next.data, next.metadata.labels], [{ x: '9', y: '1', z: '2' }, { on: '' }])
    },
  },
  {
    call: PATCH,
    name: 'JSON patch that is no list, and of an unknown operation',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a')), 201)
      assert.equal((await kube.patch(`${path}/a`, JSON_PATCH, { op: 'add' })).status, 400)
      assert.ok([400, 422].includes((await kube.patch(`${path}/a`, JSON_PATCH, [{ op: 'burn', path: '/data' }])).status))
    },
  },
  {
    call: PATCH,
    name: 'strategic merge: owners by uid, finalizers as a set',
    async run(kube) {
      const path = await place(kube)
      const owner = well(await kube.post(path, configMap('owner')), 201)
      const ref = (name: string, uid: string, more = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more })
      well(await kube.post(path, configMap('a', {}, { ownerReferences: [ref('owner', owner.metadata.uid)], finalizers: ['example.dev/one'] })), 201)
      const next = well(
        await kube.patch(`${path}/a`, STRATEGIC, {
          metadata: { ownerReferences: [ref('owner', owner.metadata.uid, { controller: true })], finalizers: ['example.dev/two'] },
        }),
      )
      assert.deepEqual(next.metadata.ownerReferences, [ref('owner', owner.metadata.uid, { controller: true })])
      assert.deepEqual([...next.metadata.finalizers].sort(), ['example.dev/one', 'example.dev/two'])
      const without = well(await kube.patch(`${path}/a`, STRATEGIC, { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.dev/one'] } }))
      assert.deepEqual(without.metadata.finalizers, ['example.dev/two'])
    },
  },
  {
    call: PATCH,
    name: 'of an unknown type',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a')), 201)
      const got = await kube.patch(`${path}/a`, 'text/plain', '{}')
      refused(got, 415, 'UnsupportedMediaType', '415: Unsupported Media Type')
    },
  },
  {
    call: PATCH,
    name: 'apply creates, owns what it says and takes away what it says no more',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1', y: '2' })), 201)
      assert.deepEqual(managers(made), [['one', 'Apply', '']])
      assert.deepEqual(dataOf(made, 'one'), ['f:x', 'f:y'])
      const next = well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1' })))
      assert.deepEqual(next.data, { x: '1' })
    },
  },
  {
    call: PATCH,
    name: 'apply the same again writes nothing',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1' })), 201)
      const same = well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1' })))
      assert.deepEqual(same, made)
    },
  },
  {
    call: PATCH,
    name: 'apply against another manager: a conflict that names it, then by force',
    async run(kube) {
      const path = await place(kube)
      well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1', y: '2' })), 201)
      const got = await kube.patch(`${path}/a?fieldManager=two`, APPLY, configMap('a', { x: '9' }))
      const status = refused(got, 409, 'Conflict', 'Apply failed with 1 conflict: conflict with "one": .data.x')
      assert.deepEqual(status.details.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.x' }])
      const forced = well(await kube.patch(`${path}/a?fieldManager=two&force=true`, APPLY, configMap('a', { x: '9' })))
      assert.deepEqual([forced.data, dataOf(forced, 'one'), dataOf(forced, 'two')], [{ x: '9', y: '2' }, ['f:y'], ['f:x']])
    },
  },
  {
    call: PATCH,
    name: 'apply of an equal value is shared, and stays until the last owner lets go',
    async run(kube) {
      const path = await place(kube)
      well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '1' })), 201)
      const shared = well(await kube.patch(`${path}/a?fieldManager=two`, APPLY, configMap('a', { x: '1' })))
      assert.deepEqual([dataOf(shared, 'one'), dataOf(shared, 'two')], [['f:x'], ['f:x']])
      assert.deepEqual(well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', {}))).data, { x: '1' })
      assert.equal(well(await kube.patch(`${path}/a?fieldManager=two`, APPLY, configMap('a', {}))).data, undefined)
    },
  },
  {
    call: PATCH,
    name: 'apply over an update: in conflict with the one who wrote it',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(`${path}?fieldManager=writer`, configMap('a', { x: '1' })), 201)
      const status = refused(await kube.patch(`${path}/a?fieldManager=one`, APPLY, configMap('a', { x: '2' })), 409, 'Conflict')
      assert.match(status.message, /^Apply failed with 1 conflict: conflict with "writer" using v1( at \S+)?: \.data\.x$/)
      const next = well(await kube.patch(`${path}/a?fieldManager=one&force=true`, APPLY, configMap('a', { x: '2' })))
      assert.deepEqual([dataOf(next, 'one'), dataOf(next, 'writer')], [['f:x'], []])
    },
  },
  {
    call: PATCH,
    name: 'apply as a dry run of something new',
    async run(kube) {
      const path = await place(kube)
      well(await kube.patch(`${path}/a?fieldManager=one&dryRun=All`, APPLY, configMap('a', { x: '1' })), 201)
      assert.equal((await kube.get(`${path}/a`)).status, 404)
    },
  },
  {
    call: DELETE,
    name: 'answers with a Status that names what went',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, configMap('a')), 201)
      const status = well(await kube.delete(`${path}/a`))
      assert.deepEqual(status, {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: made.metadata.uid },
      })
      refused(await kube.delete(`${path}/a`), 404, 'NotFound')
    },
  },
  {
    call: DELETE,
    name: 'preconditions of uid and version',
    async run(kube) {
      const path = await place(kube)
      const made = well(await kube.post(path, configMap('a')), 201)
      const next = well(await kube.patch(`${path}/a`, MERGE, { data: { n: '1' } }))
      const { uid, resourceVersion } = made.metadata
      const got = await kube.delete(`${path}/a`, { preconditions: { uid, resourceVersion } })
      refused(
        got,
        409,
        'Conflict',
        `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${next.metadata.resourceVersion}). The object might have been modified`,
      )
      well(await kube.delete(`${path}/a`, { preconditions: { uid, resourceVersion: next.metadata.resourceVersion } }))
    },
  },
  {
    call: DELETE,
    name: 'a finalizer holds it: marked, changeable, gone with the last one',
    async run(kube) {
      const path = await place(kube)
      well(await kube.post(path, configMap('a', {}, { finalizers: ['example.dev/hold'] })), 201)
      const marked = well(await kube.delete(`${path}/a`))
      assert.deepEqual([marked.kind, marked.metadata.deletionGracePeriodSeconds, typeof marked.metadata.deletionTimestamp], ['ConfigMap', 0, 'string'])
      refused(await kube.post(path, configMap('a')), 409, 'AlreadyExists', 'object is being deleted: configmaps "a" already exists')
      well(await kube.patch(`${path}/a`, MERGE, { data: { n: '1' } }))
      const last = well(await kube.patch(`${path}/a`, MERGE, { metadata: { finalizers: null } }))
      assert.equal(last.data.n, '1')
      assert.equal((await kube.get(`${path}/a`)).status, 404)
    },
  },
  {
    call: DELETE,
    name: 'in the background: what it owned goes too',
    async run(kube) {
      const path = await place(kube)
      const owner = well(await kube.post(path, configMap('owner')), 201)
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }]
      well(await kube.post(path, configMap('child', {}, { ownerReferences })), 201)
      well(await kube.delete(`${path}/owner`, { propagationPolicy: 'Background' }))
      await kube.until(`${path}/child`, ({ status }) => status === 404)
    },
  },
  {
    call: DELETE,
    name: 'in the foreground: what blocks goes first',
    async run(kube) {
      const path = await place(kube)
      const owner = well(await kube.post(path, configMap('owner')), 201)
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid, blockOwnerDeletion: true }]
      well(await kube.post(path, configMap('child', {}, { ownerReferences, finalizers: ['example.dev/hold'] })), 201)
      const marked = well(await kube.delete(`${path}/owner`, { propagationPolicy: 'Foreground' }))
      assert.deepEqual(marked.metadata.finalizers, ['foregroundDeletion'])
      await kube.until(`${path}/child`, ({ body }) => body.metadata?.deletionTimestamp !== undefined)
      assert.equal((await kube.get(`${path}/owner`)).status, 200)
      well(await kube.patch(`${path}/child`, MERGE, { metadata: { finalizers: null } }))
      await kube.until(`${path}/owner`, ({ status }) => status === 404)
    },
  },
  {
    call: DELETE,
    name: 'orphaned: what it owned stays, without its owner',
    async run(kube) {
      const path = await place(kube)
      const owner = well(await kube.post(path, configMap('owner')), 201)
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }]
      well(await kube.post(path, configMap('child', {}, { ownerReferences })), 201)
      well(await kube.delete(`${path}/owner`, { propagationPolicy: 'Orphan' }))
      await kube.until(`${path}/owner`, ({ status }) => status === 404)
      assert.equal(well(await kube.get(`${path}/child`)).metadata.ownerReferences, undefined)
    },
  },
  {
    call: DELETE_ALL,
    name: 'only what the selector chooses, and the list of it as it was',
    async run(kube) {
      const path = await place(kube)
      for (const name of ['a', 'b', 'c']) well(await kube.post(path, configMap(name, {}, { labels: { on: name === 'c' ? 'no' : 'yes' } })), 201)
      const gone = well(await kube.delete(`${path}?labelSelector=on%3Dyes`))
      assert.deepEqual([gone.kind, gone.items.map(({ metadata }: Loose) => metadata.name)], ['ConfigMapList', ['a', 'b']])
      const left = well(await kube.get(path)).items.map(({ metadata }: Loose) => metadata.name)
      assert.deepEqual(
        left.filter((name: string) => name.length === 1),
        ['c'],
      )
    },
  },
]
