/** What a client learns before it asks for anything: groups, resources, schemas, health. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { type Kube, type Loose, refused, well } from './client.ts'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const kinds = ['configmaps', 'secrets', 'namespaces', 'namespaces/status', 'namespaces/finalize', 'events', 'serviceaccounts', 'serviceaccounts/token']

/** Without what is each server's own. */
function plain(resource: Loose): Loose {
  const { storageVersionHash: _, ...rest } = resource
  return rest
}

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

const CORE: Record<string, Loose> = {
  configmaps: { name: 'configmaps', singularName: 'configmap', namespaced: true, kind: 'ConfigMap', verbs: ALL, shortNames: ['cm'] },
  secrets: { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ALL },
  namespaces: {
    name: 'namespaces',
    singularName: 'namespace',
    namespaced: false,
    kind: 'Namespace',
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    shortNames: ['ns'],
  },
  'namespaces/status': { name: 'namespaces/status', singularName: '', namespaced: false, kind: 'Namespace', verbs: ['get', 'patch', 'update'] },
  'namespaces/finalize': { name: 'namespaces/finalize', singularName: '', namespaced: false, kind: 'Namespace', verbs: ['update'] },
  events: { name: 'events', singularName: 'event', namespaced: true, kind: 'Event', verbs: ALL, shortNames: ['ev'] },
  serviceaccounts: { name: 'serviceaccounts', singularName: 'serviceaccount', namespaced: true, kind: 'ServiceAccount', verbs: ALL, shortNames: ['sa'] },
  'serviceaccounts/token': {
    name: 'serviceaccounts/token',
    singularName: '',
    namespaced: true,
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  },
}

