/** Kafka Connect with one of the two targets for it: over its REST API, or through Strimzi's objects. */
import {
  type Clock,
  createHttpClient,
  createKafkaClient,
  createKubeApi,
  createLogger,
  type HttpClient,
  type KafkaClient,
  type KubeApi,
  type KubeObject,
  seededRandom,
  systemClock,
} from '../../src/ports/index.ts'
import { type ConnectOptions, startConnect } from '../../src/sandbox/connect/index.ts'
import { startKafka } from '../../src/sandbox/kafka/index.ts'
import { startKubernetes } from '../../src/sandbox/kubernetes/index.ts'
import { createSecretProvider, kafkaConnectCrd, kafkaConnectorCrd, startConnectOperator } from '../../src/sandbox/strimzi/index.ts'
import { createConnectTarget, createKafkaConnectorTarget, type SecretReader, type Target } from '../../src/targets/index.ts'

export const DATAGEN = 'io.confluent.kafka.connect.datagen.DatagenConnector'
export const SINK = 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector'
export const NAMESPACE = 'kafka'
export const CLUSTER = 'workers'
export const CONNECTORS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnectors', kind: 'KafkaConnector' } as const
export const CONNECTS = { group: 'kafka.strimzi.io', version: 'v1', plural: 'kafkaconnects', kind: 'KafkaConnect' } as const

export interface Workers {
  readonly kafka: KafkaClient
  /** Of Kafka Connect: what there really is. */
  readonly rest: HttpClient
  target(secrets?: SecretReader): Target
  close(): Promise<void>
}

export interface StrimziWorkers extends Workers {
  readonly kube: KubeApi
}

async function startWorkers(providers: NonNullable<ConnectOptions['providers']> = {}) {
  const log = createLogger({ name: 'test', level: process.env.LOG_LEVEL ?? 'silent' })
  const server = await startKafka({ clock: systemClock, random: seededRandom(1) })
  const kafka = createKafkaClient({ brokers: [server.url], clientId: 'test' })
  for (const name of ['clickstream', 'other']) await kafka.createTopic({ name, partitions: 1, replicas: 1 })
  const connect = await startConnect({ kafka, clock: systemClock, random: seededRandom(2), log, providers })
  const rest = createHttpClient({ baseUrl: connect.url, service: 'Kafka Connect' })
  const close = async () => {
    await connect.close()
    await kafka.close()
    await server.close()
  }
  return { log, kafka, connect, rest, close }
}

export async function restWay(): Promise<Workers> {
  const { kafka, rest, connect, close } = await startWorkers()
  const target = (secret: SecretReader = async () => undefined) =>
    createConnectTarget({ url: connect.url, references: { secret, configMap: async () => undefined }, kafka, clock: systemClock })
  return { kafka, rest, target, close }
}

export const kafkaConnect = (name = CLUSTER, further: { annotations?: Record<string, string>; config?: object } = {}): KubeObject => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaConnect',
  metadata: { name, namespace: NAMESPACE, annotations: further.annotations ?? { 'strimzi.io/use-connector-resources': 'true' } },
  spec: {
    version: '4.3.1',
    replicas: 1,
    bootstrapServers: 'kafka:9092',
    groupId: 'connect',
    configStorageTopic: 'connect-configs',
    offsetStorageTopic: 'connect-offsets',
    statusStorageTopic: 'connect-status',
    config: further.config ?? {},
  },
})

export async function strimziWay(options: { readonly fullReconciliationMs?: number; readonly clock?: Clock } = {}): Promise<StrimziWorkers> {
  const api = await startKubernetes({ clock: systemClock, random: seededRandom(3), crds: [kafkaConnectCrd, kafkaConnectorCrd] })
  const kube = createKubeApi({ server: api.url })
  const { log, kafka, rest, connect, close } = await startWorkers({ secrets: createSecretProvider(kube) })
  await kube.create(
    { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  )
  await kube.create(CONNECTS, kafkaConnect())
  const operator = await startConnectOperator({
    kube,
    namespace: NAMESPACE,
    workers: { [CLUSTER]: connect.url },
    clock: options.clock ?? systemClock,
    log,
    fullReconciliationMs: options.fullReconciliationMs ?? 300,
  })
  const target = (secret: SecretReader = async () => undefined) =>
    createKafkaConnectorTarget({
      kube,
      kafka,
      clock: systemClock,
      namespace: NAMESPACE,
      cluster: CLUSTER,
      references: { secret, configMap: async () => undefined },
    })
  return {
    kafka,
    rest,
    kube,
    target,
    async close() {
      await operator.close()
      await close()
      await api.close()
    },
  }
}
