/** Custom resources: a definition comes, changes and goes, and what its objects keep. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { APPLY, type Kube, type Loose, MERGE, refused, TABLE, well } from './client.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const AT = '/apis/{group}/{version}/namespaces/{namespace}/{plural}'

const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 0 },
    mode: { type: 'string', default: 'fast', enum: ['fast', 'slow'] },
    steps: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, retries: { type: 'integer', default: 3 } } },
    },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    once: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'once is for ever' }] },
  },
  'x-kubernetes-validations': [{ rule: "self.mode != 'slow' || self.size < 10", message: 'slow ones are small' }],
}

interface Defined {
  readonly group: string
  /** Of the definition. */
  readonly crd: string
  readonly kind: string
  readonly path: string
  readonly all: string
  object(name: string, spec?: Loose, metadata?: Loose): Loose
}

/** A definition of its own for a case, served. */
async function define(kube: Kube, more: Loose = {}): Promise<Defined> {
  const group = `g${Math.random().toString(36).slice(2, 8)}.example.dev`
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `jobs.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'jobs', singular: 'job', kind: 'Job', shortNames: ['jb'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          ],
          schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } },
        },
      ],
      ...more,
    },
  }
  well(await kube.post(CRDS, definition), 201)
  const namespace = await kube.namespace()
  const path = `/apis/${group}/v1/namespaces/${namespace}/jobs`
  await kube.until(path, ({ status }) => status === 200)
  // The handler of a new definition may still be that of the moment before: a write shows that it is there.
  return {
    group,
    crd: `${CRDS}/jobs.${group}`,
    kind: 'Job',
    path,
    all: `/apis/${group}/v1/jobs`,
    object: (name, spec = { size: 1 }, metadata = {}) => ({ apiVersion: `${group}/v1`, kind: 'Job', metadata: { name, ...metadata }, spec }),
  }
}

export const custom: readonly Case<Kube>[] = [
  {
    call: `GET ${CRDS}/{name}`,
    name: 'a new definition is accepted and established',
    async run(kube) {
      const { crd } = await define(kube)
      const { status, spec } = well(await kube.get(crd))
      assert.deepEqual(
        status.conditions.map(({ type, status, reason }: Loose) => [type, status, reason]),
        [
          ['NamesAccepted', 'True', 'NoConflicts'],
          ['Established', 'True', 'InitialNamesAccepted'],
        ],
      )
      assert.deepEqual(
        [status.storedVersions, status.acceptedNames.plural, spec.names.listKind, spec.conversion],
        [['v1'], 'jobs', 'JobList', { strategy: 'None' }],
      )
    },
  },
  {
    call: `POST ${AT}`,
    name: 'defaults in objects and in items, unknown fields pruned, free ones kept',
    async run(kube) {
      const { path, object } = await define(kube)
      const made = well(await kube.post(path, object('a', { size: 1, nothing: true, steps: [{ name: 'x', odd: 1 }], free: { any: { thing: [1] } } })), 201)
      assert.deepEqual(made.spec, { size: 1, mode: 'fast', steps: [{ name: 'x', retries: 3 }], free: { any: { thing: [1] } } })
      assert.equal(made.metadata.generation, 1)
    },
  },
  {
    call: `POST ${AT}`,
    name: 'all that is wrong is told at once, with field, reason and words',
    async run(kube) {
      const { path, object, group } = await define(kube)
      const status = refused(await kube.post(path, object('a', { size: -1, mode: 'odd' })), 422, 'Invalid')
      assert.deepEqual([status.details.name, status.details.group, status.details.kind], ['a', group, 'Job'])
      assert.deepEqual(status.details.causes.map(({ field, reason, message }: Loose) => [field, reason, message]).sort(), [
        [
          '<nil>',
          'FieldValueInvalid',
          'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        ],
        ['spec.mode', 'FieldValueNotSupported', 'Unsupported value: "odd": supported values: "fast", "slow"'],
        ['spec.size', 'FieldValueInvalid', 'Invalid value: -1: spec.size in body should be greater than or equal to 0'],
      ])
    },
  },
  {
    call: `POST ${AT}`,
    name: 'a rule that is broken',
    async run(kube) {
      const { path, object, group } = await define(kube)
      const got = await kube.post(path, object('a', { size: 10, mode: 'slow' }))
      refused(got, 422, 'Invalid', `Job.${group} "a" is invalid: spec: Invalid value: slow ones are small`)
    },
  },
  {
    call: `PATCH ${AT}/{name}`,
    name: 'a transition that is not allowed; setting it first is',
    async run(kube) {
      const { path, object } = await define(kube)
      well(await kube.post(path, object('a')), 201)
      well(await kube.patch(`${path}/a`, MERGE, { spec: { once: 'x' } }))
      const status = refused(await kube.patch(`${path}/a`, MERGE, { spec: { once: 'y' } }), 422, 'Invalid')
      assert.deepEqual(status.details.causes, [{ field: 'spec.once', reason: 'FieldValueInvalid', message: 'Invalid value: "y": once is for ever' }])
    },
  },
  {
    call: `PATCH ${AT}/{name}`,
    name: 'the generation counts changes of the spec alone',
    async run(kube) {
      const { path, object } = await define(kube)
      well(await kube.post(path, object('a')), 201)
      const labelled = well(await kube.patch(`${path}/a`, MERGE, { metadata: { labels: { a: 'b' } } }))
      const changed = well(await kube.patch(`${path}/a`, MERGE, { spec: { size: 2 } }))
      const reported = well(await kube.patch(`${path}/a/status`, MERGE, { status: { seen: 2 } }))
      assert.deepEqual(
        [labelled, changed, reported].map(({ metadata }) => metadata.generation),
        [1, 2, 2],
      )
    },
  },
  {
    call: `PATCH ${AT}/{name}`,
    name: 'apply: entries of a map list have owners of their own',
    async run(kube) {
      const { path, object } = await define(kube)
      well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, object('a', { size: 1, steps: [{ name: 'x' }] })), 201)
      const both = well(await kube.patch(`${path}/a?fieldManager=two`, APPLY, { ...object('a'), spec: { steps: [{ name: 'y', retries: 9 }] } }))
      assert.deepEqual(both.spec.steps, [
        { name: 'x', retries: 3 },
        { name: 'y', retries: 9 },
      ])
      const less = well(await kube.patch(`${path}/a?fieldManager=one`, APPLY, object('a', { size: 1 })))
      assert.deepEqual(less.spec.steps, [{ name: 'y', retries: 9 }])
    },
  },
  {
    call: `PUT ${AT}/{name}`,
    name: 'needs a version',
    async run(kube) {
      const { path, object, group } = await define(kube)
      const made = well(await kube.post(path, object('a')), 201)
      refused(
        await kube.put(`${path}/a`, object('a')),
        422,
        'Invalid',
        `jobs.${group} "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
      )
      well(await kube.put(`${path}/a`, { ...made, spec: { size: 2 } }))
    },
  },
  {
    call: `PUT ${AT}/{name}/status`,
    name: 'changes the status and nothing else',
    async run(kube) {
      const { path, object } = await define(kube)
      const made = well(await kube.post(path, { ...object('a'), status: { lost: true } }), 201)
      assert.equal(made.status, undefined)
      const next = well(await kube.put(`${path}/a/status`, { ...made, spec: { size: 7 }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }))
      assert.deepEqual([next.spec.size, next.status], [1, { conditions: [{ type: 'Ready', status: 'True' }] }])
      const table = well(await kube.get(`${path}/a`, TABLE))
      assert.deepEqual(
        [table.columnDefinitions.map(({ name }: Loose) => name), table.rows[0].cells],
        [
          ['Name', 'Size', 'Ready'],
          ['a', 1, 'True'],
        ],
      )
    },
  },
  {
    call: `GET ${AT}`,
    name: 'items with their kind, pages with an empty token at the end',
    async run(kube) {
      const { path, object, group } = await define(kube)
      for (const name of ['a', 'b']) well(await kube.post(path, object(name)), 201)
      const list = well(await kube.get(path))
      assert.deepEqual([list.kind, list.items[0].kind, list.items[0].apiVersion, list.metadata.continue], ['JobList', 'Job', `${group}/v1`, ''])
      const page = well(await kube.get(`${path}?limit=1`))
      assert.equal(well(await kube.get(`${path}?limit=1&continue=${page.metadata.continue}`)).items[0].metadata.name, 'b')
    },
  },
  {
    call: 'GET /apis/{group}/{version}/{plural}',
    name: 'over all namespaces, in pages',
    async run(kube) {
      const { path, all, object } = await define(kube)
      for (const name of ['a', 'b', 'c']) well(await kube.post(path, object(name)), 201)
      const page = well(await kube.get(`${all}?limit=2`))
      assert.deepEqual([page.items.length, page.metadata.remainingItemCount], [2, 1])
      const rest = well(await kube.get(`${all}?limit=2&continue=${page.metadata.continue}`))
      assert.deepEqual([rest.items.map(({ metadata }: Loose) => metadata.name), rest.metadata.resourceVersion], [['c'], page.metadata.resourceVersion])
    },
  },
  {
    call: 'WATCH /apis/{group}/{version}/{plural}',
    name: 'from the version of a list on, with bookmarks allowed',
    async run(kube) {
      const { path, all, object } = await define(kube)
      const { metadata } = well(await kube.get(`${all}?limit=500`))
      const watch = await kube.watch(`${all}?allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=600`)
      well(await kube.post(path, object('a')), 201)
      well(await kube.patch(`${path}/a/status`, MERGE, { status: { seen: 1 } }))
      well(await kube.delete(`${path}/a`))
      const events: Loose[] = []
      while (events.length < 3) events.push(...(await watch.next()).filter(({ type }) => type !== 'BOOKMARK'))
      watch.stop()
      assert.deepEqual(
        events.map(({ type, object }) => [type, object.kind, object.status]),
        [
          ['ADDED', 'Job', undefined],
          ['MODIFIED', 'Job', { seen: 1 }],
          ['DELETED', 'Job', { seen: 1 }],
        ],
      )
    },
  },
  {
    call: `PATCH ${CRDS}/{name}`,
    name: 'a new version is served; objects are shown in both, kept in one',
    async run(kube) {
      const { crd, path, object, group } = await define(kube)
      well(await kube.post(path, object('a')), 201)
      const { spec } = well(await kube.get(crd))
      const [v1] = spec.versions
      well(
        await kube.patch(crd, MERGE, {
          spec: {
            versions: [
              { ...v1, deprecated: true },
              { ...v1, name: 'v2', storage: false },
            ],
          },
        }),
      )
      const v2 = path.replace('/v1/', '/v2/')
      await kube.until(v2, ({ status }) => status === 200)
      assert.equal(well(await kube.get(`${v2}/a`)).apiVersion, `${group}/v2`)
      const got = await kube.get(`${path}/a`)
      assert.deepEqual([got.body.apiVersion, got.headers.warning], [`${group}/v1`, `299 - "${group}/v1 Job is deprecated; use ${group}/v2 Job"`])
      assert.deepEqual(
        well(await kube.get(`/apis/${group}`)).versions.map(({ version }: Loose) => version),
        ['v2', 'v1'],
      )
    },
  },
  {
    call: `DELETE ${CRDS}/{name}`,
    name: 'takes its objects along, and is held by those with finalizers',
    async run(kube) {
      const { crd, path, object } = await define(kube)
      well(await kube.post(path, object('a')), 201)
      well(await kube.post(path, object('b', { size: 1 }, { finalizers: ['example.dev/hold'] })), 201)
      well(await kube.delete(crd))
      await kube.until(`${path}/a`, ({ status }) => status === 404)
      assert.equal((await kube.get(crd)).status, 200)
      well(await kube.patch(`${path}/b`, MERGE, { metadata: { finalizers: null } }))
      await kube.until(crd, ({ status }) => status === 404)
      await kube.until(path, ({ status }) => status === 404)
    },
  },
  {
    call: `POST ${CRDS}`,
    name: 'a conversion by webhook',
    async run(kube) {
      const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/convert' } } }
      await define(kube, { conversion })
    },
    differs: {
      id: 'webhooks',
      async instead(kube) {
        const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/convert' } } }
        const { spec } = (await kube.get(CRDS)).body.items[0] ?? {}
        const names = { plural: 'hooks', singular: 'hook', kind: 'Hook' }
        const versions = spec?.versions ?? [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }]
        const definition = {
          metadata: { name: 'hooks.example.dev' },
          spec: { group: 'example.dev', scope: 'Namespaced', names, versions: versions.slice(0, 1), conversion },
        }
        const got = await kube.post(`${CRDS}?dryRun=All`, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...definition })
        refused(got, 422, 'Invalid', /spec\.conversion\.strategy: Unsupported value: "Webhook": supported values: "None"/)
      },
    },
  },
]
