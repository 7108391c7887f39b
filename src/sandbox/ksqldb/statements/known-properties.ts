/** Which names a request may set: properties of ksqlDB, Kafka Streams, consumer and producer. */
import { SERVER_PROPERTIES } from './server-properties.ts'

/** What the server keeps to itself. */
export const DENIED: ReadonlySet<string> = new Set(['ksql.service.id', 'ksql.streams.application.id', 'application.id'])

const STREAMS = `acceptable.recovery.lag application.server auto.include.jmx.reporter bootstrap.servers buffered.records.per.partition
built.in.metrics.version cache.max.bytes.buffering client.id commit.interval.ms connections.max.idle.ms default.client.supplier
default.deserialization.exception.handler default.dsl.store default.key.serde default.list.key.serde.inner default.list.key.serde.type
default.list.value.serde.inner default.list.value.serde.type default.production.exception.handler default.timestamp.extractor
default.value.serde deserialization.exception.handler dsl.store.suppliers.class enable.metrics.push log.summary.interval.ms
max.task.idle.ms max.warmup.replicas metadata.max.age.ms metadata.recovery.strategy metric.reporters metrics.num.samples
metrics.recording.level metrics.sample.window.ms num.standby.replicas num.stream.threads poll.ms probing.rebalance.interval.ms
processing.exception.handler processing.guarantee processor.wrapper.class production.exception.handler
rack.aware.assignment.non_overlap_cost rack.aware.assignment.strategy rack.aware.assignment.tags rack.aware.assignment.traffic_cost
receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms repartition.purge.interval.ms replication.factor request.timeout.ms
retries retry.backoff.ms rocksdb.config.setter security.protocol send.buffer.bytes state.cleanup.delay.ms state.dir
statestore.cache.max.bytes task.assignor.class task.timeout.ms topology.optimization upgrade.from window.size.ms
windowed.inner.class.serde windowstore.changelog.additional.retention.ms`

const CONSUMER = `allow.auto.create.topics auto.commit.interval.ms auto.offset.reset check.crcs client.dns.lookup client.rack
default.api.timeout.ms enable.auto.commit exclude.internal.topics fetch.max.bytes fetch.max.wait.ms fetch.min.bytes group.id
group.instance.id group.protocol group.remote.assignor heartbeat.interval.ms interceptor.classes isolation.level key.deserializer
max.partition.fetch.bytes max.poll.interval.ms max.poll.records partition.assignment.strategy session.timeout.ms value.deserializer`

const PRODUCER = `acks batch.size buffer.memory compression.gzip.level compression.lz4.level compression.type compression.zstd.level
delivery.timeout.ms enable.idempotence key.serializer linger.ms max.block.ms max.in.flight.requests.per.connection max.request.size
partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms partitioner.class partitioner.ignore.keys
transaction.timeout.ms transactional.id value.serializer`

const KAFKA = new Set([STREAMS, CONSUMER, PRODUCER].flatMap((names) => names.split(/\s+/)))
const KSQL = new Set(SERVER_PROPERTIES.map((property) => property.name))

/** Only settable through the server's configuration, so no request knows them. */
const SERVER_ONLY = new Set(['ksql.fail.on.deserialization.error'])

export function isKnownProperty(name: string): boolean {
  if (SERVER_ONLY.has(name)) return false
  return KSQL.has(name) || KAFKA.has(bare(name))
}

/** Without the prefixes that say for whom it is meant. */
function bare(name: string): string {
  return name.replace(/^ksql\.streams\./, '').replace(/^(?:consumer|producer|main\.consumer|restore\.consumer|global\.consumer|admin|topic)\./, '')
}

export interface PropertyRule {
  /** As Kafka calls it. */
  readonly name: string
  readonly oneOf?: readonly string[]
  readonly number?: 'INT' | 'LONG'
}

const RULES: readonly PropertyRule[] = [
  { name: 'auto.offset.reset', oneOf: ['latest', 'earliest', 'none'] },
  { name: 'processing.guarantee', oneOf: ['at_least_once', 'exactly_once', 'exactly_once_beta', 'exactly_once_v2'] },
  { name: 'num.stream.threads', number: 'INT' },
  { name: 'num.standby.replicas', number: 'INT' },
  { name: 'replication.factor', number: 'INT' },
  { name: 'max.poll.records', number: 'INT' },
  { name: 'cache.max.bytes.buffering', number: 'LONG' },
  { name: 'statestore.cache.max.bytes', number: 'LONG' },
  { name: 'commit.interval.ms', number: 'LONG' },
  { name: 'max.task.idle.ms', number: 'LONG' },
]

export function propertyRule(name: string): PropertyRule | undefined {
  return RULES.find((rule) => rule.name === bare(name))
}
