/** The built-in types: what an operator and kubectl need of a cluster that runs no containers. */
import type { KubeObject } from '../../ports/index.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { definitionType } from './definitions.ts'
import { checkCoreEvent, coreEventSchema, eventBlank, eventColumns, eventDefaults, eventSchema, eventSelectable, toCoreEvent, toEventsApi } from './events.ts'
import { type FieldError, forbiddenField, invalidValue, required } from './field-error.ts'
import { equal, isObject, type JsonObject } from './json.ts'
import { configKey, dns1123Label, dns1123Subdomain } from './names.ts'
import { ALL_VERBS, type ResourceType } from './resources.ts'
import type { Schema } from './schema/structural.ts'

const text: Schema = { type: 'string' }
const STRINGS: Schema = { type: 'object', additionalProperties: text }
const BYTES: Schema = { type: 'object', additionalProperties: { type: 'string', format: 'byte' } }
const TIME: Schema = { type: 'string', format: 'date-time', nullable: true }

type Given = Pick<ResourceType, 'group' | 'version' | 'plural' | 'kind' | 'schema' | 'columns'> & Partial<ResourceType>

export function builtin(given: Given): ResourceType {
  return {
    singular: given.kind.toLowerCase(),
    listKind: `${given.kind}List`,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: ALL_VERBS,
    storage: `${given.group}/${given.plural}`,
    storageVersion: given.version,
    status: false,
    selectable: [],
    custom: false,
    generation: false,
    unconditional: true,
    checkName: dns1123Subdomain,
    ...given,
  }
}

const data = (object: KubeObject, field = 'data'): JsonObject => (isObject(object[field]) ? (object[field] as JsonObject) : {})
const size = (object: KubeObject) => Object.keys(data(object)).length + Object.keys(data(object, 'binaryData')).length

/** 1 MiB for all values of a ConfigMap or Secret together. */
const MAX_DATA_BYTES = 1_048_576

function checkData(
  object: KubeObject,
  old: KubeObject | undefined,
  fields: readonly string[],
  bytesOf: (field: string, value: string) => number,
): FieldError[] {
  const errors: FieldError[] = []
  let total = 0
  for (const field of fields) {
    for (const [key, value] of Object.entries(data(object, field))) {
      errors.push(...configKey(key).map((message) => invalidValue(`${field}[${key}]`, key, message)))
      total += bytesOf(field, String(value))
    }
  }
  if (total > MAX_DATA_BYTES) errors.push({ type: 'FieldValueTooLong', field: fields[0]!, value: '', detail: `may not be more than ${MAX_DATA_BYTES} bytes` })
  if (old?.immutable === true) {
    if (object.immutable !== true) errors.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'))
    for (const field of fields) if (!equal(object[field], old[field])) errors.push(forbiddenField(field, 'field is immutable when `immutable` is set'))
  }
  return errors
}

/** Empty maps are as if they were not there. */
function dropEmptyData(object: KubeObject): void {
  for (const field of ['data', 'binaryData']) if (Object.keys(data(object, field)).length === 0) delete object[field]
}

const configMaps = builtin({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  shortNames: ['cm'],
  schema: { type: 'object', description: 'Configuration as key and value.', properties: { data: STRINGS, binaryData: BYTES, immutable: { type: 'boolean' } } },
  columns: [nameColumn, column('Data', size), ageColumn],
  defaults: dropEmptyData,
  check: (object, old) =>
    checkData(object, old, ['data', 'binaryData'], (field, value) => (field === 'data' ? Buffer.byteLength(value) : Buffer.byteLength(value, 'base64'))),
})

const secrets = builtin({
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  schema: {
    type: 'object',
    description: 'Credentials as key and base64 value.',
    properties: { data: BYTES, stringData: STRINGS, immutable: { type: 'boolean' }, type: text },
  },
  columns: [nameColumn, column('Type', (object) => String(object.type ?? '')), column('Data', size), ageColumn],
  selectable: ['type'],
  defaults(object) {
    object.type ??= 'Opaque'
    const plain = data(object, 'stringData')
    if (Object.keys(plain).length > 0)
      object.data = {
        ...data(object),
        ...Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])),
      }
    delete object.stringData
    dropEmptyData(object)
  },
  check(object, old) {
    const errors = checkData(object, old, ['data'], (_field, value) => Buffer.byteLength(value, 'base64'))
    if (old && old.type !== object.type) errors.push(invalidValue('type', object.type, 'field is immutable'))
    return errors
  },
})

