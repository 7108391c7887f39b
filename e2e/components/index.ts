/** The real components, by kind. */
import { createKubeApi } from '../../src/ports/index.ts'
import type { RealServers, RequestLog } from '../../src/sandbox/index.ts'
import { kubectlPath } from '../tools.ts'
import { installPlugins, startConnect } from './connect.ts'
import { installElasticsearch, startElasticsearch } from './elasticsearch.ts'
import { installElasticsearch7 } from './elasticsearch7.ts'
import { helmPath } from './helm.ts'
import { installIdentity } from './identity.ts'
import { installKafka, startKafka } from './kafka.ts'
import { installEtcd, installKubernetes, startKubernetes } from './kubernetes.ts'
import type { Running } from './process.ts'
import { recorded } from './recorder.ts'
import { strimziCrds } from './strimzi.ts'
import { installThirdParty } from './third-party.ts'

const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' } as const

export { Unavailable } from './cache.ts'

export const KINDS = ['kafka', 'elasticsearch', 'connect', 'kubernetes'] as const
export type Kind = (typeof KINDS)[number]

/** Namespaces whose Secrets the operator may read. */
const OPERATED = ['default']

export interface RealComponents {
  /** Connect and Elasticsearch by way of somebody who notes what they are asked. */
  readonly servers: RealServers
  /** Their programs, for suites that stop and start them. */
  readonly processes: Readonly<Partial<Record<Kind | 'etcd', Running>>>
  /** Path, of a real API server. */
  readonly auditLog?: string
  stop(): Promise<void>
}

/** What starting would do at first use, for who cannot wait for it then: downloads and builds, up to a quarter of an hour. */
export async function installReal(kinds: readonly Kind[]): Promise<void> {
  for (const kind of kinds) await INSTALL[kind]()
}

const INSTALL: Readonly<Record<Kind, () => Promise<unknown>>> = {
  kafka: installKafka,
  elasticsearch: installElasticsearch,
  connect: async () => installPlugins(await installKafka()),
  async kubernetes() {
    await strimziCrds()
    await installEtcd()
    await installKubernetes()
    await helmPath()
    await kubectlPath()
  },
}

/** What single suites start beside the components. */
export async function installOthers(): Promise<void> {
  await installElasticsearch7()
  await installThirdParty()
}

/** Throws Unavailable for what this machine cannot run. Connect needs a real Kafka. */
export async function startReal(kinds: readonly Kind[]): Promise<RealComponents> {
  const running: { stop(): Promise<void> }[] = []
  // The last started stops first.
  const stop = async () => {
    for (const one of running.splice(0).reverse()) await one.stop()
  }
  const started = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.push(server)
    return server
  }
  let auditLog: string | undefined
  const servers: { -readonly [K in keyof RealServers]: RealServers[K] } = {}
  const requests: Partial<Record<Kind, RequestLog>> = {}
  const processes: Partial<Record<Kind | 'etcd', Running>> = {}
  try {
    if (kinds.includes('kubernetes')) {
      const crds = await strimziCrds(['KafkaTopic', 'KafkaConnector', 'KafkaConnect'])
      const { kubeconfig, auditLog: log, apiServer, etcd, requests: seen } = started(await startKubernetes())
      servers.kubeconfig = kubeconfig
      servers.operatorKubeconfig = await installIdentity(kubeconfig, OPERATED)
      auditLog = log
      requests.kubernetes = seen
      Object.assign(processes, { kubernetes: apiServer, etcd })
      const strimzi = createKubeApi({ kubeconfig, userAgent: 'strimzi' })
      for (const crd of crds) await strimzi.create(CRDS, crd)
    }
    if (kinds.includes('elasticsearch')) {
      const { url, process } = started(await startElasticsearch())
      const recorder = started(await recorded('elasticsearch', url))
      servers.elasticsearch = recorder.url
      requests.elasticsearch = recorder.requests
      processes.elasticsearch = process
    }
    if (kinds.includes('kafka')) {
      const { address, process } = started(await startKafka())
      servers.kafka = address
      processes.kafka = process
    }
    if (kinds.includes('connect')) {
      if (servers.kafka === undefined) throw new Error('A real Kafka Connect needs a real Kafka.')
      const { url, process } = started(await startConnect(servers.kafka))
      const recorder = started(await recorded('connect', url))
      servers.connect = recorder.url
      requests.connect = recorder.requests
      processes.connect = process
    }
    return { servers: { ...servers, requests }, processes, ...(auditLog === undefined ? {} : { auditLog }), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
