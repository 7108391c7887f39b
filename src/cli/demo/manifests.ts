/** The objects that the demo applies: the platform with the addresses of the stand-ins, Grafana's login, the pipeline. */

import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { UserError } from '../../console/index.ts'
import type { KubeObject } from '../../ports/index.ts'
import { KAFKA_CONNECT, type Sandbox } from '../../sandbox/index.ts'

export const NAMESPACE = 'default'
export interface Login {
  readonly username: string
  readonly password: string
}
export const GRAFANA_LOGIN: Login = { username: 'user', password: 'user' }

const root = new URL('../../../', import.meta.url)
export const fileOfPackage = (path: string) => fileURLToPath(new URL(path, root))

const kustomization = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()).default([]),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), files: z.array(z.string()) })).default([]),
  generatorOptions: z.strictObject({ disableNameSuffixHash: z.literal(true) }),
})

/** Every object of a YAML file of one or many documents; of a directory, what its kustomization.yaml names. */
export async function readManifest(path: string): Promise<KubeObject[]> {
  return (await stat(path)).isDirectory() ? readDirectory(path) : readFileOf(path)
}

/** Resources and ConfigMaps of files, which is all that the examples need; anything else in it is refused. */
async function readDirectory(directory: string): Promise<KubeObject[]> {
  const path = join(directory, 'kustomization.yaml')
  const parsed = kustomization.safeParse(parse(await readFile(path, 'utf8')))
  if (!parsed.success)
    throw new UserError(
      `${path}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}. For all that kustomize can do: kubectl apply -k.`,
    )
  const maps = parsed.data.configMapGenerator.map(async ({ name, files }): Promise<KubeObject> => {
    const data = await Promise.all(files.map(async (file) => [basename(file), await readFile(join(directory, file), 'utf8')] as const))
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: Object.fromEntries(data) }
  })
  const resources = parsed.data.resources.map((file) => readFileOf(join(directory, file)))
  return [...(await Promise.all(maps)), ...(await Promise.all(resources)).flat()]
}

async function readFileOf(path: string): Promise<KubeObject[]> {
  const documents = parseAllDocuments(await readFile(path, 'utf8'))
  for (const document of documents) {
    const [error] = document.errors
    if (error) throw new UserError(`${path}: ${error.message}`)
  }
  return documents.map((document) => document.toJS() as KubeObject).filter((object) => object !== null)
}

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
