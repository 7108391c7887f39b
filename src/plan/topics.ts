/**
 * Passes: which topics there are, with partitions and configs. Declared ones come first; what sources fill, what CREATE
 * statements would make and what queries write into is added, so that every topic of a pipeline is a KafkaTopic of its own.
 */
import type { AnalysedStatement } from '../sql/index.ts'
import { addNode, type Draft, type DriftPolicy, dataPolicy, refuse, type StatementItem, type TopicDraft, warn } from './draft.ts'
import { hashOf, topicObjectName } from './hash.ts'
import { placeAt } from './place.ts'
import type { Place } from './resources.ts'
import { isTopicName, namespacePrefix, whyNotWrite } from './topic-access.ts'

/** What ksqlDB gives the topics that it makes: seven days. */
const DEFAULT_RETENTION_MS = '604800000'

export function declareTopics(draft: Draft): void {
  const { spec } = draft.pipeline
  for (const [index, topic] of spec.topics.entries()) {
    const retain = topic.retain ?? dataPolicy(draft) === 'retain'
    draft.topics.set(topic.name, {
      name: topic.name,
      partitions: topic.partitions,
      replicas: topic.replicas ?? draft.facts.defaultReplicas ?? -1,
      config: Object.fromEntries(Object.entries(topic.config).map(([key, value]) => [key, String(value)])),
      declared: true,
      onRemove: retain ? 'retain' : 'delete',
      specPath: `spec.topics[${index}]`,
      driftPolicy: topic.driftPolicy ?? spec.driftPolicy,
    })
  }
}

/** Of the pipeline's own topics, and of those that others made as far as they are known. */
export const partitionsOf = (draft: Draft, topic: string): number | undefined => draft.topics.get(topic)?.partitions ?? draft.facts.partitions?.get(topic)

/** Topics that statements read and nobody of this pipeline makes. */
export function outsideTopics(draft: Draft): string[] {
  const read = [...draft.analysed.values()].flatMap(({ kind, sink }) => (kind === 'source' && !draft.topics.has(sink.topic) ? [sink.topic] : []))
  return [...new Set(read)].sort()
}

interface Implied {
  readonly name: string
  readonly partitions: number
  readonly replicas?: number
  readonly config?: Readonly<Record<string, string>>
  readonly specPath: string
  readonly place?: Place
  readonly driftPolicy: DriftPolicy
}

function originOf({ path, specPath, statement, written, driftPolicy }: StatementItem): Pick<Implied, 'specPath' | 'place' | 'driftPolicy'> {
  return { specPath, place: placeAt(path, written ? statement.span : undefined), driftPolicy }
}

/** A topic that the spec does not declare but needs. What is declared wins. */
export function implyTopic(draft: Draft, topic: Implied): TopicDraft {
  const there = draft.topics.get(topic.name)
  if (there) return there
  const made: TopicDraft = {
    name: topic.name,
    partitions: topic.partitions,
    replicas: topic.replicas ?? draft.facts.defaultReplicas ?? -1,
    config: { ...topic.config },
    declared: false,
    onRemove: dataPolicy(draft),
    specPath: topic.specPath,
    ...(topic.place ? { place: topic.place } : {}),
    driftPolicy: topic.driftPolicy,
  }
  draft.topics.set(topic.name, made)
  return made
}

const property = (analysed: AnalysedStatement, key: string): string | undefined => {
  const value = analysed.statement.properties.find((candidate) => candidate.key === key)?.value
  return value === undefined ? undefined : String(value)
}

/** CREATE STREAM or TABLE with PARTITIONS would make the topic itself. */
export function implySourceTopic(draft: Draft, analysed: AnalysedStatement, item: StatementItem): void {
  const partitions = property(analysed, 'PARTITIONS')
  if (partitions === undefined) return
  const replicas = property(analysed, 'REPLICAS')
  const table = analysed.sink.sourceType === 'TABLE'
  implyTopic(draft, {
    name: analysed.sink.topic,
    partitions: Number(partitions),
    ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
    config: table ? { 'cleanup.policy': 'compact' } : {},
    ...originOf(item),
  })
}

