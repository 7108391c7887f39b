/** Pods and what Pods are made from. Nothing runs them here: they are kept and shown. */
import type { KubeObject } from '../../../ports/index.ts'
import { ageColumn, column, nameColumn } from '../columns.ts'
import { type FieldError, invalidValue, required } from '../field-error.ts'
import { equal, isObject, type Json, type JsonObject } from '../json.ts'
import { applyDefaults } from '../schema/default.ts'
import { builtin, mapOf } from './type.ts'
import { typedSchema } from './typed-schemas.ts'

const podSchema = typedSchema('core.v1.Pod', 'Containers that run together.')

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const set = (object: unknown, defaults: JsonObject): void => {
  if (isObject(object)) for (const [key, value] of Object.entries(defaults)) object[key] ??= value
}

/** Fills in what the real server fills into the spec of a Pod. */
function defaultPodSpec(spec: unknown): void {
  if (!isObject(spec)) return
  set(spec, { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', terminationGracePeriodSeconds: 30, securityContext: {} })
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName
  else if (spec.serviceAccount !== undefined) spec.serviceAccountName = spec.serviceAccount
  for (const container of [...objects(spec.containers), ...objects(spec.initContainers)]) defaultContainer(container)
  for (const volume of objects(spec.volumes)) {
    for (const kind of ['secret', 'configMap', 'projected', 'downwardAPI']) set(volume[kind], { defaultMode: 420 })
    for (const source of objects(mapOf(volume as unknown as KubeObject, 'projected').sources)) set(source.serviceAccountToken, { expirationSeconds: 3600 })
  }
}

function defaultContainer(container: JsonObject): void {
  const image = typeof container.image === 'string' ? container.image : ''
  const newest = !image.includes('@') && (!/:[^/]*$/.test(image) || image.endsWith(':latest'))
  set(container, {
    imagePullPolicy: newest ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  })
  for (const port of objects(container.ports)) set(port, { protocol: 'TCP' })
  for (const variable of objects(container.env)) set(mapOf(variable as unknown as KubeObject, 'valueFrom').fieldRef, { apiVersion: 'v1' })
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name]
    if (!isObject(probe)) continue
    set(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
    set(probe.httpGet, { path: '/', scheme: 'HTTP' })
  }
}

const specOf = (object: KubeObject) => mapOf(object, 'spec')

function checkContainers(spec: JsonObject, at: string): FieldError[] {
  const containers = objects(spec.containers)
  if (containers.length === 0) return [required(`${at}.containers`)]
  return containers.flatMap((container, i) => [
    ...(container.name ? [] : [required(`${at}.containers[${i}].name`)]),
    ...(container.image ? [] : [required(`${at}.containers[${i}].image`)]),
  ])
}

export const pods = builtin({
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  shortNames: ['po'],
  categories: ['all'],
  returnsDeleted: true,
  status: true,
  selectable: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  schema: podSchema,
  columns: [
    nameColumn,
    column('Ready', (object) => `0/${objects(specOf(object).containers).length}`),
    column('Status', (object) => String(mapOf(object, 'status').phase ?? '')),
    column('Restarts', () => '0'),
    ageColumn,
  ],
  defaults(object) {
    applyDefaults(object as unknown as Json, podSchema)
    defaultPodSpec(object.spec)
    set(object.spec, { enableServiceLinks: true })
  },
  prepare(object, old) {
    if (!old) object.status = { phase: 'Pending', qosClass: 'BestEffort' }
  },
  check: (object) => checkContainers(specOf(object), 'spec'),
})

const deploymentSchema = typedSchema('apps.v1.Deployment', 'Pods of one template, so many of them.')

export const deployments = builtin({
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  status: true,
  generation: true,
  blank: { spec: {}, status: {} },
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' },
  schema: deploymentSchema,
  columns: [
    nameColumn,
    column('Ready', (object) => `${mapOf(object, 'status').readyReplicas ?? 0}/${specOf(object).replicas ?? 0}`),
    column('Up-to-date', (object) => Number(mapOf(object, 'status').updatedReplicas ?? 0), { type: 'integer', format: 'int32' }),
    column('Available', (object) => Number(mapOf(object, 'status').availableReplicas ?? 0), { type: 'integer', format: 'int32' }),
    ageColumn,
  ],
  defaults(object) {
    applyDefaults(object as unknown as Json, deploymentSchema)
    const { spec } = object
    if (!isObject(spec)) return
    set(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    set(spec.strategy, { type: 'RollingUpdate' })
    if (isObject(spec.strategy) && spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {}
      set(spec.strategy.rollingUpdate, { maxUnavailable: '25%', maxSurge: '25%' })
    }
    if (isObject(spec.template)) defaultPodSpec(spec.template.spec)
  },
  prepare(object, old) {
    if (!old) object.status = {}
  },
  check(object, old) {
    const spec = specOf(object)
    const template = isObject(spec.template) ? spec.template : {}
    const labels = isObject(template.metadata) && isObject(template.metadata.labels) ? template.metadata.labels : {}
    const wanted = isObject(spec.selector) && isObject(spec.selector.matchLabels) ? spec.selector.matchLabels : {}
    const errors: FieldError[] = []
    if (!isObject(spec.selector)) errors.push(required('spec.selector'))
    else if (Object.entries(wanted).some(([key, value]) => labels[key] !== value))
      errors.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
    errors.push(...checkContainers(isObject(template.spec) ? template.spec : {}, 'spec.template.spec'))
    if (old && !equal(spec.selector, specOf(old).selector)) errors.push(invalidValue('spec.selector', spec.selector, 'field is immutable'))
    return errors
  },
})
