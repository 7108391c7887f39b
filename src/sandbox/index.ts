/** All stand-ins together, each reached by the others only through its protocol; any of them can be a real one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, createKafkaClient, createKubeApi, type KafkaClient, type KubeObject, type Logger, type Random } from '../ports/index.ts'
import { startConnect } from './connect/index.ts'
import { startElasticsearch } from './elasticsearch/index.ts'
import { startGrafana } from './grafana/index.ts'
import { startKafka } from './kafka/index.ts'
import { startKsqldb } from './ksqldb/index.ts'
import { startKubernetes } from './kubernetes/index.ts'
import type { SandboxServer } from './server.ts'
import { kafkaTopicCrd, startStrimzi } from './strimzi/index.ts'

export type { LoggedRequest, RequestLog, SandboxServer } from './server.ts'

export interface SandboxOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Served beside Strimzi's KafkaTopic. */
  readonly crds: readonly KubeObject[]
  /** Namespace that the topic operator watches. */
  readonly namespace: string
  readonly grafanaUsers: NonNullable<Parameters<typeof startGrafana>[0]['users']>
  /** Told as each server is up. */
  readonly onStarted?: (name: string, url: string) => void
}

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
  close(): Promise<void>
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, random, log } = options
  const closing: (() => Promise<unknown>)[] = []
  // The last started is the first closed: clients go before what they are connected to.
  const close = async () => {
    for (const step of closing.reverse()) await step()
  }
  const started = async <T extends SandboxServer>(starting: Promise<T>): Promise<T> => {
    const server = await starting
    closing.push(() => server.close())
    options.onStarted?.(server.name, server.url)
    return server
  }
  const kafkaClient = (clientId: string): KafkaClient => {
    const client = createKafkaClient({ brokers: [kafka.url], clientId, clock, log })
    closing.push(() => client.close())
    return client
  }
  const kafka = await started(startKafka({ clock, random, log }))
  try {
    const kubernetes = await started(startKubernetes({ clock, random, crds: [...options.crds, kafkaTopicCrd] }))
    const directory = await mkdtemp(join(tmpdir(), 'clickstream-sandbox-'))
    closing.push(() => rm(directory, { recursive: true, force: true }))
    const kubeconfig = join(directory, 'kubeconfig')
    await writeFile(kubeconfig, kubernetes.kubeconfig())
    const kube = createKubeApi({ kubeconfig, userAgent: 'strimzi-topic-operator' })
    const strimzi = await startStrimzi({ kube, kafka: kafkaClient('strimzi-topic-operator'), namespace: options.namespace, clock, log })
    closing.push(() => strimzi.close())
    options.onStarted?.('strimzi topic operator', `namespace ${options.namespace}`)
    const elasticsearch = await started(startElasticsearch({ clock, random }))
    const connect = await started(startConnect({ kafka: kafkaClient('connect'), clock, random, log }))
    const ksqldb = await started(startKsqldb({ kafka: kafkaClient('ksqldb'), connectUrl: connect.url, clock, random, log }))
    const grafana = await started(startGrafana({ clock, random, users: options.grafanaUsers }))
    return { servers: { kubernetes, kafka, ksqldb, connect, elasticsearch, grafana }, kubeconfig, close }
  } catch (error) {
    await close()
    throw error
  }
}
