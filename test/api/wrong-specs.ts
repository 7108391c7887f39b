/** Specs that must be refused: by our own schema and by an API server that has the CRD. */
export const metric = { name: 'M', from: 'S', measures: [{ name: 'N', function: 'count' }], by: ['U'], window: { type: 'tumbling', size: '60s' } }
const query = { name: 'q', function: 'count', sink: 's' }

/** Spec -> the one error it must give. */
export const wrong: Record<string, [spec: object, path: string, message: RegExp]> = {
  'an unknown field': [{ topicz: [] }, 'spec.topicz', /no such field/],
  'an unknown field deep inside': [{ topics: [{ name: 'a', partition: 3 }] }, 'spec.topics[0].partition', /no such field/],
  'a name twice': [{ topics: [{ name: 'a' }, { name: 'a' }] }, 'spec.topics[1].name', /stands twice/],
  'a topic name with a blank': [{ topics: [{ name: 'a b' }] }, 'spec.topics[0].name', /match/],
  'an object as a config value': [{ topics: [{ name: 'a', config: { x: { y: 1 } } }] }, 'spec.topics[0].config.x', /./],
  'a key with dots in a path': [{ topics: [{ name: 'a', config: { 'a.b': null } }] }, 'spec.topics[0].config["a.b"]', /./],
  'no partitions at all': [{ topics: [{ name: 'a', partitions: 0 }] }, 'spec.topics[0].partitions', />=1|expected number/],
  'a source of both kinds': [
    { sources: [{ name: 's', datagen: { preset: 'clickstream' }, connector: { class: 'C' } }] },
    'spec.sources[0]',
    /exactly one of datagen, connector/,
  ],
  'a source of neither kind': [{ sources: [{ name: 's' }] }, 'spec.sources[0]', /exactly one of/],
  'a generator with a schema but no topic': [{ sources: [{ name: 's', datagen: { schema: '{}' } }] }, 'spec.sources[0].datagen', /needs a topic/],
  'upsert without an id': [{ sinks: [{ name: 's', from: 'T', mode: 'upsert', elasticsearch: {} }] }, 'spec.sinks[0]', /needs an idColumn/],
  'an id for append': [{ sinks: [{ name: 's', from: 'T', idColumn: 'D', elasticsearch: {} }] }, 'spec.sinks[0]', /only for mode upsert/],
  'a policy that does not exist': [{ upgradePolicy: 'BlueGreen' }, 'spec.upgradePolicy', /InPlace/],
  'a duration without a unit': [{ freshness: '60' }, 'spec.freshness', /match/],
  'SQL from two places': [{ statements: [{ name: 'a', sql: 'x', configMapRef: { name: 'c', key: 'k' } }] }, 'spec.statements[0]', /exactly one of/],
  'a hopping window without its hop': [{ metrics: [{ ...metric, window: { type: 'hopping', size: '60s' } }] }, 'spec.metrics[0].window', /needs advance/],
  'a sum of nothing': [{ metrics: [{ ...metric, measures: [{ name: 'N', function: 'sum' }] }] }, 'spec.metrics[0].measures[0]', /needs a column/],
  'a metric in lower case': [{ metrics: [{ ...metric, name: 'm' }] }, 'spec.metrics[0].name', /match/],
  'a panel query without a field': [
    { dashboards: [{ name: 'd', panels: [{ name: 'p', queries: [{ ...query, function: 'max' }] }] }] },
    'spec.dashboards[0].panels[0].queries[0]',
    /need a field/,
  ],
  'a panel query without a sink': [
    { dashboards: [{ name: 'd', panels: [{ name: 'p', queries: [{ name: 'q', function: 'count' }] }] }] },
    'spec.dashboards[0].panels[0].queries[0].sink',
    /expected string/,
  ],
  'a dashboard of two kinds': [{ dashboards: [{ name: 'd', panels: [], json: '{}' }] }, 'spec.dashboards[0]', /exactly one of/],
  'a spec that is too large': [{ statements: [1, 2, 3].map((n) => ({ name: `s${n}`, sql: 'x'.repeat(99_000) })) }, 'spec', /200000 are allowed/],
}

export const platform = {
  kafka: { bootstrapServers: 'kafka:9093', strimziCluster: 'main' },
  ksqldb: { url: 'http://ksqldb:8088' },
  connect: { url: 'http://connect:8083' },
  elasticsearch: { url: 'http://elasticsearch:9200' },
  grafana: { url: 'http://grafana:3000' },
}
const secretRef = { name: 'login' }
const caRef = { kind: 'ConfigMap', name: 'ca' }

