/** The config of a connector that fills an index. */
import { classOf } from './connectors.ts'
import type { Draft, Feed } from './draft.ts'

const ELASTICSEARCH_SINK_CLASS = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
/** The sink takes Kafka's own TLS options behind its prefix; PEM needs no file on the workers. */
export const SINK_TRUST = 'elastic.https.ssl.truststore'
export const ELASTICSEARCH_SINK = /elasticsearch.*sink(connector)?$/i

/**
 * The sink's config. Tombstones go first: they have no value to lift an id out of. For upsert the id column becomes the
 * record's key and so the document's id; `write.method` upsert, because with plain inserts the sink passes the offset as
 * the document's version, and a topic that was made anew would be ignored until it has overtaken the old one.
 */
export function indexConfig(draft: Draft, feed: Feed, idColumn: string | undefined, specPath: string): Record<string, string> {
  const { elasticsearch, connect } = draft.platform.spec
  const renamed = feed.index !== feed.source.topic.toLowerCase()
  const transforms = ['dropTombstones', ...(idColumn === undefined ? [] : ['idToKey', 'keyToText']), ...(renamed ? ['toIndex'] : [])]
  return {
    'connector.class': classOf(draft, connect.elasticsearchSink?.class, 'sink', ELASTICSEARCH_SINK, ELASTICSEARCH_SINK_CLASS, specPath),
    topics: feed.source.topic,
    'connection.url': elasticsearch.clients?.connect?.url ?? elasticsearch.url,
    ...(elasticsearch.clients?.connect?.caRef ? { 'elastic.security.protocol': 'SSL', [`${SINK_TRUST}.type`]: 'PEM' } : {}),
    // Keys may be windowed or binary; nobody reads them here.
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'key.ignore': idColumn === undefined ? 'true' : 'false',
    'schema.ignore': 'true',
    'behavior.on.null.values': 'ignore',
    'write.method': idColumn === undefined ? 'insert' : 'upsert',
    transforms: transforms.join(','),
    'transforms.dropTombstones.type': 'org.apache.kafka.connect.transforms.Filter',
    'transforms.dropTombstones.predicate': 'isTombstone',
    predicates: 'isTombstone',
    'predicates.isTombstone.type': 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
    ...(idColumn === undefined
      ? {}
      : {
          'transforms.idToKey.type': 'org.apache.kafka.connect.transforms.ValueToKey',
          'transforms.idToKey.fields': idColumn,
          'transforms.keyToText.type': 'org.apache.kafka.connect.transforms.ExtractField$Key',
          'transforms.keyToText.field': idColumn,
        }),
    ...(renamed
      ? {
          'transforms.toIndex.type': 'org.apache.kafka.connect.transforms.RegexRouter',
          'transforms.toIndex.regex': '.*',
          'transforms.toIndex.replacement': feed.index,
          // The sink refuses transforms that change the topic unless it writes batch by batch.
          'flush.synchronously': 'true',
        }
      : {}),
  }
}
