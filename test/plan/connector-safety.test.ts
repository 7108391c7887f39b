/** What a tenant of a shared platform may not write into a connector, on every way in that there is. */
import assert from 'node:assert/strict'
import { compile, type Given } from './given.ts'

const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
const BASE = `
topics: [{name: clicks}]
statements:
  - {name: base, sql: "CREATE STREAM CLICKS (USERID INT, EVENT_TS BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');"}
`
const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Each way to write one key of a connector's config: the spec, and where the key stands then. */
const WAYS: Readonly<Record<string, (key: string, value: string) => { yaml: string; at: string }>> = {
  'a source': (key, value) => ({
    yaml: `${BASE}sources: [{name: s, connector: {class: ${DATAGEN}, config: {kafka.topic: clicks, ${JSON.stringify(key)}: ${JSON.stringify(value)}}}}]`,
    at: `spec.sources[0].connector.config.${key}`,
  }),
  'a sink': (key, value) => ({
    yaml: `${BASE}sinks: [{name: s, from: CLICKS, connector: {class: ${SINK}, config: {${JSON.stringify(key)}: ${JSON.stringify(value)}}}}]`,
    at: `spec.sinks[0].connector.config.${key}`,
  }),
  'a sink into an index': (key, value) => ({
    yaml: `${BASE}sinks: [{name: s, from: CLICKS, elasticsearch: {config: {${JSON.stringify(key)}: ${JSON.stringify(value)}}}}]`,
    at: `spec.sinks[0].elasticsearch.config.${key}`,
  }),
  'CREATE SOURCE CONNECTOR': (key, value) => ({
    yaml: `${BASE}  - {name: c, sql: ${JSON.stringify(`CREATE SOURCE CONNECTOR S WITH ('connector.class'='${DATAGEN}', 'kafka.topic'='clicks', ${sqlText(key)}=${sqlText(value)});`)}}`,
    at: 'spec.statements[1].sql',
  }),
  'CREATE SINK CONNECTOR': (key, value) => ({
    yaml: `${BASE}  - {name: c, sql: ${JSON.stringify(`CREATE SINK CONNECTOR S WITH ('connector.class'='${SINK}', 'topics'='clicks', ${sqlText(key)}=${sqlText(value)});`)}}`,
    at: 'spec.statements[1].sql',
  }),
}

const errorsOf = (yaml: string, given?: Given) => compile(yaml, given).findings.filter(({ severity }) => severity === 'error')

const UNSAFE: readonly (readonly [sentence: string, key: string, value: string])[] = [
  ['another group for the consumer', 'consumer.override.group.id', 'connect-victim'],
  ['another login for the producer', 'producer.override.security.protocol', 'SASL_SSL'],
  ['another cluster for the admin client', 'admin.override.bootstrap.servers', 'evil:9092'],
  ['an override in the middle of a key', 'x.consumer.override.y', 'z'],
  ['the override policy of the worker', 'connector.client.config.override.policy', 'All'],
  ['a JAAS config', 'sasl.jaas.config', 'x'],
  ['a JAAS config of a nested client', 'schema.history.internal.consumer.sasl.jaas.config', 'x'],
  ['a login module in a value', 'note', 'com.sun.security.auth.module.JndiLoginModule required user.provider.url="x";'],
  ['the address of a token', 'sasl.oauthbearer.token.endpoint.url', 'file:///etc/passwd'],
  ['the address of keys', 'source.sasl.oauthbearer.jwks.endpoint.url', 'http://169.254.169.254/'],
  ['a callback handler', 'sasl.login.callback.handler.class', 'evil.Handler'],
  ['interceptors', 'interceptor.classes', 'evil.Interceptor'],
  ['an engine for TLS', 'ssl.engine.factory.class', 'evil.Factory'],
  ['security providers', 'security.providers', 'evil.Provider'],
  ['another topic for offsets', 'offsets.storage.topic', 'connect-configs'],
  ['JNDI', 'java.naming.provider.url', 'x'],
  ['an address of LDAP', 'note', 'ldap://evil/x'],
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what Kafka puts values in for
  ['a file of the worker', 'note', '${file:/opt/connect.properties:password}'],
  ['the environment of the worker', 'note', 'a${env:AWS_SECRET_ACCESS_KEY}b'],
  ['a directory of the worker', 'note', '${dir:/secrets:db}'],
  ['a directory of the worker by its long name', 'note', '${directory:/secrets:db}'],
  ['a Secret of another namespace', 'note', '${secrets:platform/elasticsearch:password}'],
  ['a ConfigMap of another namespace', 'note', '${configmaps:platform/x:y}'],
  ['a provider of any name', 'note', '${vault:a}'],
  ['a reference over two lines', 'note', '${file\n:/etc/passwd:\nx}'],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: what Kafka puts values in for
  ['a provider of its own', 'config.providers', 'file'],
  ['the class of a provider', 'config.providers.file.class', 'x'],
]

