/**
 * Strimzi's KafkaConnector and KafkaConnect, as far as they are read here.
 * https://strimzi.io/docs/operators/latest/configuring#type-KafkaConnector-reference
 */
import { z } from 'zod'
import { MARKS } from '../../api/index.ts'
import type { KubeObject } from '../../ports/index.ts'
import { connectorStatus } from '../connect/index.ts'

/** Ours: the declared name, where the object cannot have it. */
export const MARK = MARKS.connector
/** `"true"`: restart the connector itself. Strimzi takes the annotation off when it has done so; so with the next two. */
export const RESTART = 'strimzi.io/restart'
/** The number of the one task to restart. */
export const RESTART_TASK = 'strimzi.io/restart-task'
/** `reset`, of a connector that is stopped. */
export const OFFSETS = 'strimzi.io/connector-offsets'
/** `"true"`: Strimzi leaves the object alone. */
export const PAUSE_RECONCILIATION = 'strimzi.io/pause-reconciliation'
/** On the KafkaConnect, `"true"`: its connectors are KafkaConnectors. */
export const USE_CONNECTOR_RESOURCES = 'strimzi.io/use-connector-resources'

const condition = z.looseObject({ type: z.string(), status: z.string(), reason: z.string().optional(), message: z.string().optional() })

const metadata = z.looseObject({
  name: z.string(),
  uid: z.string().optional(),
  generation: z.number().optional(),
  deletionTimestamp: z.string().nullish(),
  annotations: z.record(z.string(), z.string()).default({}),
  labels: z.record(z.string(), z.string()).default({}),
})

const connectorSchema = z.looseObject({
  metadata,
  spec: z
    .looseObject({
      class: z.string().optional(),
      tasksMax: z.number().optional(),
      version: z.string().optional(),
      config: z.record(z.string(), z.unknown()).nullish(),
      state: z.enum(['running', 'paused', 'stopped']).optional(),
      /** Before there was `state`. */
      pause: z.boolean().optional(),
    })
    .default({}),
  status: z
    .looseObject({
      conditions: z.array(condition).optional(),
      observedGeneration: z.number().optional(),
      // Strimzi hands on what Connect says; a form that is not known is as good as none.
      connectorStatus: connectorStatus.optional().catch(undefined),
    })
    .optional(),
})
export type KafkaConnector = z.output<typeof connectorSchema>

const connectSchema = z.looseObject({
  metadata,
  spec: z.looseObject({ version: z.string().optional(), config: z.record(z.string(), z.unknown()).nullish() }).default({}),
  status: z
    .looseObject({
      conditions: z.array(condition).optional(),
      connectorPlugins: z.array(z.looseObject({ class: z.string(), type: z.string(), version: z.string().nullish() })).optional(),
    })
    .optional(),
})
export type KafkaConnect = z.output<typeof connectSchema>

/** Undefined: an object in a form we do not know. */
export const readKafkaConnector = (object: KubeObject): KafkaConnector | undefined => connectorSchema.safeParse(object).data
export const readKafkaConnect = (object: KubeObject): KafkaConnect | undefined => connectSchema.safeParse(object).data

/** As declared; the object's own name, which Kafka Connect has too, can be another. */
export const declaredNameOf = ({ metadata }: KafkaConnector): string => metadata.annotations[MARK] ?? metadata.name

export const conditionOf = (object: KafkaConnector | KafkaConnect, type: string) =>
  object.status?.conditions?.find((one) => one.type === type && one.status === 'True')

const SECRET_PROVIDER = 'io.strimzi.kafka.KubernetesSecretConfigProvider'

/** Under which name the workers have Strimzi's provider for Secrets. */
export function secretProviderOf({ spec }: KafkaConnect): string | undefined {
  const text = (key: string) => (typeof spec.config?.[key] === 'string' ? spec.config[key] : '')
  const aliases = text('config.providers').split(',')
  return aliases.map((alias) => alias.trim()).find((alias) => text(`config.providers.${alias}.class`) === SECRET_PROVIDER)
}
