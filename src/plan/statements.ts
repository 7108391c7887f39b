/** Pass: statements in the order of their lineage, analysed one after the other against what those before have made. */
import {
  type AnalysedStatement,
  analyse,
  completeStatement,
  formatStatement,
  lineage,
  orderByLineage,
  type Property,
  type PropertyValue,
  SqlError,
} from '../sql/index.ts'
import { READ_MEND } from './connector-topics.ts'
import { addNode, type Draft, type Made, refuse, type StatementItem, warn } from './draft.ts'
import { hexHash } from './hash.ts'
import { aggregateName } from './metrics.ts'
import { placeAt } from './place.ts'
import type { ResourceId, ResourceSpecs } from './resources.ts'
import { insertName, typeName } from './statement-name.ts'
import { isTopicName, whyNotRead, whyNotWrite } from './topic-access.ts'
import { implySinkTopic, implySourceTopic, partitionsOf } from './topics.ts'

export function analyseStatements(draft: Draft): void {
  /** Names whose statement is wrong: what reads them is not blamed for it. */
  const failed = new Set<string>()
  const makers = new Map<string, StatementItem>()
  const ordered = inOrder(draft)
  const lines = new Map(lineage(ordered.map((item) => item.statement)).map((line) => [line.statement, line]))
  for (const item of ordered) {
    const { statement } = item
    const line = lines.get(statement)
    const reads = [...(line?.reads ?? []), ...(line?.writes === undefined ? [] : [line.writes]), ...(line?.types ?? [])]
    const makes = nameOf(statement)
    const double = statement.kind === 'InsertInto' ? undefined : makers.get(makes)
    if (double) {
      refuse(draft, 'NameConflict', item.path, `${makes} is made by ${double.specPath} already`, 'Give one of the two another name.', at(item))
      continue
    }
    makers.set(makes, item)
    if (reads.some((name) => failed.has(name))) {
      failed.add(makes)
      continue
    }
    try {
      if (!understand(draft, item, reads)) failed.add(makes)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      failed.add(makes)
      refuseSql(draft, item, error)
    }
  }
}

/** What the name of a statement's object is in `failed` and `makers`; an INSERT makes nothing. */
function nameOf(statement: Made): string {
  if (statement.kind === 'CreateType') return typeName(statement.name)
  return statement.kind === 'InsertInto' ? insertName(statement) : statement.name
}

function inOrder(draft: Draft): StatementItem[] {
  const items = new Map(draft.statements.map((item) => [item.statement as unknown, item]))
  try {
    return orderByLineage(draft.statements.map((item) => item.statement)).flatMap((statement) => items.get(statement) ?? [])
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const item = draft.statements.find(({ statement }) => statement.span === error.span) ?? draft.statements[0]
    refuse(draft, 'CycleFound', item?.path ?? 'spec.statements', error.message, undefined, item?.written ? error.span : undefined)
    return []
  }
}

/** False: it may not be made, which was reported. */
function understand(draft: Draft, item: StatementItem, reads: readonly string[]): boolean {
  const { statement } = item
  if (statement.kind === 'CreateType') {
    draft.catalogue = draft.catalogue.withType(statement.name, statement.type)
    addStatementNode(draft, item, 'TYPE', statement.name, typeName(statement.name), formatStatement(statement), [])
    return true
  }
  const analysed = analyse(statement, draft.catalogue, optionsOf(draft, item))
  if (!mayUseTopic(draft, item, analysed)) return false
  draft.analysed.set(item, analysed)
  const topics = [`KafkaTopic/${analysed.sink.topic}`]
  if (analysed.kind === 'source') {
    implySourceTopic(draft, analysed, item)
    const partitions = partitionsOf(draft, analysed.sink.topic)
    const wanted = statement.properties.find(({ key }) => key === 'PARTITIONS')?.value
    if (partitions !== undefined && wanted !== undefined && Number(wanted) !== partitions) {
      refuse(
        draft,
        'PartitionMismatch',
        item.path,
        `${analysed.sink.name} wants ${wanted} partitions, and topic ${analysed.sink.topic} has ${partitions}`,
        `Leave PARTITIONS out, or give both the same number.`,
        at(item),
      )
    }
  } else {
    warnOfNames(draft, item, analysed)
    if (statement.kind === 'CreateAsSelect') implySinkTopic(draft, analysed, item)
    topics.push(...[analysed.query.from, ...analysed.query.joins.map((join) => join.right)].map(({ source }) => `KafkaTopic/${source.topic}`))
  }
  const canonical = canonicalStatement(statement, analysed, draft.catalogue, item.properties)
  const name = nameOf(statement)
  const objectType = statement.kind === 'InsertInto' ? 'INSERT' : statement.sourceType
  const upstream = reads.flatMap((read) => [`Statement/${read}`, `Statement/${typeName(read)}`])
  addStatementNode(draft, item, objectType, analysed.sink.name, name, canonical, [...upstream, ...topics])
  if (statement.kind !== 'InsertInto') {
    const partitions = partitionsOf(draft, analysed.sink.topic) ?? analysed.sink.partitions
    draft.catalogue = draft.catalogue.with({ ...analysed.sink, ...(partitions === undefined ? {} : { partitions }) })
  }
  return true
}

