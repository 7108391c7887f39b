/** A listing of the server as the statements that made it. */
import type { Health, Observed } from '../../plan/index.ts'
import { insertName, typeName } from '../../plan/index.ts'
import { parseStatement, quoteName, SqlError, type Statement } from '../../sql/index.ts'
import type { QueryDescription, RunningQuery, SourceDescription, SqlTypeAnswer } from './answers.ts'
import type { Listing } from './rest.ts'

/** A query that fails is tried again after 30, 60, 120 s. When the next failure is overdue, it has recovered. */
const FIRST_RETRY_MS = 30_000
const LONGEST_RETRY_MS = 200_000
const overdueAfterMs = (failures: number): number => 15_000 + 1.5 * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1))

export function observedStatements(listing: Listing, now: number): Observed<'Statement'>[] {
  const found: Observed<'Statement'>[] = []
  for (const source of listing.sources) found.push(observedSource(source, listing, now))
  for (const description of listing.descriptions) {
    const insert = readStatement(description.statementText)
    if (insert?.kind !== 'InsertInto') continue
    found.push(observed(insertName(insert), 'INSERT', insert.target, description.statementText, description, listing, now))
  }
  for (const [name, type] of Object.entries(listing.types)) {
    found.push({
      id: `Statement/${typeName(name)}`,
      kind: 'Statement',
      name: typeName(name),
      spec: { objectType: 'TYPE', objectName: name, sql: `CREATE TYPE ${quoteName(name)} AS ${typeText(type)};`, properties: {}, running: true },
      health: 'Ready',
    })
  }
  return found
}

/** The query that makes a stream or table, not the INSERT INTOs that also write it. */
export function makerOf(name: string, queries: readonly RunningQuery[]): RunningQuery | undefined {
  return queries.find((query) => query.sinks.includes(name) && query.queryType === 'PERSISTENT' && !query.id.startsWith('INSERTQUERY_'))
}

function readStatement(text: string): Statement | undefined {
  try {
    return parseStatement(text)
  } catch (error) {
    // A statement of somebody else in a form that this version does not know: it is shown, not understood.
    if (error instanceof SqlError) return undefined
    throw error
  }
}

function observedSource(source: SourceDescription, listing: Listing, now: number): Observed<'Statement'> {
  const statement = readStatement(source.statement)
  const maker = makerOf(source.name, listing.queries)
  const description = listing.descriptions.find(({ id }) => id === (maker?.id ?? ''))
  if (statement?.kind !== 'CreateAsSelect' || description) return observed(source.name, source.type, source.name, source.statement, description, listing, now)
  return {
    ...observed(source.name, source.type, source.name, source.statement, undefined, listing, now),
    health: 'Failed',
    reason: 'NotRunning',
    message: 'Its query was terminated',
  }
}

function observed(
  name: string,
  objectType: 'STREAM' | 'TABLE' | 'INSERT',
  objectName: string,
  sql: string,
  query: QueryDescription | undefined,
  listing: Listing,
  now: number,
): Observed<'Statement'> {
  const paused = query !== undefined && (listing.queries.find(({ id }) => id === query.id)?.statusCount.PAUSED ?? 0) > 0
  return {
    id: `Statement/${name}`,
    kind: 'Statement',
    name,
    spec: { objectType, objectName, sql, properties: propertiesOf(query), running: !paused },
    ...(query ? { backendId: query.id } : {}),
    ...(query ? healthOf(query, now) : { health: 'Ready' as const }),
  }
}

const STREAMS_PREFIX = 'ksql.streams.'

function propertiesOf(query: QueryDescription | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query?.overriddenProperties ?? {}).map(([key, value]) => [
      key.startsWith(STREAMS_PREFIX) ? key.slice(STREAMS_PREFIX.length) : key,
      String(value),
    ]),
  )
}

/** `state` says RUNNING while a query crashes again and again, so its errors and offsets are looked at. */
function healthOf(query: QueryDescription, now: number): { health: Health; reason?: string; message?: string } {
  if (query.state === 'ERROR')
    return { health: 'Failed', reason: 'Failed', message: query.queryErrors.at(-1)?.errorMessage.split('\n')[0] ?? 'Its state is ERROR' }
  const last = query.queryErrors.toSorted((a, b) => a.timestamp - b.timestamp).at(-1)
  if (!last || now - last.timestamp > overdueAfterMs(query.queryErrors.length)) return { health: 'Ready' }
  const offsets = query.tasksMetadata.flatMap((task) => task.topicOffsets)
  if (/MissingSourceTopicException/.test(last.errorMessage) && offsets.some(({ endOffset }) => endOffset < 0))
    return { health: 'Failed', reason: 'SourceTopicMissing', message: `A topic that it reads is gone: ${topicsOf(offsets)}` }
  // endOffset is that of the last record, committedOffset that of the next one to read.
  const behind = offsets.length === 0 || offsets.some(({ endOffset, committedOffset }) => committedOffset <= endOffset)
  if (!behind) return { health: 'Ready' }
  const line = last.errorMessage.split('\n')[0] ?? ''
  return { health: 'Failed', reason: 'QueryFailing', message: `It failed ${query.queryErrors.length} times and is tried again: ${line}`.slice(0, 400) }
}

const topicsOf = (offsets: readonly { topicPartitionEntity: { topic: string }; endOffset: number }[]): string =>
  [...new Set(offsets.filter(({ endOffset }) => endOffset < 0).map(({ topicPartitionEntity }) => topicPartitionEntity.topic))].join(', ')

function typeText({ type, fields, memberSchema, parameters }: SqlTypeAnswer): string {
  if (type === 'STRUCT') return `STRUCT<${(fields ?? []).map((field) => `${quoteName(field.name)} ${typeText(field.schema)}`).join(', ')}>`
  if (type === 'ARRAY' && memberSchema) return `ARRAY<${typeText(memberSchema)}>`
  // The listing names only the type of a map's values; its keys are texts unless declared otherwise.
  if (type === 'MAP' && memberSchema) return `MAP<STRING, ${typeText(memberSchema)}>`
  if (type === 'DECIMAL') return `DECIMAL(${parameters?.precision ?? 38}, ${parameters?.scale ?? 0})`
  return type
}
