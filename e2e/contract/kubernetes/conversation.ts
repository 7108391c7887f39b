/**
 * A conversation with an API server, and how its answers are made comparable. `record.ts` holds it with a real one and keeps
 * the answers in test/data/kubernetes-answers.json.gz; the contract has a case of every turn.
 */
import { systemClock } from '../../../src/ports/index.ts'
import type { Kube } from './client.ts'
import { BREAK, HOLD, rules, rulesCrd, rulesVersions } from './rules-crd.ts'
import { widget, widgetCrd } from './widget-crd.ts'

export interface Turn {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** Repeated until the answer has this status: what a controller does takes its time. */
  readonly until?: number
}

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly warnings: readonly string[]
  /** JSON, lines of JSON for a watch, or text. */
  readonly body: unknown
}

const NS = '/api/v1/namespaces/talk'
const WD = '/apis/example.dev/v1/namespaces/talk/widgets'
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const RULES = '/apis/example.dev/v1/namespaces/talk/rules'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const MERGE = 'application/merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'
const STRICT = 'fieldValidation=Strict'

const get = (name: string, path: string, more: Partial<Turn> = {}): Turn => ({ name, method: 'GET', path, ...more })
const post = (name: string, path: string, body: unknown, more: Partial<Turn> = {}): Turn => ({ name, method: 'POST', path, body, ...more })
const put = (name: string, path: string, body: unknown): Turn => ({ name, method: 'PUT', path, body })
const del = (name: string, path: string, body?: unknown): Turn => ({ name, method: 'DELETE', path, ...(body ? { body } : {}) })
const patch = (name: string, path: string, contentType: string, body: unknown): Turn => ({ name, method: 'PATCH', path, contentType, body })

const configMap = (name: string, data: Record<string, string>, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})
const condition = (status: string) => ({ type: 'Ready', status, reason: 'Done', message: 'all well' })