describe('The config of a connector', () => {
  for (const [sentence, key, value] of UNSAFE) {
    for (const [way, write] of Object.entries(WAYS)) {
      it(`of ${way} cannot have ${sentence}`, () => {
        const { yaml, at } = write(key, value)
        const [finding, ...more] = errorsOf(yaml)
        assert.ok(finding, 'nothing was found')
        assert.equal(finding.path, at)
        assert.ok(['UnsafeConfigRefused', 'ConnectorConfigInvalid'].includes(finding.reason), finding.reason)
        assert.ok(finding.message.includes(key), finding.message)
        assert.ok(key.length > value.length || value === 'x' || !finding.message.includes(value), 'a value must not be shown')
        assert.ok(finding.mend)
        assert.deepEqual(more, [])
      })
    }
  }

  it('may have what the platform allows', () => {
    const { yaml } = WAYS['a source']!('consumer.override.max.poll.records', '100')
    assert.deepEqual(errorsOf(yaml, { platform: { limits: { allowUnsafeConnectorConfig: true } } }), [])
  })

  it('may have a variable without a provider, and whatever only looks alike', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as connectors take it
    for (const value of ['${topic}-${partition}', 'a:b', '$' + '{', 'login module', '{"a": "${b}"}'])
      assert.deepEqual(errorsOf(WAYS['a source']!('note', value).yaml), [], value)
  })

  it('cannot take a decisive key out of a Secret, where no check sees it', () => {
    const secretKey = (key: string) =>
      `${BASE}sinks: [{name: s, from: CLICKS, connector: {class: ${SINK}, configFrom: [{key: ${key}, secretKeyRef: {name: a, key: b}}]}}]`
    const given = { platform: { limits: { allowPlainSecrets: true } }, facts: { secretVersions: new Map([['demo/a', '1']]) } }
    for (const key of [
      'connector.class',
      'topics',
      'topics.regex',
      'name',
      'transforms',
      'transforms.t.type',
      'value.converter',
      'a.format.class',
      'topic.prefix',
    ]) {
      const [finding, ...more] = errorsOf(secretKey(key), given)
      assert.deepEqual([finding?.reason, finding?.path, more], ['ConnectorConfigInvalid', 'spec.sinks[0].connector.configFrom[0]', []], key)
    }
    for (const key of ['consumer.override.sasl.password', 'sasl.jaas.config'])
      assert.deepEqual(
        [errorsOf(secretKey(key), given)[0]?.reason, errorsOf(secretKey(key), given)[0]?.path],
        ['UnsafeConfigRefused', 'spec.sinks[0].connector.configFrom[0]'],
      )
    assert.deepEqual(errorsOf(secretKey('connection.password'), given), [])
    assert.equal(errorsOf(secretKey('clickstream.dev/namespace'), given)[0]?.reason, 'ConnectorConfigInvalid')
  })

  it('cannot carry a forged mark', () => {
    for (const [way, write] of Object.entries(WAYS)) {
      const { yaml, at } = write('clickstream.dev/namespace', 'victim')
      assert.deepEqual(
        errorsOf(yaml).map(({ reason, path }) => [reason, path]),
        [['ConnectorConfigInvalid', at]],
        way,
      )
    }
  })
})

