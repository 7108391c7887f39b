/** The real components, by kind. */
import { createKubeApi } from '../../src/ports/index.ts'
import type { RealServers } from '../../src/sandbox/index.ts'
import { installPlugins, startConnect } from './connect.ts'
import { installElasticsearch, startElasticsearch } from './elasticsearch.ts'
import { installKafka, startKafka } from './kafka.ts'
import { installEtcd, installKubernetes, startKubernetes } from './kubernetes.ts'
import { strimziTopicCrd } from './strimzi.ts'

const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition' } as const

export { Unavailable } from './cache.ts'

export const KINDS = ['kafka', 'elasticsearch', 'connect', 'kubernetes'] as const
export type Kind = (typeof KINDS)[number]

export interface RealComponents {
  readonly servers: RealServers
  stop(): Promise<void>
}

/** What starting would do at first use, for who cannot wait for it then: downloads and builds, up to a quarter of an hour. */
export async function installReal(kinds: readonly Kind[]): Promise<void> {
  if (kinds.includes('kafka')) await installKafka()
  if (kinds.includes('connect')) await installPlugins(await installKafka())
  if (kinds.includes('elasticsearch')) await installElasticsearch()
  if (kinds.includes('kubernetes')) {
    await strimziTopicCrd()
    await installEtcd()
    await installKubernetes()
  }
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
  const servers: { -readonly [K in keyof RealServers]: RealServers[K] } = {}
  try {
    if (kinds.includes('kubernetes')) {
      const crd = await strimziTopicCrd()
      const { kubeconfig } = started(await startKubernetes())
      servers.kubeconfig = kubeconfig
      await createKubeApi({ kubeconfig, userAgent: 'strimzi' }).create(CRDS, crd)
    }
    if (kinds.includes('elasticsearch')) servers.elasticsearch = started(await startElasticsearch()).url
    if (kinds.includes('kafka')) servers.kafka = started(await startKafka()).address
    if (kinds.includes('connect')) {
      if (servers.kafka === undefined) throw new Error('A real Kafka Connect needs a real Kafka.')
      servers.connect = started(await startConnect(servers.kafka)).url
    }
    return { servers, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