export const conversation: readonly Turn[] = [
  post('create a namespace', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'talk' } }),
  post('create it again', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'talk' } }),
  post('a namespace with a bad name', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'Bad_Name' } }),
  post('define widgets', CRDS, widgetCrd),
  get('widgets become served', WD, { until: 200 }),

  // Definitions that are refused.
  post('a definition under a wrong name', CRDS, { ...widgetCrd, metadata: { name: 'gadgets.example.dev' } }),
  post('a definition without a schema', CRDS, definition({ name: 'v1', served: true, storage: true })),
  post('a definition with an untyped field', CRDS, definition(version({ spec: {} }))),
  post('a definition with a broken rule', CRDS, definition(version({ spec: { type: 'object', 'x-kubernetes-validations': [{ rule: 'nonsense(self)' }] } }))),
  post('a rule over a field that is not there', CRDS, ruled('self.nope == 1')),
  post('a rule over a nested field that is not there', CRDS, ruled('has(self.nested) && self.nested.nope == 1')),
  post('a rule that compares text with a number', CRDS, ruled('self.text > 1')),
  post('a rule in a list that compares text with a number', CRDS, ruled('self.list.all(item, item > 1)')),
  post('a rule that is no condition', CRDS, ruled('self.number')),
  post('a rule with a variable that is not there', CRDS, ruled('other == 1')),
  post('a rule that is no expression', CRDS, ruled('self.number ==')),
  post('a rule with a line break in its message', CRDS, ruled('self.number == 1', { message: 'a\nb' })),
  post('a rule with an unknown reason', CRDS, ruled('self.number == 1', { reason: 'Because' })),
  post('a message expression that is no text', CRDS, ruled('self.number == 1', { messageExpression: 'self.number' })),
  post(
    'a definition whose list has no keys',
    CRDS,
    definition(version({ list: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } })),
  ),
  post('a definition with a wrong default', CRDS, definition(version({ count: { type: 'integer', default: 'three' } }))),
  post('a definition without a storage version', CRDS, definition({ ...version({}), storage: false })),

  // Create.
  post('create a widget', WD, widget('a', { size: 'small', parts: [{ name: 'x' }], extra: { any: { thing: [1, 'two'] } } })),
  post('create it again', WD, widget('a')),
  post('create with status, which is left out', WD, { ...widget('with-status'), status: { observedGeneration: 7 } }),
  post('create where no namespace is', WD.replace('talk', 'nowhere'), widget('a')),
  post('create with a generated name', WD, { ...widget(''), metadata: { generateName: 'gen-' } }),
  post('create without a name', WD, { ...widget(''), metadata: {} }),
  post('create with a bad name', WD, widget('Bad_Name')),
  post('create of another kind', WD, { ...widget('a'), kind: 'Gadget' }),
  post('create of another version', WD, { ...widget('a'), apiVersion: 'example.dev/v2' }),
  post('create without a kind', WD, { metadata: { name: 'b' } }),
  post('create for another namespace', WD, widget('b', { size: 'small' }, { namespace: 'default' })),
  post('create with a resourceVersion', WD, widget('b', { size: 'small' }, { resourceVersion: '5' })),
  post('create with bad labels', WD, widget('b', { size: 'small' }, { labels: { 'bad key!': 'x', good: 'bad value!' } })),
  post('create with a bad finalizer', WD, widget('b', { size: 'small' }, { finalizers: ['bad finalizer'] })),
  post('create with an unqualified finalizer', `${WD}?dryRun=All`, widget('b', { size: 'small' }, { finalizers: ['example.dev'] })),
  post('create with a broken owner', WD, widget('b', { size: 'small' }, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: '', uid: '' }] })),
  post('create from text that is no JSON', WD, '{"apiVersion":'),
  post('create from an unknown media type', WD, 'x', { contentType: 'text/plain' }),
  post('create as a dry run', `${WD}?dryRun=All`, widget('dry')),
  post('create with an unknown dry run', `${WD}?dryRun=Some`, widget('dry')),
  post('create with unknown fields, strictly', `${WD}?${STRICT}`, widget('b', { size: 'small', colour: 'red', parts: [{ name: 'x', weight: 1 }] })),
  post('create with unknown fields, warned', `${WD}?dryRun=All&fieldValidation=Warn`, widget('b', { size: 'small', colour: 'red' })),
  post('create with unknown fields, ignored', `${WD}?dryRun=All&fieldValidation=Ignore`, widget('b', { size: 'small', colour: 'red' })),
  post(
    'create with a doubled field, strictly',
    `${WD}?${STRICT}`,
    '{"apiVersion":"example.dev/v1","kind":"Widget","metadata":{"name":"b"},"spec":{"size":"small","size":"large"}}',
  ),

  // Schema.
  post('required', WD, { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'b' } }),
  post('required inside', WD, widget('b', { replicas: 1 })),
  post('wrong types', WD, widget('b', { size: 5, replicas: 'three', tags: 'no list', labels: { a: 1 }, parts: [{ name: 1 }] })),
  post('not in the enumeration', WD, widget('b', { size: 'huge' })),
  post('too long', WD, widget('b', { size: 'small', title: 'abcdefghijklmnop' })),
  post('too short', WD, widget('b', { size: 'small', title: 'a' })),
  post('not the pattern', WD, widget('b', { size: 'small', title: 'ABC' })),
  post('too large', WD, widget('b', { size: 'small', replicas: 11 })),
  post('too many items', WD, widget('b', { size: 'small', tags: ['a', 'b', 'c', 'd'] })),
  post('too many properties', WD, widget('b', { size: 'small', labels: { a: 'x', b: 'x', c: 'x' } })),
  post('doubled in a set', WD, widget('b', { size: 'small', tags: ['a', 'a'] })),
  post('doubled key in a map list', WD, widget('b', { size: 'small', parts: [{ name: 'x' }, { name: 'x' }] })),
  post('null where null is allowed', `${WD}?dryRun=All`, widget('b', { size: 'small', parts: [{ name: 'x', color: null }] })),
  post('null where it is not', WD, widget('b', { size: null })),
  post('null where there is a default', `${WD}?dryRun=All`, widget('b', { size: 'small', replicas: null })),
  post('int or string', `${WD}?dryRun=All`, widget('b', { size: 'small', port: 'http' })),
  post('neither int nor string', WD, widget('b', { size: 'small', port: true })),
  post('a fraction for an integer', WD, widget('b', { size: 'small', replicas: 1.5 })),
  post('a broken rule', WD, widget('b', { size: 'small', parts: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] })),
  post('a broken rule with a message expression', WD, widget('b', { size: 'small', replicas: -1 })),

  // Read.
  get('get', `${WD}/a`),
  get('get what is not there', `${WD}/nothing`),
  get('get as YAML only', `${WD}/a`, { accept: 'application/xml' }),
  get('get as a table', `${WD}/a`, { accept: TABLE }),
  get('get as metadata', `${WD}/a`, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }),
  get('list', WD),
  get('list as a table', WD, { accept: TABLE }),
  get('list as a table without objects', `${WD}?includeObject=None`, { accept: TABLE }),
  get('list one page', `${WD}?limit=1`),
  get('list by field', `${WD}?fieldSelector=metadata.name%3Da`),
  get('list by a selectable field', `${WD}?fieldSelector=spec.size%3Dlarge`),
  get('list by an unknown field', `${WD}?fieldSelector=spec.title%3Da`),
  get('list by a broken label selector', `${WD}?labelSelector=a%20in%20b`),
  get('list with a broken continue token', `${WD}?limit=1&continue=xyz`),
  get('list at a version that is not yet', `${WD}?resourceVersion=99999999`),
  get('list with a broken version', `${WD}?resourceVersion=abc`),
  get('a resource that is not served', '/apis/example.dev/v1/namespaces/talk/gadgets'),
  get('a group that is not served', '/apis/nothing.dev/v1'),
  get('a subresource that is not there', `${WD}/a/nothing`),
  post('a method that is not there', `${WD}/a`, widget('a')),

  // Update.
  put('replace without a version', `${WD}/a`, widget('a', { size: 'small', replicas: 2 })),
  put('replace at an old version', `${WD}/a`, widget('a', { size: 'small', replicas: 2 }, { resourceVersion: '1' })),
  put('replace under another name', `${WD}/a`, widget('b', { size: 'small' }, { resourceVersion: '1' })),
  put('replace with another uid', `${WD}/a`, widget('a', { size: 'small' }, { resourceVersion: '1', uid: '00000000-0000-4000-8000-000000000000' })),
  put('replace what is not there', `${WD}/nothing`, widget('nothing', { size: 'small' }, { resourceVersion: '1' })),
  patch('merge patch', `${WD}/a`, MERGE, { spec: { replicas: 3, title: 'nice' }, metadata: { labels: { app: 'x' } } }),
  patch('merge patch that changes nothing', `${WD}/a`, MERGE, { spec: { replicas: 3 } }),
  patch('merge patch against a transition rule', `${WD}/a`, MERGE, { spec: { size: 'large' } }),
  patch('merge patch of status, which is left alone', `${WD}/a`, MERGE, { status: { observedGeneration: 9 } }),
  patch('merge patch with unknown fields, strictly', `${WD}/a?${STRICT}`, MERGE, { spec: { colour: 'red' } }),
  patch('merge patch that is no object', `${WD}/a`, MERGE, ['x']),
  patch('merge patch with force', `${WD}/a?force=true`, MERGE, { spec: { replicas: 3 } }),
  patch('JSON patch', `${WD}/a`, JSON_PATCH, [{ op: 'replace', path: '/spec/replicas', value: 4 }]),
  patch('JSON patch with a failing test', `${WD}/a`, JSON_PATCH, [{ op: 'test', path: '/spec/replicas', value: 5 }]),
  patch('JSON patch of a path that is not there', `${WD}/a`, JSON_PATCH, [{ op: 'remove', path: '/spec/nothing' }]),
  patch('strategic merge patch, which widgets do not know', `${WD}/a`, STRATEGIC, { spec: { replicas: 3 } }),
  patch('the status', `${WD}/a/status`, MERGE, { status: { observedGeneration: 1, conditions: [condition('True')] }, spec: { replicas: 9 } }),
  patch('a status that is wrong', `${WD}/a/status`, MERGE, { status: { observedGeneration: 'x' } }),
  get('get after the status', `${WD}/a`),
  get('the table after the status', `${WD}/a`, { accept: TABLE }),
  get('scale', `${WD}/a/scale`),
  patch('rescale', `${WD}/a/scale`, MERGE, { spec: { replicas: 5 } }),

  // Server-side apply.
  patch('apply a new one', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'small', replicas: 1, parts: [{ name: 'x', count: 1 }], tags: ['b', 'a'] })),
  patch('apply the same', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'small', replicas: 1, parts: [{ name: 'x', count: 1 }], tags: ['b', 'a'] })),
  patch('apply beside', `${WD}/s?fieldManager=two`, APPLY, widget('s', { size: 'small', parts: [{ name: 'y' }], tags: ['c'] })),
  patch('apply in conflict', `${WD}/s?fieldManager=two`, APPLY, widget('s', { size: 'small', replicas: 2, parts: [{ name: 'x', count: 2 }] })),
  patch('apply by force', `${WD}/s?fieldManager=two&force=true`, APPLY, widget('s', { size: 'small', replicas: 2, parts: [{ name: 'x', count: 2 }] })),
  patch('apply less', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'small' })),
  patch('apply in conflict with an update', `${WD}/a?fieldManager=one`, APPLY, widget('a', { size: 'small', replicas: 1 })),
  patch('apply without a manager', `${WD}/s`, APPLY, widget('s')),
  patch('apply an unknown field', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'small', colour: 'red' })),
  patch('apply under another name', `${WD}/s?fieldManager=one`, APPLY, widget('t')),
  patch('apply with managedFields', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'small' }, { managedFields: [{}] })),
  patch('apply a wrong value', `${WD}/s?fieldManager=one`, APPLY, widget('s', { size: 'huge' })),
  patch('apply the status', `${WD}/s/status?fieldManager=one`, APPLY, {
    ...widget('s'),
    spec: undefined,
    status: { observedGeneration: 1, conditions: [condition('True')] },
  }),
  patch('apply YAML', `${WD}/yaml?fieldManager=one`, APPLY, 'apiVersion: example.dev/v1\nkind: Widget\nmetadata:\n  name: yaml\nspec:\n  size: small\n'),

  // Built-in types.
  post('create a ConfigMap', `${NS}/configmaps`, configMap('c', { a: '1', b: '2' })),
  post('a ConfigMap of numbers', `${NS}/configmaps`, { ...configMap('n', {}), data: { a: 1 } }),
  post('a ConfigMap with a bad key', `${NS}/configmaps`, configMap('k', { 'bad key': 'x' })),
  post('a ConfigMap with unknown fields, strictly', `${NS}/configmaps?${STRICT}`, { ...configMap('k', {}), colour: 'red' }),
  post('annotations beyond the limit', `${NS}/configmaps`, configMap('big', {}, { annotations: { a: 'x'.repeat(262_144) } })),
  patch('strategic merge patch', `${NS}/configmaps/c`, STRATEGIC, { data: { b: null, c: '3' }, metadata: { finalizers: ['example.dev/one'] } }),
  patch('another finalizer, merged', `${NS}/configmaps/c`, STRATEGIC, { metadata: { finalizers: ['example.dev/two'] } }),
  put('replace without a version, which ConfigMaps allow', `${NS}/configmaps/c`, configMap('c', { d: '4' }, { finalizers: ['example.dev/one'] })),
  get('ConfigMap as a table', `${NS}/configmaps/c`, { accept: TABLE }),
  patch('apply a ConfigMap', `${NS}/configmaps/applied?fieldManager=one`, APPLY, configMap('applied', { a: '1' }, { labels: { x: 'y' } })),
  post('a Secret with plain text', `${NS}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'secret' },
    stringData: { user: 'me' },
    data: { other: 'eA==' },
  }),
  patch('the type of a Secret', `${NS}/secrets/secret`, MERGE, { type: 'Other' }),
  post('a Secret that is not base64', `${NS}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad' }, data: { x: '***' } }),
  post('a Lease', '/apis/coordination.k8s.io/v1/namespaces/talk/leases', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'lock' },
    spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:05.000006Z' },
  }),
  put('a Lease without a version', '/apis/coordination.k8s.io/v1/namespaces/talk/leases/lock', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'lock' },
    spec: { holderIdentity: 'you' },
  }),
  post('an Event', `${NS}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'happened' },
    involvedObject: { apiVersion: 'example.dev/v1', kind: 'Widget', name: 'a', namespace: 'talk' },
    reason: 'Made',
    message: 'It was made.',
    type: 'Normal',
    source: { component: 'maker' },
    count: 1,
  }),
  get('Events of an object', `${NS}/events?fieldSelector=involvedObject.name%3Da%2CinvolvedObject.kind%3DWidget`),
  get('the Event in the other API', '/apis/events.k8s.io/v1/namespaces/talk/events/happened'),
  post('an Event of another namespace', `${NS}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'wrong' },
    involvedObject: { kind: 'Widget', name: 'a', namespace: 'default' },
  }),

  // Watch.
  get('watch what is there', `${NS}/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dapplied`),
  get('watch as a table', `${WD}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da`, { accept: TABLE }),
  get(
    'watch with a bookmark at the end of the list',
    `${WD}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  ),
  get('watch from a version that is forgotten', `${WD}?watch=true&timeoutSeconds=1&resourceVersion=1`),

  // Owners and what they own.
  post('an owner', `${NS}/configmaps`, { ...configMap('owner', {}), metadata: { name: 'owner', uid: 'ignored' } }),
  post('one that names an owner who is not there', `${NS}/configmaps`, owned('orphaned', 'owner')),
  get('it is collected', `${NS}/configmaps/orphaned`, { until: 404 }),

  // Rules in CEL and the library that Kubernetes adds.
  post('define rules', CRDS, rulesCrd),
  get('rules become served', RULES, { until: 200 }),
  post('rules that hold', `${RULES}?dryRun=All`, rules(HOLD)),
  post('rules that do not', `${RULES}?dryRun=All`, rules(BREAK)),
  post('rules that cannot be evaluated', `${RULES}?dryRun=All`, rules({ ...HOLD, find: 'nothing' })),
  post('rules kept', RULES, rules(HOLD)),
  patch('a transition that is allowed', `${RULES}/r`, MERGE, { spec: { counter: 6 } }),
  patch('a transition that is not', `${RULES}/r`, MERGE, { spec: { counter: 5 } }),
  patch('a transition in a map list', `${RULES}/r`, MERGE, {
    spec: {
      entries: [
        { name: 'b', v: 1 },
        { name: 'a', v: 9 },
      ],
    },
  }),
  patch('a field that may not go', `${RULES}/r`, MERGE, { spec: { once: null } }),

  // Definitions change under their objects.
  patch('tighten the definition', `${CRDS}/rules.example.dev`, MERGE, { spec: { versions: rulesVersions(3) } }),
  get('the second version becomes served', RULES.replace('v1', 'v2'), { until: 200 }),
  get('the object in the second version', `${RULES.replace('v1', 'v2')}/r`),
  patch('what was wrong before is not looked at again', `${RULES}/r`, MERGE, { spec: { once: 'yes' } }),
  patch('what changes must be right', `${RULES}/r`, MERGE, { spec: { counter: 7 } }),
  get('discovery of the group', '/apis/example.dev'),
  get('discovery of the version', '/apis/example.dev/v2'),
  get('the definition after all', `${CRDS}/rules.example.dev`),
  patch('change the scope of a definition', `${CRDS}/rules.example.dev`, MERGE, { spec: { scope: 'Cluster' } }),
  del('delete the rules', `${CRDS}/rules.example.dev`),
  get('the rules are gone', `${CRDS}/rules.example.dev`, { until: 404 }),

  // Delete.
  del('delete with a wrong uid', `${WD}/a`, { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } }),
  del('delete with an unknown policy', `${WD}/a?propagationPolicy=Sideways`),
  del('delete as a dry run', `${WD}/a?dryRun=All`),
  del('delete', `${WD}/a`),
  del('delete it again', `${WD}/a`),
  del('delete what a finalizer holds', `${NS}/configmaps/c`),
  patch('add a finalizer too late', `${NS}/configmaps/c`, STRATEGIC, { metadata: { finalizers: ['example.dev/late'] } }),
  patch('take the last finalizer away', `${NS}/configmaps/c`, MERGE, { metadata: { finalizers: null } }),
  get('it is gone', `${NS}/configmaps/c`),
  del('delete many', `${WD}?labelSelector=none%3Dsuch`),
  del('delete a protected namespace', '/api/v1/namespaces/default'),
  patch('hold the namespace by a widget', `${WD}/s`, MERGE, { metadata: { finalizers: ['example.dev/hold'] } }),
  del('delete the held widget', `${WD}/s`),
  del('delete the namespace', NS),
  post('create in a terminating namespace', `${NS}/configmaps`, configMap('late', {})),
  patch('release the widget', `${WD}/s`, MERGE, { metadata: { finalizers: null } }),
  get('the namespace is gone', NS, { until: 404 }),
  del('delete the definition', `${CRDS}/widgets.example.dev`),
  get('the definition is gone', `${CRDS}/widgets.example.dev`, { until: 404 }),
]

function owned(name: string, owner: string): unknown {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: '00000000-0000-4000-8000-000000000000' }
  return configMap(name, {}, { ownerReferences: [reference] })
}

function ruled(rule: string, more: Record<string, unknown> = {}): unknown {
  const properties = {
    number: { type: 'integer' },
    text: { type: 'string', maxLength: 10 },
    list: { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 10 } },
    nested: { type: 'object', properties: { number: { type: 'integer' } } },
  }
  return definition(version({ spec: { type: 'object', properties, 'x-kubernetes-validations': [{ rule, ...more }] } }))
}

function version(properties: Record<string, unknown>): Record<string, unknown> {
  return { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } }
}

function definition(only: Record<string, unknown>): unknown {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.dev' },
    spec: { group: 'example.dev', scope: 'Namespaced', names: { plural: 'gadgets', kind: 'Gadget' }, versions: [only] },
  }
}

/** Asks once, or until the wanted status is there. */
export async function reply(server: Kube, turn: Turn): Promise<Reply> {
  for (let attempt = 0; ; attempt++) {
    const { status, headers, text } = await server.ask({
      method: turn.method,
      path: turn.path,
      ...(turn.body === undefined ? {} : { body: turn.body }),
      headers: { accept: turn.accept ?? 'application/json', ...(turn.contentType === undefined ? {} : { 'content-type': turn.contentType }) },
    })
    if (turn.until !== undefined && status !== turn.until && attempt < 200) {
      await systemClock.sleep(50)
      continue
    }
    const contentType = headers['content-type'] ?? ''
    return {
      status,
      contentType: contentType.split(';')[0]!,
      warnings: (headers.warning ?? '').split(/, (?=299 )/).filter((warning) => warning !== ''),
      body: comparable(parse(text, contentType)),
    }
  }
}

function parse(text: string, contentType: string): unknown {
  if (!contentType.startsWith('application/json')) return text
  if (!/^\{"type":/.test(text)) return JSON.parse(text) as unknown
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
}

/** What differs from run to run is replaced by its kind. */
function comparable(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (key === 'resourceVersion' && /^\d+$/.test(value)) return 'VERSION'
    if (key === 'continue') return 'CONTINUE'
    if (key === 'cells' && /^\d+s$/.test(value)) return 'AGE'
    return value
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, 'TIME')
      .replaceAll(/(resourceVersion\\*":\\*")\d+/g, '$1N')
      .replaceAll(/gen-[a-z0-9]{5}/g, 'gen-XXXXX')
      .replaceAll(/resource version: \d+(?:, current: \d+| \(\d+\))?/g, 'resource version: N')
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, key))
    // Go walks maps in random order: causes are a set. Owners of fields stand in the order of their seconds.
    return key === 'causes' || key === 'managedFields' ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  // Documentation texts are each server's own.
  if (key === 'columnDefinitions') return comparable({ ...value, description: '' })
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const object = Object.fromEntries(entries.map(([name, child]) => [name, comparable(child, name)]))
  // The message of several causes lists them in the order of the walk.
  if (object.kind === 'Status' && typeof object.message === 'string') object.message = sortedList(object.message)
  return object
}

function sortedList(message: string): string {
  const match = /^(.*? is invalid: )\[(.*)\]$/s.exec(message)
  if (!match) return message
  return `${match[1]}[${match[2]!
    .split(/, (?=[a-zA-Z<.][\w.[\]<>]*: )/)
    .sort()
    .join(', ')}]`
}
