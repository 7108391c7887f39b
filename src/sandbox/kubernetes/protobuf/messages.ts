/** Field numbers of the built-in types' protobuf messages, as their published .proto files give them. */

export type FieldType =
  | 'string'
  | 'int'
  | 'bool'
  | 'bytes'
  /** Seconds and nanoseconds; RFC 3339 in whole seconds. */
  | 'time'
  /** The same with microseconds. */
  | 'micro-time'
  /** JSON in a message of its own. */
  | 'json'
  | 'string-map'
  | 'bytes-map'
  | Message

export interface Field {
  readonly name: string
  readonly type: FieldType
  readonly repeated: boolean
  /** A pointer in Go: its zero value says something. */
  readonly optional: boolean
}

export type Message = ReadonlyMap<number, Field>

/** Position in the list is the field number, starting with 1; undefined leaves a number out. `*`: repeated, `?`: optional. */
function message(...fields: readonly (readonly [string, FieldType] | undefined)[]): Message {
  return new Map(
    fields.flatMap((field, i): [number, Field][] => {
      if (!field) return []
      const [name, type] = field
      return [[i + 1, { name: name.replace(/[*?]$/, ''), type, repeated: name.endsWith('*'), optional: name.endsWith('?') }]]
    }),
  )
}

const strings = (...names: readonly string[]) => names.map((name): [string, FieldType] => [name, 'string'])

const ownerReference = message(
  ['kind', 'string'],
  undefined,
  ['name', 'string'],
  ['uid', 'string'],
  ['apiVersion', 'string'],
  ['controller?', 'bool'],
  ['blockOwnerDeletion?', 'bool'],
)

const managedFields = message(
  ['manager', 'string'],
  ['operation', 'string'],
  ['apiVersion', 'string'],
  ['time', 'time'],
  undefined,
  ['fieldsType', 'string'],
  ['fieldsV1', 'json'],
  ['subresource', 'string'],
)

const objectMeta = message(
  ...strings('name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion'),
  ['generation', 'int'],
  ['creationTimestamp', 'time'],
  ['deletionTimestamp', 'time'],
  ['deletionGracePeriodSeconds?', 'int'],
  ['labels', 'string-map'],
  ['annotations', 'string-map'],
  ['ownerReferences*', ownerReference],
  ['finalizers*', 'string'],
  undefined,
  undefined,
  ['managedFields*', managedFields],
)

const metadata: readonly [string, FieldType] = ['metadata', objectMeta]
const reference = message(...strings('kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'))
const source = message(...strings('component', 'host'))
const series = message(['count', 'int'], ['lastObservedTime', 'micro-time'])

const condition = message(['type', 'string'], ['status', 'string'], undefined, ['lastTransitionTime', 'time'], ['reason', 'string'], ['message', 'string'])

const rules: readonly [string, FieldType] = [
  'rules*',
  message(['verbs*', 'string'], ['apiGroups*', 'string'], ['resources*', 'string'], ['resourceNames*', 'string'], ['nonResourceURLs*', 'string']),
]
const binding = message(
  metadata,
  ['subjects*', message(...strings('kind', 'apiGroup', 'name', 'namespace'))],
  ['roleRef', message(...strings('apiGroup', 'kind', 'name'))],
)

const resourceAttributes = message(...strings('namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'))

/** `apiVersion/Kind` -> its message. */
export const messages: Readonly<Record<string, Message>> = {
  'v1/ConfigMap': message(metadata, ['data', 'string-map'], ['binaryData', 'bytes-map'], ['immutable?', 'bool']),
  'v1/Secret': message(metadata, ['data', 'bytes-map'], ['type', 'string'], ['stringData', 'string-map'], ['immutable?', 'bool']),
  'v1/Namespace': message(metadata, ['spec', message(['finalizers*', 'string'])], ['status', message(['phase', 'string'], ['conditions*', condition])]),
  'v1/ServiceAccount': message(
    metadata,
    ['secrets*', reference],
    ['imagePullSecrets*', message(['name', 'string'])],
    ['automountServiceAccountToken?', 'bool'],
  ),
  'v1/Event': message(
    metadata,
    ['involvedObject', reference],
    ['reason', 'string'],
    ['message', 'string'],
    ['source', source],
    ['firstTimestamp', 'time'],
    ['lastTimestamp', 'time'],
    ['count', 'int'],
    ['type', 'string'],
    ['eventTime', 'micro-time'],
    ['series', series],
    ['action', 'string'],
    ['related', reference],
    ['reportingComponent', 'string'],
    ['reportingInstance', 'string'],
  ),
  'events.k8s.io/v1/Event': message(
    metadata,
    ['eventTime', 'micro-time'],
    ['series', series],
    ['reportingController', 'string'],
    ['reportingInstance', 'string'],
    ['action', 'string'],
    ['reason', 'string'],
    ['regarding', reference],
    ['related', reference],
    ['note', 'string'],
    ['type', 'string'],
    ['deprecatedSource', source],
    ['deprecatedFirstTimestamp', 'time'],
    ['deprecatedLastTimestamp', 'time'],
    ['deprecatedCount', 'int'],
  ),
  'coordination.k8s.io/v1/Lease': message(metadata, [
    'spec',
    message(
      ['holderIdentity?', 'string'],
      ['leaseDurationSeconds?', 'int'],
      ['acquireTime', 'micro-time'],
      ['renewTime', 'micro-time'],
      ['leaseTransitions?', 'int'],
      ['strategy?', 'string'],
      ['preferredHolder?', 'string'],
    ),
  ]),
  'authorization.k8s.io/v1/SelfSubjectAccessReview': message(metadata, [
    'spec',
    message(['resourceAttributes', resourceAttributes], ['nonResourceAttributes', message(['path', 'string'], ['verb', 'string'])]),
  ]),
  'authentication.k8s.io/v1/SelfSubjectReview': message(metadata),
  'authentication.k8s.io/v1/TokenRequest': message(metadata, [
    'spec',
    message(['audiences*', 'string'], undefined, ['boundObjectRef', message(...strings('kind', 'apiVersion', 'name', 'uid'))], ['expirationSeconds?', 'int']),
  ]),
  'rbac.authorization.k8s.io/v1/Role': message(metadata, rules),
  'rbac.authorization.k8s.io/v1/ClusterRole': message(metadata, rules),
  'rbac.authorization.k8s.io/v1/RoleBinding': binding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': binding,
  DeleteOptions: message(
    ['gracePeriodSeconds?', 'int'],
    ['preconditions', message(['uid?', 'string'], ['resourceVersion?', 'string'])],
    ['orphanDependents?', 'bool'],
    ['propagationPolicy?', 'string'],
    ['dryRun*', 'string'],
  ),
}

/** The envelope around every object. */
export const envelope = message(
  ['typeMeta', message(['apiVersion', 'string'], ['kind', 'string'])],
  ['raw', 'bytes'],
  ['contentEncoding', 'string'],
  ['contentType', 'string'],
)
