/**
 * Streams, tables, types and queries. ksqlDB has no place for a mark: whose a statement is stands in the ledger and on the
 * KafkaTopic of its sink. Topics are never deleted through ksqlDB: it deletes them while it still checks a DROP.
 */
import { type Action, type Desired, type Finding, type LedgerEntry, type Observed, placeOf } from '../../plan/index.ts'
import { Failure, type KafkaClient } from '../../ports/index.ts'
import { formatStatement, parseStatement } from '../../sql/index.ts'
import { endOffsetSums, groupOffsetSums } from '../offsets.ts'
import type { Applied, Progress, Target } from '../target.ts'
import { dropSource, dropType, pauseQuery, resumeQuery, terminateQuery } from './commands.ts'
import { makerOf, observedStatements } from './observed.ts'
import { createKsqldbRest, type KsqldbRestOptions, type Listing } from './rest.ts'

export interface KsqldbOptions extends KsqldbRestOptions {
  /** For how far queries have come. */
  readonly kafka: KafkaClient
}

export function createKsqldbTarget(options: KsqldbOptions): Target {
  const rest = createKsqldbRest(options)
  const now = () => options.clock.now()

  async function setRunning(queryId: string | undefined, running: boolean, signal: AbortSignal): Promise<void> {
    if (queryId !== undefined) await rest.change(running ? resumeQuery(queryId) : pauseQuery(queryId), {}, signal)
  }

  async function create({ spec }: Desired<'Statement'>, sql: string, signal: AbortSignal): Promise<Applied> {
    const made = await rest.change(sql, spec.properties, signal)
    if (!spec.running) {
      // The id of a query that is still being made is not known: come back.
      if (made.queryId === undefined && made.pending) return { pending: true }
      await setRunning(made.queryId, false, signal)
    }
    return { pending: made.pending, ...(made.queryId === undefined ? {} : { backendId: made.queryId }) }
  }

  async function change(action: Action, desired: Desired<'Statement'>, signal: AbortSignal): Promise<Applied> {
    const observed = action.observed as Observed<'Statement'> | undefined
    const { spec } = desired
    // The statement itself is as declared: only its query is to run, or to rest.
    if (action.class === 'InPlace' && observed?.backendId !== undefined) {
      await setRunning(observed.backendId, spec.running, signal)
      return { backendId: observed.backendId }
    }
    if (spec.objectType === 'TYPE') {
      await rest.change(dropType(spec.objectName), {}, signal)
      return await create(desired, spec.sql, signal)
    }
    if (spec.objectType === 'INSERT') {
      if (observed?.backendId !== undefined) await rest.change(terminateQuery(observed.backendId), {}, signal)
      return await create(desired, spec.sql, signal)
    }
    return await create(desired, withOrReplace(spec.sql), signal)
  }

  async function terminate(queryId: string, signal: AbortSignal): Promise<void> {
    try {
      await rest.change(terminateQuery(queryId), {}, signal)
    } catch (error) {
      if (!(error instanceof Failure) || !/Unknown queryId/i.test(error.message)) throw error
    }
  }

  async function removeSource(name: string, listing: Listing, signal: AbortSignal): Promise<void> {
    const source = listing.sources.find((candidate) => candidate.name === name)
    if (!source) return
    const maker = makerOf(name, listing.queries)
    const readers = listing.descriptions.filter((query) => query.queryType === 'PERSISTENT' && query.id !== maker?.id && query.sources.includes(name))
    const writers = listing.queries.filter((query) => query.id !== maker?.id && query.sinks.includes(name))
    const users = [...new Set([...readers, ...writers].map(({ id }) => id))]
    // Checked before the query is terminated: else a refused DROP would leave a table that nobody writes.
    if (users.length > 0) throw new Failure('Wait', 'StatementRefused', `${name} cannot be dropped yet: queries ${users.join(', ')} use it`)
    if (maker) await terminate(maker.id, signal)
    await rest.change(dropSource(source.type, name), {}, signal)
  }

  /** A stream or table over a topic that nobody of this pipeline makes needs one that is there. */
  async function missingTopics(nodes: readonly Desired<'Statement'>[]): Promise<Finding[]> {
    const outside = nodes.flatMap((node) => {
      const statement = parseStatement(node.spec.sql)
      const topic = statement.kind === 'CreateSource' ? (statement.properties.find(({ key }) => key === 'KAFKA_TOPIC')?.value ?? statement.name) : undefined
      return topic === undefined || node.dependsOn.includes(`KafkaTopic/${topic}`) ? [] : [{ node, topic: String(topic) }]
    })
    if (outside.length === 0) return []
    const there = new Set((await options.kafka.describeTopics(outside.map(({ topic }) => topic))).map(({ name }) => name))
    return outside.flatMap(({ node, topic }): Finding[] =>
      there.has(topic)
        ? []
        : [
            {
              severity: 'error',
              reason: 'ReferenceNotFound',
              ...placeOf(node),
              message: `${node.name} reads topic ${topic}, which does not exist`,
              mend: `Declare ${topic} in spec.topics, or create it.`,
            },
          ],
    )
  }

  return {
    backend: 'ksqldb',
    kinds: ['Statement'],

    async probe(signal) {
      return { version: await rest.version(signal) }
    },

    async observe(signal) {
      return observedStatements(await rest.list(signal), now())
    },

    /** What ksqlDB would say is said by src/sql beforehand: it has no call that only checks. Its catalogue may still have the name. */
    async check(desired, signal) {
      const nodes = desired as readonly Desired<'Statement'>[]
      if (nodes.length === 0) return []
      const listing = await rest.list(signal)
      const findings = await missingTopics(nodes)
      const kinds = nodes.flatMap((node): Finding[] => {
        const { spec } = node
        const there = listing.sources.find(({ name }) => name === spec.objectName)
        if (!there || spec.objectType === 'INSERT' || spec.objectType === 'TYPE' || there.type === spec.objectType) return []
        return [
          {
            severity: 'error',
            reason: 'StatementRefused',
            ...placeOf(node),
            message: `ksqlDB has a ${there.type.toLowerCase()} ${there.name} already, and a ${spec.objectType.toLowerCase()} of that name is declared`,
            mend: `Drop ${there.name} in ksqlDB, or take another name.`,
          },
        ]
      })
      return [...findings, ...kinds]
    },

    async apply(action, _owner, signal) {
      const desired = action.desired as Desired<'Statement'>
      if (action.class === 'Create') return await create(desired, desired.spec.sql, signal)
      return await change(action, desired, signal)
    },

    async remove(entry: LedgerEntry, _owner, signal) {
      const listing = await rest.list(signal)
      const found = observedStatements(listing, now()).find(({ id }) => id === entry.id)
      if (!found) return {}
      if (found.spec.objectType === 'TYPE') await rest.change(dropType(found.spec.objectName), {}, signal)
      else if (found.spec.objectType === 'INSERT') await terminate(found.backendId ?? '', signal)
      else await removeSource(found.spec.objectName, listing, signal)
      return {}
    },

    async progress(ids, signal) {
      const listing = await rest.list(signal)
      const topicOf = new Map(listing.sources.map((source) => [source.name, source.topic]))
      const asked = new Set(ids)
      const descriptions = new Map(listing.descriptions.map((description) => [description.id, description]))
      const wanted = observedStatements(listing, now()).filter(({ id, backendId }) => backendId !== undefined && asked.has(id))
      const queries = wanted.flatMap((statement) => {
        const description = descriptions.get(statement.backendId ?? '')
        if (!description) return []
        const topics = [...new Set(description.sources.flatMap((name) => topicOf.get(name) ?? []))]
        return [{ id: statement.id, group: description.consumerGroupId, topics, sink: topicOf.get(statement.spec.objectName) }]
      })
      const ends = await endOffsetSums(options.kafka, [...new Set(queries.flatMap(({ topics, sink }) => (sink ? [...topics, sink] : topics)))])
      const consumed = await groupOffsetSums(options.kafka, new Map(queries.flatMap(({ group, topics }) => (group === undefined ? [] : [[group, topics]]))))
      return queries.map(({ id, group, topics, sink }): Progress => {
        const produced = sink === undefined ? undefined : ends.get(sink)
        return {
          id,
          ...(group === undefined ? {} : { consumed: consumed.get(group) ?? 0 }),
          available: topics.reduce((sum, topic) => sum + (ends.get(topic) ?? 0), 0),
          ...(produced === undefined ? {} : { produced }),
        }
      })
    },
  }
}

function withOrReplace(sql: string): string {
  const statement = parseStatement(sql)
  if (statement.kind !== 'CreateSource' && statement.kind !== 'CreateAsSelect') throw new TypeError(`no statement that can be replaced: ${sql}`)
  return formatStatement({ ...statement, orReplace: true })
}
