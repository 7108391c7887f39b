/** KafkaConnectors for those who only show them. */
import type { KubeApi } from '../../ports/index.ts'
import type { ConnectorStatus } from '../connect/index.ts'
import { withoutSecrets } from '../connect/index.ts'
import { CLUSTER_LABEL, listAll, STRIMZI_GROUP, strimziVersion } from '../strimzi-api.ts'
import { conditionOf, declaredNameOf, readKafkaConnector } from './objects.ts'
import { configOf, refusalOf } from './observed.ts'

export interface SeenConnector {
  readonly name: string
  readonly connector: string
  /** Secrets are left out. */
  readonly config: Readonly<Record<string, string>>
  readonly status?: ConnectorStatus
  /** What Strimzi says of one that is not ready. */
  readonly refusal?: string
}

export async function listKafkaConnectors(
  kube: KubeApi,
  where: { readonly namespace: string; readonly cluster: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<SeenConnector[]> {
  const resource = { group: STRIMZI_GROUP, version: await strimziVersion(kube, signal), plural: 'kafkaconnectors', kind: 'KafkaConnector' }
  const objects = await listAll(kube, resource, { namespace: where.namespace, labelSelector: `${CLUSTER_LABEL}=${where.cluster}` }, signal)
  return objects.flatMap((object) => {
    const connector = readKafkaConnector(object)
    if (!connector) return []
    const status = connector.status?.connectorStatus
    const refusal = conditionOf(connector, 'NotReady') && refusalOf(connector)
    return [
      {
        name: declaredNameOf(connector),
        connector: connector.metadata.name,
        config: withoutSecrets(configOf(connector), true),
        ...(status ? { status } : {}),
        ...(refusal ? { refusal } : {}),
      },
    ]
  })
}
