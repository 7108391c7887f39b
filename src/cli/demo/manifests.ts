/** The objects that the demo applies: the platform with the addresses of the stand-ins, Grafana's login, the pipeline. */
import type { KubeObject } from '../../ports/index.ts'
import { KAFKA_CONNECT, type Sandbox } from '../../sandbox/index.ts'

export const NAMESPACE = 'default'
export interface Login {
  readonly username: string
  readonly password: string
}
export const GRAFANA_LOGIN: Login = { username: 'user', password: 'user' }

export interface PlatformOptions {
  /** Connectors are KafkaConnector objects beside a KafkaConnect. */
  readonly strimziConnect?: boolean
  /** As whom the operator comes to Grafana. Default: as the user that people have. */
  readonly operatorLogin?: Login
}

export function platformObjects(sandbox: Sandbox, { strimziConnect, operatorLogin: login = GRAFANA_LOGIN }: PlatformOptions = {}): KubeObject[] {
  const { kafka, ksqldb, connect, elasticsearch, grafana } = sandbox.servers
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grafana-login', namespace: NAMESPACE },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(login).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  }
  const platform: KubeObject = {
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPlatform',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: {
      kafka: { bootstrapServers: kafka.url, strimziCluster: 'sandbox' },
      ksqldb: { url: ksqldb.url },
      connect: strimziConnect ? { strimziCluster: KAFKA_CONNECT } : { url: connect.url },
      elasticsearch: { url: elasticsearch.url },
      grafana: { url: grafana.url, secretRef: { name: 'grafana-login' } },
    },
  }
  return [secret, ...(strimziConnect ? [kafkaConnectOf(kafka.url)] : []), platform]
}

/** As somebody who runs Strimzi would declare the workers. */
function kafkaConnectOf(bootstrapServers: string): KubeObject {
  const replication = Object.fromEntries(['config', 'offset', 'status'].map((kind) => [`${kind}.storage.replication.factor`, 1]))
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaConnect',
    metadata: { name: KAFKA_CONNECT, namespace: NAMESPACE, annotations: { 'strimzi.io/use-connector-resources': 'true' } },
    spec: {
      version: '4.3.1',
      replicas: 1,
      bootstrapServers,
      groupId: 'connect',
      configStorageTopic: 'connect-configs',
      offsetStorageTopic: 'connect-offsets',
      statusStorageTopic: 'connect-status',
      config: { ...replication, 'config.providers': 'secrets', 'config.providers.secrets.class': 'io.strimzi.kafka.KubernetesSecretConfigProvider' },
    },
  }
}

/** Addresses that stand in the examples, by the stand-in that answers for them here. */
const EXAMPLE_ADDRESSES = {
  elasticsearch: 'http://elasticsearch.search:9200',
  connect: 'http://connect.kafka:8083',
  ksqldb: 'http://ksqldb.kafka:8088',
} as const

/** A ConfigMap's texts with the addresses of the examples replaced; scripts name Elasticsearch themselves. */
export function withSandboxAddresses(object: KubeObject, sandbox: Sandbox): KubeObject {
  if (object.kind !== 'ConfigMap') return object
  const replace = (text: string) =>
    Object.entries(EXAMPLE_ADDRESSES).reduce(
      (all, [name, address]) => all.replaceAll(address, sandbox.servers[name as keyof typeof EXAMPLE_ADDRESSES].url),
      text,
    )
  return { ...object, data: Object.fromEntries(Object.entries((object.data ?? {}) as Record<string, string>).map(([key, text]) => [key, replace(text)])) }
}