/** Topics that statements make are looked at with the other topics: here are those that are somebody else’s. */
function mayUseTopic(draft: Draft, item: StatementItem, analysed: AnalysedStatement): boolean {
  const { topic, name } = analysed.sink
  if (!isTopicName(topic)) {
    refuse(draft, 'TopicInvalid', item.path, `"${topic}", the topic of ${name}, is no name that Kafka allows`, 'Name another KAFKA_TOPIC.', at(item))
    return false
  }
  if (draft.topics.has(topic)) return true
  const { limits } = draft.platform.spec
  const inserts = item.statement.kind === 'InsertInto'
  const makes = analysed.kind === 'query' ? !inserts : item.statement.kind === 'CreateSource' && propertyOf(item.statement, 'PARTITIONS') !== undefined
  const why = makes ? undefined : (inserts ? whyNotWrite : whyNotRead)(limits, draft.owner.namespace, topic)
  if (why === undefined) return true
  refuse(draft, 'LimitExceeded', item.path, `Topic ${topic}, which ${name} ${inserts ? 'writes' : 'reads'}, ${why}`, inserts ? undefined : READ_MEND, at(item))
  return false
}

const propertyOf = (statement: Exclude<Made, { kind: 'CreateType' }>, key: string): PropertyValue | undefined =>
  statement.properties.find((candidate) => candidate.key === key)?.value

function addStatementNode(
  draft: Draft,
  item: StatementItem,
  objectType: ResourceSpecs['Statement']['objectType'],
  objectName: string,
  name: string,
  canonical: string,
  dependsOn: readonly ResourceId[],
): void {
  const queries = item.statement.kind === 'CreateAsSelect' || item.statement.kind === 'InsertInto'
  const running = draft.pipeline.spec.state === 'Running' || !queries
  // A source has no query to configure, but defaults of ksqlDB itself, such as the format, hold for it.
  const properties = queries ? item.properties : Object.fromEntries(Object.entries(item.properties).filter(([key]) => key.startsWith('ksql.')))
  addNode(draft, {
    kind: 'Statement',
    name,
    stage: 'Statements',
    specPath: item.specPath,
    place: placeAt(item.path, at(item)),
    spec: { objectType, objectName, sql: formatStatement(item.statement), properties, running },
    hash: hexHash(`${canonical}\n${JSON.stringify(Object.entries(properties).sort())}${running ? '' : '\npaused'}`, 16),
    dependsOn,
    driftPolicy: item.driftPolicy,
  })
}

function optionsOf(draft: Draft, item: StatementItem) {
  return { properties: item.properties as Readonly<Record<string, PropertyValue>>, partitionsOf: (topic: string) => partitionsOf(draft, topic) }
}

const TOPIC_PROPERTIES = new Set(['CLEANUP_POLICY', 'PARTITIONS', 'REPLICAS', 'RETENTION_MS', 'KAFKA_TOPIC', 'KEY_FORMAT', 'VALUE_FORMAT', 'FORMAT'])

/**
 * The statement's meaning as text: completed the way the server stores it, with the formats and the topic that hold rather than
 * those written down. Partitions, replicas and retention are left out, which are the topic's and compared there.
 */
export function canonicalStatement(
  statement: Exclude<Made, { kind: 'CreateType' }>,
  analysed: AnalysedStatement,
  catalogue: Draft['catalogue'],
  properties: Readonly<Record<string, string>>,
): string {
  const { sink } = analysed
  const completed = completeStatement(statement, catalogue.without(sink.name), { properties }) as typeof statement
  const kept = completed.properties.filter(({ key }) => !TOPIC_PROPERTIES.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1))
  const said = (key: string, value: string): Property => ({ key, value, span: statement.span })
  const format = ({ format: name, delimiter }: typeof sink.keyFormat) => `${name}${delimiter === undefined ? '' : ` ${delimiter}`}`
  const holds = [said('KAFKA_TOPIC', sink.topic), said('KEY_FORMAT', format(sink.keyFormat)), said('VALUE_FORMAT', format(sink.valueFormat))]
  const withClause = statement.kind === 'InsertInto' ? kept : [...holds, ...kept]
  const plain = completed.kind === 'InsertInto' ? completed : { ...completed, orReplace: false, ifNotExists: false }
  return formatStatement({ ...plain, properties: withClause })
}