const namespaces = builtin({
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
            items: { type: 'object', properties: { lastTransitionTime: TIME, message: text, reason: text, status: text, type: text } },
          },
        },
      },
    },
  },
  columns: [nameColumn, column('Status', (object) => String(data(object, 'status').phase ?? '')), ageColumn],
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

const serviceAccounts = builtin({
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  shortNames: ['sa'],
  schema: {
    type: 'object',
    description: 'An identity for processes.',
    properties: {
      automountServiceAccountToken: { type: 'boolean' },
      imagePullSecrets: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
        items: { type: 'object', properties: { name: { type: 'string', default: '' } } },
      },
      secrets: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
        items: { type: 'object', properties: { name: text, namespace: text, kind: text, uid: text, apiVersion: text, resourceVersion: text, fieldPath: text } },
      },
    },
  },
  columns: [nameColumn, column('Secrets', (object) => (Array.isArray(object.secrets) ? object.secrets.length : 0), { type: 'integer' }), ageColumn],
})

const leases = builtin({
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  blank: { spec: {} },
  unconditional: false,
  schema: {
    type: 'object',
    description: 'Who holds a lock, and until when.',
    properties: {
      spec: {
        type: 'object',
        properties: {
          acquireTime: TIME,
          holderIdentity: text,
          leaseDurationSeconds: { type: 'integer', format: 'int32' },
          leaseTransitions: { type: 'integer', format: 'int32' },
          preferredHolder: text,
          renewTime: TIME,
          strategy: text,
        },
      },
    },
  },
  columns: [nameColumn, column('Holder', (object) => String(data(object, 'spec').holderIdentity ?? '')), ageColumn],
  check(object) {
    const { leaseDurationSeconds: duration, leaseTransitions: transitions } = data(object, 'spec')
    return [
      ...(typeof duration === 'number' && duration <= 0 ? [invalidValue('spec.leaseDurationSeconds', duration, 'must be greater than 0')] : []),
      ...(typeof transitions === 'number' && transitions < 0 ? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')] : []),
    ]
  },
})

const eventBase = { plural: 'events', kind: 'Event', shortNames: ['ev'], storage: '/events', columns: eventColumns } as const

const coreEvents = builtin({
  ...eventBase,
  defaults: eventDefaults,
  blank: eventBlank,
  group: '',
  version: 'v1',
  schema: coreEventSchema,
  selectable: eventSelectable,
  check: checkCoreEvent,
})

const events = builtin({
  ...eventBase,
  group: 'events.k8s.io',
  version: 'v1',
  schema: eventSchema,
  selectable: eventSelectable,
  toStored: toCoreEvent,
  defaults: eventDefaults,
  blank: { eventTime: null, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null, regarding: {}, deprecatedSource: {} },
  fromStored: toEventsApi,
  check: (object) => [...(object.eventTime || object.firstTimestamp ? [] : [required('eventTime')]), ...checkCoreEvent(object)],
})

const accessReviews = builtin({
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
  verbs: ['create'],
  schema: {
    type: 'object',
    description: 'Whether the caller may do something. Here everyone may do everything.',
    properties: {
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
  columns: [nameColumn],
  answer: (object) => ({ ...object, status: { allowed: true } }),
})

const selfReviews = builtin({
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  namespaced: false,
  verbs: ['create'],
  schema: {
    type: 'object',
    description: 'Who the caller is. Here nobody is asked, so everybody is the same.',
    properties: { status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  },
  columns: [nameColumn],
  answer: (object) => ({ ...object, status: { userInfo: { username: 'sandbox', groups: ['system:masters', 'system:authenticated'] } } }),
})

export const builtinTypes: readonly ResourceType[] = [
  configMaps,
  secrets,
  namespaces,
  serviceAccounts,
  leases,
  coreEvents,
  events,
  accessReviews,
  selfReviews,
  builtin(definitionType),
]
