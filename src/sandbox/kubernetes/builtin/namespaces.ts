/** Namespaces and the service accounts in them. */
import { ageColumn, column, nameColumn } from '../columns.ts'
import { dns1123Label } from '../names.ts'
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
})

export const serviceAccounts = builtin({
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
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