export const discovery: readonly Case<Kube>[] = [
  {
    call: 'GET /api',
    name: 'the versions of the core group',
    async run(kube) {
      const { kind, versions, serverAddressByClientCIDRs } = well(await kube.get('/api'))
      assert.deepEqual([kind, versions, serverAddressByClientCIDRs.length], ['APIVersions', ['v1'], 1])
    },
  },
  {
    call: 'GET /api',
    name: 'aggregated discovery of the core group, as one asks for it',
    async run(kube) {
      const got = await kube.get('/api', AGGREGATED)
      assert.equal(got.headers['content-type'], AGGREGATED)
      const { kind, apiVersion, items } = well(got)
      assert.deepEqual([kind, apiVersion, items.length], ['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2', 1])
      const [version] = items[0].versions
      assert.deepEqual([version.version, version.freshness], ['v1', 'Current'])
      const found = version.resources.find(({ resource }: Loose) => resource === 'configmaps')
      assert.deepEqual(found, {
        resource: 'configmaps',
        // Left out of the built-in resources, which are of the group and version that they stand below.
        responseKind: { group: '', version: '', kind: 'ConfigMap' },
        scope: 'Namespaced',
        singularResource: 'configmap',
        verbs: ALL,
        shortNames: ['cm'],
      })
    },
  },
  {
    call: 'GET /apis',
    name: 'the list of groups in the old form, with a preferred version each',
    async run(kube) {
      const { kind, apiVersion, groups } = well(await kube.get('/apis'))
      assert.deepEqual([kind, apiVersion], ['APIGroupList', 'v1'])
      const group = (name: string) => groups.find((one: Loose) => one.name === name)
      for (const name of ['apiextensions.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'coordination.k8s.io', 'events.k8s.io'])
        assert.deepEqual(group(name)?.preferredVersion, { groupVersion: `${name}/v1`, version: 'v1' }, name)
    },
  },
  {
    call: 'GET /apis',
    name: 'aggregated discovery, first choice of a list of media types',
    async run(kube) {
      const got = await kube.get('/apis', `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`)
      const group = well(got).items.find(({ metadata }: Loose) => metadata.name === 'coordination.k8s.io')
      assert.deepEqual(
        group.versions.flatMap(({ version, resources }: Loose) => (version === 'v1' ? resources.map(({ resource, scope }: Loose) => [resource, scope]) : [])),
        [['leases', 'Namespaced']],
      )
    },
  },
  {
    call: 'GET /apis',
    name: 'subresources stand below their resource in aggregated discovery',
    async run(kube) {
      const group = well(await kube.get('/apis', AGGREGATED)).items.find(({ metadata }: Loose) => metadata.name === 'apiextensions.k8s.io')
      const [definitions] = group.versions[0].resources
      assert.deepEqual(definitions.subresources, [
        {
          subresource: 'status',
          responseKind: { group: '', version: '', kind: 'CustomResourceDefinition' },
          verbs: ['get', 'patch', 'update'],
        },
      ])
    },
  },
  {
    call: 'GET /apis',
    name: 'aggregated discovery that has not changed is not sent again',
    async run(kube) {
      const first = await kube.get('/apis', AGGREGATED)
      const { etag } = first.headers
      assert.match(etag ?? '', /^"[0-9A-F]+"$/)
      const again = await kube.ask({ method: 'GET', path: '/apis', headers: { accept: AGGREGATED, 'if-none-match': etag! } })
      assert.deepEqual([again.status, again.text], [304, ''])
    },
  },
  ...kinds.map(
    (name): Case<Kube> => ({
      call: 'GET /api/v1',
      name: `the resource ${name}`,
      async run(kube) {
        const { kind, groupVersion, resources } = well(await kube.get('/api/v1'))
        assert.deepEqual([kind, groupVersion], ['APIResourceList', 'v1'])
        assert.deepEqual(plain(resources.find((one: Loose) => one.name === name) ?? {}), CORE[name])
      },
    }),
  ),
  {
    call: 'GET /apis/coordination.k8s.io/v1',
    name: 'the resources of a group',
    async run(kube) {
      const { resources } = well(await kube.get('/apis/coordination.k8s.io/v1'))
      assert.deepEqual(resources.map(plain), [{ name: 'leases', singularName: 'lease', namespaced: true, kind: 'Lease', verbs: ALL }])
    },
  },
  {
    call: 'GET /apis/coordination.k8s.io',
    name: 'a group',
    async run(kube) {
      const { kind, name, versions, preferredVersion } = well(await kube.get('/apis/coordination.k8s.io'))
      assert.deepEqual([kind, name, preferredVersion.version, versions[0].groupVersion], ['APIGroup', 'coordination.k8s.io', 'v1', 'coordination.k8s.io/v1'])
    },
  },
  ...['/apis/nothing.example', '/apis/nothing.example/v1', '/nothing', '/apis/nothing.example/v1/things'].map(
    (path): Case<Kube> => ({
      call: 'GET (a path that is not served)',
      name: path,
      async run(kube) {
        const { status, text, headers } = await kube.get(path)
        assert.deepEqual([status, text, headers['content-type']], [404, '404 page not found\n', 'text/plain; charset=utf-8'])
      },
    }),
  ),
  ...['/apis/coordination.k8s.io/v7', '/api/v2'].map(
    (path): Case<Kube> => ({
      call: 'GET (a path that is not served)',
      name: path,
      async run(kube) {
        refused(await kube.get(path), 404, 'NotFound', 'the server could not find the requested resource')
      },
    }),
  ),
  {
    call: 'GET /version',
    name: 'which Kubernetes it is',
    async run(kube) {
      const body = well(await kube.get('/version'))
      assert.deepEqual([body.major, body.minor], ['1', '37'])
      assert.match(body.gitVersion, /^v1\.37\.2/)
      assert.deepEqual(Object.keys(body).sort(), [
        'buildDate',
        'compiler',
        'emulationMajor',
        'emulationMinor',
        'gitCommit',
        'gitTreeState',
        'gitVersion',
        'goVersion',
        'major',
        'minCompatibilityMajor',
        'minCompatibilityMinor',
        'minor',
        'platform',
      ])
    },
  },
  ...['healthz', 'livez', 'readyz'].map(
    (path): Case<Kube> => ({
      call: `GET /${path}`,
      name: 'says ok',
      async run(kube) {
        const { status, text, headers } = await kube.get(`/${path}`)
        assert.deepEqual([status, text, headers['content-type']], [200, 'ok', 'text/plain; charset=utf-8'])
      },
    }),
  ),
  {
    call: 'GET /openapi/v3',
    name: 'an index of documents, with a hash each',
    async run(kube) {
      const { paths } = JSON.parse(well(await kube.get('/openapi/v3'))) as Loose
      for (const path of ['api/v1', 'apis/coordination.k8s.io/v1', 'apis/apiextensions.k8s.io/v1'])
        assert.match(paths[path]?.serverRelativeURL ?? '', new RegExp(`^/openapi/v3/${path.replaceAll('.', '\\.')}\\?hash=[0-9A-F]+$`))
    },
  },
  {
    call: 'GET /openapi/v3/{path...}',
    name: 'schemas and paths of a group, as kubectl and helm look for them',
    async run(kube) {
      const { paths } = JSON.parse(well(await kube.get('/openapi/v3'))) as Loose
      const document = well(await kube.get(paths['api/v1'].serverRelativeURL))
      assert.match(document.openapi, /^3\.0/)
      const schema = document.components.schemas['io.k8s.api.core.v1.ConfigMap']
      assert.deepEqual(schema['x-kubernetes-group-version-kind'], [{ group: '', kind: 'ConfigMap', version: 'v1' }])
      assert.deepEqual([schema.type, schema.properties.data.type, schema.properties.data.additionalProperties.type], ['object', 'object', 'string'])
      const item = document.paths['/api/v1/namespaces/{namespace}/configmaps/{name}']
      assert.deepEqual(item.patch['x-kubernetes-group-version-kind'], { group: '', kind: 'ConfigMap', version: 'v1' })
      assert.ok('application/apply-patch+yaml' in item.patch.requestBody.content)
      const query = (operation: Loose) => operation.parameters.map(({ name }: Loose) => name)
      for (const name of ['dryRun', 'fieldManager', 'fieldValidation', 'force']) assert.ok(query(item.patch).includes(name), name)
    },
  },
  {
    call: 'GET /openapi/v3/{path...}',
    name: 'a group that is not there',
    async run(kube) {
      assert.equal((await kube.get('/openapi/v3/apis/nothing.example/v1')).status, 404)
    },
  },
  {
    call: 'GET /openapi/v2',
    name: 'definitions of the kinds in JSON',
    async run(kube) {
      const { swagger, definitions } = well(await kube.get('/openapi/v2'))
      assert.equal(swagger, '2.0')
      assert.deepEqual(definitions['io.k8s.api.core.v1.ConfigMap']['x-kubernetes-group-version-kind'], [{ group: '', kind: 'ConfigMap', version: 'v1' }])
    },
  },
]
