/** The KafkaConnect object: whether its connectors can be KafkaConnectors, and what its workers have. */
import { Failure, type KubeApi, type KubeResource } from '../../ports/index.ts'
import type { BackendReport } from '../target.ts'
import { conditionOf, type KafkaConnect, readKafkaConnect, secretProviderOf, USE_CONNECTOR_RESOURCES } from './objects.ts'

export interface ClusterName {
  readonly namespace: string
  readonly cluster: string
}

/** Throws a Failure that names the mend where no connector could run. */
export async function usableCluster(kube: KubeApi, resource: KubeResource, { namespace, cluster }: ClusterName, signal: AbortSignal): Promise<KafkaConnect> {
  const named = `KafkaConnect ${namespace}/${cluster}`
  const object = await kube.get(resource, namespace, cluster, signal)
  if (!object)
    throw new Failure(
      'Retry',
      'KafkaConnectNotFound',
      `${named} does not exist: make it, or correct spec.connect.strimziCluster and spec.connect.namespace of the platform`,
    )
  const connect = readKafkaConnect(object)
  if (!connect) throw new Failure('Retry', 'UnexpectedAnswer', `${named} has a form that is not known`)
  if (connect.metadata.annotations[USE_CONNECTOR_RESOURCES] !== 'true')
    throw new Failure(
      'Retry',
      'ConnectorResourcesDisabled',
      `${named} does not look after KafkaConnectors: annotate it with ${USE_CONNECTOR_RESOURCES}="true"; Strimzi then deletes connectors that were made in any other way`,
    )
  const wrong = conditionOf(connect, 'NotReady')
  if (wrong) throw new Failure('Retry', 'NotReady', `${named} is not ready: ${wrong.message ?? wrong.reason ?? 'Strimzi does not say why'}`.slice(0, 400))
  if (!connect.status?.connectorPlugins) throw new Failure('Retry', 'NotReady', `Strimzi has not said yet which plugins ${named} has`)
  return connect
}

export function reportOf(connect: KafkaConnect): BackendReport {
  const secretProvider = secretProviderOf(connect)
  return {
    version: connect.spec.version ?? 'of Strimzi’s default',
    plugins: (connect.status?.connectorPlugins ?? []).map((plugin) => ({ class: plugin.class, type: plugin.type, version: plugin.version ?? '' })),
    ...(secretProvider === undefined ? {} : { secretProvider }),
    note: `connectors are KafkaConnectors of ${connect.metadata.name}: a config is checked only when Strimzi hands it to Kafka Connect`,
  }
}
