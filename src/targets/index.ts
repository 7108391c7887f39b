/** One folder per backend; a new backend is one new folder and one line here. */
import { type ClickstreamPlatform, kafkaConnectOf } from '../api/index.ts'
import type { Clock, HttpOptions, KafkaClient, KubeApi } from '../ports/index.ts'
import { createConnectTarget } from './connect/index.ts'
import { reach } from './connections.ts'
import type { OtherLogin, ReferenceReader } from './credentials.ts'
import { createElasticsearchClient, createElasticsearchTarget } from './elasticsearch/index.ts'
import { createGrafanaTarget } from './grafana/index.ts'
import { createKafkaConnectorTarget } from './kafka-connector/index.ts'
import { createKsqldbTarget } from './ksqldb/index.ts'
import { createStrimziTarget } from './strimzi/index.ts'
import type { Target } from './target.ts'

export { type ConnectOptions, type ConnectorStatus, createConnectTarget, listConnectors } from './connect/index.ts'
export { type KafkaOptions, openKafka, type Reach, reach } from './connections.ts'
export type { ReferenceReader, SecretName, SecretReader } from './credentials.ts'
export {
  createElasticsearchClient,
  createElasticsearchTarget,
  type ElasticsearchClientOptions,
  type ElasticsearchOptions,
  type ElasticsearchPort,
  openElasticsearch,
} from './elasticsearch/index.ts'
export { createGrafanaTarget, type GrafanaOptions } from './grafana/index.ts'
export { createKafkaConnectorTarget, type KafkaConnectorOptions, listKafkaConnectors } from './kafka-connector/index.ts'
export { createKsqldbTarget, type KsqldbOptions } from './ksqldb/index.ts'
export { createStrimziTarget, type StrimziOptions } from './strimzi/index.ts'
export type * from './target.ts'

export interface TargetPorts {
  readonly clock: Clock
  readonly kafka: KafkaClient
  readonly kube: KubeApi
  /** Another HTTP transport: faults, recordings. */
  readonly adapter?: HttpOptions['adapter']
  /** Asked just before every HTTP request: throws a Failure when this process has lost the right to write. */
  readonly mayWrite?: () => void
}

/** The backends of one platform. Nothing is called before the first use; secrets are read at each use. */
export function createTargets(platform: ClickstreamPlatform, references: ReferenceReader, ports: TargetPorts): readonly Target[] {
  const { kafka, ksqldb, connect, elasticsearch, grafana, limits } = platform.spec
  const namespace = platform.metadata.namespace ?? 'default'
  const kafkaConnect = kafkaConnectOf(platform)
  const reached = (backend: Parameters<typeof reach>[2], other?: OtherLogin) => {
    const { connection, ...rest } = reach(platform, references, backend, other)
    return { ...rest, connection: guarded(connection, ports.mayWrite), ...(ports.adapter ? { adapter: ports.adapter } : {}) }
  }
  return [
    createStrimziTarget({
      kube: ports.kube,
      kafka: ports.kafka,
      clock: ports.clock,
      namespace: kafka.topicNamespace ?? namespace,
      cluster: kafka.strimziCluster,
      platformNamespace: namespace,
    }),
    createKsqldbTarget({ ...reached(ksqldb), kafka: ports.kafka, clock: ports.clock }),
    kafkaConnect
      ? createKafkaConnectorTarget({
          ...ports,
          namespace: kafkaConnect.namespace,
          cluster: kafkaConnect.name,
          references,
          allowUnsafeConfig: limits.allowUnsafeConnectorConfig,
        })
      : // The schema sees to it that there is one of the two.
        createConnectTarget({
          ...reached({ ...connect, url: connect.url! }),
          references,
          kafka: ports.kafka,
          clock: ports.clock,
          allowUnsafeConfig: limits.allowUnsafeConnectorConfig,
        }),
    createElasticsearchTarget({ elasticsearch: createElasticsearchClient(reached(elasticsearch, 'apiKey')) }),
    createGrafanaTarget({ ...reached(grafana, 'token'), folder: grafana.folder, references }),
  ]
}

/** Both HTTP clients ask for the connection just before they send, and one of them once more when it is made. */
function guarded(connection: Connection, mayWrite: TargetPorts['mayWrite']): Connection {
  if (mayWrite === undefined) return connection
  return async (signal) => {
    const found = await connection(signal)
    mayWrite()
    return { ...found, mayWrite }
  }
}

type Connection = NonNullable<HttpOptions['connection']>
