/** Events: one kind of object under two APIs, core and events.k8s.io, whose field names differ. */
import type { KubeObject } from '../../../ports/index.ts'
import { column } from '../columns.ts'
import { ageOf } from '../duration.ts'
import { type FieldError, invalidValue, required } from '../field-error.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Column } from '../resources.ts'
import type { Schema } from '../schema/structural.ts'
import { builtin } from './type.ts'

/** Stored (core) name -> name in events.k8s.io. */
const RENAMED: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
}

function toEventsApi(stored: KubeObject): KubeObject {
  const entries = Object.entries(stored).map(([key, value]) => [RENAMED[key] ?? key, value])
  const event: KubeObject = { ...(Object.fromEntries(entries) as KubeObject), apiVersion: 'events.k8s.io/v1' }
  for (const field of ['reportingController', 'reportingInstance']) if (event[field] === '') delete event[field]
  if (isObject(event.deprecatedSource) && Object.keys(event.deprecatedSource).length === 0) delete event.deprecatedSource
  return event
}

function toCoreEvent(object: KubeObject): KubeObject {
  const back = Object.fromEntries(Object.entries(RENAMED).map(([core, other]) => [other, core]))
  const entries = Object.entries(object).map(([key, value]) => [back[key] ?? key, value])
  return { ...Object.fromEntries(entries), apiVersion: 'v1' }
}

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time', nullable: true }
const reference: Schema = {
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  properties: Object.fromEntries(['apiVersion', 'fieldPath', 'kind', 'name', 'namespace', 'resourceVersion', 'uid'].map((name) => [name, text])),
}
const source: Schema = { type: 'object', properties: { component: text, host: text } }
const series: Schema = { type: 'object', nullable: true, properties: { count: { type: 'integer' }, lastObservedTime: time } }

const coreProperties: Readonly<Record<string, Schema>> = {
  action: text,
  count: { type: 'integer' },
  eventTime: time,
  firstTimestamp: time,
  involvedObject: reference,
  lastTimestamp: time,
  message: text,
  reason: text,
  related: reference,
  reportingComponent: text,
  reportingInstance: text,
  series,
  source,
  type: text,
}

const coreEventSchema: Schema = { type: 'object', description: 'A report of something that happened to an object.', properties: coreProperties }

const eventSchema: Schema = {
  type: 'object',
  description: 'A report of something that happened to an object.',
  properties: Object.fromEntries(Object.entries(coreProperties).map(([key, schema]) => [RENAMED[key] ?? key, schema])),
}

const eventSelectable = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
] as const

/** Fields that an event always has, said or not. */
function eventDefaults(event: KubeObject): void {
  const core = event.apiVersion === 'v1'
  for (const field of core ? ['eventTime', 'firstTimestamp', 'lastTimestamp'] : ['eventTime', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp'])
    event[field] ??= null
  event[core ? 'reportingComponent' : 'reportingController'] ??= ''
  event.reportingInstance ??= ''
  if (core) event.source ??= {}
}

const eventBlank = {
  involvedObject: {},
  source: {},
  eventTime: null,
  firstTimestamp: null,
  lastTimestamp: null,
  reportingComponent: '',
  reportingInstance: '',
}

function checkCoreEvent(event: KubeObject): FieldError[] {
  const about = event.involvedObject
  const namespace = isObject(about) && typeof about.namespace === 'string' ? about.namespace : ''
  const own = event.metadata.namespace ?? ''
  const fits = namespace === '' ? own === 'default' || own === 'kube-system' || own === '' : namespace === own
  return fits ? [] : [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')]
}

const inner = (event: KubeObject, field: string): JsonObject => (isObject(event[field]) ? (event[field] as JsonObject) : {})

function lastSeen(event: KubeObject, nowMs: number): string {
  const repeated = inner(event, 'series')
  return ageOf(repeated.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp, nowMs)
}

/** Both APIs print the stored form. */
const eventColumns: Column[] = [
  column('Last Seen', lastSeen),
  column('Type', (event) => String(event.type ?? '')),
  column('Reason', (event) => String(event.reason ?? '')),
  column('Object', (event) => {
    const about = inner(event, 'involvedObject')
    return `${String(about.kind ?? '').toLowerCase()}/${String(about.name ?? '')}`
  }),
  column('Subobject', (event) => String(inner(event, 'involvedObject').fieldPath ?? ''), { priority: 1 }),
  column(
    'Source',
    (event) => {
      const from = inner(event, 'source')
      return [from.component ?? event.reportingComponent, from.host ?? event.reportingInstance].filter(Boolean).join(', ')
    },
    { priority: 1 },
  ),
  column('Message', (event) => String(event.message ?? '').trim()),
  column('First Seen', (event, nowMs) => ageOf(event.firstTimestamp ?? event.eventTime, nowMs), { priority: 1 }),
  column(
    'Count',
    (event) => {
      const count = inner(event, 'series').count ?? event.count ?? 1
      return typeof count === 'number' && count > 0 ? count : 1
    },
    { type: 'integer', priority: 1 },
  ),
  column('Name', (event) => event.metadata.name, { format: 'name', priority: 1 }),
]

const eventBase = { plural: 'events', kind: 'Event', shortNames: ['ev'], storage: '/events', columns: eventColumns } as const

export const coreEvents = builtin({
  ...eventBase,
  defaults: eventDefaults,
  blank: eventBlank,
  group: '',
  version: 'v1',
  schema: coreEventSchema,
  selectable: eventSelectable,
  check: checkCoreEvent,
})

export const events = builtin({
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