const at = (item: StatementItem) => (item.written ? item.statement.span : undefined)

function refuseSql(draft: Draft, item: StatementItem, error: SqlError): void {
  // The place is in the finding; what the server was doing when it found out helps nobody.
  const message = error.message
    .trim()
    .replace(/^(Could not determine output schema for query due to error|Exception while preparing statement): /, '')
    .replace(/^Line: \d+, Col: \d+: /, '')
    // The statement anew, with the operator's defaults in it.
    .replace(/\nStatement: .*$/s, '')
  const [reason, mend] = /only supports a single field/.test(message)
    ? (['KeyFormatUnsupported', "Add WITH (KEY_FORMAT='JSON') to the statement."] as const)
    : /number of partitions don't match/.test(message)
      ? (['PartitionMismatch', `Give the topics the same number of partitions: ${partitionsText(draft, message)}.`] as const)
      : /not (yet )?supported/i.test(message)
        ? (['SqlUnsupported', undefined] as const)
        : (['SqlInvalid', mendOfInvalid(draft, message)] as const)
  refuse(draft, reason, item.written ? item.path : placeInMetric(draft, item, message), message, mend, item.written ? error.span : undefined)
}

function mendOfInvalid(draft: Draft, message: string): string | undefined {
  if (!/^\S+ does not exist\.$/.test(message)) return undefined
  const known = draft.catalogue.sourceNames()
  return known.length > 0 ? `There are ${[...known].sort().join(', ')}.` : undefined
}

/** The SQL of a metric is the operator's: the field that a name in the message came from is what the user knows. */
function placeInMetric(draft: Draft, { path }: StatementItem, message: string): string {
  const metric = draft.pipeline.spec.metrics.find((_, at) => path === `spec.metrics[${at}]`)
  if (!metric) return path
  const named = new Set([...message.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].map(([word]) => word.toUpperCase()))
  const by = metric.by.findIndex((name) => named.has(name.toUpperCase()))
  const unresolved = /cannot be resolved|does not exist/i.test(message)
  if (named.has(metric.from.toUpperCase()) && !unresolved) return path
  if (unresolved && by < 0 && named.has(metric.from.toUpperCase())) return `${path}.from`
  if (by >= 0) return `${path}.by[${by}]`
  const measure = metric.measures.findIndex(({ column }) => column !== undefined && named.has(column.toUpperCase()))
  if (measure >= 0) return `${path}.measures[${measure}].column`
  const refused = /^Function '(\w+)'/.exec(message)?.[1]
  const user = metric.measures.findIndex((one) => aggregateName(one.function) === refused)
  if (user >= 0) return `${path}.measures[${user}]`
  const condition = (['where', 'having'] as const).find((field) =>
    [...(metric[field] ?? '').matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].some(([word]) => named.has(word.toUpperCase())),
  )
  return condition === undefined ? path : `${path}.${condition}`
}

/** The topics behind the two names of the message. */
function partitionsText(draft: Draft, message: string): string {
  const names = [...new Set([...message.matchAll(/`([^`]+)` partitions/g)].map(([, name]) => name!))]
  return names
    .map((name) => {
      const topic = draft.catalogue.source(name)?.topic
      const declared = topic === undefined ? undefined : draft.topics.get(topic)
      if (declared) return `${declared.name} has ${declared.partitions} (${declared.specPath})`
      const outside = topic === undefined ? undefined : draft.facts.partitions?.get(topic)
      return outside === undefined ? name : `${topic} has ${outside}`
    })
    .join(', ')
}

function warnOfNames(draft: Draft, item: StatementItem, analysed: Extract<AnalysedStatement, { kind: 'query' }>): void {
  for (const column of analysed.query.output) {
    if (!/^KSQL_COL_\d+$/.test(column.name)) continue
    const span = column.value.expression.span
    warn(
      draft,
      item.path,
      `A column of ${analysed.sink.name} has no name and becomes ${column.name}`,
      'Give it a name with AS.',
      item.written ? span : undefined,
    )
  }
}
