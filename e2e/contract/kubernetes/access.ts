/** Who asks and what may be asked; and forms of answers that only Go clients want. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { configMaps, type Got, type Kube, refused, well } from './client.ts'

const stranger = (kube: Kube) => kube.as({ authorization: 'Bearer nobody-knows-this' })

/** An object with nothing but a name, as a Go client sends it. */
function asProtobuf(kube: Kube, path: string, apiVersion: string, kind: string): Promise<Got> {
  const chunk = (field: number, bytes: Buffer) => Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes])
  const text = (field: number, value: string) => chunk(field, Buffer.from(value))
  const type = Buffer.concat([text(1, apiVersion), text(2, kind)])
  const body = Buffer.concat([Buffer.from('k8s\0'), chunk(1, type), chunk(2, chunk(1, text(1, 'sent')))])
  return kube.ask({ method: 'POST', path, body, headers: { 'content-type': 'application/vnd.kubernetes.protobuf' } })
}

export const access: readonly Case<Kube>[] = [
  {
    call: 'GET (with an unknown token)',
    name: 'is not let in',
    async run(kube) {
      const { details: _, ...status } = refused(await stranger(kube).get('/api/v1/namespaces'), 401, 'Unauthorized', 'Unauthorized')
      assert.equal(status.code, 401)
    },
    differs: {
      id: 'access',
      async instead(kube) {
        assert.equal(well(await stranger(kube).get('/api/v1/namespaces')).kind, 'NamespaceList')
      },
    },
  },
  {
    call: 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
    name: 'somebody without any role may not',
    async run(kube) {
      const spec = { user: 'somebody', resourceAttributes: { verb: 'get', resource: 'secrets' } }
      const made = well(await kube.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec }), 201)
      assert.equal(made.status.allowed, false)
    },
    differs: {
      id: 'access',
      async instead(kube) {
        assert.equal((await kube.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec: {} })).status, 404)
      },
    },
  },
  {
    call: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
    name: 'a token that nobody gave out',
    async run(kube) {
      const made = well(await kube.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'nobody-knows-this' } }), 201)
      assert.equal(made.status.authenticated ?? false, false)
    },
    differs: {
      id: 'access',
      async instead(kube) {
        assert.equal((await kube.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: {} })).status, 404)
      },
    },
  },
  {
    call: 'GET (Accept: application/vnd.kubernetes.protobuf)',
    name: 'alone, for a built-in type',
    async run(kube) {
      const { status, headers, bytes } = await kube.get(configMaps('default'), 'application/vnd.kubernetes.protobuf')
      assert.deepEqual([status, headers['content-type'], bytes.subarray(0, 4).toString('hex')], [200, 'application/vnd.kubernetes.protobuf', '6b387300'])
    },
    differs: {
      id: 'protobuf',
      async instead(kube) {
        refused(await kube.get(configMaps('default'), 'application/vnd.kubernetes.protobuf'), 406, 'NotAcceptable')
      },
    },
  },
  {
    call: 'POST (Content-Type: application/vnd.kubernetes.protobuf)',
    name: 'a type of containers',
    async run(kube) {
      well(await asProtobuf(kube, `/apis/policy/v1/namespaces/${await kube.namespace()}/poddisruptionbudgets`, 'policy/v1', 'PodDisruptionBudget'), 201)
    },
    differs: {
      id: 'protobuf',
      async instead(kube) {
        const path = `/apis/policy/v1/namespaces/${await kube.namespace()}/poddisruptionbudgets`
        const got = await asProtobuf(kube, path, 'policy/v1', 'PodDisruptionBudget')
        refused(got, 400, 'BadRequest', 'no kind "PodDisruptionBudget" is registered for version "policy/v1" in protobuf')
      },
    },
  },
  ...(
    [
      ['configmaps', 'v1', 'ConfigMap', '/api/v1'],
      ['secrets', 'v1', 'Secret', '/api/v1'],
      ['serviceaccounts', 'v1', 'ServiceAccount', '/api/v1'],
      ['leases', 'coordination.k8s.io/v1', 'Lease', '/apis/coordination.k8s.io/v1'],
      ['roles', 'rbac.authorization.k8s.io/v1', 'Role', '/apis/rbac.authorization.k8s.io/v1'],
    ] as const
  ).map(
    ([plural, apiVersion, kind, base]): Case<Kube> => ({
      call: `POST ${base}/namespaces/{namespace}/${plural}`,
      name: 'in protobuf, as Go clients send it',
      async run(kube) {
        const made = well(await asProtobuf(kube, `${base}/namespaces/${await kube.namespace()}/${plural}`, apiVersion, kind), 201)
        assert.deepEqual([made.kind, made.metadata.name], [kind, 'sent'])
      },
    }),
  ),
  {
    call: 'GET /api/v1/nodes',
    name: 'a list, here of none',
    async run(kube) {
      const list = well(await kube.get('/api/v1/nodes'))
      assert.deepEqual([list.kind, list.items], ['NodeList', []])
    },
    differs: {
      id: 'workloads',
      async instead(kube) {
        assert.deepEqual([(await kube.get('/api/v1/nodes')).status, (await kube.get('/api/v1/nodes')).text], [404, '404 page not found\n'])
      },
    },
  },
  ...[
    '/apis/batch/v1/jobs',
    '/apis/apps/v1/statefulsets',
    '/apis/apps/v1/daemonsets',
    '/api/v1/persistentvolumeclaims',
    '/apis/autoscaling/v2/horizontalpodautoscalers',
  ].map(
    (path): Case<Kube> => ({
      call: `GET ${path}`,
      name: 'is served',
      async run(kube) {
        assert.match(well(await kube.get(path)).kind, /List$/)
      },
      differs: {
        id: 'workloads',
        async instead(kube) {
          assert.deepEqual([(await kube.get(path)).status, (await kube.get(path)).text], [404, '404 page not found\n'])
        },
      },
    }),
  ),
  ...['/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', '/apis/apiregistration.k8s.io/v1/apiservices'].map(
    (path): Case<Kube> => ({
      call: `GET ${path}`,
      name: 'is served',
      async run(kube) {
        assert.match(well(await kube.get(path)).kind, /List$/)
      },
      differs: {
        id: 'webhooks',
        async instead(kube) {
          assert.deepEqual([(await kube.get(path)).status, (await kube.get(path)).text], [404, '404 page not found\n'])
        },
      },
    }),
  ),
  {
    call: 'GET /metrics',
    name: 'measures of the server itself',
    async run(kube) {
      const { status, text } = await kube.get('/metrics', '*/*')
      assert.ok(status === 200 && text.includes('apiserver_request_total'))
    },
    differs: {
      id: 'metrics',
      async instead(kube) {
        assert.equal((await kube.get('/metrics', '*/*')).status, 404)
      },
    },
  },
]
