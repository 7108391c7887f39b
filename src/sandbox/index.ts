/** All stand-ins together, each reached by the others only through its protocol; any of them can be a real one. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, createKafkaClient, createKubeApi, type KafkaClient, type KubeObject, type Logger, type Random } from '../ports/index.ts'
import { startConnect } from './connect/index.ts'
import { startElasticsearch } from './elasticsearch/index.ts'
import { startGrafana } from './grafana/index.ts'
import { startKafka } from './kafka/index.ts'
import { startKsqldb } from './ksqldb/index.ts'
import { startKubernetes } from './kubernetes/index.ts'
import { addressOf, applyCrds } from './real-kubernetes.ts'
import { RequestLog, type SandboxServer } from './server.ts'
import { createSecretProvider, kafkaConnectCrd, kafkaConnectorCrd, kafkaTopicCrd, startConnectOperator, startStrimzi } from './strimzi/index.ts'

export type { LoggedRequest, SandboxServer } from './server.ts'
export { RequestLog } from './server.ts'

export interface SandboxOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Served beside Strimzi's. */
  readonly crds: readonly KubeObject[]
  /** Namespace that Strimzi's operators watch. */
  readonly namespace: string
  readonly grafanaUsers: NonNullable<Parameters<typeof startGrafana>[0]['users']>
  /** Told as each server is up. */
  readonly onStarted?: (name: string, url: string) => void
  readonly real?: RealServers
}

/** Servers that run already, each in place of a stand-in; the stand-ins that are left use them. Closing leaves them alone. */
export interface RealServers {
  /** `HOST:PORT` */
  readonly kafka?: string
  /** URL; it must reach the same Kafka, and the same Elasticsearch under the address that is given here for that. */
  readonly connect?: string
  readonly elasticsearch?: string
  /** Path; `crds` are applied to its cluster, and Strimzi's where they are missing. */
  readonly kubeconfig?: string
  /** Path; who the operator is to that cluster, where that is not the user of `kubeconfig`. */
  readonly operatorKubeconfig?: string
  /** Where somebody notes what they are asked. Default: nobody does. */
  readonly requests?: Readonly<Partial<Record<keyof Sandbox['servers'], RequestLog>>>
}

const STRIMZI = [kafkaTopicCrd, kafkaConnectorCrd, kafkaConnectCrd]
/** A KafkaConnect of this name stands for the worker: nothing happens while there is none. */
export const KAFKA_CONNECT = 'sandbox'
/** Far more often than Strimzi's 120 s, which would make everybody wait for a failed task to show. */
const CONNECTORS_EVERY_MS = 10_000
/** About what a real node takes for a new index. */
const SHARD_START_MS = 60

export interface Sandbox {
  readonly servers: {
    readonly kubernetes: SandboxServer
    readonly kafka: SandboxServer
    readonly ksqldb: SandboxServer
    readonly connect: SandboxServer
    readonly elasticsearch: SandboxServer
    readonly grafana: SandboxServer
  }
  /** Path of a kubeconfig file for the API server. */
  readonly kubeconfig: string
  /** Path; the same one, unless the operator has an identity of its own. */
  readonly operatorKubeconfig: string
  close(): Promise<void>
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, random, log } = options
  const closing: (() => Promise<unknown>)[] = []
  // The last started is the first closed: clients go before what they are connected to.
  const close = async () => {
    for (const step of closing.reverse()) await step()
  }
  const real = options.real ?? {}
  const started = async <T extends SandboxServer>(start: () => Promise<T>): Promise<T> => {
    const server = await start()
    closing.push(() => server.close())
    options.onStarted?.(server.name, server.url)
    return server
  }
  const taken = (name: keyof Sandbox['servers'], url: string): SandboxServer => {
    options.onStarted?.(`${name} (real)`, url)
    return { name, url, requests: real.requests?.[name] ?? new RequestLog(), close: () => Promise.resolve() }
  }
  const realOr = (name: keyof Sandbox['servers'], url: string | undefined, start: () => Promise<SandboxServer>): Promise<SandboxServer> => {
    return url === undefined ? started(start) : Promise.resolve(taken(name, url))
  }
  const kafkaClient = (clientId: string): KafkaClient => {
    const client = createKafkaClient({ brokers: [kafka.url], clientId, clock, log })
    closing.push(() => client.close())
    return client
  }
  const kubernetesOf = async (kubeconfig: string): Promise<SandboxServer> => {
    if (real.kubeconfig === undefined) {
      const server = await started(() => startKubernetes({ clock, random, crds: [...options.crds, ...STRIMZI] }))
      await writeFile(kubeconfig, server.kubeconfig())
      return server
    }
    await copyFile(real.kubeconfig, kubeconfig)
    await applyCrds(createKubeApi({ kubeconfig, userAgent: 'clickstream-sandbox' }), options.crds, STRIMZI, clock)
    return taken('kubernetes', await addressOf(kubeconfig))
  }
  const kafka = await realOr('kafka', real.kafka, () => startKafka({ clock, random, log }))
  try {
    const directory = await mkdtemp(join(tmpdir(), 'clickstream-sandbox-'))
    closing.push(() => rm(directory, { recursive: true, force: true }))
    const kubeconfig = join(directory, 'kubeconfig')
    const kubernetes = await kubernetesOf(kubeconfig)
    const kube = createKubeApi({ kubeconfig, userAgent: 'strimzi-topic-operator' })
    const strimzi = await startStrimzi({ kube, kafka: kafkaClient('strimzi-topic-operator'), namespace: options.namespace, clock, log })
    closing.push(() => strimzi.close())
    options.onStarted?.('strimzi topic operator', `namespace ${options.namespace}`)
    const clusterOperator = createKubeApi({ kubeconfig, userAgent: 'strimzi-cluster-operator' })
    const elasticsearch = await realOr('elasticsearch', real.elasticsearch, () => startElasticsearch({ clock, random, shardStartMs: SHARD_START_MS }))
    const connect = await realOr('connect', real.connect, () =>
      startConnect({ kafka: kafkaClient('connect'), clock, random, log, providers: { secrets: createSecretProvider(clusterOperator) } }),
    )
    const connectors = await startConnectOperator({
      kube: clusterOperator,
      namespace: options.namespace,
      workers: { [KAFKA_CONNECT]: connect.url },
      clock,
      log,
      fullReconciliationMs: CONNECTORS_EVERY_MS,
    })
    closing.push(() => connectors.close())
    const ksqldb = await started(() => startKsqldb({ kafka: kafkaClient('ksqldb'), connectUrl: connect.url, clock, random, log }))
    const grafana = await started(() => startGrafana({ clock, random, users: options.grafanaUsers }))
    return {
      servers: { kubernetes, kafka, ksqldb, connect, elasticsearch, grafana },
      kubeconfig,
      operatorKubeconfig: real.operatorKubeconfig ?? kubeconfig,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