/** The topic that a query writes into, as ksqlDB would make it: it refuses one that differs. */
export function implySinkTopic(draft: Draft, analysed: Extract<AnalysedStatement, { kind: 'query' }>, item: StatementItem): void {
  const { sink, query } = analysed
  const from = draft.topics.get(query.from.source.topic)
  const partitions = Number(property(analysed, 'PARTITIONS') ?? from?.partitions ?? query.from.source.partitions ?? 1)
  const replicas = property(analysed, 'REPLICAS')
  const retention = property(analysed, 'RETENTION_MS') ?? retentionOf(from)
  const windowed = sink.window !== undefined
  const config: Record<string, string> =
    sink.sourceType === 'STREAM'
      ? { 'cleanup.policy': 'delete', 'retention.ms': retention }
      : windowed
        ? { 'cleanup.policy': 'compact,delete', 'retention.ms': retention }
        : { 'cleanup.policy': 'compact' }
  const topic = implyTopic(draft, {
    name: sink.topic,
    partitions,
    ...(replicas === undefined ? (from ? { replicas: from.replicas } : {}) : { replicas: Number(replicas) }),
    config,
    ...originOf(item),
  })
  if (topic.partitions !== partitions) {
    refuse(
      draft,
      'PartitionMismatch',
      item.path,
      `${sink.name} would write ${partitions} partitions, and its topic ${topic.name} has ${topic.partitions} (${topic.specPath})`,
      `Add PARTITIONS=${topic.partitions} to its WITH clause, or give the topic ${partitions} partitions.`,
      item.written ? item.statement.span : undefined,
    )
  }
  if (topic.declared) topic.config = { ...config, ...topic.config }
}

/** What ksqlDB takes over from the topic that a query reads; of a compacted one it says -1. */
function retentionOf(topic: TopicDraft | undefined): string {
  if (topic?.config['cleanup.policy'] === 'compact') return '-1'
  return topic?.config['retention.ms'] ?? DEFAULT_RETENTION_MS
}

export function addTopicNodes(draft: Draft): void {
  const { limits } = draft.platform.spec
  for (const topic of draft.topics.values()) {
    const { name, partitions, replicas, config, specPath } = topic
    const why = whyNotWrite(limits, draft.owner.namespace, name)
    if (why) refuse(draft, 'LimitExceeded', specPath, `Topic ${name} ${why}`, `Call it ${namespacePrefix(draft.owner.namespace)}${name}.`)
    if (limits.maxPartitions !== undefined && partitions > limits.maxPartitions)
      refuse(draft, 'LimitExceeded', specPath, `Topic ${name} has ${partitions} partitions, and the platform allows ${limits.maxPartitions}`)
    if (!Number.isInteger(partitions) || partitions < 1) refuse(draft, 'PartitionsInvalid', specPath, `Topic ${name} cannot have ${partitions} partitions`)
    if (!isTopicName(name)) refuse(draft, 'TopicInvalid', specPath, `"${name}" is no name that Kafka allows`)
    const clash = [...draft.topics.keys()].find((other) => other !== name && other.replaceAll('.', '_') === name.replaceAll('.', '_') && other < name)
    if (clash) warn(draft, specPath, `Topics ${name} and ${clash} have the same name in Kafka's metrics, where . and _ are one`)
    const spec = { topicName: name, objectName: topicObjectName(name), partitions, replicas, config }
    addNode(draft, {
      kind: 'KafkaTopic',
      name,
      stage: 'Topics',
      specPath,
      ...(topic.place ? { place: topic.place } : {}),
      spec,
      hash: hashOf({ partitions, replicas, config }),
      dependsOn: [],
      onRemove: topic.onRemove,
      driftPolicy: topic.driftPolicy,
    })
  }
}
