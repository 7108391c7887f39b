/** What a command works with: the API server, one pipeline, its platform, and clients for the platform's backends. */
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch'
import { type ClickstreamPipeline, type ClickstreamPlatform, PIPELINE, PLATFORM, parsePipeline, parsePlatform } from '../api/index.ts'
import { References } from '../controller/index.ts'
import { createHttpClient, createKubeApi, type HttpClient, type KafkaClient, type KubeApi, systemClock } from '../ports/index.ts'
import { openElasticsearch, openKafka as openKafkaAs, type Reach, type ReferenceReader, reach } from '../targets/index.ts'
import { connectorsIn, connectorsOver, type ReadConnectors } from './connectors.ts'
import { UserError } from './user-error.ts'

export interface ConnectionOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

/** Commands search through whole indices. */
const SEARCH_TIMEOUT_MS = 30_000

export function openKube(options: ConnectionOptions): KubeApi {
  return createKubeApi({
    ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
    ...(options.context ? { context: options.context } : {}),
    userAgent: 'clickstream-cli',
  })
}

/** The named pipeline, or the only one of the namespace. */
export async function readPipeline(kube: KubeApi, namespace: string, name: string | undefined): Promise<ClickstreamPipeline> {
  const object = name === undefined ? await onlyPipeline(kube, namespace) : await kube.get(PIPELINE, namespace, name)
  if (!object) throw new UserError(`There is no ClickstreamPipeline ${namespace}/${name}.`)
  const parsed = parsePipeline(object)
  if (!parsed.ok)
    throw new UserError(`ClickstreamPipeline ${namespace}/${name} cannot be read: ${parsed.errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`)
  return parsed.value
}

async function onlyPipeline(kube: KubeApi, namespace: string) {
  const { items } = await kube.list(PIPELINE, { namespace })
  if (items.length === 0) throw new UserError(`There is no ClickstreamPipeline in namespace ${namespace}.`)
  if (items.length > 1) throw new UserError(`Which one? Namespace ${namespace} has ${items.map((item) => item.metadata.name).join(', ')}.`)
  return items[0]
}

export async function readPlatform(kube: KubeApi, pipeline: ClickstreamPipeline): Promise<ClickstreamPlatform> {
  const namespace = pipeline.spec.platformRef.namespace ?? pipeline.metadata.namespace ?? 'default'
  const name = pipeline.spec.platformRef.name
  const object = await kube.get(PLATFORM, namespace, name)
  if (!object) throw new UserError(`The pipeline refers to ClickstreamPlatform ${namespace}/${name}, which does not exist.`)
  const parsed = parsePlatform(object)
  if (!parsed.ok)
    throw new UserError(`ClickstreamPlatform ${namespace}/${name} cannot be read: ${parsed.errors.map(({ path, message }) => `${path} ${message}`).join('; ')}`)
  return parsed.value
}

export interface Backends {
  readonly kafka: KafkaClient
  readonly ksqldb: HttpClient
  /** Its REST API; throws a UserError where the platform names a KafkaConnect, which keeps that to itself. */
  readonly connect: HttpClient
  readonly connectors: ReadConnectors
  readonly elasticsearch: ElasticsearchClient
  readonly grafana: HttpClient
  close(): Promise<void>
}

const referencesOf = (kube: KubeApi): ReferenceReader => new References(kube, systemClock).reader()

export const openKafka = (kube: KubeApi, platform: ClickstreamPlatform): KafkaClient =>
  openKafkaAs(platform, referencesOf(kube), { clientId: 'clickstream-cli' })

/** Clients with the credentials and the trust that the platform names. All but Elasticsearch's read them again when they change. */
export async function openBackends(kube: KubeApi, platform: ClickstreamPlatform): Promise<Backends> {
  const references = referencesOf(kube)
  const { ksqldb, connect, elasticsearch, grafana } = platform.spec
  const http = (service: string, { url, connection }: Reach) =>
    createHttpClient({ baseUrl: url, service, headers: { 'user-agent': 'clickstream-cli' }, connection })
  const search = reach(platform, references, elasticsearch, 'apiKey')
  const client = openElasticsearch({ url: search.url, timeoutMs: SEARCH_TIMEOUT_MS, maxRetries: 3 }, await search.connection(), 'clickstream-cli')
  const kafka = openKafkaAs(platform, references, { clientId: 'clickstream-cli' })
  const rest = connect.url === undefined ? undefined : http('Kafka Connect', reach(platform, references, { ...connect, url: connect.url }))
  return {
    get connect() {
      if (rest) return rest
      throw new UserError(`The platform names KafkaConnect ${connect.strimziCluster}: its connectors are KafkaConnector objects, to be read with kubectl.`)
    },
    connectors: rest ? connectorsOver(rest) : connectorsIn(kube, platform),
    kafka,
    elasticsearch: client,
    ksqldb: http('ksqlDB', reach(platform, references, ksqldb)),
    grafana: http('Grafana', reach(platform, references, grafana, 'token')),
    async close() {
      await kafka.close()
      await client.close()
    },
  }
}