describe('A sink into an index', () => {
  const write = WAYS['a sink into an index']!
  const led: readonly (readonly [key: string, value: string])[] = [
    ['connection.url', 'http://evil:9200'],
    ['connection.username', 'x'],
    ['connection.password', 'x'],
    ['proxy.host', 'evil'],
    ['proxy.port', '3128'],
    ['elastic.security.protocol', 'SSL'],
    ['elastic.https.ssl.truststore.location', '/tmp/x'],
    ['kerberos.user.principal', 'x'],
    ['camel.kamelet.elasticsearch-index-sink.hostAddresses', 'evil:9200'],
    ['camel.kamelet.elasticsearch-index-sink.indexName', 'victim'],
    ['connector.class', 'io.confluent.connect.http.HttpSinkConnector'],
    ['topics', 'other'],
    ['topics.regex', '.*'],
    ['data.stream.dataset', 'x'],
    ['topic.to.external.resource.mapping', 'clicks:victim'],
    ['transforms.x.type', 'y'],
  ]
  for (const [key, value] of led.slice(0, -1)) {
    it(`cannot be led elsewhere, with the credential of the platform, by ${key}`, () => {
      const given = { platform: { elasticsearch: { url: 'https://es:9200', clients: { connect: { secretRef: { name: 'es' } } } } } }
      const [finding, ...more] = errorsOf(write(key, value).yaml, { ...given, facts: { secretVersions: new Map([['demo/es', '1']]) } })
      assert.deepEqual([finding?.reason, finding?.path, more], ['ConnectorConfigInvalid', write(key, value).at, []])
      assert.match(finding!.message, /elsewhere/)
    })
  }

  it('cannot be led elsewhere by its transforms', () => {
    const config = (text: string) => `${BASE}sinks: [{name: s, from: CLICKS, elasticsearch: {config: {${text}}}}]`
    const router = 'transforms: r, transforms.r.type: org.apache.kafka.connect.transforms.RegexRouter, transforms.r.regex: .*, transforms.r.replacement: victim'
    assert.deepEqual(
      errorsOf(config(router)).map(({ path }) => path),
      ['spec.sinks[0].elasticsearch.config.transforms.r.type'],
    )
    const renamed = `${BASE}sinks: [{name: s, from: CLICKS, elasticsearch: {index: mine, config: {transforms.toIndex.replacement: victim}}}]`
    assert.equal(errorsOf(renamed)[0]?.reason, 'ConnectorConfigInvalid')
    const mask = 'transforms: "dropTombstones,m", transforms.m.type: org.apache.kafka.connect.transforms.MaskField$Value, transforms.m.fields: USERID'
    assert.deepEqual(errorsOf(config(mask)), [])
  })

  it('can be tuned', () => {
    for (const key of [
      'batch.size',
      'linger.ms',
      'max.buffered.records',
      'connection.timeout.ms',
      'connection.compression',
      'flush.timeout.ms',
      'behavior.on.malformed.documents',
      'errors.tolerance',
      'write.method',
      'max.retries',
    ])
      assert.deepEqual(errorsOf(write(key, '1').yaml), [], key)
  })
})

