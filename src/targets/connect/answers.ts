/** What Kafka Connect's REST API answers, as far as it is read here. https://kafka.apache.org/documentation/#connect_rest */
import { z } from 'zod'

export const root = z.looseObject({ version: z.string(), kafka_cluster_id: z.string().optional() })

export const plugins = z.array(z.looseObject({ class: z.string(), type: z.string(), version: z.string().nullish() }))

const connectorState = z.enum(['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'STOPPED', 'RESTARTING', 'DESTROYED'])

/** GET /connectors/NAME/status; Strimzi puts the same into the status of a KafkaConnector. */
export const status = z.looseObject({
  type: z.string().optional(),
  connector: z.looseObject({ state: connectorState, trace: z.string().optional() }),
  tasks: z.array(z.looseObject({ id: z.number(), state: connectorState, trace: z.string().optional() })),
})
export type ConnectorStatus = z.output<typeof status>

/** GET /connectors?expand=info&expand=status. A connector that is just being made may lack one of the two. */
export const connectors = z.record(
  z.string(),
  z.looseObject({
    info: z.looseObject({ config: z.record(z.string(), z.string().nullable()), type: z.string().optional() }).optional(),
    status: status.optional(),
  }),
)

export type ConnectorList = z.output<typeof connectors>

export const config = z.record(z.string(), z.string().nullable())

/** PUT /connector-plugins/CLASS/config/validate */
export const validation = z.looseObject({
  error_count: z.number(),
  configs: z.array(z.looseObject({ value: z.looseObject({ name: z.string(), errors: z.array(z.string()) }) })),
})
