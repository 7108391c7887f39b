/** Services, policies of networks and of disruptions: kept and shown, nothing follows from them here. */
import { ageColumn, column, nameColumn } from '../columns.ts'
import { required } from '../field-error.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { dns1035Label } from '../names.ts'
import { applyDefaults } from '../schema/default.ts'
import { builtin, mapOf } from './type.ts'
import { typedSchema } from './typed-schemas.ts'

const serviceSchema = typedSchema('core.v1.Service', 'One address for many Pods.')
const ports = (spec: JsonObject): JsonObject[] => (Array.isArray(spec.ports) ? spec.ports.filter(isObject) : [])

/** Of the range of the real server; which of it is as good as random there too. */
const addressOf = (uid: string): string => `10.96.0.${11 + (Number.parseInt(uid.slice(0, 6), 16) % 240)}`

export const services = builtin({
  group: '',
  version: 'v1',
  plural: 'services',
  kind: 'Service',
  shortNames: ['svc'],
  categories: ['all'],
  status: true,
  returnsDeleted: true,
  selectable: ['spec.clusterIP', 'spec.type'],
  blank: { spec: {}, status: {} },
  checkName: dns1035Label,
  schema: serviceSchema,
  columns: [
    nameColumn,
    column('Type', (object) => String(mapOf(object, 'spec').type ?? '')),
    column('Cluster-IP', (object) => String(mapOf(object, 'spec').clusterIP ?? '<none>')),
    column('External-IP', () => '<none>'),
    column('Port(s)', (object) =>
      ports(mapOf(object, 'spec'))
        .map(({ port, protocol }) => `${port}/${protocol}`)
        .join(','),
    ),
    ageColumn,
  ],
  defaults(object) {
    applyDefaults(object as unknown as Json, serviceSchema)
    const { spec } = object
    if (!isObject(spec)) return
    spec.type ??= 'ClusterIP'
    spec.sessionAffinity ??= 'None'
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
    for (const port of ports(spec)) {
      port.protocol ??= 'TCP'
      port.targetPort ??= port.port ?? 0
    }
  },
  prepare(object, old) {
    const spec = mapOf(object, 'spec')
    if (!old) object.status = { loadBalancer: {} }
    if (spec.type === 'ExternalName') return
    const before = old && mapOf(old, 'spec')
    spec.clusterIP ??= before?.clusterIP ?? addressOf(object.metadata.uid ?? '0')
    spec.clusterIPs ??= [spec.clusterIP]
    spec.ipFamilies ??= ['IPv4']
    spec.ipFamilyPolicy ??= 'SingleStack'
  },
  check(object) {
    const spec = mapOf(object, 'spec')
    return ports(spec).length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName' ? [required('spec.ports')] : []
  },
})

export const networkPolicies = builtin({
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  shortNames: ['netpol'],
  generation: true,
  schema: typedSchema('networking.v1.NetworkPolicy', 'Who may talk to Pods.'),
  columns: [
    nameColumn,
    column('Pod-Selector', (object) => {
      const labels = mapOf(object, 'spec').podSelector
      const matched = isObject(labels) && isObject(labels.matchLabels) ? Object.entries(labels.matchLabels) : []
      return matched.length > 0 ? matched.map(([key, value]) => `${key}=${value}`).join(',') : '<none>'
    }),
    ageColumn,
  ],
  defaults(object) {
    const { spec } = object
    if (!isObject(spec)) return
    spec.policyTypes ??= Array.isArray(spec.egress) ? ['Ingress', 'Egress'] : ['Ingress']
    for (const [side, peers] of [
      ['ingress', spec.ingress],
      ['egress', spec.egress],
    ] as const)
      if (Array.isArray(peers)) for (const rule of peers) if (isObject(rule) && side) for (const port of ports(rule)) port.protocol ??= 'TCP'
  },
})

export const podDisruptionBudgets = builtin({
  group: 'policy',
  version: 'v1',
  plural: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  shortNames: ['pdb'],
  status: true,
  generation: true,
  schema: typedSchema('policy.v1.PodDisruptionBudget', 'How many Pods may be away.'),
  blank: { spec: {}, status: {} },
  columns: [
    nameColumn,
    column('Min Available', (object) => String(mapOf(object, 'spec').minAvailable ?? 'N/A')),
    column('Max Unavailable', (object) => String(mapOf(object, 'spec').maxUnavailable ?? 'N/A')),
    column('Allowed Disruptions', (object) => Number(mapOf(object, 'status').disruptionsAllowed ?? 0), { type: 'integer', format: 'int32' }),
    ageColumn,
  ],
  prepare(object, old) {
    if (!old) object.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }
  },
})
