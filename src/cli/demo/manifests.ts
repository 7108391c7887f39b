/** The objects that the demo applies: the platform with the addresses of the stand-ins, Grafana's login, the pipeline. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { UserError } from '../../console/index.ts'
import type { KubeObject } from '../../ports/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'

export const NAMESPACE = 'default'
export const GRAFANA_LOGIN = { username: 'user', password: 'user' } as const

const root = new URL('../../../', import.meta.url)
export const fileOfPackage = (path: string) => fileURLToPath(new URL(path, root))

/** Every object of a YAML file of one or many documents. */
export async function readManifest(path: string): Promise<KubeObject[]> {
  const documents = parseAllDocuments(await readFile(path, 'utf8'))
  for (const document of documents) {
    const [error] = document.errors
    if (error) throw new UserError(`${path}: ${error.message}`)
  }
  return documents.map((document) => document.toJS() as KubeObject).filter((object) => object !== null)
}

export function platformObjects(sandbox: Sandbox): KubeObject[] {
  const { kafka, ksqldb, connect, elasticsearch, grafana } = sandbox.servers
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grafana-login', namespace: NAMESPACE },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(GRAFANA_LOGIN).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  }
  const platform: KubeObject = {
    apiVersion: 'clickstream.dev/v1alpha1',
    kind: 'ClickstreamPlatform',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: {
      kafka: { bootstrapServers: kafka.url, strimziCluster: 'sandbox' },
      ksqldb: { url: ksqldb.url },
      connect: { url: connect.url },
      elasticsearch: { url: elasticsearch.url },
      grafana: { url: grafana.url, secretRef: { name: 'grafana-login' } },
    },
  }
  return [secret, platform]
}
