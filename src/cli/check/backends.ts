/** What the check asks the backends themselves, past the operator: topics, connectors, queries, templates, documents. */

import { z } from 'zod'
import type { ConnectorView } from '../../console/index.ts'
import { quoteName } from '../../sql/index.ts'
import { type CheckContext, count, eventually, resourcesOf, type Section, sum } from './row.ts'

async function endOffset(context: CheckContext, topics: readonly string[]): Promise<number> {
  const offsets = await context.backends.kafka.topicOffsets(topics)
  return sum([...offsets.values()].flat().map((partition) => partition.end))
}

/** Topics: records, and of those that the spec declares three samples. */
export const topics: Section = async (context) => {
  const declared = new Set(context.pipeline.spec.topics.map((topic) => topic.name))
  return Promise.all(
    resourcesOf(context, 'KafkaTopic').map(({ name }) =>
      eventually(context, 'topic', name, async () => {
        const records = await endOffset(context, [name])
        if (!declared.has(name)) return { measured: `${count(records)} records`, ok: records > 0 }
        const samples = await sample(context, name, 3)
        return { measured: `${count(records)} records, ${samples.length} sampled, the last ${samples.at(-1)?.length ?? 0} bytes`, ok: samples.length === 3 }
      }),
    ),
  )
}

async function sample(context: CheckContext, topic: string, wanted: number): Promise<string[]> {
  const seen: string[] = []
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const groupId = `clickstream-cli-${context.clock.now()}-${topic}`
  const consumer = context.backends.kafka.consume({
    groupId,
    topics: [topic],
    from: 'earliest',
    commit: 'never',
    async onBatch(records) {
      for (const record of records) if (seen.length < wanted) seen.push(record.value?.toString('utf8') ?? '')
      if (seen.length >= wanted) resolve()
    },
  })
  await Promise.race([done, context.clock.sleep(10_000, context.signal)])
  await consumer.stop()
  return seen
}

/** By the declared name. */
async function readConnectors(context: CheckContext): Promise<ReadonlyMap<string, ConnectorView>> {
  return new Map((await context.backends.connectors(context.signal)).map((connector) => [connector.name, connector]))
}

const runs = (entry: ConnectorView | undefined): boolean =>
  entry?.state === 'RUNNING' && entry.tasks.length > 0 && entry.tasks.every((task) => task.state === 'RUNNING')

function stateText(entry: ConnectorView | undefined): string {
  if (!entry) return 'is not there'
  return `${entry.state}, tasks ${entry.tasks.map((task) => task.state).join(' ') || 'none'}${entry.error ? `: ${entry.error}` : ''}`
}

/** Connectors of the pipeline by what Kafka Connect says they are; one that is not there is what the spec says. */
async function connectorsOf(context: CheckContext, type: 'source' | 'sink'): Promise<string[]> {
  const [all, declared] = [await readConnectors(context), new Set(context.pipeline.spec.sources.map((source) => source.name))]
  return resourcesOf(context, 'Connector')
    .map(({ name }) => name)
    .filter((name) => (all.get(name)?.type || (declared.has(name) ? 'source' : 'sink')) === type)
}

export const sources: Section = async (context) =>
  Promise.all(
    (await connectorsOf(context, 'source')).map((name) =>
      eventually(context, 'source', name, async () => {
        const entry = (await readConnectors(context)).get(name)
        return { measured: stateText(entry), ok: runs(entry) }
      }),
    ),
  )

/** Sinks: RUNNING, and their committed offsets reach what stood at the end of their topics when asked. */
export const sinks: Section = async (context) => {
  return Promise.all(
    (await connectorsOf(context, 'sink')).map(async (name) => {
      const first = (await readConnectors(context)).get(name)
      const own = first?.topics ?? []
      const end = await endOffset(context, own)
      return eventually(context, 'sink', name, async () => {
        const entry = (await readConnectors(context)).get(name)
        const committed = await context.backends.kafka.groupOffsets(`connect-${entry?.connector ?? name}`, own)
        const done = sum([...committed.values()].flatMap((partitions) => [...partitions.values()]))
        return { measured: `${stateText(entry)}, ${count(done)} of ${count(end)} records taken`, ok: runs(entry) && end > 0 && done >= end }
      })
    }),
  )
}

const described = z
  .array(
    z.object({
      sourceDescription: z.object({
        type: z.string(),
        statement: z.string(),
        fields: z.array(z.object({ name: z.string() })),
        topic: z.string(),
        writeQueries: z.array(z.object({ id: z.string(), state: z.string().nullish() })),
        queryOffsetSummaries: z.array(
          z.object({
            groupId: z.string(),
            topicSummaries: z.array(
              z.object({ kafkaTopic: z.string(), offsets: z.array(z.object({ partition: z.number(), logEndOffset: z.number(), consumerOffset: z.number() })) }),
            ),
          }),
        ),
      }),
    }),
  )
  .min(1)

