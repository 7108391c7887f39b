/** KafkaConnect and KafkaConnector as Strimzi reads them. https://strimzi.io/docs/operators/latest/configuring#type-KafkaConnector-reference */
import { z } from 'zod'
import type { KubeObject, KubeResource } from '../../../ports/index.ts'

export const kafkaConnectors: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnectors', kind: 'KafkaConnector' }
export const kafkaConnects: KubeResource = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' }
export const configMaps: KubeResource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }

export const CLUSTER_LABEL = 'strimzi.io/cluster'
const USE_CONNECTOR_RESOURCES = 'strimzi.io/use-connector-resources'
const PAUSE_RECONCILIATION = 'strimzi.io/pause-reconciliation'
export const RESTART = 'strimzi.io/restart'
export const RESTART_TASK = 'strimzi.io/restart-task'
export const OFFSETS = 'strimzi.io/connector-offsets'

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string().default(''),
  generation: z.number().default(1),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
})

const autoRestart = z.object({ count: z.number().default(0), connectorName: z.string().optional(), lastRestartTimestamp: z.string().optional() })
export type AutoRestart = z.output<typeof autoRestart>

const configMapName = z.object({ name: z.string().optional() }).default({})

const connectorSchema = z.object({
  metadata,
  spec: z
    .object({
      class: z.string().optional(),
      tasksMax: z.number().optional(),
      version: z.string().optional(),
      config: z.record(z.string(), z.unknown()).nullish(),
      state: z.enum(['running', 'paused', 'stopped']).default('running'),
      autoRestart: z.object({ enabled: z.boolean().default(false), maxRestarts: z.number().optional() }).optional(),
      listOffsets: z.object({ toConfigMap: configMapName }).optional(),
      alterOffsets: z.object({ fromConfigMap: configMapName }).optional(),
    })
    .optional(),
  status: z.looseObject({ observedGeneration: z.number().optional(), autoRestart: autoRestart.optional() }).optional(),
})
export type KafkaConnector = z.output<typeof connectorSchema>

const connectSchema = z.object({
  metadata,
  spec: z.object({ replicas: z.number().default(1) }).default({ replicas: 1 }),
  status: z.looseObject({}).optional(),
})
export type KafkaConnect = z.output<typeof connectSchema>

/** The API server has checked them against their definitions; a ZodError is a fault of this code. */
export const readKafkaConnector = (object: KubeObject): KafkaConnector => connectorSchema.parse(object)
export const readKafkaConnect = (object: KubeObject): KafkaConnect => connectSchema.parse(object)

export const isPaused = ({ metadata }: KafkaConnector): boolean => metadata.annotations[PAUSE_RECONCILIATION] === 'true'
export const usesResources = ({ metadata }: KafkaConnect): boolean => metadata.annotations[USE_CONNECTOR_RESOURCES] === 'true'

const FORBIDDEN = ['name', 'connector.class', 'tasks.max', 'connector.plugin.version']

/** What is put to Kafka Connect: everything as text, without the keys that Strimzi sets itself. */
export function configOf(spec: NonNullable<KafkaConnector['spec']>): Record<string, string> {
  const config: Record<string, string> = {}
  for (const [key, value] of Object.entries(spec.config ?? {})) {
    if (FORBIDDEN.includes(key)) continue
    config[key] = textOf(key, value)
  }
  if (spec.class !== undefined) config['connector.class'] = spec.class
  if (spec.tasksMax !== undefined) config['tasks.max'] = String(spec.tasksMax)
  if (spec.version !== undefined) config['connector.plugin.version'] = spec.version
  return config
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map((item) => textOf(key, item)).join(',')
  throw new ConnectorError('InvalidConfigParameterException', `Unsupported type ${value === null ? 'null' : typeof value} in configuration for key ${key}`)
}

/** A reconcile that did not reach its end: shows as NotReady=True with the Java class as its reason. */
export class ConnectorError extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'ConnectorError'
    this.reason = reason
  }
}