/** What is put over a good platform -> the one error it must give. */
export const wrongPlatforms: Record<string, [change: object, path: string, message: RegExp]> = {
  'an authentication of an unknown type': [
    { kafka: { ...platform.kafka, authentication: { type: 'gssapi', secretRef } } },
    'spec.kafka.authentication.type',
    /scram-sha-512/,
  ],
  'an authentication without a Secret': [
    { kafka: { ...platform.kafka, authentication: { type: 'plain' } } },
    'spec.kafka.authentication.secretRef',
    /expected object|Required/,
  ],
  'a client certificate in the clear': [
    { kafka: { ...platform.kafka, authentication: { type: 'tls', secretRef } } },
    'spec.kafka',
    /needs tls: set tls\.caRef/,
  ],
  'a user name beside a client certificate': [
    { kafka: { ...platform.kafka, tls: {}, authentication: { type: 'tls', secretRef, username: 'u' } } },
    'spec.kafka.authentication',
    /leave it out/,
  ],
  'an authority of an unknown kind': [
    { kafka: { ...platform.kafka, tls: { caRef: { kind: 'File', name: 'ca' } } } },
    'spec.kafka.tls.caRef.kind',
    /Secret|ConfigMap/,
  ],
  'an authority whose key is a path': [{ grafana: { url: 'https://grafana', caRef: { ...caRef, key: 'tls/ca.crt' } } }, 'spec.grafana.caRef.key', /match/],
  ...Object.fromEntries(
    (['ksqldb', 'connect', 'elasticsearch', 'grafana'] as const).flatMap((backend): [string, [object, string, RegExp]][] => [
      [`an authority for ${backend} in the clear`, [{ [backend]: { ...platform[backend], caRef } }, `spec.${backend}`, /let url begin with https/]],
      [
        `a password in the url of ${backend}`,
        [{ [backend]: { url: platform[backend].url.replace('//', '//user:open-sesame@') } }, `spec.${backend}`, /name that in secretRef/],
      ],
    ]),
  ),
  'an authority for Grafana’s data sources in the clear': [
    { elasticsearch: { ...platform.elasticsearch, clients: { grafana: { caRef } } } },
    'spec.elasticsearch',
    /clients\.grafana\.caRef .* begin with https/,
  ],
  'an authority for sinks in the clear': [
    { elasticsearch: { url: 'https://elasticsearch', clients: { connect: { url: 'http://elasticsearch', caRef } } } },
    'spec.elasticsearch.clients.connect',
    /let url begin with https/,
  ],
  'a Connect of both kinds': [{ connect: { url: 'http://connect:8083', strimziCluster: 'main' } }, 'spec.connect', /exactly one of url, strimziCluster/],
  'a Connect of no kind': [{ connect: {} }, 'spec.connect', /exactly one of url, strimziCluster/],
  'a namespace for a Connect with an address': [
    { connect: { url: 'http://connect:8083', namespace: 'kafka' } },
    'spec.connect',
    /name it in strimziCluster, or leave namespace out/,
  ],
  'a login for a KafkaConnect': [{ connect: { strimziCluster: 'main', secretRef } }, 'spec.connect', /are for url/],
}

/** Whole ways to be secure that must be taken. */
export const securePlatforms: Record<string, object> = {
  'SCRAM over TLS, as Strimzi has it': {
    kafka: {
      ...platform.kafka,
      tls: { caRef: { kind: 'Secret', name: 'main-cluster-ca-cert' } },
      authentication: { type: 'scram-sha-512', secretRef },
    },
  },
  'a client certificate that the system’s authorities vouch for': { kafka: { ...platform.kafka, tls: {}, authentication: { type: 'tls', secretRef } } },
  'SCRAM in the clear': { kafka: { ...platform.kafka, authentication: { type: 'scram-sha-256', secretRef, username: 'Bob' } } },
  'an address with an @ in its path': { connect: { url: 'http://gate/a@b/?x=@' } },
  'a KafkaConnect': { connect: { strimziCluster: 'main', namespace: 'kafka' } },
  'an authority for each backend': {
    ksqldb: { url: 'https://ksqldb', secretRef, caRef },
    connect: { url: 'https://connect', secretRef, caRef },
    elasticsearch: { url: 'https://es', secretRef, caRef, clients: { connect: { secretRef, caRef }, grafana: { url: 'https://es.inside', caRef } } },
    grafana: { url: 'https://grafana', secretRef, caRef },
  },
}

/** What only our own schema can say: an API server drops unknown fields and nulls, and cannot look into untyped values. */
export const notForTheServer: ReadonlySet<string> = new Set([
  'an unknown field',
  'an unknown field deep inside',
  'a key with dots in a path',
  'a spec that is too large',
])
