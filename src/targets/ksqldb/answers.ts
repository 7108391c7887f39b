/** What a ksqlDB server answers, as far as it is read here. https://docs.ksqldb.io/en/latest/developer-guide/api/ */
import { z } from 'zod'

export const info = z.looseObject({ KsqlServerInfo: z.looseObject({ version: z.string(), ksqlServiceId: z.string(), serverStatus: z.string().optional() }) })

const runningQuery = z.looseObject({
  queryString: z.string(),
  sinks: z.array(z.string()),
  id: z.string(),
  statusCount: z.record(z.string(), z.number()),
  queryType: z.string(),
})
export type RunningQuery = z.output<typeof runningQuery>

const topicSummary = z.looseObject({
  kafkaTopic: z.string(),
  offsets: z.array(z.looseObject({ partition: z.number(), logStartOffset: z.number(), logEndOffset: z.number(), consumerOffset: z.number() })),
})

const sourceDescription = z.looseObject({
  name: z.string(),
  type: z.enum(['STREAM', 'TABLE']),
  topic: z.string(),
  statement: z.string(),
  partitions: z.number().optional(),
  writeQueries: z.array(runningQuery),
  queryOffsetSummaries: z.array(z.looseObject({ groupId: z.string(), topicSummaries: z.array(topicSummary) })).default([]),
})
export type SourceDescription = z.output<typeof sourceDescription>

const queryDescription = z.looseObject({
  id: z.string(),
  statementText: z.string(),
  sources: z.array(z.string()),
  sinks: z.array(z.string()),
  overriddenProperties: z.record(z.string(), z.unknown()).default({}),
  queryErrors: z.array(z.looseObject({ timestamp: z.number(), errorMessage: z.string(), type: z.string() })).default([]),
  tasksMetadata: z
    .array(
      z.looseObject({
        topicOffsets: z.array(
          z.looseObject({
            topicPartitionEntity: z.looseObject({ topic: z.string(), partition: z.number() }),
            endOffset: z.number(),
            committedOffset: z.number(),
          }),
        ),
      }),
    )
    .default([]),
  consumerGroupId: z.string().optional(),
  state: z.string().nullish(),
  queryType: z.string(),
})
export type QueryDescription = z.output<typeof queryDescription>

export interface SqlTypeAnswer {
  readonly type: string
  readonly fields: readonly { readonly name: string; readonly schema: SqlTypeAnswer }[] | null
  readonly memberSchema: SqlTypeAnswer | null
  readonly parameters?: Readonly<Record<string, number>> | null | undefined
}
const sqlType: z.ZodType<SqlTypeAnswer> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    fields: z.array(z.looseObject({ name: z.string(), schema: sqlType })).nullable(),
    memberSchema: sqlType.nullable(),
    parameters: z.record(z.string(), z.number()).nullish(),
  }),
)

export const listings = z.array(
  z.discriminatedUnion('@type', [
    z.looseObject({ '@type': z.literal('source_descriptions'), sourceDescriptions: z.array(sourceDescription) }),
    z.looseObject({ '@type': z.literal('query_descriptions'), queryDescriptions: z.array(queryDescription) }),
    z.looseObject({ '@type': z.literal('queries'), queries: z.array(runningQuery) }),
    z.looseObject({ '@type': z.literal('type_list'), types: z.record(z.string(), sqlType) }),
  ]),
)

const commandStatus = z.looseObject({ status: z.string(), message: z.string(), queryId: z.string().nullish() })
export type CommandStatus = z.output<typeof commandStatus>
export { commandStatus }

/** What a statement that changes something is answered with; a warning stands in for it under IF NOT EXISTS. */
export const changed = z
  .array(
    z.looseObject({
      '@type': z.string(),
      commandId: z.string().optional(),
      commandStatus: commandStatus.optional(),
      commandSequenceNumber: z.number().optional(),
    }),
  )
  .min(1)

export const refusal = z.looseObject({ '@type': z.string().optional(), error_code: z.number(), message: z.string() })
