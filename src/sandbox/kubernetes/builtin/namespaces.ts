/** Namespaces and the service accounts in them. */
import type { KubeObject } from '../../../ports/index.ts'
import { ageColumn, column, nameColumn } from '../columns.ts'
import { invalidValue } from '../field-error.ts'
import { rfc3339 } from '../identity.ts'
import { isObject, type JsonObject } from '../json.ts'
import { dns1123Label } from '../names.ts'
import { invalid } from '../status.ts'
import { builtin, mapOf, text, time } from './type.ts'

export const namespaces = builtin({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  blank: { spec: {}, status: {} },
  namespaced: false,
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  status: true,
  checkName: dns1123Label,
  selectable: ['status.phase'],
  schema: {
    type: 'object',
    description: 'A scope for names.',
    properties: {
      spec: { type: 'object', properties: { finalizers: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' } } },
      status: {
        type: 'object',
        properties: {
          phase: text,
          conditions: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['type'],
            'x-kubernetes-patch-merge-key': 'type',
            'x-kubernetes-patch-strategy': 'merge',
            items: { type: 'object', properties: { lastTransitionTime: time, message: text, reason: text, status: text, type: text } },
          },
        },
      },
    },
  },
  columns: [nameColumn, column('Status', (object) => String(mapOf(object, 'status').phase ?? '')), ageColumn],
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name }
  },
  prepare(object, old) {
    if (old) {
      if (old.spec !== undefined) object.spec = old.spec
      return
    }
    object.spec = { finalizers: ['kubernetes'] }
    object.status = { phase: 'Active' }
  },
  subresources: [{ name: 'finalize', verbs: ['update'] }],
})

const TOKEN_SECONDS = 3600
const TOKEN_SECONDS_MIN = 600

/** A token that looks like one. Nobody checks it here: everybody may do everything. */
function requestToken(owner: KubeObject, body: JsonObject, nowMs: number): unknown {
  const given = isObject(body.spec) ? body.spec : {}
  const expirationSeconds = typeof given.expirationSeconds === 'number' ? given.expirationSeconds : TOKEN_SECONDS
  if (expirationSeconds < TOKEN_SECONDS_MIN)
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes'),
    ])
  const audiences = Array.isArray(given.audiences) && given.audiences.length > 0 ? given.audiences : ['https://kubernetes.default.svc']
  const { name, namespace, uid } = owner.metadata
  const issued = Math.floor(nowMs / 1000)
  const claims = {
    aud: audiences,
    exp: issued + expirationSeconds,
    iat: issued,
    iss: 'https://kubernetes.default.svc',
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: rfc3339(nowMs) },
    spec: { audiences, expirationSeconds, boundObjectRef: given.boundObjectRef ?? null },
    status: { token: `${part({ alg: 'none' })}.${part(claims)}.sandbox`, expirationTimestamp: rfc3339(nowMs + expirationSeconds * 1000) },
  }
}

export const serviceAccounts = builtin({
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  subresources: [{ name: 'token', of: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }, verbs: ['create'], create: requestToken }],
  returnsDeleted: true,
  shortNames: ['sa'],
  schema: {
    type: 'object',
    description: 'An identity for processes.',
    properties: {
      automountServiceAccountToken: { type: 'boolean' },
      imagePullSecrets: {
        type: 'array',
        'x-kubernetes-list-type': 'atomic',
        items: { type: 'object', properties: { name: text } },
      },
      secrets: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
        items: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { name: text, namespace: text, kind: text, uid: text, apiVersion: text, resourceVersion: text, fieldPath: text },
        },
      },
    },
  },
  columns: [nameColumn, column('Secrets', (object) => (Array.isArray(object.secrets) ? object.secrets.length : 0), { type: 'integer' }), ageColumn],
})