describe('Where the platform names the classes', () => {
  const given = { platform: { limits: { allowedConnectorClasses: [DATAGEN, SINK] } } }
  const named: readonly (readonly [key: string, value: string])[] = [
    ['value.converter', 'com.evil.Converter'],
    ['key.converter', 'JsonConverter'],
    ['header.converter', 'com.evil.Converter'],
    ['format.class', 'com.evil.Format'],
    ['a.classes', 'org.apache.kafka.common.serialization.StringSerializer,com.evil.B'],
  ]
  for (const way of ['a source', 'a sink', 'CREATE SOURCE CONNECTOR', 'CREATE SINK CONNECTOR']) {
    for (const [key, value] of named) {
      it(`${way} cannot use another one as ${key}`, () => {
        const { yaml, at } = WAYS[way]!(key, value)
        const [finding, ...more] = errorsOf(yaml, given)
        assert.deepEqual([finding?.reason, finding?.path, more], ['LimitExceeded', at, []])
        assert.match(finding!.message, new RegExp(value.split(',').at(-1)!))
      })
    }
  }

  it('cannot use another one as a transform or a predicate', () => {
    const source = (text: string) => `${BASE}sources: [{name: s, connector: {class: ${DATAGEN}, config: {kafka.topic: clicks, ${text}}}}]`
    const at = (text: string) => errorsOf(source(text), given).map(({ reason, path }) => [reason, path])
    const config = 'spec.sources[0].connector.config'
    assert.deepEqual(at('transforms: " a , b", transforms.a.type: org.apache.kafka.connect.transforms.Filter, transforms.b.type: com.evil.T'), [
      ['LimitExceeded', `${config}.transforms.b.type`],
    ])
    assert.deepEqual(at('predicates: p.q, predicates.p.q.type: com.evil.P'), [['LimitExceeded', `${config}.predicates.p.q.type`]])
    assert.deepEqual(
      at(
        'transforms: t, transforms.t.type: org.apache.kafka.connect.transforms.TimestampConverter$Value, transforms.t.target.type: string, s3.storage.class: STANDARD',
      ),
      [],
    )
  })

  it('judges a simple name by the class that the worker would find', () => {
    const yaml = `${BASE}sources: [{name: s, connector: {class: FileSource, config: {topic: clicks}}}]`
    const facts = { plugins: [{ class: 'com.evil.FileSourceConnector', type: 'source' }] }
    assert.equal(errorsOf(yaml, { facts, platform: { limits: { allowedConnectorClasses: ['com.good.FileSourceConnector'] } } })[0]?.reason, 'LimitExceeded')
    assert.deepEqual(errorsOf(yaml, { facts, platform: { limits: { allowedConnectorClasses: ['com.evil.FileSourceConnector'] } } }), [])
  })
})

describe('The properties of a statement', () => {
  const unsafe: readonly (readonly [key: string, value: string])[] = [
    ['bootstrap.servers', 'evil:9092'],
    ['ksql.streams.bootstrap.servers', 'evil:9092'],
    ['ksql.streams.sasl.jaas.config', 'x'],
    ['sasl.jaas.config', 'com.sun.security.auth.module.JndiLoginModule required;'],
    ['ssl.truststore.location', '/etc/passwd'],
    ['consumer.interceptor.classes', 'evil.I'],
    ['default.deserialization.exception.handler', 'evil.H'],
    ['ksql.service.id', 'other'],
    ['ksql.schema.registry.url', 'http://evil'],
    ['application.id', 'victim'],
    ['note', '$' + '{file:/etc/passwd}'],
  ]
  for (const [key, value] of unsafe) {
    it(`cannot have ${key}`, () => {
      const map = `statements: [{name: a, sql: "CREATE TYPE A AS INT;", properties: {${key}: ${JSON.stringify(value)}}}]`
      const set = `statements: [{name: a, sql: ${JSON.stringify(`SET ${sqlText(key)}=${sqlText(value)}; CREATE TYPE A AS INT;`)}}]`
      assert.deepEqual(
        errorsOf(map).map(({ reason, path }) => [reason, path]),
        [['UnsafeConfigRefused', `spec.statements[0].properties.${key}`]],
      )
      assert.deepEqual(
        errorsOf(set).map(({ reason, path, line, column }) => [reason, path, line, column]),
        [['UnsafeConfigRefused', 'spec.statements[0].sql', 1, 1]],
      )
      assert.deepEqual(errorsOf(map, { platform: { limits: { allowUnsafeConnectorConfig: true } } }), [])
    })
  }

  it('can have those of a query', () => {
    const properties =
      'auto.offset.reset: latest, ksql.streams.num.stream.threads: 2, cache.max.bytes.buffering: 0, ksql.persistence.default.format.value: JSON'
    assert.deepEqual(errorsOf(`statements: [{name: a, sql: "CREATE TYPE A AS INT;", properties: {${properties}}}]`), [])
  })
})

describe('A connector of a script', () => {
  it('has a name that is only a name', () => {
    for (const name of ['..', '.', 'a/b', 'a%2f', 'a\nb', 'a"b', 'é', ' ', 'x'.repeat(201)]) {
      const sql = `CREATE SOURCE CONNECTOR \`${name}\` WITH ('connector.class'='${DATAGEN}', 'kafka.topic'='clicks');`
      const [finding] = errorsOf(`${BASE}  - {name: c, sql: ${JSON.stringify(sql)}}`)
      assert.deepEqual([finding?.reason, finding?.path], ['SqlInvalid', 'spec.statements[1].sql'], name)
    }
  })
})