export async function describe(context: CheckContext, name: string) {
  const { body } = await context.backends.ksqldb.request({
    method: 'POST',
    path: ['ksql'],
    body: { ksql: `DESCRIBE ${quoteName(name)} EXTENDED;` },
    answer: described,
    signal: context.signal,
  })
  return body[0]!.sourceDescription
}

const YOUNG_MS = 10_000

async function hasRecordSince(context: CheckContext, topic: string, time: number): Promise<boolean> {
  const [found, ends] = await Promise.all([context.backends.kafka.offsetsAt(topic, time), context.backends.kafka.topicOffsets([topic])])
  const endOf = new Map((ends.get(topic) ?? []).map(({ partition, end }) => [partition, end]))
  return found.some(({ partition, offset }) => offset >= 0n && offset < (endOf.get(partition) ?? 0n))
}

/** Statements: each exists; what a query has consumed reaches the end that its input had when asked. */
export const statements: Section = async (context) =>
  Promise.all(
    resourcesOf(context, 'Statement').map(async ({ name }) => {
      let goal: number | undefined
      let asked = 0
      return eventually(context, 'statement', name, async () => {
        const description = await describe(context, name)
        const hasQuery = /\bAS\s+SELECT\b/i.test(description.statement)
        if (description.writeQueries.length === 0) return { measured: hasQuery ? 'its query is gone' : `${description.type} over a topic`, ok: !hasQuery }
        const offsets = description.queryOffsetSummaries.flatMap((summary) => summary.topicSummaries.flatMap((topic) => topic.offsets))
        const consumed = sum(offsets.map((offset) => offset.consumerOffset))
        if (goal === undefined) {
          goal = sum(offsets.map((offset) => offset.logEndOffset))
          asked = context.clock.now()
        }
        const took = ((context.clock.now() - asked) / 1_000).toFixed(1)
        const young = await hasRecordSince(context, description.topic, context.clock.now() - YOUNG_MS)
        const query = description.writeQueries.map(({ id }) => id).join(' ')
        return {
          measured: `query ${query}, consumed ${count(consumed)} of ${count(goal)} after ${took} s, last record ${young ? 'under' : 'over'} 10 s old`,
          ok: offsets.length > 0 && goal > 0 && consumed >= goal && young,
        }
      })
    }),
  )

/** Index names that the sinks of the pipeline write to. */
async function indices(context: CheckContext): Promise<string[]> {
  const all = await readConnectors(context)
  return resourcesOf(context, 'Connector').flatMap(({ name }) => {
    const connector = all.get(name)
    return connector?.type === 'sink' ? connector.topics.map((topic) => topic.toLowerCase()) : []
  })
}

/** Indices whose sink makes an update the same document; in the others every update is a document of its own. */
export async function upsertedIndices(context: CheckContext): Promise<ReadonlySet<string>> {
  const own = new Set(resourcesOf(context, 'Connector').map(({ name }) => name))
  const sinks = [...(await readConnectors(context)).values()].filter(
    ({ name, type, config }) => own.has(name) && type === 'sink' && config['key.ignore'] !== 'true',
  )
  return new Set(sinks.flatMap(({ topics }) => topics.map((topic) => topic.toLowerCase())))
}

const isDate = (properties: unknown) => (properties as Record<string, { type?: string }> | undefined)?.EVENT_TS?.type === 'date'

/** Templates: what Elasticsearch would make of each index, by simulation. */
export const templates: Section = async (context) =>
  Promise.all(
    (await indices(context)).map((index) =>
      eventually(context, 'template', index, async () => {
        const { template } = await context.backends.elasticsearch.indices.simulateIndexTemplate({ name: index })
        const fields = Object.entries(template.mappings?.properties ?? {}).map(([field, mapping]) => `${field} ${mapping.type ?? 'object'}`)
        return { measured: `simulated: ${fields.join(', ') || 'no fields'}`, ok: isDate(template.mappings?.properties) }
      }),
    ),
  )

/** Documents: how many, how old the newest, EVENT_TS mapped as a date. */
export const documents: Section = async (context) =>
  Promise.all(
    (await indices(context)).map((index) =>
      eventually(context, 'documents', index, async () => {
        const search = context.backends.elasticsearch
        const [mapping, found] = await Promise.all([
          search.indices.getMapping({ index }),
          search.search({ index, size: 0, track_total_hits: true, aggs: { newest: { max: { field: 'EVENT_TS' } } } }),
        ])
        const total = typeof found.hits.total === 'number' ? found.hits.total : (found.hits.total?.value ?? 0)
        const newest = Number((found.aggregations?.newest as { value?: number } | undefined)?.value ?? 0)
        const date = isDate(mapping[index]?.mappings.properties)
        return {
          measured: `${count(total)} documents, newest EVENT_TS ${newest > 0 ? new Date(newest).toISOString() : 'none'}${date ? '' : ', EVENT_TS is not a date'}`,
          ok: total > 0 && date,
        }
      }),
    ),
  )
