-- Generated data. The numbers are milliseconds at most between two records.
CREATE SOURCE CONNECTOR DATAGEN_CLICKSTREAM_CODES WITH (
  'connector.class' = 'io.confluent.kafka.connect.datagen.DatagenConnector',
  'kafka.topic' = 'clickstream_codes',
  'quickstart' = 'clickstream_codes',
  'max.interval' = '20',
  'key.converter' = 'org.apache.kafka.connect.converters.IntegerConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false'
);

CREATE SOURCE CONNECTOR DATAGEN_CLICKSTREAM_USERS WITH (
  'connector.class' = 'io.confluent.kafka.connect.datagen.DatagenConnector',
  'kafka.topic' = 'clickstream_users',
  'quickstart' = 'clickstream_users',
  'max.interval' = '10',
  'key.converter' = 'org.apache.kafka.connect.converters.IntegerConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false'
);

CREATE SOURCE CONNECTOR DATAGEN_CLICKSTREAM WITH (
  'connector.class' = 'io.confluent.kafka.connect.datagen.DatagenConnector',
  'kafka.topic' = 'clickstream',
  'quickstart' = 'clickstream',
  'max.interval' = '30',
  'key.converter' = 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter' = 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable' = 'false'
);
