/** Takes out of an answer what differs from run to run: ids of runs, times, rates, hosts, orders that are not defined. */

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
type Any = any

export interface Recorded {
  readonly name: string
  readonly note?: string
  readonly before?: Any
  readonly request: { method: string; path: string; httpVersion?: string; headers: Record<string, string>; body?: Any }
  readonly otherConnection?: Any
  readonly response: { status: number; headers: Record<string, string>; body?: Any; text?: string; stillOpen?: boolean }
}

export interface Comparable {
  readonly status: number
  readonly type: string
  readonly body: Any
}

export function comparable(status: number, type: string | null | undefined, body: Any): Comparable {
  return { status, type: type ?? '', body: normal(typeof body === 'string' ? text(body) : body) }
}

function text(value: string): string {
  return value
    .replace(/query_\d{13}/g, 'query_N')
    .replace(/(transient_[A-Z0-9]+_)\d+(_\d{13})?/gi, (_, name: string, time?: string) => `${name.toLowerCase()}N${time === undefined ? '' : '_T'}`)
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/localhost:\d+/g, 'HOST')
    .replace(/KsqlConfig@[0-9a-f]+/g, 'KsqlConfig@N')
}

const UNORDERED: Readonly<Record<string, (item: Any) => string>> = {
  streams: (item) => item.name,
  tables: (item) => item.name,
  topics: (item) => item.name,
  queries: (item) => item.id,
  queryDescriptions: (item) => item.id,
  sourceDescriptions: (item) => item.name,
  readQueries: (item) => item.id,
  writeQueries: (item) => item.id,
  functions: (item) => item.name ?? JSON.stringify(item),
  properties: (item) => item.name,
  defaultProperties: (item) => item,
  sourceConstraints: (item) => item,
  sources: (item) => item,
  queryOffsetSummaries: (item) => item.groupId,
  topicSummaries: (item) => item.kafkaTopic,
  tasksMetadata: (item) => item.taskId,
  topicOffsets: (item) => item.topicPartitionEntity.topic,
  connectors: (item) => item.name,
}

/** Numbers that only say how fast and when. */
const VOLATILE: Readonly<Record<string, (value: Any) => Any>> = {
  kafkaClusterId: () => 'ID',
  'kafka-cluster': () => 'ID',
  statistics: (value: string) =>
    value
      .replace(/[\d.]+(?=\s|$)/g, 'N')
      .replace(/ +/g, ' ')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
  clusterStatistics: (value: Any[]) => value.map((item) => item.name),
  timestamp: (value) => (typeof value === 'number' ? 'TIME' : value),
  queryErrors: (value: Any[]) => [...new Set(value.map((item) => `${item.type} ${String(item.errorMessage).split('\n')[0]}`))],
  trace: (value) => (typeof value === 'string' ? value.split('\n')[0] : value),
  errorMessage: (value) => (typeof value === 'string' ? value.split('\n')[0] : value),
  lastStatusUpdateMs: () => 'TIME',
  updateTimeMs: () => 'TIME',
}

function normal(value: Any, key = ''): Any {
  const replaced = VOLATILE[key]?.(value) ?? value
  if (Array.isArray(replaced)) {
    const items = replaced.map((item) => normal(item))
    const by = UNORDERED[key]
    return by === undefined ? items : items.sort((a, b) => (by(a) < by(b) ? -1 : 1))
  }
  if (typeof replaced === 'object' && replaced !== null) {
    return Object.fromEntries(Object.entries(replaced).map(([name, member]) => [text(name), normal(member, name)]))
  }
  return typeof replaced === 'string' ? text(replaced) : replaced
}

/** A status that was asked for too early says nothing of the result. */
export function withoutUnfinished(expected: Comparable, actual: Comparable): Comparable {
  if (!Array.isArray(expected.body) || !Array.isArray(actual.body)) return actual
  const body = actual.body.map((entity: Any, index: number) => {
    const status = expected.body[index]?.commandStatus
    return status !== undefined && status.status !== 'SUCCESS' ? { ...entity, commandStatus: status } : entity
  })
  return { ...actual, body }
}

/** The first place where two values differ, for a report. */
export function difference(expected: Any, actual: Any, path = ''): string | undefined {
  if (Object.is(expected, actual)) return undefined
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null || Array.isArray(expected) !== Array.isArray(actual)) {
    return `${path}: expected ${short(expected)}, got ${short(actual)}`
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const found = difference(expected[key], actual[key], `${path}/${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function short(value: Any): string {
  const json = JSON.stringify(value) ?? 'nothing'
  return json.length > 1200 ? `${json.slice(0, 1200)}...` : json
}
