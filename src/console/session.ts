/** What a command works with: the API server, one pipeline, its platform, and clients for the platform's backends. */
import { Client as ElasticsearchClient } from '@elastic/elasticsearch'
import { type ClickstreamPipeline, type ClickstreamPlatform, PIPELINE, PLATFORM, parsePipeline, parsePlatform } from '../api/index.ts'
import { createHttpClient, createKafkaClient, createKubeApi, type HttpClient, type KafkaClient, type KubeApi } from '../ports/index.ts'
import { connectorsIn, connectorsOver, type ReadConnectors } from './connectors.ts'
import { UserError } from './user-error.ts'

export interface ConnectionOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

const SECRETS = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' } as const

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

export function openKafka(platform: ClickstreamPlatform): KafkaClient {
  return createKafkaClient({ brokers: platform.spec.kafka.bootstrapServers.split(','), clientId: 'clickstream-cli' })
}

/** Clients with the credentials that the platform names. */
export async function openBackends(kube: KubeApi, platform: ClickstreamPlatform): Promise<Backends> {
  const namespace = platform.metadata.namespace ?? 'default'
  const { ksqldb, connect, elasticsearch, grafana } = platform.spec
  const login = async (ref: { name: string } | undefined) => {
    if (!ref) return {}
    const secret = await kube.get(SECRETS, namespace, ref.name)
    if (!secret) throw new UserError(`Secret ${namespace}/${ref.name}, which the platform refers to, does not exist.`)
    const data = (secret.data ?? {}) as Record<string, string>
    const decode = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8')
    return { auth: { username: decode('username'), password: decode('password') } }
  }
  const http = async (service: string, backend: { url: string; secretRef?: { name: string } | undefined }) =>
    createHttpClient({ baseUrl: backend.url, service, headers: { 'user-agent': 'clickstream-cli' }, ...(await login(backend.secretRef)) })
  const kafka = openKafka(platform)
  const search = new ElasticsearchClient({ node: elasticsearch.url, ...(await login(elasticsearch.secretRef)) })
  const rest = connect.url === undefined ? undefined : await http('Kafka Connect', { ...connect, url: connect.url })
  return {
    get connect() {
      if (rest) return rest
      throw new UserError(`The platform names KafkaConnect ${connect.strimziCluster}: its connectors are KafkaConnector objects, to be read with kubectl.`)
    },
    connectors: rest ? connectorsOver(rest) : connectorsIn(kube, platform),
    kafka,
    elasticsearch: search,
    ksqldb: await http('ksqlDB', ksqldb),
    grafana: await http('Grafana', grafana),
    async close() {
      await kafka.close()
      await search.close()
    },
  }
}
