/** The built-in types beside ConfigMaps: what a chart brings, what an operator leads and reports with. */
import assert from 'node:assert/strict'
import type { Case } from '../contract.ts'
import { APPLY, type Kube, type Loose, MERGE, refused, STRATEGIC, TABLE, well } from './client.ts'

const LEASES = (namespace: string, name = '') => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name && `/${name}`}`
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases'
const DEPLOYMENTS = (namespace: string, name = '') => `/apis/apps/v1/namespaces/${namespace}/deployments${name && `/${name}`}`
const DEPLOYMENT = '/apis/apps/v1/namespaces/{namespace}/deployments'
const RBAC = 'rbac.authorization.k8s.io'

const deployment = (more: Loose = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'op', labels: { app: 'op' } },
  spec: {
    selector: { matchLabels: { app: 'op' } },
    template: {
      metadata: { labels: { app: 'op' } },
      spec: {
        serviceAccountName: 'op',
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'operator',
            image: 'example.dev/operator:1.0.0',
            args: ['operator'],
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [{ name: 'NS', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
            readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
            resources: { requests: { cpu: '50m', memory: '128Mi' } },
            volumeMounts: [{ name: 'token', mountPath: '/token', readOnly: true }],
          },
        ],
        volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
      },
    },
    ...more,
  },
})

const SERVER_SIDE = ['uid', 'creationTimestamp', 'resourceVersion', 'managedFields', 'namespace']
function plain(object: Loose): Loose {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !SERVER_SIDE.includes(key)))
  return { ...object, metadata }
}

const event = (namespace: string, more: Loose = {}) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'happened' },
  involvedObject: { kind: 'ConfigMap', name: 'a', namespace },
  reason: 'Made',
  message: 'It was made.',
  type: 'Normal',
  ...more,
})

export const builtins: readonly Case<Kube>[] = [
  {
    call: `POST ${DEPLOYMENT}`,
    name: 'what is left out is filled in',
    async run(kube) {
      const namespace = await kube.namespace()
      const made = plain(well(await kube.post(DEPLOYMENTS(namespace), deployment()), 201))
      const wanted: Loose = deployment()
      wanted.metadata.generation = 1
      Object.assign(wanted.spec, {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      })
      const pod = wanted.spec.template.spec
      Object.assign(pod, {
        serviceAccount: 'op',
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        terminationGracePeriodSeconds: 30,
      })
      Object.assign(pod.containers[0], { imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' })
      pod.containers[0].ports[0].protocol = 'TCP'
      pod.containers[0].env[0].valueFrom.fieldRef.apiVersion = 'v1'
      Object.assign(pod.containers[0].readinessProbe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
      pod.containers[0].readinessProbe.httpGet.scheme = 'HTTP'
      pod.volumes[0].projected.defaultMode = 420
      pod.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds = 3600
      assert.deepEqual(made, { ...wanted, status: {} })
    },
  },
  {
    call: `POST ${DEPLOYMENT}`,
    name: 'without a selector, with one that does not fit, without containers',
    async run(kube) {
      const path = DEPLOYMENTS(await kube.namespace())
      for (const [more, field] of [
        [{ selector: undefined }, 'spec.selector'],
        [{ selector: { matchLabels: { app: 'other' } } }, 'spec.template.metadata.labels'],
        [{ template: { metadata: { labels: { app: 'op' } }, spec: { containers: [] } } }, 'spec.template.spec.containers'],
      ] as const) {
        const status = refused(await kube.post(path, deployment(more)), 422, 'Invalid')
        assert.ok(
          status.details.causes.some((cause: Loose) => cause.field === field),
          JSON.stringify(status.details),
        )
      }
    },
  },
  {
    call: `PATCH ${DEPLOYMENT}/{name}`,
    name: 'strategic merge: containers, variables and volumes by name',
    async run(kube) {
      const namespace = await kube.namespace()
      well(await kube.post(DEPLOYMENTS(namespace), deployment()), 201)
      const spec = {
        replicas: 2,
        template: {
          spec: {
            containers: [{ name: 'operator', image: 'example.dev/operator:1.0.1', env: [{ name: 'MORE', value: '1' }] }],
            volumes: [{ name: 'tmp', emptyDir: {} }],
          },
        },
      }
      const next = well(await kube.patch(DEPLOYMENTS(namespace, 'op'), STRATEGIC, { spec }))
      const pod = next.spec.template.spec
      assert.deepEqual([next.metadata.generation, next.spec.replicas, pod.containers.length, pod.containers[0].image], [2, 2, 1, 'example.dev/operator:1.0.1'])
      assert.deepEqual(pod.containers[0].env.map(({ name }: Loose) => name).sort(), ['MORE', 'NS'])
      assert.deepEqual(pod.volumes.map(({ name }: Loose) => name).sort(), ['tmp', 'token'])
      assert.equal(pod.containers[0].args[0], 'operator')
    },
  },
  {
    call: `PATCH ${DEPLOYMENT}/{name}`,
    name: 'apply, as helm does it: owned by key, the same again changes nothing, less takes away',
    async run(kube) {
      const namespace = await kube.namespace()
      const path = `${DEPLOYMENTS(namespace, 'op')}?fieldManager=helm&force=true`
      const made = well(await kube.patch(path, APPLY, deployment()), 201)
      const fields = made.metadata.managedFields[0].fieldsV1['f:spec']['f:template']['f:spec']
      assert.deepEqual(Object.keys(fields['f:containers']), ['k:{"name":"operator"}'])
      assert.deepEqual(Object.keys(fields['f:containers']['k:{"name":"operator"}']['f:ports']), ['k:{"containerPort":8080,"protocol":"TCP"}'])
      assert.equal(well(await kube.patch(path, APPLY, deployment())).metadata.resourceVersion, made.metadata.resourceVersion)
      const less: Loose = deployment()
      delete less.spec.template.spec.containers[0].env
      delete less.metadata.labels
      const next = well(await kube.patch(path, APPLY, less))
      assert.deepEqual([next.spec.template.spec.containers[0].env, next.metadata.labels, next.metadata.generation], [undefined, undefined, 2])
    },
  },
  {
    call: `PATCH ${DEPLOYMENT}/{name}/status`,
    name: 'status beside spec, without a new generation',
    async run(kube) {
      const namespace = await kube.namespace()
      well(await kube.post(DEPLOYMENTS(namespace), deployment()), 201)
      const next = well(
        await kube.patch(`${DEPLOYMENTS(namespace, 'op')}/status`, MERGE, { status: { observedGeneration: 1, replicas: 1 }, spec: { replicas: 9 } }),
      )
      assert.deepEqual([next.spec.replicas, next.status, next.metadata.generation], [1, { observedGeneration: 1, replicas: 1 }, 1])
    },
  },
  {
    call: `GET ${DEPLOYMENT}`,
    name: 'as a table',
    async run(kube) {
      const namespace = await kube.namespace()
      well(await kube.post(DEPLOYMENTS(namespace), deployment()), 201)
      const table = well(await kube.get(DEPLOYMENTS(namespace), TABLE))
      assert.deepEqual(
        table.columnDefinitions.filter(({ priority }: Loose) => priority === 0).map(({ name }: Loose) => name),
        ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
      )
      assert.deepEqual(table.rows[0].cells.slice(0, 4), ['op', '0/1', 0, 0])
    },
  },
  {
    call: 'POST /api/v1/namespaces/{namespace}/services',
    name: 'gets an address and the defaults',
    async run(kube) {
      const namespace = await kube.namespace()
      const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'op' }, spec: { selector: { app: 'op' }, ports: [{ name: 'http', port: 80 }] } }
      const made = well(await kube.post(`/api/v1/namespaces/${namespace}/services`, body), 201)
      assert.match(made.spec.clusterIP, /^10\.96\.0\.\d+$/)
      assert.deepEqual(plain(made), {
        ...body,
        spec: {
          selector: { app: 'op' },
          ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }],
          clusterIP: made.spec.clusterIP,
          clusterIPs: [made.spec.clusterIP],
          type: 'ClusterIP',
          sessionAffinity: 'None',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          internalTrafficPolicy: 'Cluster',
        },
        status: { loadBalancer: {} },
      })
    },
  },
  ...(
    [
      ['roles', 'Role', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }] }, {}],
      [
        'rolebindings',
        'RoleBinding',
        {
          roleRef: { kind: 'Role', name: 'r' },
          subjects: [
            { kind: 'User', name: 'u' },
            { kind: 'ServiceAccount', name: 's', namespace: 'n' },
          ],
        },
        {},
      ],
    ] as const
  ).map(
    ([plural, kind, body]): Case<Kube> => ({
      call: `POST /apis/${RBAC}/v1/namespaces/{namespace}/${plural}`,
      name: 'as a chart makes them',
      async run(kube) {
        const namespace = await kube.namespace()
        const made = plain(
          well(
            await kube.post(`/apis/${RBAC}/v1/namespaces/${namespace}/${plural}`, { apiVersion: `${RBAC}/v1`, kind, metadata: { name: 'one:two' }, ...body }),
            201,
          ),
        )
        const wanted: Loose = JSON.parse(JSON.stringify(body))
        if (wanted.roleRef) wanted.roleRef.apiGroup = RBAC
        if (wanted.subjects) wanted.subjects[0].apiGroup = RBAC
        assert.deepEqual(made, { apiVersion: `${RBAC}/v1`, kind, metadata: { name: 'one:two' }, ...wanted })
      },
    }),
  ),
  {
    call: `PATCH /apis/${RBAC}/v1/clusterroles/{name}`,
    name: 'apply, twice',
    async run(kube) {
      const name = `contract:${Math.random().toString(36).slice(2)}`
      const path = `/apis/${RBAC}/v1/clusterroles/${name}?fieldManager=helm&force=true`
      const body = (verbs: string[]) => ({
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRole',
        metadata: { name },
        rules: [{ apiGroups: ['clickstream.dev'], resources: ['clickstreampipelines'], verbs }],
      })
      well(await kube.patch(path, APPLY, body(['get'])), 201)
      assert.deepEqual(well(await kube.patch(path, APPLY, body(['get', 'list']))).rules[0].verbs, ['get', 'list'])
    },
  },
  {
    call: `POST /apis/${RBAC}/v1/namespaces/{namespace}/roles`,
    name: 'a rule without verbs',
    async run(kube) {
      const path = `/apis/${RBAC}/v1/namespaces/${await kube.namespace()}/roles`
      const body = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: [] }] }
      refused(await kube.post(path, body), 422, 'Invalid', 'Role.rbac.authorization.k8s.io "r" is invalid: rules[0].verbs: Required value')
    },
  },
  {
    call: `PATCH /apis/${RBAC}/v1/namespaces/{namespace}/rolebindings/{name}`,
    name: 'the role cannot be another',
    async run(kube) {
      const path = `/apis/${RBAC}/v1/namespaces/${await kube.namespace()}/rolebindings`
      const body = { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: 'r' }, roleRef: { kind: 'Role', name: 'one' }, subjects: [] }
      well(await kube.post(path, body), 201)
      const status = refused(await kube.patch(`${path}/r`, MERGE, { roleRef: { name: 'two' } }), 422, 'Invalid')
      assert.match(status.message, /roleRef: Invalid value: \{"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"two"\}: field is immutable$/)
    },
  },
  {
    call: 'POST /apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets',
    name: 'as a chart makes them',
    async run(kube) {
      const body = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'op' },
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'op' } } },
      }
      const made = plain(well(await kube.post(`/apis/policy/v1/namespaces/${await kube.namespace()}/poddisruptionbudgets`, body), 201))
      assert.deepEqual(made, {
        ...body,
        metadata: { name: 'op', generation: 1 },
        status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
      })
    },
  },
  {
    call: 'POST /apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies',
    name: 'the types follow from the rules',
    async run(kube) {
      const spec = { podSelector: { matchLabels: { app: 'op' } }, egress: [{ ports: [{ port: 9092 }] }] }
      const body = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'op' }, spec }
      const made = plain(well(await kube.post(`/apis/networking.k8s.io/v1/namespaces/${await kube.namespace()}/networkpolicies`, body), 201))
      assert.deepEqual(made.spec, { ...spec, egress: [{ ports: [{ port: 9092, protocol: 'TCP' }] }], policyTypes: ['Ingress', 'Egress'] })
    },
  },
  {
    call: 'GET /api/v1/namespaces/{namespace}/pods',
    name: 'a list and a table, without any',
    async run(kube) {
      const path = `/api/v1/namespaces/${await kube.namespace()}/pods`
      const list = well(await kube.get(`${path}?fieldSelector=status.phase%3DRunning`))
      assert.deepEqual([list.kind, list.items], ['PodList', []])
      const columns = well(await kube.get(path, TABLE)).columnDefinitions.filter(({ priority }: Loose) => priority === 0)
      assert.deepEqual(
        columns.map(({ name }: Loose) => name),
        ['Name', 'Ready', 'Status', 'Restarts', 'Age'],
      )
    },
  },
  {
    call: `POST ${LEASE}`,
    name: 'one of two wins',
    async run(kube) {
      const path = LEASES(await kube.namespace())
      const lease = (holderIdentity: string) => ({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'lead' },
        spec: {
          holderIdentity,
          leaseDurationSeconds: 15,
          acquireTime: '2026-01-02T03:04:05.123456Z',
          renewTime: '2026-01-02T03:04:05.123456Z',
          leaseTransitions: 0,
        },
      })
      const answers = await Promise.all([kube.post(path, lease('one')), kube.post(path, lease('two'))])
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409])
      const held = well(await kube.get(`${path}/lead`))
      assert.equal(held.spec.renewTime, '2026-01-02T03:04:05.123456Z')
    },
  },
  {
    call: `GET ${LEASE}/{name}`,
    name: 'times to the microsecond; one that is not there',
    async run(kube) {
      const path = LEASES(await kube.namespace())
      const spec = { holderIdentity: 'one', renewTime: '2026-01-02T03:04:05.000001Z' }
      well(await kube.post(path, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'lead' }, spec }), 201)
      assert.deepEqual(well(await kube.get(`${path}/lead`)).spec, spec)
      refused(await kube.get(`${path}/nobody`), 404, 'NotFound', 'leases.coordination.k8s.io "nobody" not found')
    },
  },
  {
    call: `PUT ${LEASE}/{name}`,
    name: 'renewed at its version, refused at an older one and with a wrong duration',
    async run(kube) {
      const path = LEASES(await kube.namespace())
      const made = well(
        await kube.post(path, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'lead' }, spec: { holderIdentity: 'one' } }),
        201,
      )
      const next = well(await kube.put(`${path}/lead`, { ...made, spec: { holderIdentity: 'two' } }))
      refused(await kube.put(`${path}/lead`, { ...made, spec: { holderIdentity: 'three' } }), 409, 'Conflict')
      const status = refused(await kube.put(`${path}/lead`, { ...next, spec: { leaseDurationSeconds: 0 } }), 422, 'Invalid')
      assert.equal(status.message, 'Lease.coordination.k8s.io "lead" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0')
    },
  },
  {
    call: 'POST /api/v1/namespaces/{namespace}/events',
    name: 'an event, and the same one in the newer API',
    async run(kube) {
      const namespace = await kube.namespace()
      well(await kube.post(`/api/v1/namespaces/${namespace}/events`, event(namespace, { count: 2, source: { component: 'maker' } })), 201)
      const newer = well(await kube.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events/happened`))
      assert.deepEqual(
        [newer.regarding.name, newer.note, newer.reason, newer.deprecatedCount, newer.deprecatedSource.component],
        ['a', 'It was made.', 'Made', 2, 'maker'],
      )
    },
  },
  {
    call: 'POST /api/v1/namespaces/{namespace}/events',
    name: 'about something elsewhere',
    async run(kube) {
      const namespace = await kube.namespace()
      refused(await kube.post(`/api/v1/namespaces/${namespace}/events`, event('default')), 422, 'Invalid')
    },
  },
  {
    call: 'PATCH /api/v1/namespaces/{namespace}/events/{name}',
    name: 'counted up',
    async run(kube) {
      const namespace = await kube.namespace()
      well(await kube.post(`/api/v1/namespaces/${namespace}/events`, event(namespace)), 201)
      const next = well(await kube.patch(`/api/v1/namespaces/${namespace}/events/happened`, MERGE, { count: 5, lastTimestamp: '2026-01-02T03:04:05Z' }))
      assert.deepEqual([next.count, next.lastTimestamp], [5, '2026-01-02T03:04:05Z'])
    },
  },
  {
    call: 'POST /apis/events.k8s.io/v1/namespaces/{namespace}/events',
    name: 'without what the newer API asks for',
    async run(kube) {
      const namespace = await kube.namespace()
      const body = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'e' },
        regarding: { kind: 'ConfigMap', name: 'a', namespace },
        reason: 'Made',
        type: 'Normal',
      }
      const status = refused(await kube.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, body), 422, 'Invalid')
      assert.match(status.message, /eventTime/)
    },
  },
  {
    call: 'POST /api/v1/namespaces',
    name: 'is Active at once, named by a label, with the finalizer of the server',
    async run(kube) {
      const name = await kube.namespace()
      const found = well(await kube.get(`/api/v1/namespaces/${name}`))
      assert.deepEqual([found.status.phase, found.metadata.labels, found.spec.finalizers], ['Active', { 'kubernetes.io/metadata.name': name }, ['kubernetes']])
    },
  },
  {
    call: 'DELETE /api/v1/namespaces/{name}',
    name: 'takes everything along, and comes back empty',
    async run(kube) {
      const name = await kube.namespace()
      const path = `/api/v1/namespaces/${name}`
      well(await kube.post(`${path}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }), 201)
      const marked = well(await kube.delete(path))
      assert.equal(marked.status.phase, 'Terminating')
      await kube.until(path, ({ status }) => status === 404)
      well(await kube.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }), 201)
      assert.deepEqual(well(await kube.get(`${path}/secrets`)).items, [])
    },
  },
  {
    call: 'GET /api/v1/namespaces/{namespace}/serviceaccounts',
    name: 'every namespace gets one by itself',
    async run(kube) {
      const name = await kube.namespace()
      await kube.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, ({ status }) => status === 200)
    },
  },
  {
    call: 'POST /api/v1/namespaces/{namespace}/serviceaccounts/{name}/token',
    name: 'a token for ten minutes',
    async run(kube) {
      const namespace = await kube.namespace()
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts`
      well(await kube.post(path, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'op' } }), 201)
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
      const made = well(await kube.post(`${path}/op/token`, body), 201)
      assert.deepEqual([made.kind, made.metadata.name, made.spec.expirationSeconds, made.spec.boundObjectRef], ['TokenRequest', 'op', 600, null])
      assert.match(made.status.token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
      const claims = JSON.parse(Buffer.from(made.status.token.split('.')[1], 'base64url').toString()) as Loose
      assert.equal(claims.sub, `system:serviceaccount:${namespace}:op`)
      assert.ok(Date.parse(made.status.expirationTimestamp) - Date.parse(made.metadata.creationTimestamp) >= 590_000)
      refused(
        await kube.post(`${path}/op/token`, { spec: { expirationSeconds: 60 } }),
        422,
        'Invalid',
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      )
      refused(await kube.post(`${path}/nobody/token`, body), 404, 'NotFound', 'serviceaccounts "nobody" not found')
    },
  },
  {
    call: 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    name: 'an administrator may',
    async run(kube) {
      const spec = { resourceAttributes: { verb: 'create', group: 'clickstream.dev', resource: 'clickstreampipelines', namespace: 'default' } }
      const made = well(await kube.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec }), 201)
      assert.deepEqual([made.kind, made.spec, made.status.allowed], ['SelfSubjectAccessReview', spec, true])
    },
  },
  {
    call: 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    name: 'that asks for nothing',
    async run(kube) {
      const status = refused(await kube.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} }), 422, 'Invalid')
      assert.match(status.message, /spec: Invalid value: .*: exactly one of nonResourceAttributes or resourceAttributes must be specified$/)
    },
  },
  {
    call: 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    name: 'who one is',
    async run(kube) {
      const made = well(await kube.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}), 201)
      assert.deepEqual([made.kind, typeof made.status.userInfo.username], ['SelfSubjectReview', 'string'])
      assert.ok(made.status.userInfo.groups.includes('system:masters'))
    },
  },
  ...(['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/authentication.k8s.io/v1/selfsubjectreviews'] as const).map(
    (path): Case<Kube> => ({
      call: `GET ${path}`,
      name: 'a question cannot be read',
      async run(kube) {
        refused(await kube.get(path), 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
      },
    }),
  ),
]
