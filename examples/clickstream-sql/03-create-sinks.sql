-- One sink for each table: every update of a window is a document of its own, with the time of its record as EVENT_TS.
-- The address of Elasticsearch as Kafka Connect sees it:
DEFINE elasticsearch = 'http://elasticsearch.search:9200';

CREATE SINK CONNECTOR ES_SINK_EVENTS_PER_MIN WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'EVENTS_PER_MIN',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_PAGES_PER_MIN WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'PAGES_PER_MIN',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_CLICK_USER_SESSIONS WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'CLICK_USER_SESSIONS',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_ERRORS_PER_MIN_ALERT WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'ERRORS_PER_MIN_ALERT',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_ERRORS_PER_MIN WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'ERRORS_PER_MIN',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_ENRICHED_ERROR_CODES_COUNT WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'ENRICHED_ERROR_CODES_COUNT',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_USER_IP_ACTIVITY WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'USER_IP_ACTIVITY',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);

CREATE SINK CONNECTOR ES_SINK_BYTES_PER_MIN WITH (
  'connector.class' = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
  'topics' = 'BYTES_PER_MIN',
  'connection.url' = '${elasticsearch}',
  'key.converter' = 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false',
  'key.ignore' = 'true',
  'schema.ignore' = 'true',
  'behavior.on.null.values' = 'ignore',
  'transforms' = 'dropTombstones,recordTime',
  'transforms.dropTombstones.type' = 'org.apache.kafka.connect.transforms.Filter',
  'transforms.dropTombstones.predicate' = 'isTombstone',
  'predicates' = 'isTombstone',
  'predicates.isTombstone.type' = 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  'transforms.recordTime.type' = 'org.apache.kafka.connect.transforms.InsertField$Value',
  'transforms.recordTime.timestamp.field' = 'EVENT_TS'
);
